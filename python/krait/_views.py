"""What Java asks of Python objects beyond single operations: live views, iterators, contexts, buffers."""

from collections.abc import Mapping, MutableMapping, MutableSequence, MutableSet, Set
from itertools import islice

from krait import _errors

_READ_ONLY, _FIXED, _GROWS = range(3)


def truth(value):
    return bool(value)


def has_attr(value, name):
    return hasattr(value, name)


def type_of(value):
    return type(value)


def callable_names(value, names):
    """Which of the names the value has: with "" what can be called, with its type's name what cannot."""
    found = {}
    missing = object()
    for name in names:
        attribute = getattr(value, name, missing)
        if attribute is not missing:
            found[name] = "" if callable(attribute) else _errors.type_name(type(attribute))
    return found


def as_dict(value):
    """A dict of a mapping's items; None of anything else."""
    return dict(value) if isinstance(value, Mapping) else None


def close_iterator(iterator):
    """Closes a generator. Other iterators that can be closed, files say, belong to somebody."""
    if all(hasattr(iterator, name) for name in ("send", "throw", "close")):
        iterator.close()


def key_of(mapping):
    """The only key of a dict: a Java collection arrives with a hash there."""
    (key,) = mapping
    return key


def _refuse(value, what):
    raise TypeError(f"a {_errors.type_name(type(value))} is no {what}")


# ---- sequences


def sequence_kind(value):
    """Whether a sequence is read only, has a fixed length, or grows. Raises TypeError for what is no sequence."""
    cls = type(value)
    if isinstance(value, (Mapping, Set)) or not (hasattr(cls, "__getitem__") and hasattr(cls, "__len__")):
        _refuse(value, "sequence")
    if isinstance(value, MutableSequence) or hasattr(cls, "insert") and hasattr(cls, "__delitem__"):
        return _GROWS
    if isinstance(value, memoryview):
        return _READ_ONLY if value.readonly else _FIXED
    return _FIXED if hasattr(cls, "__setitem__") and not isinstance(value, (str, bytes)) else _READ_ONLY


def snapshot(values):
    return iter(tuple(values))


def list_set(values, index, value):
    old = values[index]
    values[index] = value
    return old


def list_insert(values, index, value):
    if index > len(values):
        raise IndexError(f"index {index} is beyond the end of {len(values)} elements")
    values.insert(index, value)


def list_insert_all(values, index, added):
    if index > len(values):
        raise IndexError(f"index {index} is beyond the end of {len(values)} elements")
    if isinstance(values, list):
        values[index:index] = added
    else:
        for offset, value in enumerate(added):
            values.insert(index + offset, value)


def list_pop(values, index):
    if index >= len(values):
        raise IndexError(f"index {index} is beyond the end of {len(values)} elements")
    old = values[index]
    del values[index]
    return old


def list_remove_range(values, start, stop):
    if isinstance(values, list):
        del values[start:stop]
    else:
        for index in range(stop - 1, start - 1, -1):
            del values[index]


def list_index(values, value, start=0, stop=None):
    for index, item in enumerate(islice(values, start, stop), start):
        if item is value or item == value:
            return index
    return -1


def list_last_index(values, value, start=0, stop=None):
    length = len(values)
    for index in range((length if stop is None else min(stop, length)) - 1, start - 1, -1):
        item = values[index]
        if item is value or item == value:
            return index
    return -1


def list_discard(values, value):
    index = list_index(values, value)
    if index < 0:
        return False
    del values[index]
    return True


# ---- sets


def set_is_mutable(value):
    """Whether a set can change. Raises TypeError for what is no set."""
    if not isinstance(value, Set):
        _refuse(value, "set")
    return isinstance(value, MutableSet)


def set_add(values, value):
    if value in values:
        return False
    values.add(value)
    return True


def set_discard(values, value):
    if value not in values:
        return False
    values.discard(value)
    return True


# ---- mappings


def mapping_is_mutable(value):
    """Whether a mapping can change. Raises TypeError for what is no mapping."""
    cls = type(value)
    if not isinstance(value, Mapping) and not (hasattr(cls, "keys") and hasattr(cls, "__getitem__") and hasattr(cls, "get")):
        _refuse(value, "mapping")
    return isinstance(value, MutableMapping) or hasattr(cls, "__setitem__") and hasattr(cls, "__delitem__")


def snapshot_keys(mapping):
    return iter(tuple(mapping.keys()))


def snapshot_items(mapping):
    """Iterators over the keys and over their values."""
    items = tuple(mapping.items())
    return iter(tuple([key for key, _ in items])), iter(tuple([value for _, value in items]))


def map_put(mapping, key, value):
    old = mapping.get(key)
    mapping[key] = value
    return old


def map_remove(mapping, key):
    if key not in mapping:
        return None
    old = mapping[key]
    del mapping[key]
    return old


def map_discard(mapping, key):
    if key not in mapping:
        return False
    del mapping[key]
    return True


def map_has_item(mapping, key, value):
    return key in mapping and value in (mapping[key],)


def map_discard_item(mapping, key, value):
    return map_has_item(mapping, key, value) and map_discard(mapping, key)


def map_has_value(mapping, value):
    return value in mapping.values()


def map_discard_value(mapping, value):
    for key, item in mapping.items():
        if item is value or item == value:
            del mapping[key]
            return True
    return False


def map_update(mapping, others):
    mapping.update(others)


# ---- context managers, buffers


class Context:
    """A context manager that was entered."""

    def __init__(self, manager):
        cls = type(manager)
        if not (hasattr(cls, "__enter__") and hasattr(cls, "__exit__")):
            raise TypeError(f"a {_errors.type_name(cls)} is no context manager")
        self._manager = manager
        self._exit = cls.__exit__
        self.value = cls.__enter__(manager)

    def leave(self, thrown):
        """Leaves it. `thrown` is None, a Python exception, or a Java throwable's record; true if that is suppressed."""
        if thrown is None:
            self._exit(self._manager, None, None, None)
            return False
        exception = _errors.exception_of(thrown)
        return bool(self._exit(self._manager, type(exception), exception, exception.__traceback__))


def enter_context(manager):
    return Context(manager)


def buffer_view(exporter):
    """A memoryview that holds the exporter's memory, which must be contiguous."""
    view = memoryview(exporter)
    if not view.c_contiguous:
        view.release()
        raise BufferError("the memory is not contiguous in C order: copy it first, as(double[].class) or numpy.ascontiguousarray")
    return view
