"""session.py OUT COUNT SECONDS [NAME]: maps COUNT numbers, each for SECONDS, and writes who did it to OUT."""

import os
import sys
import time

from engine import engine
from pyflink.common import Types
from pyflink.datastream import StreamExecutionEnvironment
from results import Results


def main(out, count, seconds, name="session"):
    def work(number):
        if seconds < 0:
            # Never ends, and never leaves Python.
            while True:
                number += 1
        time.sleep(seconds)
        return f"{number * number} {os.getpid()} {engine()}"

    env = StreamExecutionEnvironment.get_execution_environment()
    env.set_parallelism(1)
    results = Results(out)
    with env.from_collection(list(range(count)), Types.LONG()).map(work, Types.STRING()).execute_and_collect(name) as found:
        results.add("rows", lambda: list(found))
    results.write()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), *sys.argv[4:])
