"""Run in each interpreter that the drop-in opens: makes `_pemja` and `pemja` importable, and sets `sys.path`."""

import sys
import threading
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec

from krait import JavaException


class Modules(MetaPathFinder, Loader):
    """Asked after Python's own finders, so that the package `pemja` that pip installed comes first."""

    def __init__(self, sources):
        self.sources = sources

    def find_spec(self, fullname, path=None, target=None):
        if fullname not in self.sources:
            return None
        return ModuleSpec(fullname, self, origin="krait-pemja", is_package=fullname == "pemja")

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = module.__name__
        exec(compile(self.sources[name], f"<krait-pemja>/{name}.py", "exec"), module.__dict__)


def install(sources, paths, site_packages):
    """Once for the modules of an interpreter, each time for the paths.

    The modules that another job's hide, by name; None where PEMJA's own library runs.
    """
    # One for all copies of this code: each interpreter runs its own, and those of a job open at once.
    with vars(sys).setdefault("_krait_pemja_lock", threading.Lock()):
        return _install(sources, paths, site_packages)


def _install(sources, paths, site_packages):
    known = sys.modules.get("_pemja")
    if known is None:
        finder = Modules(sources)
        # Before Krait's, to whom `pemja` is a Java package.
        at = next((i for i, other in enumerate(sys.meta_path) if type(other).__name__ == "JavaFinder"), len(sys.meta_path))
        sys.meta_path.insert(at, finder)
        # Before anything imports pip's package, whose own logger would keep the first class loader that it met.
        for name in ("_pemja", "pemja.logger"):
            _load(finder, name)
        # With PEMJA, `except RuntimeError` catches whatever Java throws.
        JavaException.__bases__ = (RuntimeError,)
    elif not hasattr(known, "__krait__"):
        return None
    from _pemja_paths import JOB_PATHS

    return JOB_PATHS.enter(list(paths), _packages(site_packages))


def _load(finder, name):
    module = type(sys)(name)
    module.__spec__ = finder.find_spec(name)
    module.__loader__ = finder
    sys.modules[name] = module
    finder.exec_module(module)


def _packages(folders):
    """What belongs on the path for folders of packages: they themselves, and what their .pth files name."""
    if not folders:
        return []
    import os
    import site

    before = list(sys.path)
    for folder in folders:
        if os.path.isdir(folder):
            site.addsitedir(folder)
    named = [path for path in sys.path if path not in before]
    return named + [folder for folder in folders if os.path.isdir(folder) and folder not in named]
