"""The loops that call a function for the rows of a batch.

Calls from Python code take less than calls from native code: the interpreter runs function and loop as one. What is iterated is
the batch itself (`Rows` in native code): each time it is asked for the next row, it takes the last one's result first.
"""

from types import FunctionType


def _values(function, rows):
    for row in rows:
        rows.result = function(row)


def _arguments(function, rows):
    for args, keywords in rows:
        rows.result = function(*args) if keywords is None else function(*args, **keywords)


def loop(namespace, arguments):
    """The loop for rows that are values, or arguments, as if it stood in a namespace: `eval` and `warnings` look at their caller's."""
    return FunctionType((_arguments if arguments else _values).__code__, namespace)
