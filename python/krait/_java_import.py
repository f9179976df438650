"""`import java.util.ArrayList`: Java packages as modules, made when they are first imported."""

import importlib
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import _krait


def find_class(name):
    """The class of this name as the interpreter that runs sees it, or None."""
    number = _krait.java("find_class", name)
    return None if number is None else _krait.class_at(_krait.host(), number)


class JavaPackage(ModuleType):
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

    def __setattr__(self, name, value):
        # What importing a class would put here is looked up instead.
        if not isinstance(value, JavaClassModule):
            super().__setattr__(name, value)

    def __dir__(self):
        return sorted({*super().__dir__(), *_krait.java("list_package", self.__name__)})

    def __repr__(self):
        return f"<Java package {self.__name__}>"


class JavaClassModule(ModuleType):
    """What `import package.Class` leaves in sys.modules: `from package.Class import member` reads it."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        found = find_class(self.__name__)
        if found is None:
            raise AttributeError(_krait.java("why_not", self.__name__))
        return getattr(found, name)

    def __repr__(self):
        return f"<Java class {self.__name__}>"


class JavaFinder(MetaPathFinder, Loader):
    """Asked last, so that Python's own modules are never shadowed."""

    def find_spec(self, fullname, path=None, target=None):
        if not _krait.ready():
            return None
        parent = sys.modules.get(fullname.rpartition(".")[0])
        in_java = isinstance(parent, (JavaPackage, JavaClassModule))
        if parent is not None and not in_java and getattr(parent, "__file__", None) is not None:
            # A module of Python's own has no Java classes in it.
            return None
        if "." in fullname and _krait.java("find_class", fullname) is not None:
            return ModuleSpec(fullname, self, origin="java class", is_package=True)
        if _krait.java("is_package", fullname):
            return ModuleSpec(fullname, self, origin="java package", is_package=True)
        if in_java:
            # Not ModuleNotFoundError, which `from package import name` would replace by one that says less.
            raise ImportError(_krait.java("why_not", fullname), name=fullname)
        return None

    def create_module(self, spec):
        kind = JavaPackage if spec.origin == "java package" else JavaClassModule
        module = kind(spec.name)
        module.__path__ = []
        return module

    def exec_module(self, module):
        pass


def install():
    sys.meta_path.append(JavaFinder())
