"""Takes PyFlink's own steps around a function away where they do nothing, once Flink's operation has opened.

PyFlink calls a function through a closure, two converters, a method and a lambda. For most types the converters give back what
they are given, and then the function itself is all that is left. PyFlink's files and classes stay as they are: an operation
gets another `process_element` of its own. That takes knowing what every step does, so each is compared, byte code by byte code,
with the one written below; one that differs, in another PyFlink or patched, is called as ever.
"""

import dis
from types import FunctionType, MethodType


def opened(scope, name):
    """An operation has opened, which is called by this name."""
    return shorten(scope.get(name))


def shorten(operation):
    """Gives an operation a shorter way to its function. True where it has one now."""
    closure = getattr(operation, "__dict__", {}).get("process_element")
    short = _scalar(operation, closure) or _table(operation, closure)
    if short is None:
        return False
    operation.process_element = short
    return True


# ---- what PyFlink's steps are, as this interpreter compiles them


def _same(self, value):
    return value


def _call(self, value):
    return self.func(value)


def _scalar_step(input_data_converter, output_data_converter, process_element_func):
    def process_element(value):
        internal = input_data_converter.to_internal(value)
        result = process_element_func(internal)
        return output_data_converter.to_external(result)

    return process_element


def _table_step(input_data_converter, output_data_converter, process_element_func):
    def process_element(value):
        internal = input_data_converter.to_internal(value)
        results = process_element_func(internal)
        for result in results:
            yield output_data_converter.to_external(result)

    return process_element


class _Row:
    def to_internal(self, value):
        if value is None:
            return None

        return tuple([self._field_data_converters[i].to_internal(item)
                      for i, item in enumerate(value)])

    def to_external(self, value):
        if value is None:
            return None

        return tuple([self._field_data_converters[i].to_external(item)
                      for i, item in enumerate(value)])


_SCALAR = _scalar_step(None, None, None)
_TABLE = _table_step(None, None, None)


def _is_like(function, model):
    """Whether a function of Python's does what the model does: names of variables and lines may differ."""
    return (type(function) is FunctionType and function.__defaults__ is None and function.__kwdefaults__ is None
            and _are_like(function.__code__, model.__code__))


def _are_like(code, model):
    return (_shape(code) == _shape(model) and len(code.co_consts) == len(model.co_consts)
            and all(map(_are_like_constants, code.co_consts, model.co_consts)))


def _shape(code):
    return (code.co_code, code.co_names, code.co_freevars, code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount,
            code.co_nlocals, code.co_flags, getattr(code, "co_exceptiontable", None))


def _are_like_constants(constant, model):
    if hasattr(model, "co_code"):
        return hasattr(constant, "co_code") and _are_like(constant, model)
    # The qualified names of inner functions, before CPython 3.11.
    if isinstance(model, str) and "<locals>" in model:
        return isinstance(constant, str) and constant.endswith(model[model.rindex("."):])
    return type(constant) is type(model) and constant == model


# ---- the steps of an operation


def _scalar(operation, closure):
    if not _is_like(closure, _SCALAR):
        return None
    variables = _variables(closure)
    function = _function(operation, variables["process_element_func"])
    if function is None:
        return None
    after = _after(function, variables["output_data_converter"])
    return _composed(_before(variables["input_data_converter"]), _called_by(function), after)


def _table(operation, closure):
    """PyFlink has each row as a list, of as many items as there are columns as a rule."""
    if not _is_like(closure, _TABLE):
        return None
    variables = _variables(closure)
    function = _function(operation, variables["process_element_func"])
    after = variables["output_data_converter"]
    if function is None or not _gives_back_fields(after, "to_external"):
        return None
    columns, after = len(vars(after)["_field_data_converters"]), after.to_external
    function = _composed(_before(variables["input_data_converter"]), function, None)

    def process_element(value):
        for row in function(value):
            yield tuple(row) if type(row) is list and len(row) <= columns else after(row)

    return process_element


def _variables(closure):
    return dict(zip(closure.__code__.co_freevars, [cell.cell_contents for cell in closure.__closure__]))


def _function(operation, process):
    """The lambda that PyFlink made, if the method only calls that."""
    if type(process) is MethodType and process.__self__ is operation and _is_like(process.__func__, _call):
        function = vars(operation).get("func")
        if type(function) is FunctionType:
            return function
    return None


def _called_by(function):
    """What a lambda calls with its own argument, if that is all it does; else the lambda itself."""
    names = function.__code__.co_names
    if len(names) == 1 and _is_like(function, eval(f"lambda value: {names[0]}(value)")):
        return function.__globals__.get(names[0], function)
    return function


def _before(converter):
    # Flink's Java side gives rows as tuples already.
    return None if _gives_back(converter, "to_internal") or _gives_back_fields(converter, "to_internal") else converter.to_internal


def _after(function, converter):
    if _gives_back(converter, "to_external"):
        return None
    if _gives_back_fields(converter, "to_external") and _gives_list(function, len(vars(converter)["_field_data_converters"])):
        return tuple
    return converter.to_external


def _gives_list(function, length):
    *_, last, end = dis.get_instructions(function.__code__)
    return (last.opname, last.arg, end.opname) == ("BUILD_LIST", length, "RETURN_VALUE")


def _gives_back(converter, method):
    """Whether a converter's method does nothing."""
    return _is_like(_own(converter, method), _same)


def _gives_back_fields(converter, method):
    """Whether it makes a tuple of what comes, as it is."""
    if not _is_like(_own(converter, method), getattr(_Row, method)):
        return False
    fields = vars(converter).get("_field_data_converters")
    return type(fields) is list and all(_gives_back(field, method) for field in fields)


def _own(converter, method):
    """The function that a call of the method runs, if nothing stands before it."""
    kind = type(converter)
    if kind.__getattribute__ is not object.__getattribute__ or method in getattr(converter, "__dict__", ()):
        return None
    return getattr(kind, method, None)


def _composed(before, function, after):
    if before is None and after is None:
        return function
    if before is None:
        return lambda value: after(function(value))
    if after is None:
        return lambda value: function(before(value))
    return lambda value: after(function(before(value)))
