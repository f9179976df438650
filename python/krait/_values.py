"""Value types that Python has no built-in type for."""

from typing import Any, NamedTuple


class Entry(NamedTuple):
    """A key and its value: what a ``java.util.Map.Entry`` is in Python.

    It unpacks like a pair, ``key, value = entry``, and crosses back to Java as an entry.
    """

    key: Any
    value: Any
