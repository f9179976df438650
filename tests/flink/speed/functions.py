"""What is measured: plain Python functions, the same for every engine; Functions.java has them in Java.

Those whose names end in `batch` and `columns` are for krait-flink's vectorised form: lists in, a list out, or arrays of numpy.
"""

import json


def json_value_lower(line):
    a = json.loads(line)
    a["a"] = a["a"].lower()
    return json.dumps(a)


def increment(x):
    return x + 1


def three(x):
    yield x
    yield x + 1
    yield x + 2


def json_value_lower_batch(lines):
    return [json_value_lower(line) for line in lines]


def increment_columns(xs):
    return xs + 1
