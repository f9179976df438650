"""The demo in plain CPython.

plain.py check INPUT OUTPUT   compares OUTPUT line by line with what the function gives here
plain.py rate INPUT PASSES    prints rows/s: the median of as many passes, after one to warm up
"""

import statistics
import sys
import time
from itertools import zip_longest

from udf import json_value_lower


def lines(path):
    with open(path, encoding="utf-8", newline="\n") as rows:
        return [row.rstrip("\n") for row in rows]


def check(source, output):
    count = 0
    for count, (row, got) in enumerate(zip_longest(lines(source), lines(output)), 1):
        if row is None or got is None:
            sys.exit(f"Row {count}: input and output have different numbers of lines")
        expected = json_value_lower(row)
        if got != expected:
            sys.exit(f"Row {count} differs:\n  CPython: {expected}\n  Krait:   {got}")
    print(count)


def rate(source, passes):
    rows = lines(source)
    rates = []
    for _ in range(passes + 1):
        began = time.perf_counter()
        for row in rows:
            json_value_lower(row)
        rates.append(len(rows) / (time.perf_counter() - began))
    print(round(statistics.median(rates[1:])))


if sys.argv[1] == "check":
    check(sys.argv[2], sys.argv[3])
else:
    rate(sys.argv[2], int(sys.argv[3]))
