"""The Python classes that mirror Java's: made when first needed, from what Java says of its class."""

import gc
import keyword
from _thread import get_ident
from collections.abc import Sequence
from functools import partial
from types import GenericAlias
from weakref import WeakSet

import _krait
from _krait import JavaArray, JavaFunction, JavaObject

from krait import _java_manners, _java_throwables
from krait._errors import JavaException
from krait._java_manners import DEFAULT, OBJECT

_TOKEN = object()
_STATIC = 1


class JavaClass(type):
    """The class of classes that mirror Java classes."""

    def __new__(meta, name, bases, namespace, token=None):
        if token is not _TOKEN:
            java = next(base for base in bases if isinstance(base, JavaClass))
            raise TypeError(
                f"{java.__module__}.{java.__qualname__} is a Java class, which Python cannot extend; "
                "krait.implements makes a Python class that implements Java interfaces"
            )
        return super().__new__(meta, name, bases, namespace)

    def __init__(cls, name, bases, namespace, token=None):
        super().__init__(name, bases, namespace)

    def __call__(cls, *args, **keywords):
        if keywords:
            raise TypeError("Java constructors take no keyword arguments")
        new = cls._new_
        if new is None:
            what = "an interface" if cls._flags_ & _java_manners.INTERFACE else "abstract, or has no public constructor"
            raise TypeError(f"{type_name(cls)} is {what}")
        return new(*args)

    def __instancecheck__(cls, instance):
        if super().__instancecheck__(instance):
            return True
        kind = type(instance)
        if issubclass(kind, (JavaObject, JavaException)):
            return _krait.same_java(cls, instance) and _krait.java("is_instance", cls, instance)
        if hasattr(kind, "__krait_proxy__"):
            return _krait.java("is_instance", cls, instance)
        return False

    def __subclasscheck__(cls, other):
        if super().__subclasscheck__(other):
            return True
        return isinstance(other, JavaClass) and _krait.same_java(cls, other) and _krait.java("is_subclass", cls, other)

    def __setattr__(cls, name, value):
        for base in cls.__mro__:
            field = base.__dict__.get(name)
            if isinstance(field, Field) and field.is_static:
                field.set(None, value)
                return
        raise AttributeError(f"{type_name(cls)} has no static field {name!r}")

    def __delattr__(cls, name):
        raise AttributeError(f"the members of the Java class {type_name(cls)} cannot be deleted")

    @property
    def class_(cls):
        """What Java writes as ``Name.class``."""
        return _krait.java("class_object", cls)


class JavaEnumClass(JavaClass):
    """The class of Java's enums, which can be iterated over as Python's: the constants, in their order."""

    def __iter__(cls):
        return iter(cls.values())

    def __len__(cls):
        return len(cls.values())

    def __getitem__(cls, name):
        for constant in cls.values():
            if constant.name() == name:
                return constant
        raise KeyError(name)


def type_name(cls):
    return f"{cls.__module__}.{cls.__qualname__}"


class Field:
    """A field, as a descriptor."""

    def __init__(self, host, members, name, index, is_static, is_final):
        self._host = host
        self._members = members
        self._index = index
        self.name = name
        self.is_static = is_static
        self.is_final = is_final

    def __get__(self, instance, owner=None):
        if instance is None and not self.is_static:
            return self
        return _krait.java_at(self._host, "field", self._members, self._index, instance)

    def view(self, instance):
        """The value as a live Java object where a copy would cross."""
        return _krait.java_at(self._host, "field_view", self._members, self._index, instance)

    def __set__(self, instance, value):
        self.set(instance, value)

    def __delete__(self, instance):
        raise AttributeError(f"the Java field {self.name} cannot be deleted")

    def set(self, instance, value):
        if self.is_final:
            raise AttributeError(f"the Java field {self.name} is final")
        _krait.java_at(self._host, "set_field", self._members, self._index, instance, value)

    def __repr__(self):
        return f"<Java field {self.name}>"


class Nested:
    """A nested class, found when it is first asked for."""

    def __init__(self, host, members, name, is_inner):
        self._host = host
        self._members = members
        self._name = name
        self._is_inner = is_inner

    def __get__(self, instance, owner=None):
        found = _krait.class_at(self._host, _krait.java_at(self._host, "nested", self._members, self._name))
        # As in Java: outer.new Inner().
        return found if instance is None or not self._is_inner else partial(found, instance)


class Component:
    """A component of a record, for `case Point(x, y):`."""

    def __init__(self, name):
        self._name = name

    def __get__(self, instance, owner=None):
        return self if instance is None else getattr(instance, self._name)()


def static_names(cls):
    """What `from package.Class import *` means: static methods and fields, and nested classes."""
    return [name for name, member in vars(cls).items() if not name.startswith("_") and (
        isinstance(member, Nested) or isinstance(member, Field) and member.is_static
        or type(member).__name__ == "JavaStaticMethod")]


