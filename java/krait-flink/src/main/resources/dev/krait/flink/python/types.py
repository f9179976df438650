"""The SQL types that annotations stand for."""

import collections.abc as _abc_collections
import dataclasses as _dataclasses
import datetime as _datetime
import decimal as _decimal
import functools as _functools
import importlib as _importlib
import inspect as _inspect
import types as _types_module
import typing as _typing

_PLAIN = {
    bool: "BOOLEAN",
    int: "BIGINT",
    float: "DOUBLE",
    str: "STRING",
    bytes: "BYTES",
    bytearray: "BYTES",
    _decimal.Decimal: "DECIMAL(38, 18)",
    _datetime.date: "DATE",
    _datetime.time: "TIME(3)",
    _datetime.datetime: "TIMESTAMP(6)",
    _datetime.timedelta: "INTERVAL SECOND(3)",
}
_LISTS = (list, _abc_collections.Sequence, _abc_collections.Iterable, _abc_collections.Collection)
_MAPS = (dict, _abc_collections.Mapping)
_STREAMS = (_abc_collections.Iterator, _abc_collections.Iterable, _abc_collections.Generator,
            _abc_collections.Sequence, _abc_collections.Collection, list)
_GENERATORS = (_abc_collections.Iterator, _abc_collections.Iterable, _abc_collections.Generator)


def sql_type(annotation, where):
    """The SQL type of an annotation; `where` is for the message that there is none."""
    origin = _typing.get_origin(annotation)
    arguments = _typing.get_args(annotation)
    if origin is _typing.Annotated:
        texts = [text for text in arguments[1:] if isinstance(text, str)]
        return texts[0] if texts else sql_type(arguments[0], where)
    if isinstance(annotation, str):
        return annotation
    if origin is _typing.Union or origin is getattr(_types_module, "UnionType", None):
        others = [argument for argument in arguments if argument is not type(None)]
        if len(others) == 1:
            return sql_type(others[0], where)
    if isinstance(annotation, _typing.NewType):
        return sql_type(annotation.__supertype__, where)
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if origin in _LISTS and arguments:
        return f"ARRAY<{sql_type(arguments[0], where)}>"
    if origin in _MAPS and arguments:
        return f"MAP<{sql_type(arguments[0], where)}, {sql_type(arguments[1], where)}>"
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return f"ARRAY<{sql_type(arguments[0], where)}>"
        return _row((f"f{index}", argument) for index, argument in enumerate(arguments)) if arguments else _none(annotation, where)
    if isinstance(annotation, type):
        if _dataclasses.is_dataclass(annotation) or hasattr(annotation, "_fields") or _typing_is_dict(annotation):
            hints = _typing.get_type_hints(annotation, include_extras=True)
            return _row(hints.items())
    return _none(annotation, where)


def _typing_is_dict(annotation):
    return issubclass(annotation, dict) and hasattr(annotation, "__total__")


def _row(fields):
    return "ROW<" + ", ".join(f"`{name}` {sql_type(annotation, name)}" for name, annotation in fields) + ">"


def _none(annotation, where):
    shown = annotation.__name__ if isinstance(annotation, type) and not _typing.get_args(annotation) else annotation
    raise TypeError(f"no SQL type is known for {where}: {shown}; declare the types, or write "
                    "Annotated[…, 'A SQL TYPE'] in its place")


def describe(function, kind):
    """The SQL types of a function: (arguments, how many are required, whether the last repeats, result)."""
    if kind == "aggregate":
        return _describe_class(function)
    annotated = _annotated(function)
    hints = _typing.get_type_hints(annotated, include_extras=True)
    if "return" not in hints:
        raise TypeError(f"{annotated.__qualname__} has no annotation of its result: write one, or declare the types")
    result = hints["return"]
    if kind == "table":
        origin = _typing.get_origin(result)
        if origin not in _STREAMS:
            raise TypeError(f"{annotated.__qualname__} should be annotated to return an iterable of rows, such as Iterator[str]")
        result = _typing.get_args(result)[0]
    if kind in ("vectorized", "columns"):
        # A column of int is a column of BIGINT; one of unknown items may be anything, as an argument.
        types = {name: _item(annotation) for name, annotation in hints.items()}
        if kind == "columns":
            types["return"] = result
        if types["return"] is None:
            raise TypeError(f"{annotated.__qualname__} should be annotated to return a column, such as list[int]; or declare the types")
        known = {name: item for name, item in types.items() if item is not None}
        return (*_arguments(function, known, 0), sql_type(types["return"], "the result"))
    return (*_arguments(function, hints, 0), sql_type(result, "the result"))


def _annotated(function):
    """What has the annotations of something that can be called: get_type_hints knows nothing but functions."""
    while isinstance(function, _functools.partial):
        function = function.func
    return function if hasattr(function, "__qualname__") else type(function).__call__


def declared(job, module):
    """What a module has for SQL: (name, kind) of its own functions with a type for the result, and of its aggregates' classes."""
    module = _importlib.import_module(f"{job.__name__}.{module}")
    found = []
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
            continue
        if _inspect.isclass(value) and all(hasattr(value, method) for method in ("create_accumulator", "accumulate", "get_value")):
            found.append((name, "aggregate"))
        elif _inspect.isfunction(value) and "return" in _typing.get_type_hints(value):
            origin = _typing.get_origin(_typing.get_type_hints(value)["return"])
            found.append((name, "table" if origin in _GENERATORS else "scalar"))
    return found


def _item(annotation):
    if _typing.get_origin(annotation) is _typing.Annotated and any(isinstance(text, str) for text in annotation.__metadata__):
        return annotation
    return _typing.get_args(annotation)[0] if _typing.get_origin(annotation) in _LISTS else None


def _describe_class(cls):
    accumulate = _typing.get_type_hints(cls.accumulate, include_extras=True)
    value = _typing.get_type_hints(cls.get_value, include_extras=True)
    if "return" not in value:
        raise TypeError(f"{cls.__qualname__}.get_value has no annotation of its result: write one, or declare the types")
    # After self and the accumulator.
    return (*_arguments(cls.accumulate, accumulate, 2), sql_type(value["return"], "the result"))


def _arguments(function, hints, skip):
    types, required, varargs = [], 0, False
    parameters = list(_inspect.signature(function).parameters.values())[skip:]
    for parameter in parameters:
        if parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD):
            continue
        types.append(sql_type(hints[parameter.name], parameter.name) if parameter.name in hints else None)
        if parameter.kind is parameter.VAR_POSITIONAL:
            varargs = True
        elif parameter.default is parameter.empty:
            required += 1
    return types, required, varargs
