"""What the measurements call."""

import itertools
import json

NUMBERS = list(range(1000, 2000))
RECORD = {f"key {number}": number * 1_000_000 for number in range(100)}
CONTENT = bytes(range(256)) * 4096


def nothing():
    pass


def inc(number):
    return number + 1


def same(value):
    return value


def json_value_lower(line):
    a = json.loads(line)
    a["a"] = a["a"].lower()
    return json.dumps(a)


def numbers():
    return NUMBERS


def record():
    return RECORD


def content():
    return CONTENT


def fail():
    raise ValueError("no")


def keywords(a, *, b):
    return a + b


def new_object():
    return object()


def repeat(times, function, *args):
    """The plain loop that calls from Java are compared with."""
    if args:
        (argument,) = args
        for _ in itertools.repeat(None, times):
            function(argument)
    else:
        for _ in itertools.repeat(None, times):
            function()


def call_each(times, function):
    """Python calls Java."""
    for i in range(times):
        function(i)
