"""plain.py HOST:PORT/NAME FUNCTION OUT KEPT [LINES]: the function in a loop of plain CPython, behind a meter's gate.

It is the limit of what an engine can reach: no Flink, no conversion, the rows are Python objects already. With the name
`wrapped` it is the limit of an engine that calls all of PyFlink's wrapping: see wrapped.py.
"""

import itertools
import json
import os
import socket
import sys
import time

import functions

# Rows between two looks at the clock, which then costs nothing.
CHUNK = 64


def loop(function, rows, seconds):
    done = 0
    began = time.perf_counter_ns()
    cpu = time.process_time_ns()
    end = began + round(seconds * 1e9)
    while True:
        for row in itertools.islice(rows, CHUNK):
            function(row)
        done += CHUNK
        now = time.perf_counter_ns()
        if now >= end:
            return {"rows": done, "nanos": now - began, "cpu": time.process_time_ns() - cpu, "drained": True, "p50": 0, "p99": 0}


def main(meter, name, out, kept, lines=None):
    address, label = meter.split("/", 1)
    host, port = address.split(":")
    if lines:
        with open(lines, encoding="utf-8", newline="\n") as file:
            rows = file.read().removesuffix("\n").split("\n")
    else:
        rows = range(1 << 62)
    function = {"json": functions.json_value_lower, "increment": functions.increment, "map": functions.increment,
                "three": functions.three}[name]
    with open(out, "w", encoding="utf-8") as file:
        few = itertools.islice(itertools.cycle(rows) if lines else rows, int(kept))
        results = itertools.chain.from_iterable(map(function, few)) if name == "three" else map(function, few)
        file.writelines(f"{result}\n" for result in itertools.islice(results, int(kept)))
    if label == "wrapped":
        from wrapped import wrapped
        function = wrapped(name)
    elif name == "three":
        three = function
        # A generator has done nothing until it is read.
        function = lambda row: [*three(row)]  # noqa: E731
    source = itertools.cycle(rows) if lines else iter(rows)
    with socket.create_connection((host, int(port))) as connection:
        stream = connection.makefile("rw", encoding="utf-8", newline="\n")
        stream.write(f"hello {label} {os.getpid()}\n")
        stream.flush()
        for line in stream:
            stream.write(json.dumps(loop(function, source, int(line.split()[1]) / 1000)) + "\n")
            stream.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
