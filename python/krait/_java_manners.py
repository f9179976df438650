"""Python's own syntax for Java objects: `len`, `in`, `[]`, `for`, `del`, `with`."""

import operator

from _krait import JavaObject, java, method_with

from krait import _async, _java_numbers

# Forms of results; Java's `Form` has the same numbers.
DEFAULT, VIEW, COPY, OBJECT = range(4)
# What a class is; Java's `Manners` has the same numbers.
ITERABLE = 1
COLLECTION = 2
LIST = 4
MAP = 8
ITERATOR = 16
STREAM = 32
CLOSEABLE = 64
ARRAY = 128
THROWABLE = 256
TEXT = 512
NUMBER = 1024
INTERFACE = 2048
ENTRY = 4096
ENUM = 8192
BOOLEAN = 16384
AWAITABLE = 32768
PATH = 65536


def length(self):
    return java("len", self)


def iterate(self):
    iteration = java("iterate", self)
    while portion := java("next", iteration):
        yield from portion


def next_of(self):
    for item in java("next", java("iterate", self)):
        return item
    raise StopIteration


def self_of(self):
    return self


def contains(self, value):
    return java("contains", self, value)


def get_item(self, index):
    if not isinstance(index, slice):
        return java("get", self, operator.index(index))
    return java("slice", self, *_slice(self, index))


def get_text(self, index):
    found = get_item(self, index)
    return "".join(found) if isinstance(index, slice) else found


def contains_text(self, text):
    if not isinstance(text, (str, JavaObject)):
        raise TypeError(f"'in <text>' requires a string as left operand, not {type(text).__name__}")
    return str(text) in str(self)


def set_item(self, index, value):
    if not isinstance(index, slice):
        java("set", self, operator.index(index), value)
        return
    values = list(value)
    start, count, step = _slice(self, index)
    if step == 1 and not hasattr(type(self), "_fixed_"):
        java("replace", self, start, count, values)
        return
    if len(values) != count:
        raise ValueError(f"{len(values)} values for {count} elements")
    for offset, element in enumerate(values):
        java("set", self, start + offset * step, element)


def delete_item(self, index):
    if isinstance(index, slice):
        start, count, step = _slice(self, index)
    else:
        size = len(self)
        start, count, step = operator.index(index), 1, 1
        if not -size <= start < size:
            raise IndexError(f"index {start} of a list of {size}")
        start %= size
    if count:
        java("delete", self, start, count, step)


def _slice(self, index):
    start, stop, step = index.indices(len(self))
    return start, len(range(start, stop, step)), step


def reverse(self):
    for index in range(len(self) - 1, -1, -1):
        yield java("get", self, index)


def elements(self):
    return iter(java("slice", self, 0, len(self), 1))


def array_contains(self, value):
    return any(element == value for element in elements(self))


def map_get(self, key):
    found = java("map_get", self, key)
    if not found:
        raise KeyError(key)
    return found[0]


def map_set(self, key, value):
    java("map_set", self, key, value)


def map_delete(self, key):
    if not java("map_delete", self, key):
        raise KeyError(key)


def map_contains(self, key):
    return java("map_contains", self, key)


def items(self):
    """The entries as pairs, as a dict's items()."""
    iteration = java("iterate_items", self)
    while portion := java("next", iteration):
        yield from zip(portion[::2], portion[1::2])


def enter(self):
    return self


def leave(self, kind, error, trace):
    self.close()


def to_bool(self):
    return java("copy", self)


def format_text(self, spec):
    return format(str(self), spec)


def extend(self, values):
    """`items += values`"""
    self.addAll(values if isinstance(values, JavaObject) else list(values))
    return self


def reverse_deque(self):
    return iter(self.descendingIterator())


def refuse_deletion(self, index):
    raise TypeError("an array cannot change its length")


def clone(self):
    """A copy of the array."""
    return java("clone", self)


def copy_of(self):
    method = type(self).clone
    return (method_with(method, None, OBJECT) or method)(self)


def file_path(self):
    """The path as the operating system has it; what is in an archive has none, and Java says so."""
    return str(self.toFile() if hasattr(self, "toFile") else self)


def refuse_pickling(self, protocol):
    raise TypeError(f"a Java object cannot be copied or pickled by Python: {type(self).__module__}.{type(self).__qualname__}")


def pair(self):
    yield self.getKey()
    yield self.getValue()


def add(namespace, flags):
    """Adds the manners that a class of these flags has."""
    if flags & (ITERABLE | STREAM):
        namespace["__iter__"] = iterate
    elif flags & ITERATOR:
        namespace["__iter__"] = self_of
        namespace["__next__"] = next_of
    elif flags & ENTRY:
        namespace["__iter__"] = pair
    if flags & (COLLECTION | MAP | TEXT | ARRAY):
        namespace["__len__"] = length
    if flags & COLLECTION:
        namespace["__contains__"] = contains
    if flags & (LIST | ARRAY):
        namespace["__getitem__"] = get_item
    if flags & TEXT:
        namespace.update(__getitem__=get_text, __contains__=contains_text)
    if flags & (LIST | ARRAY | TEXT):
        namespace["__reversed__"] = reverse
    elif "descendingIterator" in namespace:
        namespace["__reversed__"] = reverse_deque
    if flags & (LIST | ARRAY):
        namespace["__setitem__"] = set_item
    if flags & LIST:
        namespace.update(__delitem__=delete_item, __iadd__=extend)
    if flags & ARRAY:
        namespace.update(__iter__=elements, __contains__=array_contains, __delitem__=refuse_deletion, _fixed_=True,
                         clone=clone, length=property(length))
    if flags & MAP:
        namespace.update(__iter__=iterate, __getitem__=map_get, __setitem__=map_set, __delitem__=map_delete,
                         __contains__=map_contains)
        # dict(map) asks for keys().
        namespace.setdefault("keys", lambda self: iterate(self))
        namespace.setdefault("items", items)
    if flags & CLOSEABLE:
        namespace.update(__enter__=enter, __exit__=leave)
    namespace.update(__format__=format_text, __reduce_ex__=refuse_pickling)
    if "clone" in namespace:
        namespace["__copy__"] = copy_of
    if flags & NUMBER:
        _java_numbers.add(namespace)
    if flags & BOOLEAN:
        namespace["__bool__"] = to_bool
    if flags & PATH:
        namespace["__fspath__"] = file_path
    if flags & AWAITABLE:
        namespace["__await__"] = _async.awaitable
    if flags & (COLLECTION | MAP) and flags & (LIST | MAP):
        namespace["__hash__"] = JavaObject.__hash__
