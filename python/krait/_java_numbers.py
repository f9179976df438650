"""Java's numbers where they are objects: arithmetic, conversions and formats, as of Python's own numbers."""

import math
import operator
from numbers import Number

from _krait import JavaObject, java

_WHOLE = ("Integer", "Long", "Short", "Byte", "BigInteger")


def number(self):
    """A Java number as Python's own."""
    return java("number", self)


def to_int(self):
    return int(number(self))


def to_float(self):
    return float(number(self))


def to_index(self):
    return operator.index(number(self))


def is_not_zero(self):
    return bool(number(self))


def _operand(value):
    return number(value) if isinstance(value, JavaObject) and hasattr(type(value), "__int__") else value


def _arithmetic():
    """Operators that calculate with the numbers as Python's own: the result is Python's, too."""

    def forward(function):
        return lambda self, other, *modulus: function(number(self), _operand(other), *map(_operand, modulus))

    def backward(function):
        return lambda self, other: function(_operand(other), number(self))

    def alone(function):
        return lambda self, *rest: function(number(self), *rest)

    methods = {"__round__": alone(round), "__divmod__": forward(divmod), "__rdivmod__": backward(divmod)}
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
        # pow() may have a third argument, which the operator has not.
        function = pow if name == "pow" else getattr(operator, name)
        methods[f"__{name}__"] = forward(function)
        methods[f"__r{name}__"] = backward(function)
    for name in ("neg", "pos", "abs"):
        methods[f"__{name}__"] = alone(getattr(operator, name))
    for name in ("trunc", "floor", "ceil"):
        methods[f"__{name}__"] = alone(getattr(math, name))
    return methods


def _order():
    """Comparisons: as Java says, but all are false with NaN, as of Python's own numbers."""

    def with_nan(compare):
        def compared(self, other):
            result = compare(self, other)
            if result is NotImplemented:
                mine, others = number(self), _operand(other)
                if isinstance(others, Number) and (mine != mine or others != others):
                    return False
            return result

        return compared

    return {name: with_nan(getattr(JavaObject, name)) for name in ("__lt__", "__le__", "__gt__", "__ge__")}


ARITHMETIC = _arithmetic()
ORDER = _order()


def format_number(self, spec):
    return format(number(self), spec)


def add(namespace):
    """Adds what the class of a number has."""
    namespace.update(ARITHMETIC, **ORDER, __int__=to_int, __float__=to_float, __bool__=is_not_zero, __format__=format_number)
    if namespace["__qualname__"] in _WHOLE:
        namespace["__index__"] = to_index
