"""Value types that Python has no built-in type for."""

import sys
from collections import namedtuple

# The units of numpy's times that have a fixed length: seconds as a fraction.
UNITS = {"W": (604_800, 1), "D": (86_400, 1), "h": (3_600, 1), "m": (60, 1), "s": (1, 1), "ms": (1, 10**3),
         "us": (1, 10**6), "ns": (1, 10**9), "ps": (1, 10**12), "fs": (1, 10**15), "as": (1, 10**18)}


class Entry(namedtuple("Entry", ("key", "value"))):
    """A key and its value: what a ``java.util.Map.Entry`` is in Python.

    It unpacks like a pair, ``key, value = entry``, and crosses back to Java as an entry.
    """

    __slots__ = ()


def numpy_time(scalar):
    """A datetime64 or timedelta64 as ("date", "datetime" or "duration", seconds, nanoseconds), the last within a second.

    None for a NaT; the scalar itself where it is a number of months, years or nothing, which have no length.
    """
    numpy = sys.modules["numpy"]
    if numpy.isnat(scalar):
        return None
    kind = "duration"
    unit, count = numpy.datetime_data(scalar.dtype)
    if isinstance(scalar, numpy.datetime64):
        if unit in ("Y", "M"):
            scalar = scalar.astype("datetime64[D]")
            unit, count = "D", 1
        kind = "date" if unit in ("W", "D") else "datetime"
    if unit not in UNITS:
        return scalar
    times, parts = UNITS[unit]
    seconds, nanos = divmod(int(scalar.astype("int64")) * count * times * 10**9 // parts, 10**9)
    return kind, seconds, nanos
