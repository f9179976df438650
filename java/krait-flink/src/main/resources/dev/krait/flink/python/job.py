"""The modules of one job: its files are imported as themselves by its own code, and are unknown to every other job.

Jobs of one task manager share `sys.modules`. Two of them may well have a `udfs.py` each, so a job's module `udfs` is
imported as `job_1a2b3c….udfs`, and the code of such modules has an `__import__` that looks among the job's modules
first. When the last function of a job closes, its modules go."""

import builtins as _builtins
import importlib as _importlib
import importlib.abc as _abc
import importlib.machinery as _machinery
import importlib.util as _util
import os as _os
import sys as _sys
import threading as _threading
import types as _types


class _Source(_abc.InspectLoader):
    """Loads a module from the files that came with the function."""

    def __init__(self, job, path):
        self._job = job
        self._path = path

    def is_package(self, fullname):
        return self._path.endswith("/__init__.py")

    def get_filename(self, fullname):
        return f"{self._job.__name__}/{self._path}"

    def get_source(self, fullname):
        return _util.decode_source(self._job.files[self._path])

    def get_code(self, fullname):
        return compile(self._job.files[self._path], self.get_filename(fullname), "exec", dont_inherit=True)

    def get_data(self, path):
        name = path.replace(_os.sep, "/").removeprefix(f"{self._job.__name__}/")
        try:
            return self._job.files[name]
        except KeyError:
            raise FileNotFoundError(path) from None

    def exec_module(self, module):
        module.__builtins__ = self._job.builtins
        super().exec_module(module)


class _Within:
    """A loader of another kind, which gives the code of its modules the job's `__import__`."""

    def __init__(self, job, loader):
        self._job = job
        self._loader = loader

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        module.__builtins__ = self._job.builtins
        self._loader.exec_module(module)


class _Job(_types.ModuleType):
    """The package above a job's modules, and the finder that finds them."""

    def __init__(self, name, files, paths):
        super().__init__(name)
        self.__path__ = []
        self.files = files
        self.paths = paths
        self.uses = 0
        self.builtins = {**vars(_builtins), "__import__": self._import}

    def find_spec(self, fullname, path=None, target=None):
        prefix = self.__name__ + "."
        if not fullname.startswith(prefix):
            return None
        place = fullname[len(prefix):].replace(".", "/")
        for name in (f"{place}/__init__.py", f"{place}.py"):
            if name in self.files:
                spec = _machinery.ModuleSpec(
                    fullname, _Source(self, name), origin=f"{self.__name__}/{name}", is_package=name.endswith("/__init__.py"))
                spec.has_location = True
                if spec.submodule_search_locations is not None:
                    spec.submodule_search_locations.append(f"{self.__name__}/{place}")
                return spec
        top = "/" not in place
        spec = _machinery.PathFinder.find_spec(fullname, self.paths if top else path)
        if spec is None and any(name.startswith(place + "/") for name in self.files):
            spec = _machinery.ModuleSpec(fullname, None, is_package=True)
        if spec is not None and spec.loader is not None:
            spec.loader = _Within(self, spec.loader)
        return spec

    def owns(self, name):
        full = f"{self.__name__}.{name}"
        return full in _sys.modules or self.find_spec(full) is not None

    def _import(self, name, globals=None, locals=None, fromlist=(), level=0):
        top = name.partition(".")[0]
        if level or not self.owns(top):
            return _builtins.__import__(name, globals, locals, fromlist, level)
        module = _importlib.__import__(f"{self.__name__}.{name}", globals, locals, fromlist or ("__name__",), 0)
        return module if fromlist else _sys.modules[f"{self.__name__}.{top}"]


_lock = _threading.RLock()


def open_job(name, files, paths):
    with _lock:
        job = _sys.modules.get(name)
        if job is None:
            job = _Job(name, files, paths)
            _sys.modules[name] = job
            _sys.meta_path.insert(0, job)
        job.uses += 1
        return job


def close_job(job):
    with _lock:
        job.uses -= 1
        if job.uses:
            return
        _sys.meta_path.remove(job)
        for name in [name for name in _sys.modules if name == job.__name__ or name.startswith(job.__name__ + ".")]:
            del _sys.modules[name]


def find(job, module, name):
    """What `name` is in the job's module, or in one that Python has installed."""
    if job.owns(module.partition(".")[0]):
        module = f"{job.__name__}.{module}"
    found = _importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    if not callable(found):
        raise TypeError(f"{name} is {type(found).__name__}, not a function")
    return found
