"""Batches of rows: columns as Java sends them become what the function takes, and what it gives a column of results."""

import sys as _sys_columns


def vectorized(function, plans, form, codes, names, result, fields):
    """A function (rows, columns, nulls) → a column of results, or a list of a row's columns, which calls the function once."""
    readers = [_reader(plan) for plan in plans]
    make = {"lists": _as_list, "numpy": _as_array, "pandas": _as_series, "data_frame": _as_series}[form]
    if form != "lists":
        import numpy
    if form in ("pandas", "data_frame"):
        import pandas
    if form == "data_frame":
        columns_named = names or [f"f{index}" for index in range(len(codes))]

    def call(rows, columns, nulls):
        arguments = [make(code, column, null, read) for code, column, null, read in zip(codes, columns, nulls, readers)]
        if form == "data_frame":
            frame = pandas.DataFrame(dict(zip(columns_named, arguments)), index=range(rows))
            value = function(frame)
        else:
            value = function(*arguments)
        return _results(value, rows, result, fields)

    if form != "numpy" or not {result, *codes} <= {"int64", "float64"}:
        return call

    # Numbers as wide as they cross: all that is asked above for each batch is known.
    kinds = [numpy.dtype(code) for code in codes]
    kind = numpy.dtype(result)
    ndarray, frombuffer = numpy.ndarray, numpy.frombuffer

    def call_numbers(rows, columns, nulls):
        for null in nulls:
            if null is not None:
                return call(rows, columns, nulls)
        value = function(*map(frombuffer, columns, kinds))
        if type(value) is ndarray and value.dtype is kind and value.shape == (rows,) and value.flags.c_contiguous:
            return memoryview(value), None, None
        return _results(value, rows, result, fields)

    return call_numbers


def _as_list(code, column, nulls, read):
    return column if read is None else [read(value) for value in column]


def _as_array(code, column, nulls, read):
    import numpy

    if isinstance(column, list):
        return numpy.fromiter(_as_list(code, column, nulls, read), dtype=object, count=len(column))
    # Java's array was copied into Python's memory; this is that memory.
    array = numpy.frombuffer(column, dtype=numpy.float64 if column.typecode == "d" else numpy.int64)
    if code == "date":
        array = array.view("datetime64[D]")
    elif code in ("timestamp", "instant"):
        array = array.view("datetime64[us]")
    else:
        array = array.astype(code, copy=False)
    return array if nulls is None else numpy.ma.MaskedArray(array, mask=numpy.frombuffer(nulls, dtype=bool))


def _as_series(code, column, nulls, read):
    import numpy
    import pandas

    if code == "str":
        return pandas.Series(column, dtype=None if any(value is not None for value in column) else object)
    if isinstance(column, list):
        return pandas.Series(_as_array(code, column, nulls, read), dtype=object)
    return _series(code, _as_array(code, column, None, read), nulls)


def _series(code, array, nulls):
    """A Series of an array, with NULL where the bytes say so."""
    import numpy
    import pandas

    if array.dtype == object:
        return pandas.Series(list(array), dtype=None if code == "str" and len(array) else object)
    mask = None if nulls is None else numpy.frombuffer(nulls, dtype=bool)
    if mask is not None:
        if array.dtype.kind == "i":
            array = pandas.arrays.IntegerArray(array, mask.copy())
        elif array.dtype.kind == "b":
            array = pandas.arrays.BooleanArray(array, mask.copy())
        elif array.dtype.kind == "M":
            array = numpy.where(mask, numpy.datetime64("NaT"), array)
        else:
            array = numpy.where(mask, numpy.nan, array)
    if code == "date":
        array = array.astype("datetime64[s]")
    series = pandas.Series(array)
    return series.dt.tz_localize("UTC") if code == "instant" else series


def _results(value, rows, code, fields):
    if code == "row" and _is_columns(value):
        return [_column(column, rows, kind) for (_, kind), column in zip(fields, _fields(value, fields))]
    return _column(value, rows, code)


def _is_columns(value):
    return isinstance(value, dict) or type(value).__name__ == "DataFrame"


