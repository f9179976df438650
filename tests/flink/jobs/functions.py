"""What the jobs' user functions compute, in plain Python: the jobs run it on Flink, the tests without."""

import datetime
import decimal
import json

# More rows than a bundle of Flink's has, 1,000; a query's answer is collected with two rows for each change of it.
MANY = 4000

WORDS = [
    (1, "Straße nach Ελλάδα"), (2, "one two three"), (3, ""), (4, "𝒳 beyond the BMP 🐍"), (5, None), (6, "two words"),
    (7, "ÅÄÖ åäö"), (8, "x" * 1000),
]

TYPED = [
    (1, 2.5, True, "text", b"\x00\xffbytes", decimal.Decimal("12345.678"), datetime.date(2024, 2, 29),
     datetime.time(23, 59, 58), datetime.datetime(2024, 2, 29, 12, 34, 56, 789000), [1, 2, 3], {"a": 1, "b": 2}),
    (-2 ** 63, -0.0, False, "", b"", decimal.Decimal("-0.001"), datetime.date(1, 1, 1),
     datetime.time(0, 0, 0), datetime.datetime(1969, 12, 31, 23, 59, 58), [], {}),
    # Flink's own converters of thread mode fail on a NULL time, array or map.
    (2 ** 63 - 1, 1e300, None, None, None, None, None, datetime.time(12, 0, 0), None, [-1], {"": 7}),
]


def add_one(x):
    return None if x is None else x + 1


def shout(text):
    return None if text is None else text.upper() + "!"


def is_short(text):
    return text is not None and len(text) < 12


def same_parity(a, b):
    return a % 2 == b % 2


def words(text):
    """Rows of a word and its length: none for no text."""
    for word in (text or "").split():
        yield word, len(word)


def json_value_lower(text):
    record = json.loads(text)
    record["a"] = record["a"].lower()
    return json.dumps(record)


def types(*values):
    """The Python types that arrive, as text."""
    return " ".join(type(value).__name__ for value in values)


def record(number):
    """The JSON of the row with that number."""
    return json.dumps({"a": f"City {number} ÄÖ", "n": number})


# Key and value; the value is the event's time in milliseconds too.
EVENTS = [("abc"[n % 3], n) for n in range(0, 60, 2)] + [("a", 80), ("b", 95), ("b", 96)]
