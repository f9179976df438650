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


def _leave_out_shared_state():
    """Modules whose C halves have one state for all interpreters: the end of one, or its threads, would break it for the
    others. All interpreters but the main one use the halves in Python.
    """
    if sys.version_info < (3, 13):
        sys.modules["_decimal"] = None
    if sys.version_info < (3, 12):
        # One running event loop.
        sys.modules["_asyncio"] = None


def _warn_of_fork():
    import warnings

    warnings.warn(
        "os.fork() inside a JVM: the child has this thread alone, and none of the JVM's, so that any call of Java may wait for "
        "ever; start processes with subprocess, or with multiprocessing.get_context('spawn')",
        RuntimeWarning, stacklevel=2)


def _not_enabled(*args, **kwargs):
    import warnings

    warnings.warn(
        "faulthandler.enable() inside a JVM does nothing: SIGSEGV is how the JVM finds null pointers, and faulthandler would end the "
        "process at the first one; the JVM writes an hs_err file of a crash, and Java's interp.dumpStacks() has the Python stacks",
        RuntimeWarning, stacklevel=2)


def _leave_faults_to_the_jvm():
    """PYTHONFAULTHANDLER and PYTHONDEVMODE enable it before any code runs; disabled, it gives the JVM's handlers back."""
    try:
        import faulthandler
    except ImportError:
        # An interpreter with a GIL of its own cannot have it.
        return
    faulthandler.disable()
    faulthandler.enable = _not_enabled


def install(sources, is_main):
    # First, so that a package of the same name on sys.path is never taken for ours.
    sys.meta_path.insert(0, JarImporter(sources))
    # The module captures the thread that first imports it as Python's main thread: that is this one.
    import threading  # noqa: F401

    if not is_main:
        _leave_out_shared_state()
    import os

    _leave_faults_to_the_jvm()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_warn_of_fork)
    if not hasattr(sys, "argv"):
        sys.argv = [""]
    if sys.version_info[:2] == (3, 12):
        _check_zoneinfo()
    import krait  # noqa: F401