# The classes that threads are making: (thread, host, number).
_making = set()
# The classes that a filter shows of Java classes which are never unloaded. They may go when its interpreters have closed,
# but nothing waits for it.
_filtered = WeakSet()


def build(host, number):
    """Makes the class with this number. Native code calls it, and keeps what it gives."""
    key = get_ident(), host, number
    if key in _making:
        # Java threw an error of this very class when it was asked what the class has.
        raise RecursionError("the Java stack is used up")
    try:
        _making.add(key)
        return _build(host, number)
    finally:
        _making.discard(key)


def _build(host, number):
    (members, module, qualname, permanent, filtered, flags, parent, interfaces, methods, fields, nested, constructor,
     functional, components, doc) = _krait.java_at(host, "describe", number)
    name = qualname.rpartition(".")[2]
    namespace = {
        "__module__": module or "java",
        "__qualname__": qualname,
        "__doc__": doc,
        "_members_": members,
        "_flags_": flags,
        "_new_": _krait.method(members, constructor, _STATIC, name, OBJECT) if constructor >= 0 else None,
    }
    for nested_name, is_inner in nested:
        _add(namespace, nested_name, Nested(host, members, nested_name, is_inner))
    for field_name, index, is_static, is_final in fields:
        _add(namespace, field_name, Field(host, members, field_name, index, is_static, is_final))
    for method_name, index, form in methods:
        method = _krait.method(members, index, form, method_name, DEFAULT)
        if method_name in namespace:
            # A field or class of the same name is reached with an underscore behind it.
            namespace[method_name + "_"] = namespace[method_name]
        namespace[method_name] = method
        if keyword.iskeyword(method_name):
            namespace[method_name + "_"] = method
        if index == functional:
            namespace["_function_"] = method
    for component in components:
        namespace[f"_{component}_"] = Component(component)
    if components:
        # A record's methods have the names of its components: patterns look here.
        namespace["__match_args__"] = tuple(f"_{component}_" for component in components)
    if flags & _java_manners.THROWABLE:
        cls = _throwable(host, name, namespace, parent)
    else:
        _java_manners.add(namespace, flags)
        namespace["__class_getitem__"] = classmethod(GenericAlias)
        bases = _bases(host, module, qualname, flags, parent, interfaces)
        if functional >= 0 and not any(issubclass(base, JavaFunction) for base in bases):
            bases = [base for base in bases if base is not JavaObject] + [JavaFunction]
        cls = _make(name, bases, namespace)
    if flags & _java_manners.LIST:
        # So that `match` takes it for a sequence.
        Sequence.register(cls)
    cls = _krait.remember(host, number, cls, permanent and not filtered)
    if permanent and filtered:
        _filtered.add(cls)
    return cls


def _add(namespace, name, member):
    namespace[name] = member
    if keyword.iskeyword(name):
        namespace[name + "_"] = member


def _bases(host, module, qualname, flags, parent, interfaces):
    bases = [JavaArray] if flags & _java_manners.ARRAY else []
    if parent:
        bases.append(_krait.class_at(host, parent))
    for number in interfaces:
        interface = _krait.class_at(host, number)
        # What comes with another base is no base of its own.
        if not any(interface in base.__mro__ for base in bases):
            bases = [base for base in bases if base not in interface.__mro__] + [interface]
    return bases or [JavaObject]


def _make(name, bases, namespace):
    namespace["__slots__"] = ()
    # The class of a constant with a body of its own is no enum to Java, but extends one.
    is_enum = namespace["_flags_"] & _java_manners.ENUM or any(isinstance(base, JavaEnumClass) for base in bases)
    meta = JavaEnumClass if is_enum else JavaClass
    try:
        return meta(name, tuple(bases), namespace, token=_TOKEN)
    except TypeError:
        # Java's hierarchy has no order that suits Python. isinstance asks Java, and a class has all its members itself.
        if "_function_" in namespace and not issubclass(bases[0], JavaFunction):
            namespace["__call__"] = namespace["_function_"]
        return meta(name, tuple(bases[:1]), namespace, token=_TOKEN)


def _throwable(host, name, namespace, parent):
    """An exception class, and the class of its throwables."""
    if "_function_" in namespace:
        namespace["__call__"] = namespace["_function_"]
    carrier = _make(name, [JavaObject], dict(namespace))
    base = _krait.class_at(host, parent)
    if not issubclass(base, JavaException):
        base = JavaException
    bases = _java_throwables.bases(base, f"{namespace['__module__']}.{namespace['__qualname__']}")
    namespace.update(_carrier_=carrier, _from_java_=classmethod(_java_throwables.from_java))
    return JavaClass(name, bases, namespace, token=_TOKEN)


def let_go():
    """Collects classes that no code uses any more, so that their class loaders can go: when an interpreter closes."""
    if _krait.sweep() > len(_filtered):
        gc.collect()
        _krait.sweep()
