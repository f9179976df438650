"""The code of the loops that call a function for the rows of a batch.

Calls from Python code take less than calls from native code: the interpreter runs function and loop as one. What is iterated is
the batch itself (`Rows` in native code): each time it is asked for the next row, it takes the last one's result first, out of the
cell of the variable `result`. To store there takes the interpreter less than an attribute, and it is the same in every version.
It gives the row's first argument, and puts the others into variables, too, which takes less than a tuple and to unpack it.
"""

_POSITIONAL = """
def around():
    {variables} = None
    def loop(function, rows):
        nonlocal result
        for {first} in rows:
            result = function({arguments})
    return loop.__code__
"""


def _general():
    result = None

    def loop(function, rows):
        nonlocal result
        for args, keywords in rows:
            result = function(*args) if keywords is None else function(*args, **keywords)

    return loop.__code__


GENERAL = _general()


def positional(width):
    """The code of the loop over rows of so many positional arguments. Its variables in cells are the arguments but for the first, in
    order, and then `result`."""
    # CPython sorts them by name.
    arguments = [f"argument{index:03}" for index in range(width)]
    source = _POSITIONAL.format(
        variables=" = ".join([*arguments[1:], "result"]), first=arguments[0] if arguments else "row", arguments=", ".join(arguments)
    )
    namespace = {}
    exec(compile(source, GENERAL.co_filename, "exec"), namespace)
    return namespace["around"]()
