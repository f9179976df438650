"""Python's own syntax for Java objects: `len`, `in`, `[]`, `for`, `del`, `with` and conversions to numbers."""

import operator

from _krait import JavaObject, java

from krait import _async

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


def to_int(self):
    return int(java("number", self))


def to_float(self):
    return float(java("number", self))


def to_index(self):
    return operator.index(java("number", self))


def to_bool(self):
    return java("copy", self)


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
    if flags & (LIST | ARRAY | TEXT):
        namespace["__getitem__"] = get_item
        namespace["__reversed__"] = reverse
    if flags & (LIST | ARRAY):
        namespace["__setitem__"] = set_item
    if flags & LIST:
        namespace["__delitem__"] = delete_item
    if flags & ARRAY:
        namespace.update(__iter__=elements, __contains__=array_contains, _fixed_=True)
    if flags & MAP:
        namespace.update(__iter__=iterate, __getitem__=map_get, __setitem__=map_set, __delitem__=map_delete,
                         __contains__=map_contains)
        # dict(map) asks for keys().
        namespace.setdefault("keys", lambda self: iterate(self))
        namespace.setdefault("items", items)
    if flags & CLOSEABLE:
        namespace.update(__enter__=enter, __exit__=leave)
    if flags & NUMBER:
        namespace.update(__int__=to_int, __float__=to_float)
        if namespace["__qualname__"] in ("Integer", "Long", "Short", "Byte", "BigInteger"):
            namespace["__index__"] = to_index
    if flags & BOOLEAN:
        namespace["__bool__"] = to_bool
    if flags & AWAITABLE:
        namespace["__await__"] = _async.awaitable
    if flags & (COLLECTION | MAP) and flags & (LIST | MAP):
        namespace["__hash__"] = JavaObject.__hash__
