"""The code of the loops that call a function for the rows of a batch.

Calls from Python code take less than calls from native code: the interpreter runs function and loop as one. What is iterated is
the batch itself (`Rows` in native code): each time it is asked for the next row, it takes the last one's result first, out of the
cell of the variable `result`. To store there takes the interpreter less than an attribute, and it is the same in every version.
"""


def _loops():
    result = None

    def values(function, rows):
        nonlocal result
        for row in rows:
            result = function(row)

    def arguments(function, rows):
        nonlocal result
        for args, keywords in rows:
            result = function(*args) if keywords is None else function(*args, **keywords)

    return values.__code__, arguments.__code__


VALUES, ARGUMENTS = _loops()
