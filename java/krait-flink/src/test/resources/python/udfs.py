"""Functions that the tests call."""

import collections
import dataclasses
import datetime
import decimal
import json
import logging
from typing import Annotated, Iterator, NamedTuple, Optional


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
