"""Java for Python code: what `krait` offers besides the import of Java classes."""

from collections.abc import Mapping, Sequence, Set
from types import MethodType

import _krait
from _krait import JavaObject

from krait import _java_classes, _java_import, _streams
from krait._errors import JavaException
from krait._java_classes import Field, JavaClass
from krait._java_manners import COPY, VIEW

_krait.configure(_java_classes.build, JavaClass, JavaException, _streams.number)
_streams.mark_threads()
_java_import.install()


def java_class(name):
    """The class of a full name, or of a ``java.lang.Class``."""
    if not isinstance(name, str):
        return _krait.class_at(_krait.host(), _krait.java("class_number", name))
    found = _java_import.find_class(name)
    if found is None:
        raise ImportError(_krait.java("why_not", name), name=name)
    return found


def _changed(method, candidate, result):
    """A Java method that is called in another way; None for what is none."""
    if isinstance(method, MethodType):
        function = _krait.method_with(method.__func__, candidate, result)
        return None if function is None else MethodType(function, method.__self__)
    return _krait.method_with(method, candidate, result)


class View:
    """What `view` makes of a Python collection: Java gets a live view of it."""

    __slots__ = ("kind", "value")

    def __init__(self, kind, value):
        self.kind = kind
        self.value = value


class Viewed:
    """A Java object or class whose fields and methods give live views."""

    __slots__ = ("_of",)

    def __init__(self, of):
        self._of = of

    def __getattr__(self, name):
        cls = self._of if isinstance(self._of, JavaClass) else type(self._of)
        for base in cls.__mro__:
            member = base.__dict__.get(name)
            if isinstance(member, Field):
                return member.view(None if cls is self._of else self._of)
        member = getattr(self._of, name)
        return _changed(member, None, VIEW) or member

    def __repr__(self):
        return f"krait.view({self._of!r})"


def view(what):
    """Asks for a live view where a copy would cross.

    Of a Java method: one that gives collections and arrays as the Java objects, ``krait.view(obj.getItems)()``. Of a Java
    object or class: its fields and methods, ``krait.view(obj).items``. Of a Python list, dict or set: what Java gets as a
    live List, Map or Set, ``obj.setItems(krait.view(items))``.
    """
    if isinstance(what, (JavaObject, JavaClass)):
        return Viewed(what)
    for kind, types in (("list", Sequence), ("map", Mapping), ("set", Set)):
        if isinstance(what, types) and not isinstance(what, (str, bytes)):
            if not hasattr(View, "__krait_proxy__"):
                View.__krait_proxy__ = _krait.java("view_kind")
            return View(kind, what)
    changed = _changed(what, None, VIEW)
    if changed is None:
        raise TypeError(f"krait.view needs a Java method, a Java object or a collection, not {what!r}")
    return changed


def copy(value):
    """A copy of a Java collection or array as Python's own type; or a Java method that gives such copies."""
    if isinstance(value, JavaObject):
        return _krait.java("copy", value)
    changed = _changed(value, None, COPY)
    if changed is None:
        raise TypeError(f"krait.copy needs a Java object or a Java method, not {value!r}")
    return changed


def overload(method, *types):
    """One of several Java methods of a name: ``krait.overload(obj.append, "char")``. Types are classes or names."""
    plain = method.__func__ if isinstance(method, MethodType) else method
    if isinstance(plain, JavaClass):
        plain = plain._new_
        method = plain
    if _krait.method_with(plain, None, None) is None:
        raise TypeError(f"krait.overload needs a Java method or class, not {method!r}")
    return _changed(method, _krait.java("find_overload", *plain._key_, *types), None)


def array(component, content, *lengths):
    """A new Java array: ``krait.array("int", 10)``, ``krait.array(String, ["a", "b"])``; with several lengths, of arrays."""
    if not isinstance(content, int):
        if lengths:
            raise TypeError("an array has either elements or lengths")
        content = list(content)
    return _krait.java("new_array", component, content, *lengths)


def implements(*interfaces):
    """A class decorator: instances are objects of these Java interfaces for Java.

    Java's calls become calls of the methods of the same names. A default method that the class lacks is Java's own, for Java
    and for Python code.
    """
    if not interfaces or not all(isinstance(interface, JavaClass) for interface in interfaces):
        raise TypeError("krait.implements needs Java interfaces")

    def decorate(cls):
        if not isinstance(cls, type):
            raise TypeError(f"krait.implements decorates a class, not {cls!r}")
        every = tuple(dict.fromkeys(interfaces + getattr(cls, "__java_interfaces__", ())))
        cls.__java_interfaces__ = every
        cls.__krait_proxy__ = _krait.java("proxy_kind", *every)
        for interface in () if hasattr(cls, "__getattr__") else interfaces:
            for name in _krait.java("default_methods", interface):
                # One that Python may not reach, by a filter or in a package that is not exported, is Java's alone.
                if not hasattr(cls, name) and name in interface.__dict__:
                    # Found here by Python code only: Java calls its own.
                    setattr(cls, name, interface.__dict__[name])
        return cls

    return decorate


class synchronized:
    """``with krait.synchronized(obj):`` holds the monitor of a Java object, as Java's ``synchronized`` does."""

    def __init__(self, obj):
        self._object = obj

    def __enter__(self):
        _krait.monitor(self._object, True)
        return self._object

    def __exit__(self, kind, error, trace):
        _krait.monitor(self._object, False)
