"""The cases of make bench-flink: what flows, through which function, and how many rows come out for each."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    name: str
    title: str
    function: str           # of functions.py, of Functions.java; "map" is increment as a DataStream's map
    type: str = "BIGINT"
    fan_out: int = 1
    length: int = 0         # characters of each line, or 0 for 0, 1, 2, …
    kept: int = 1000        # of the first rows that come out, to compare with plain CPython's; every engine must have as many by then

    def statements(self, meter, lines, out, kept, call="f(v)"):
        """The job in SQL; the function is registered as `f` by whoever runs it, and called so."""
        source = {"connector": "meter", "meter": meter, "fan-out": self.fan_out} | ({"file": lines} if self.length else {})
        sink = {"connector": "meter", "meter": meter, "fan-out": self.fan_out, "file": out, "kept": kept}
        select = f"SELECT w FROM input, LATERAL TABLE({call}) AS t(w)" if self.fan_out > 1 else f"SELECT {call} FROM input"
        return [f"CREATE TABLE input (v {self.type}) WITH ({options(source)})",
                f"CREATE TABLE output (w {self.type}) WITH ({options(sink)})",
                f"INSERT INTO output {select}"]


def options(pairs):
    return ", ".join(f"'{key}' = '{value}'" for key, value in pairs.items())


CASES = {case.name: case for case in (
    Case("json-100", "json_value_lower, 100 B", "json", "STRING", length=100),
    Case("json-1k", "json_value_lower, 1 kB", "json", "STRING", length=1_000),
    Case("json-10k", "json_value_lower, 10 kB", "json", "STRING", length=10_000),
    Case("json-100k", "json_value_lower, 100 kB", "json", "STRING", length=100_000, kept=100),
    Case("bigint", "x + 1 on BIGINT", "increment"),
    Case("table", "table function, 3 rows out per row", "three", fan_out=3),
    Case("map", "DataStream map, x + 1", "map"),
)}


def lines(length):
    """JSON objects of that length, each another: a name in mixed case, and fields of texts and numbers."""
    for number in range(max(16, min(1000, 2_000_000 // length))):
        record = {"a": f"Some Name In Mixed Case {number}"}
        while True:
            count = len(record)
            more = {f"field{count}": "value" if count % 2 else count + number / 8}
            if len(json.dumps(record | more)) + len(', "pad": ""') > length:
                break
            record.update(more)
        record["pad"] = ""
        record["pad"] = "x" * (length - len(json.dumps(record)))
        yield json.dumps(record)
