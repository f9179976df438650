"""Makes the `krait` package importable from the sources in the jar. Runs once per interpreter, before everything else."""

import sys
from importlib.machinery import ModuleSpec

ORIGIN = "<krait>"


class JarImporter:
    """Finds and loads the modules of the package in memory, with their sources for tracebacks.

    Not an importlib.abc class: that module imports half of the standard library, which every start would wait for.
    """

    def __init__(self, sources):
        self._sources = sources

    def find_spec(self, fullname, path=None, target=None):
        if fullname not in self._sources:
            return None
        spec = ModuleSpec(fullname, self, origin=self._file(fullname), is_package=self.is_package(fullname))
        spec.has_location = True
        return spec

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(self.get_code(module.__name__), module.__dict__)

    def is_package(self, fullname):
        return fullname == "krait"

    def get_source(self, fullname):
        return self._sources[fullname]

    def get_code(self, fullname):
        return compile(self._sources[fullname], self._file(fullname), "exec", dont_inherit=True)

    @staticmethod
    def _file(fullname):
        return f"{ORIGIN}/{fullname.replace('.', '/')}.py"


def _check_zoneinfo():
    """Early CPython 3.12 cannot load the C half of zoneinfo in an interpreter with a GIL of its own: it gets the other half."""
    try:
        import _zoneinfo  # noqa: F401
    except AttributeError:
        sys.modules["_zoneinfo"] = None


def _check_decimal():
    """Before CPython 3.13 the C half of decimal has one state for all interpreters, which the end of one destroys for the others:
    all but the main one do without it.
    """
    import _xxsubinterpreters as interpreters

    if interpreters.get_current() != interpreters.get_main():
        sys.modules["_decimal"] = None


def install(sources):
    # First, so that a package of the same name on sys.path is never taken for ours.
    sys.meta_path.insert(0, JarImporter(sources))
    # The module captures the thread that first imports it as Python's main thread: that is this one.
    import threading  # noqa: F401

    if not hasattr(sys, "argv"):
        sys.argv = [""]
    if sys.version_info[:2] == (3, 12):
        _check_zoneinfo()
    if sys.version_info < (3, 13):
        _check_decimal()
    import krait  # noqa: F401
