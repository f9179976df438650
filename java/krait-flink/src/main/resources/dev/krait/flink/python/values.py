"""What SQL values are to Python functions beyond what Krait converts: a row is a named tuple."""

import collections as _collections
import functools as _functools
import itertools as _itertools


@_functools.lru_cache(maxsize=None)
def _row_type(names):
    return _collections.namedtuple("Row", names, rename=True)


def _reader(plan):
    """A function for what a plan describes: None for a value that stays as it is."""
    if plan is None:
        return None
    kind = plan[0]
    if kind == "row":
        make = _row_type(tuple(plan[1]))._make
        readers = [_reader(field) for field in plan[2]]
        if not any(readers):
            return lambda value: None if value is None else make(value)
        return lambda value: None if value is None else make(
            [field if read is None else read(field) for read, field in zip(readers, value)])
    if kind == "list":
        read = _reader(plan[1])
        return lambda value: None if value is None else [read(item) for item in value]
    if kind == "map":
        keys, values = _reader(plan[1]), _reader(plan[2])
        return lambda value: None if value is None else {
            key if keys is None else keys(key): item if values is None else values(item) for key, item in value.items()}
    raise ValueError(kind)


def adapt(function, plans):
    """The function, behind one that makes rows of tuples where its arguments have any."""
    readers = [_reader(plan) for plan in plans]
    if not any(readers):
        return function
    return lambda *values: function(*[value if read is None else read(value) for read, value in zip(readers, values)])


# How many rows of an iterable cross at once.
_AHEAD = 256


def table(function, plans):
    """The function, whose result becomes a list of rows and an iterator of those to come, or None for no row."""
    call = adapt(function, plans)

    def rows(*values):
        result = call(*values)
        if result is None:
            return None
        if isinstance(result, (list, tuple)) and len(result) <= _AHEAD and not hasattr(result, "_fields"):
            return list(result), None
        # A DataFrame's items are its columns' names.
        if isinstance(result, (str, bytes, dict)) or hasattr(result, "_fields") or type(result).__name__ == "DataFrame":
            raise TypeError(f"{type(result).__name__} is one value: yield it, or return a list of rows")
        iterator = iter(result)
        first = more(iterator)
        return first, iterator if len(first) == _AHEAD else None

    return rows


def more(iterator):
    return list(_itertools.islice(iterator, _AHEAD))
