"""`import java.util.ArrayList`: Java packages as modules, made when they are first imported."""

import importlib
import os
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

import _krait

from krait._java_classes import static_names


def find_class(name):
    """The class of this name as the interpreter that runs sees it, or None."""
    number = _krait.java("find_class", name)
    return None if number is None else _krait.class_at(_krait.host(), number)


class JavaModule(ModuleType):
    """What has Java classes in it."""

    def __setattr__(self, name, value):
        # What importing a class would put here is looked up instead.
        if not isinstance(value, JavaClassModule):
            super().__setattr__(name, value)


class JavaPackage(JavaModule):
    """A Java package. Its classes are looked up each time: interpreters may have class loaders of their own."""

    def __getattr__(self, name):
        if name == "__all__":
            return _krait.java("list_package", self.__name__)
        if name.startswith("__"):
            raise AttributeError(name)
        full = f"{self.__name__}.{name}"
        found = find_class(full)
        if found is not None:
            return found
        if _krait.java("is_package", full):
            return importlib.import_module(full)
        if full in sys.modules:
            # Another interpreter has imported it, and `from package import name` would take what it left there.
            raise ImportError(_krait.java("why_not", full), name=full)
        raise AttributeError(_krait.java("why_not", full))

    def __dir__(self):
        return sorted({*super().__dir__(), *_krait.java("list_package", self.__name__)})

    def __repr__(self):
        return f"<Java package {self.__name__}>"


class JavaClassModule(JavaModule):
    """What `import package.Class` leaves in sys.modules: `from package.Class import member` reads it."""

    def _class(self):
        found = find_class(self.__name__)
        if found is None:
            raise AttributeError(_krait.java("why_not", self.__name__))
        return found

    def __getattr__(self, name):
        if name == "__all__":
            return static_names(self._class())
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._class(), name)

    def __dir__(self):
        return sorted({*super().__dir__(), *static_names(self._class())})

    def __repr__(self):
        return f"<Java class {self.__name__}>"


class JavaFinder(MetaPathFinder, Loader):
    """Asked last, so that Python's own modules are never shadowed."""

    def find_spec(self, fullname, path=None, target=None):
        if not _krait.ready():
            return None
        parent = sys.modules.get(fullname.rpartition(".")[0])
        own = None
        if isinstance(parent, JavaPackage):
            # Folders of Python's may have the same names, and come to sys.path later.
            own = PathFinder.find_spec(fullname, _folders(parent.__name__))
            if own is not None and own.origin is not None:
                return own
        if "." in fullname and _krait.java("find_class", fullname) is not None:
            return ModuleSpec(fullname, self, origin="java class", is_package=True)
        if _krait.java("is_package", fullname):
            return ModuleSpec(fullname, self, origin="java package", is_package=True)
        if own is not None or not _is_import(sys._getframe(1)):
            return own
        if isinstance(parent, JavaPackage):
            # Not ModuleNotFoundError, which `from package import name` would replace by one that says less.
            raise ImportError(_krait.java("why_not", fullname), name=fullname)
        if isinstance(parent, JavaClassModule):
            raise ImportError(f"the Java class {parent.__name__} has no public {fullname.rpartition('.')[2]!r}", name=fullname)
        return None

    def create_module(self, spec):
        kind = JavaPackage if spec.origin == "java package" else JavaClassModule
        module = kind(spec.name)
        module.__path__ = []
        return module

    def exec_module(self, module):
        pass


def _is_import(frame):
    """Whether what is not found is an import's to report: who only asks for a spec, as importlib.util.find_spec does, is told
    None. Finders are called the same way by both."""
    frame = frame.f_back
    while frame is not None and frame.f_globals.get("__name__") in ("importlib._bootstrap", "_frozen_importlib"):
        if frame.f_code.co_name == "_find_and_load_unlocked":
            return True
        frame = frame.f_back
    return False


class MixedFinder(MetaPathFinder):
    """Asked before Python's folders: one that is no package in itself, but has a Java package's name, is both."""

    def find_spec(self, fullname, path=None, target=None):
        if "." in fullname:
            return None
        own = PathFinder.find_spec(fullname, path, target)
        if own is None or own.origin is not None or own.submodule_search_locations is None or not _krait.ready():
            return own
        return _finder.find_spec(fullname) or own


def _folders(package):
    """Where the modules of a package of this name would be."""
    return [os.path.join(entry, *package.split(".")) for entry in sys.path if isinstance(entry, str)]


_finder = JavaFinder()


def install():
    if PathFinder in sys.meta_path:
        sys.meta_path.insert(sys.meta_path.index(PathFinder), MixedFinder())
    sys.meta_path.append(_finder)
