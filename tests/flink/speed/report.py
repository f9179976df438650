"""Tables and verdicts of what measure.py has measured."""

import json
import statistics

from cases import CASES
from engines import ENGINES


def micros(runs):
    """µs per row: median, least and most of the rounds of one start."""
    values = [run["nanos"] / run["rows"] / 1000 for run in runs]
    return statistics.median(values), min(values), max(values)


def middle(runs):
    return micros(runs)[0]


def cpu(runs):
    return statistics.median(run["cpu"] / run["rows"] / 1000 for run in runs)


def latency(which):
    return lambda runs: statistics.median(run[which] for run in runs) / 1000


def over_starts(result, name, of=middle):
    """What `of` makes of the rounds of each start that has this engine: median, least and most of the starts."""
    values = [of(start["rounds"][name]) for start in result["starts"] if name in start["rounds"]]
    return statistics.median(values), min(values), max(values)


def measured(result):
    """The engines that any start has, in their order."""
    return [name for name in ENGINES if any(name in start["rounds"] for start in result["starts"])]


def number(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}" if value < 100 else f"{value:.0f}"


def duration(value):
    """Of µs."""
    return f"{number(value)} µs" if value < 1000 else f"{number(value / 1000)} ms" if value < 1_000_000 else f"{value / 1e6:.2f} s"


def table(result):
    case = CASES[result["case"]]
    rounds = "{rounds} rounds of {seconds:g} s after {warm_up:g} s".format(**result["options"])
    conf = "".join(f", {key}: {value}" for key, value in result["options"]["conf"].items())
    yield f"{case.title} ({result['when']}; in each start {rounds}{conf})"
    yield ""
    yield "| engine | starts | rows/s | µs per row (least – most) | CPU µs per row | latency p50 | p99 | checkpoint |"
    yield "|---|---|---|---|---|---|---|---|"
    for name in measured(result):
        median, least, most = over_starts(result, name)
        count = sum(name in start["rounds"] for start in result["starts"])
        p50, p99 = (duration(over_starts(result, name, latency(which))[0]) if ENGINES[name].language != "plain" else ""
                    for which in ("p50", "p99"))
        times = [time for start in result["starts"] for time in start["checkpoints"].get(name, [])]
        checkpoint = f"{statistics.median(times):.0f} ms" if times else ""
        yield (f"| {ENGINES[name].title} | {count} | {1e6 / median:,.0f} | {number(median)} ({number(least)} – {number(most)}) | "
               f"{number(over_starts(result, name, cpu)[0])} | {p50} | {p99} | {checkpoint} |")
    yield ""


def summary(results):
    """µs per row of every engine in every case."""
    names = [name for name in ENGINES if any(name in measured(result) for result in results)]
    yield "| µs per row | " + " | ".join(ENGINES[name].title for name in names) + " |"
    yield "|---" * (len(names) + 1) + "|"
    for result in results:
        cells = [number(over_starts(result, name)[0]) if name in measured(result) else "–" for name in names]
        yield f"| {CASES[result['case']].title} | " + " | ".join(cells) + " |"
    yield ""


def floors(case, found):
    """What is below thread mode, by name: the engines of whose times it is the sum. Flink's own part is told by a Java function
    that does next to nothing: where that of the case is JSON's, by the one that gives its argument back."""
    flink = "flink" if case.function == "json" else "java"
    return [(name, [*engines]) for name, engines in (
        ("plain CPython", ["plain"]),
        ("plain CPython and Flink alone", ["plain", flink])) if found.keys() >= {*engines}]


def shares(result, of=middle):
    """By floor: the overheads of PEMJA and Krait in thread mode, and Krait's share of PEMJA's, each as the values of the starts that
    have all of the engines needed. A start's engines ran in turns, so that what the machine did then is in all of them."""
    case = CASES[result["case"]]
    by_floor = {}
    for start in result["starts"]:
        found = {name: of(runs) for name, runs in start["rounds"].items()}
        if {"thread-pemja", "thread-krait"} <= found.keys():
            for name, engines in floors(case, found):
                floor = sum(found[engine] for engine in engines)
                by_floor.setdefault(name, []).append((found["thread-pemja"] - floor, found["thread-krait"] - floor))
    for name, pairs in by_floor.items():
        pemja, krait = ([*values] for values in zip(*pairs))
        # Else it is no floor: another moment of the machine.
        if min(pemja + krait) > 0:
            yield name, pemja, krait, [ours / theirs for theirs, ours in pairs]


def spread(values):
    return f"{statistics.median(values):.2f} ({min(values):.2f} – {max(values):.2f})"


def overheads(results):
    """Thread mode's time over what is there without it."""
    yield "| overhead of thread mode, µs per row | over | PEMJA | Krait | Krait / PEMJA (least – most of the starts) | of CPU time |"
    yield "|---|---|---|---|---|---|"
    for result in results:
        of_cpu = {name: ratios for name, _, _, ratios in shares(result, cpu)}
        for name, pemja, krait, ratios in shares(result):
            yield (f"| {CASES[result['case']].title} | {name} | {number(statistics.median(pemja))} | {number(statistics.median(krait))} | "
                   f"{spread(ratios)} | {spread(of_cpu[name]) if name in of_cpu else '–'} |")
    yield ""


def faster(result, name):
    """How many times PEMJA's rate that engine has, by start."""
    starts = [start["rounds"] for start in result["starts"]]
    return [middle(start["thread-pemja"]) / middle(start[name]) for start in starts if start.keys() >= {name, "thread-pemja"}]


def verdicts(result):
    """The goals of this case that can be told from what was measured: (goal, what was reached, whether)."""
    case = result["case"]
    for name, _, _, ratios in shares(result):
        yield f"{case}: thread on Krait has at most half of PEMJA's overhead over {name}", spread(ratios), statistics.median(ratios) <= 0.5
    times = faster(result, "thread-krait")
    if times:
        yield f"{case}: thread on Krait is never slower", f"{spread(times)} times PEMJA's rate", min(times) >= 1
        if case == "table":
            yield f"{case}: at least 2 times PEMJA's rate", f"{spread(times)} times", statistics.median(times) >= 2
    for name in ("krait-flink-batch", "krait-flink-stream"):
        times = faster(result, name)
        if case in ("bigint", "map") and times:
            yield (f"{case}: {ENGINES[name].title} has at least 2 times PEMJA's rate", f"{spread(times)} times",
                   statistics.median(times) >= 2)


def print_all(folder):
    """Prints everything below `folder`; 0 if there is anything."""
    results = [json.loads((folder / f"{name}.json").read_text()) for name in CASES if (folder / f"{name}.json").exists()]
    for result in results:
        print("\n".join(table(result)))
    if results:
        print("\n".join(summary(results)))
        print("\n".join(overheads(results)))
    for result in results:
        for goal, reached, true in verdicts(result):
            print(f"{'reached' if true else 'MISSED '}  {goal}: {reached}")
    return 0 if results else 1
