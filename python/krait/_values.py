"""Value types that Python has no built-in type for."""

from collections import namedtuple


class Entry(namedtuple("Entry", ("key", "value"))):
    """A key and its value: what a ``java.util.Map.Entry`` is in Python.

    It unpacks like a pair, ``key, value = entry``, and crosses back to Java as an entry.
    """

    __slots__ = ()