def _fields(value, kinds):
    """The columns of a DataFrame or of a dict of columns, by their names; a DataFrame's else by their places."""
    fields = [field for field, _ in kinds]
    names = list(value)
    if all(field in names for field in fields):
        return [value[field] for field in fields]
    if isinstance(value, dict) or len(names) != len(fields):
        raise ValueError(f"the result has columns {names}, not {fields}")
    return [value.iloc[:, index] for index in range(len(fields))]


def _column(value, rows, code):
    """(values, nulls, unit): a column of results as a list, or as 64-bit numbers, the bytes that say which of them are NULL, or None,
    and what the numbers of times count."""
    if _is_columns(value):
        raise TypeError(f"a column of {rows} results was expected, not {type(value).__name__}: "
                        "return one of its columns, or declare a ROW of them")
    try:
        length = len(value)
    except TypeError:
        raise TypeError(f"a column of {rows} results was expected, not {type(value).__name__}") from None
    if isinstance(value, (str, bytes, set, frozenset)):
        raise TypeError(f"a column of {rows} results was expected, not {type(value).__name__}")
    if length != rows:
        raise ValueError(f"{length} results for {rows} rows")
    if isinstance(value, list):
        return value, None, None
    array, mask, zoned = _array(value)
    if array is None:
        return list(value), None, None
    if array.ndim == 1 and array.dtype.kind == "M":
        return _times(array, mask, zoned, code)
    if array.ndim == 1 and array.dtype.kind in _NUMBERS.get(code, "") and array.dtype != "uint64":
        return _numbers(array, mask, "float64" if code.startswith("float") else "int64", None)
    return _listed(array, mask), None, None


def _numbers(array, mask, wide, unit):
    import numpy

    return memoryview(numpy.ascontiguousarray(array, dtype=wide)), None if mask is None else mask.tobytes(), unit


def _times(array, mask, zoned, code):
    """Times as what they count since 1970. Python's own have no nanoseconds."""
    import numpy

    missing = numpy.isnat(array)
    days = array.astype("datetime64[D]")
    # A time of day is no part of a date: with one, it is no DATE.
    if array.dtype == days.dtype or code == "date" and not zoned and ((days == array) | missing).all():
        array, unit = days, "D"
    else:
        unit = "ns" if numpy.datetime_data(array.dtype)[0] in ("ns", "ps", "fs", "as") else "us"
        array = array.astype(f"datetime64[{unit}]")
        unit += " UTC" if zoned or code == "instant" else ""
    missing = missing if mask is None else missing | mask
    return _numbers(array.view("int64"), missing if missing.any() else None, "int64", unit)


# The kinds of numpy's types that are those of a SQL type without a doubt.
_NUMBERS = {"int8": "iu", "int16": "iu", "int32": "iu", "int64": "iu", "float32": "f", "float64": "f"}


def _array(value):
    """(array, mask or None, whether it is of a time zone, then in UTC) of numpy's and pandas's columns; (None, …) of others."""
    numpy = _sys_columns.modules.get("numpy")
    if numpy is None:
        return None, None, False
    if isinstance(value, numpy.ma.MaskedArray):
        return value.data, numpy.ma.getmaskarray(value), False
    if isinstance(value, numpy.ndarray):
        return value, None, False
    if not hasattr(value, "isna") or not hasattr(value, "to_numpy"):
        return None, None, False
    mask = numpy.asarray(value.isna(), dtype=bool)
    mask = mask if mask.any() else None
    dtype = value.dtype
    if getattr(dtype, "tz", None) is not None:
        return value.to_numpy(dtype=f"datetime64[{dtype.unit}]"), mask, True
    if hasattr(dtype, "numpy_dtype") and dtype.numpy_dtype.kind in "iufb":
        return value.to_numpy(dtype=dtype.numpy_dtype, na_value=0), mask, False
    return value.to_numpy(), mask, False


def _listed(array, mask):
    if array.dtype.kind == "m":
        array = array.astype("timedelta64[us]")
    # A numpy.datetime64 crosses as it is; as one of Python's it would lose its nanoseconds.
    values = _nested(array) if array.dtype.kind == "M" else array.tolist()
    return values if mask is None else [None if null else value for value, null in zip(values, mask)]


def _nested(array):
    return list(array) if array.ndim == 1 else [_nested(item) for item in array]
