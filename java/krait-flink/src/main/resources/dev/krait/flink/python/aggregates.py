"""Aggregate functions: a class's methods over accumulators that Java holds, and that travel pickled."""

import datetime as _datetime
import io as _io
import pickle as _pickle
import re as _re


class _State:
    """An accumulator, under one handle for Java, whatever object it is by now."""

    __slots__ = ("accumulator",)

    def __init__(self, accumulator):
        self.accumulator = accumulator


class _Loader(_pickle.Unpickler):
    """Finds the classes of a job's own modules, which had the name of another job when they were pickled."""

    _OTHER = _re.compile(r"job_[0-9a-f]{12}(?=\.)")

    def __init__(self, job, data):
        super().__init__(_io.BytesIO(data))
        self._job = job

    def find_class(self, module, name):
        return super().find_class(self._OTHER.sub(self._job.__name__, module, count=1), name)


class _Aggregate:
    """What Java calls: whole lists of rows at once."""

    def __init__(self, job, function, plans):
        self._job = job
        self._function = function
        self._readers = [_reader(plan) for plan in plans]
        self._read = any(self._readers)

    def create(self):
        return _State(self._function.create_accumulator())

    def accumulate(self, state, rows):
        self._each(state, rows, self._function.accumulate)

    def retract(self, state, rows):
        self._each(state, rows, self._function.retract)

    def _each(self, state, rows, method):
        accumulator = state.accumulator
        for row in rows:
            if self._read:
                row = [value if read is None else read(value) for read, value in zip(self._readers, row)]
            changed = method(accumulator, *row)
            if changed is not None:
                accumulator = changed
        state.accumulator = accumulator

    def merge(self, state, others):
        changed = self._function.merge(state.accumulator, [other.accumulator for other in others])
        if changed is not None:
            state.accumulator = changed

    def value(self, state):
        return self._function.get_value(state.accumulator)

    def dump(self, state):
        return _pickle.dumps(state.accumulator, protocol=4)

    def load(self, data):
        return _State(_Loader(self._job, data).load())


def aggregate(target, job, plans):
    return _Aggregate(job, target(), plans)


def methods(target):
    """(whether it retracts, whether it merges)"""
    return hasattr(target, "retract"), hasattr(target, "merge")


class _Collected:
    """An aggregate of a function over whole columns: keeps the rows, and calls the function for the value.

    Where Flink aggregates in two phases, a row may be taken back from another accumulator than it came to: until they are
    merged, that one keeps which rows are to go."""

    def __init__(self, function, form, codes, names, result):
        self._function = function
        self._result = result
        self._form = form
        self._codes = codes
        self._names = names or [f"f{index}" for index in range(len(codes))]

    def create_accumulator(self):
        return [], []

    def accumulate(self, state, *row):
        state[0].append(row)

    def retract(self, state, *row):
        rows, gone = state
        if not _taken(rows, row):
            gone.append(row)

    def merge(self, state, others):
        rows, gone = state
        for other_rows, other_gone in others:
            rows.extend(other_rows)
            gone.extend(other_gone)
        gone[:] = [row for row in gone if not _taken(rows, row)]

    def get_value(self, state):
        rows, gone = state
        if gone:
            raise ValueError(f"{len(gone)} rows were taken back that never came, the first is {gone[0]}")
        columns = [list(column) for column in zip(*rows)] or [[] for _ in self._codes]
        if self._form != "lists":
            columns = [_collected_array(code, column) for code, column in zip(self._codes, columns)]
        if self._form in ("pandas", "data_frame"):
            columns = [_collected_series(code, column) for code, column in zip(self._codes, columns)]
        if self._form == "data_frame":
            import pandas

            columns = [pandas.DataFrame(dict(zip(self._names, columns)))]
        return _single(self._function(*columns), self._form, self._result)


def _taken(rows, row):
    """Takes one such row out; whether there was any."""
    try:
        rows.remove(row)
    except ValueError:
        # NaN equals nothing, no other NaN either; it looks like one.
        shown = repr(row)
        index = next((index for index, other in enumerate(rows) if repr(other) == shown), None)
        if index is None:
            return False
        del rows[index]
    return True


def _collected_array(code, column):
    import numpy

    dtype = {"date": "datetime64[D]", "timestamp": "datetime64[us]", "instant": "datetime64[us]", "str": object,
             "object": object, "row": object}.get(code, code)
    if dtype is object:
        return numpy.fromiter(column, dtype=object, count=len(column))
    if code == "instant":
        column = [value and value.replace(tzinfo=None) for value in column]
    nulls = [value is None for value in column]
    if not any(nulls):
        return numpy.array(column, dtype=dtype)
    filler = 0 if numpy.dtype(dtype).kind in "iufb" else "NaT"
    values = numpy.array([filler if null else value for value, null in zip(column, nulls)], dtype=dtype)
    return numpy.ma.MaskedArray(values, mask=nulls)


def _collected_series(code, array):
    import numpy

    mask = numpy.ma.getmaskarray(array).tobytes() if isinstance(array, numpy.ma.MaskedArray) else None
    data = array.data if isinstance(array, numpy.ma.MaskedArray) else array
    return _series(code, data, mask)


def _single(value, form, code):
    """One result, as those in a column are: what pandas calls missing is None, a day is a date, and numpy's instants are in UTC."""
    if hasattr(value, "item") and getattr(value, "ndim", 1) == 0 and type(value).__name__ != "MaskedConstant":
        # Of times with nanoseconds, item() makes ints.
        value = value[()] if getattr(value.dtype, "kind", "") in ("m", "M") else value.item()
    if form == "lists":
        return value
    import numpy

    if form != "numpy":
        import pandas

        if pandas.api.types.is_scalar(value) and pandas.isna(value):
            return None
        if code == "date" and isinstance(value, pandas.Timestamp) and value.tzinfo is None:
            value = value.to_datetime64()
    if isinstance(value, numpy.datetime64) and not numpy.isnat(value):
        day = value.astype("datetime64[D]")
        if code == "date" and day == value:
            return day
        if code == "instant":
            return value.astype("datetime64[us]").item().replace(tzinfo=_datetime.timezone.utc)
    return value


def collected(target, job, plans, form, codes, names, result):
    return _Aggregate(job, _Collected(target, form, codes, names, result), plans)
