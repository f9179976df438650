"""The folders of jobs on `sys.path`: a job brings its own, and what was imported from them must not outlive it."""

import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES


class JobPaths:
    """One for a Python; told of every interpreter that opens. Flink unpacks a job's files anew for each run, and removes them after."""

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
            if not any((_file(sys.modules[module]) or "").endswith(tuple(EXTENSION_SUFFIXES)) for module in modules):
                for module in modules:
                    del sys.modules[module]
        sys.path[:] = [path for path in sys.path if path not in gone]
        for path in list(sys.path_importer_cache):
            if _within(path, gone):
                sys.path_importer_cache.pop(path, None)
        self.folders -= gone


def _file(module):
    file = getattr(module, "__file__", None)
    return file if isinstance(file, str) else None


def _within(place, folders):
    return any(place == folder or place.startswith(folder + os.sep) for folder in folders)


def _modules_of(folders):
    """The loaded modules from these folders: for each top-level name, all of its modules."""
    found = {}
    if folders:
        for name, module in list(sys.modules.items()):
            places = [_file(module) or ""]
            if places == [""]:
                # A package without a file of its own.
                places = [place for place in getattr(module, "__path__", ()) if isinstance(place, str)]
            if any(_within(place, folders) for place in places):
                found.setdefault(name.partition(".")[0], []).append(name)
    return found


def _offers(path, name):
    return os.path.exists(os.path.join(path, name + ".py")) or os.path.isdir(os.path.join(path, name))


JOB_PATHS = JobPaths()
