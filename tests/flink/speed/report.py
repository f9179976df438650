"""Tables and verdicts of what measure.py has measured."""

import json
import statistics

from cases import CASES
from engines import ENGINES


def micros(runs):
    """µs per row: median, least and most of the rounds."""
    values = [run["nanos"] / run["rows"] / 1000 for run in runs]
    return statistics.median(values), min(values), max(values)


def cpu(runs):
    return statistics.median(run["cpu"] / run["rows"] / 1000 for run in runs)


def latency(runs, which):
    return statistics.median(run[which] for run in runs) / 1000


def number(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}" if value < 100 else f"{value:.0f}"


def duration(value):
    """Of µs."""
    return f"{number(value)} µs" if value < 1000 else f"{number(value / 1000)} ms" if value < 1_000_000 else f"{value / 1e6:.2f} s"


def table(result):
    case = CASES[result["case"]]
    found, times = result["rounds"], result["checkpoints"]
    yield f"{case.title} ({result['when']}; {result['options']['rounds']} rounds of {result['options']['seconds']:g} s)"
    yield ""
    yield "| engine | rows/s | µs per row (least – most) | CPU µs per row | latency p50 | p99 | checkpoint |"
    yield "|---|---|---|---|---|---|---|"
    for name, runs in found.items():
        median, least, most = micros(runs)
        p50, p99 = (duration(latency(runs, which)) if ENGINES[name].language != "plain" else "" for which in ("p50", "p99"))
        checkpoint = f"{statistics.median(times[name]):.0f} ms" if times.get(name) else ""
        yield (f"| {ENGINES[name].title} | {1e6 / median:,.0f} | {number(median)} ({number(least)} – {number(most)}) | "
               f"{number(cpu(runs))} | {p50} | {p99} | {checkpoint} |")
    yield ""


def summary(results):
    """µs per row of every engine in every case."""
    names = [name for name in ENGINES if any(name in result["rounds"] for result in results)]
    yield "| µs per row | " + " | ".join(ENGINES[name].title for name in names) + " |"
    yield "|---" * (len(names) + 1) + "|"
    for result in results:
        cells = [number(micros(result["rounds"][name])[0]) if name in result["rounds"] else "–" for name in names]
        yield f"| {CASES[result['case']].title} | " + " | ".join(cells) + " |"
    yield ""


def floors(case, found):
    """What is below thread mode, by name: the engines of whose times it is the sum. Flink's own part is told by a Java function
    that does next to nothing: where that of the case is JSON's, by the one that gives its argument back."""
    flink = "flink" if case.function == "json" else "java"
    return [(name, [*engines]) for name, engines in (
        ("plain CPython", ["plain"]),
        ("plain CPython and Flink alone", ["plain", flink]),
        ("PyFlink's wrapping and Flink alone", ["wrapped", flink])) if found.keys() >= {*engines}]


def shares(result, of):
    """By floor, the overheads of PEMJA and Krait in thread mode and their ratio; `of` makes one number of an engine's runs."""
    found = {name: of(runs) for name, runs in result["rounds"].items()}
    if not {"thread-pemja", "thread-krait"} <= found.keys():
        return
    for name, engines in floors(CASES[result["case"]], found):
        floor = sum(found[engine] for engine in engines)
        pemja, krait = found["thread-pemja"] - floor, found["thread-krait"] - floor
        yield name, pemja, krait, krait / pemja


def overheads(results):
    """Thread mode's time over what is there without it; the ratios also of CPU time, and of each engine's fastest round, which what
    the machine does besides has disturbed least."""
    yield "| overhead of thread mode, µs per row | over | PEMJA | Krait | Krait / PEMJA | of CPU time | of the fastest rounds |"
    yield "|---|---|---|---|---|---|---|"
    for result in results:
        measures = (lambda runs: micros(runs)[0], cpu, lambda runs: micros(runs)[1])
        for by_floor in zip(*(shares(result, of) for of in measures)):
            name, pemja, krait, _ = by_floor[0]
            if min(pemja, krait) <= 0:
                # No floor: PyFlink's wrapping with the collections that Krait does without.
                continue
            ratios = " | ".join(f"{ratio:.2f}" for *_, ratio in by_floor)
            yield f"| {CASES[result['case']].title} | {name} | {number(pemja)} | {number(krait)} | {ratios} |"
    yield ""


def verdicts(result):
    """The goals of this case that can be told from what was measured: (goal, what was reached, whether)."""
    found = {name: micros(runs)[0] for name, runs in result["rounds"].items()}
    case = result["case"]
    if "thread-pemja" not in found:
        return
    pemja = found["thread-pemja"]
    for name, theirs, ours, ratio in shares(result, lambda runs: micros(runs)[0]):
        yield (f"{case}: thread on Krait has at most half of PEMJA's overhead over {name}",
               f"{number(ours)} µs, PEMJA {number(theirs)} µs: {ratio:.2f}", ratio <= 0.5)
    if "thread-krait" in found:
        krait = found["thread-krait"]
        yield f"{case}: thread on Krait is never slower", f"{pemja / krait:.2f} times PEMJA's rate", krait <= pemja
        if case == "table":
            yield f"{case}: at least 2 times PEMJA's rate", f"{pemja / krait:.2f} times", pemja >= 2 * krait
    for name in ("krait-flink-batch", "krait-flink-stream"):
        if case in ("bigint", "map") and name in found:
            batch = found[name]
            yield f"{case}: {ENGINES[name].title} has at least 2 times PEMJA's rate", f"{pemja / batch:.2f} times", pemja >= 2 * batch


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
