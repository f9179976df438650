"""The folders of jobs on `sys.path`: a job brings its own, and what was imported from them must not outlive it."""

import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES


class JobPaths:
    """One for a Python; told of every interpreter that opens, one at a time.

    Flink unpacks a job's files anew for each run, and removes them after.
    """

    def __init__(self):
        self.folders = set()

    def enter(self, paths, packages):
        """Puts these first on the path, and returns the names of modules that another running job has brought already."""
        self._forget({folder for folder in self.folders if not os.path.exists(folder)})
        others = self.folders.difference(paths, packages)
        shared = sorted(name for name in _modules_of(others)
                        if any(_offers(path, name) for path in paths if path not in self.folders))
        for path in reversed([*paths, *packages]):
            while path in sys.path:
                sys.path.remove(path)
            sys.path.insert(0, path)
        # An empty path is the working directory, whatever that is: no folder of a job.
        self.folders.update(filter(os.path.isabs, [*paths, *packages]))
        return shared

    def _forget(self, gone):
        if not gone:
            return
        # An extension module cannot be loaded twice: its package stays as it is.
        for name, modules in _modules_of(gone).items():
            places = [place for module in modules for place in _places(sys.modules.get(module))]
            if not any(place.endswith(tuple(EXTENSION_SUFFIXES)) for place in places):
                for module in modules:
                    sys.modules.pop(module, None)
        sys.path[:] = [path for path in sys.path if path not in gone]
        for path in list(sys.path_importer_cache):
            if _within(path, gone):
                sys.path_importer_cache.pop(path, None)
        self.folders -= gone


def _places(module):
    """A module's file, or the folders of a package without one."""
    # Not by getattr: a module that loads what it is asked for would do so.
    names = getattr(module, "__dict__", {})
    file = names.get("__file__")
    if isinstance(file, str):
        return [file]
    try:
        return [place for place in names.get("__path__", ()) if isinstance(place, str)]
    except (AttributeError, KeyError, TypeError):
        # A namespace package asks its parent, which may be gone.
        return []


def _within(place, folders):
    return any(place == folder or place.startswith(folder + os.sep) for folder in folders)


def _modules_of(folders):
    """The loaded modules from these folders: for each top-level name, all of its modules."""
    found = {}
    if folders:
        for name, module in list(sys.modules.items()):
            if any(_within(place, folders) for place in _places(module)):
                found.setdefault(name.partition(".")[0], []).append(name)
    return found


def _offers(path, name):
    return os.path.exists(os.path.join(path, name + ".py")) or os.path.isdir(os.path.join(path, name))


JOB_PATHS = JobPaths()
