"""measure.py: the rates, CPU, latencies and checkpoint times of every engine, after "Exploring the thread mode in PyFlink".

Each case starts fresh clusters and submits one job for each engine, warms all of them up, and then lets them run in turns,
ROUNDS times SECONDS each, so that what the machine does besides meets all of them alike. Then it does so again in new task managers,
STARTS times in all: two starts of one engine differ by more than the rounds of one. What was measured goes to
build/flink/speed/results, a file for each case; report.py makes the table of all that are there.
"""

import argparse
import json
import platform
import signal
import sys
import time

import report
from cases import CASES, lines
from engines import BUILD, ENGINES, Running, available, can

RESULTS = BUILD / "flink/speed/results"


def rounds(running, count, seconds):
    """By engine, one dictionary for each round; who is first changes, since what runs first may have it easier."""
    order = list(running.engines)
    found = {engine.name: [] for engine in order}
    for _ in range(count):
        for engine in order:
            found[engine.name].append(running.meters[engine.name].run(seconds))
        order.append(order.pop(0))
    running.check_jobs()
    return found


def checkpoints_of_all(running, engines):
    """By engine, in ms; in turns. The first turn does not count: the first checkpoints of a JobManager take several times as long
    as later ones, and one engine has a JobManager to itself where others share one."""
    order = list(engines)
    found = {engine.name: [] for engine in order}
    for turn in range(3):
        for engine in order:
            times = checkpoints(running, engine)
            found[engine.name] += times if turn else []
        order.reverse()
    return found


def checkpoints(running, engine, seconds=4, apart=0.3):
    """How long checkpoints took from end to end, in ms, while the job ran as fast as it could."""
    cluster, job = running.cluster_and_job(engine)
    meter = running.meters[engine.name]
    end = time.monotonic() + seconds
    meter.begin(seconds)
    ids = set()
    while True:
        time.sleep(apart)
        # One that is not done when the rows stop would not have been under load.
        if time.monotonic() > end - 1:
            break
        before = completed(cluster, job)
        cluster.rest(f"/jobs/{job}/checkpoints", "POST", {"checkpointType": "FULL"})
        new = cluster.wait(lambda: completed(cluster, job).keys() - before.keys(), 60, "a checkpoint")
        if time.monotonic() < end:
            ids |= new
    meter.end()
    return [duration for number, duration in completed(cluster, job).items() if number in ids]


def completed(cluster, job):
    history = cluster.rest(f"/jobs/{job}/checkpoints")["history"]
    return {one["id"]: one["end_to_end_duration"] for one in history if one["status"] == "COMPLETED"}


def measure(case, engines, options):
    file = BUILD / f"flink/speed/{case.name}.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{line}\n" for line in lines(case.length)) if case.length else "")
    print(f"{case.title}: starting clusters and jobs of {', '.join(engine.name for engine in engines)} …", flush=True)
    RESULTS.mkdir(parents=True, exist_ok=True)
    results = RESULTS / f"{case.name}.json"
    starts = json.loads(results.read_text())["starts"] if options.add and results.exists() else []
    began = time.monotonic()
    with Running(case, engines, str(file), conf=options.conf) as running:
        for number in range(options.starts):
            if number:
                began = time.monotonic()
                running.start_again()
            print(f"{case.title}: start {number + 1} of {options.starts} took {time.monotonic() - began:.0f} s; "
                  f"{options.rounds} rounds of {options.seconds:g} s for each …", flush=True)
            rounds(running, 2, options.warm_up / 2)
            running.check_results()
            starts.append({"rounds": rounds(running, options.rounds, options.seconds), "checkpoints": {}})
            # What was measured stays if a later start fails or is cut off.
            write(results, case, options, starts)
        if not options.no_checkpoints:
            starts[-1]["checkpoints"] = checkpoints_of_all(running, [engine for engine in engines if engine.language != "plain"])
            write(results, case, options, starts)


def write(file, case, options, starts):
    file.write_text(json.dumps({
        "case": case.name, "when": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()), "machine": machine(),
        "options": {key: getattr(options, key) for key in ("rounds", "seconds", "warm_up", "conf")}, "starts": starts}, indent=1))


def pair(text):
    key, sign, value = text.partition("=")
    if not sign:
        raise argparse.ArgumentTypeError(f"not KEY=VALUE: {text}")
    return key, value


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    import pyflink.version
    return {"cpu": f"{len(models)} × {models[0] if models else platform.machine()}", "python": platform.python_version(),
            "flink": pyflink.version.__version__}


def main():
    parser = argparse.ArgumentParser(description="Measures Python functions in Flink on every engine.")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES), metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES), metavar="ENGINE", help=", ".join(ENGINES))
    parser.add_argument("--starts", type=int, default=3, help="of each engine's process, each with a warm-up and the rounds")
    parser.add_argument("--rounds", type=int, default=5, help="in each start")
    parser.add_argument("--seconds", type=float, default=1, help="of each engine in each round")
    parser.add_argument("--warm-up", type=float, default=6, help="seconds of each engine before the rounds of a start")
    parser.add_argument("--no-checkpoints", action="store_true", help="else they are taken after the last start")
    parser.add_argument("--conf", type=pair, nargs="+", default=[], metavar="KEY=VALUE", help="Flink's, for every job")
    parser.add_argument("--add", action="store_true", help="more starts, of these or other engines, beside those of the same cases before")
    parser.add_argument("--report", action="store_true", help="only prints what was measured before")
    options = parser.parse_args()
    options.conf = dict(options.conf)
    # Ctrl-C and kill end the clusters too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if not options.report:
        engines = [ENGINES[name] for name in dict.fromkeys(["plain", "wrapped", *options.engines])]
        for engine in [engine for engine in engines if not available(engine)]:
            print(f"Left out: {engine.title}, for want of {engine.needs}", flush=True)
            engines.remove(engine)
        for name in options.cases:
            measure(CASES[name], [engine for engine in engines if can(engine, CASES[name])], options)
    return report.print_all(RESULTS)


if __name__ == "__main__":
    sys.exit(main())
