"""Functions that the tests call."""

import collections
import dataclasses
import datetime
import decimal
import functools
import json
import logging
from typing import Annotated, Iterator, NamedTuple, NewType, Optional


def json_value_lower(s: str) -> str:
    a = json.loads(s)
    a["a"] = a["a"].lower()
    return json.dumps(a)


def same(value):
    return value


def shown(value):
    return f"{type(value).__name__} {value!r}"


def count(*values) -> int:
    return len(values)


def add(a: int, b: int = 10) -> int:
    return a + b


add_seven = functools.partial(add, b=7)

Units = NewType("Units", int)


class Scale:
    def __init__(self, by):
        self.by = by

    def __call__(self, units: Units) -> Units:
        return units * self.by


scale = Scale(2)


class Untyped:
    def __call__(self, value):
        return value


untyped = Untyped()


def price(text: str) -> Annotated[decimal.Decimal, "DECIMAL(10, 2)"]:
    return decimal.Decimal(text)


def fail(text):
    raise ValueError("no " + text)


class Point(NamedTuple):
    x: int
    y: Optional[float]


@dataclasses.dataclass
class Span:
    start: datetime.datetime
    days: int


def point(x: int) -> Point:
    return Point(x, x / 2)


def span(day: datetime.date) -> Span:
    return Span(datetime.datetime(day.year, day.month, day.day), 3)


def norm(point) -> float:
    return abs(complex(point.x, point[1]))


def words(text: str) -> Iterator[str]:
    yield from text.split()


def indexed(text) -> Iterator[tuple[int, str]]:
    return [(i, word) for i, word in enumerate(text.split())]


def points(n):
    for i in range(n):
        yield {"x": i, "y": i / 2}


def numbers(n):
    return range(n)


def nothing(n):
    return None


def one_text(text):
    return text


def breaks(n):
    yield n
    raise KeyError("after the first")


class Sums:
    @staticmethod
    def total(values: list[int]) -> int:
        return sum(values)


def plus_one(numbers):
    return [None if number is None else number + 1 for number in numbers]


def array_plus_one(numbers):
    return numbers + 1


def array_backwards(numbers):
    return numbers[::-1]


def array_in_32_bits(numbers):
    return numbers.astype("int32")


def array_of_halves(numbers):
    return numbers / 2


def array_without_the_last(numbers):
    return numbers[:-1]


def array_in_two_dimensions(numbers):
    return numbers.reshape(1, -1)


def in_a_frame(numbers):
    import pandas

    return pandas.DataFrame({"n": numbers})


def moments(numbers):
    return numbers.astype("datetime64[ns]")


def moments_of_an_index(numbers):
    import pandas

    return pandas.to_datetime(list(numbers), utc=True)


def moments_in_rows(numbers):
    import pandas

    return pandas.DataFrame({"here": pandas.to_datetime(numbers), "there": pandas.to_datetime(numbers, utc=True)})


def moments_twice(numbers):
    return numbers.astype("datetime64[ns]").reshape(-1, 1).repeat(2, axis=1)


def typed(numbers: list[int], texts: list[str]) -> list[str]:
    return [f"{text}{number}" for number, text in zip(numbers, texts)]


def kinds(*columns):
    """What came, as text, in every row."""
    return [" | ".join(kind(column) for column in columns)] * len(columns[0])


def kind(column):
    dtype = getattr(column, "dtype", "")
    masked = " masked" if type(column).__name__ == "MaskedArray" else ""
    return f"{type(column).__name__}{masked} {dtype} {list(column)!r}"


def frame_kind(frame):
    return [str(dict(frame.dtypes.astype(str)))] * len(frame)


def stats(frame):
    frame["total"] = frame["a"] + frame["b"]
    return frame[["total", "name"]]


batches = []


def sized(numbers):
    """The size of the batch that each row came in."""
    return [len(numbers)] * len(numbers)


def throws_of_java(numbers):
    from java.io import IOException
    raise IOException("of Java")


def fails_at_seven(numbers):
    if 7 in numbers:
        raise ValueError("seven came")
    return numbers


def too_few(numbers):
    return numbers[1:]


def same_columns(*columns):
    return {f"c{i}": column for i, column in enumerate(columns)}


class Mean:
    """A mean whose accumulator is an object of a class of this file."""

    class Total:
        def __init__(self):
            self.sum, self.count = 0.0, 0

    def create_accumulator(self):
        return Mean.Total()

    def accumulate(self, total, value: float):
        if value is not None:
            total.sum += value
            total.count += 1

    def retract(self, total, value: float):
        if value is not None:
            total.sum -= value
            total.count -= 1

    def merge(self, total, others):
        for other in others:
            total.sum += other.sum
            total.count += other.count

    def get_value(self, total) -> Optional[float]:
        return total.sum / total.count if total.count else None


class Longest:
    """An accumulator that is replaced, not changed; rows cannot be taken back."""

    def create_accumulator(self):
        return ""

    def accumulate(self, longest, text: str, suffix: str = ""):
        return max(longest, text + suffix, key=len)

    def get_value(self, longest) -> str:
        return longest


class Broken(Longest):
    def accumulate(self, longest, text: str):
        raise ValueError("cannot take " + text)


def median(values):
    return float(values.median())


def pairs(left: list[int], right: list[str]) -> str:
    return " ".join(f"{text}{number}" for number, text in zip(left, right))


def spread(frame):
    return float(frame["high"].max() - frame["low"].min())


def krait_loader(_) -> str:
    """Which class loader Krait's classes are from."""
    from dev.krait.flink import PythonScalarFunction

    return str(PythonScalarFunction.class_.getClassLoader())


def endless(_):
    while True:
        pass


def same_rows(*columns):
    return list(zip(*columns))


def none(column):
    return [None] * len(column)


def plus_one_beside(rows):
    return {"x": [x for x, in rows], "y": plus_one([x for x, in rows])}
