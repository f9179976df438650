"""shipping.py OUT: functions that need what was shipped with the job: a Python file, an archive, a package from requirements."""

import sys

from pyflink.common import Types
from pyflink.datastream import StreamExecutionEnvironment
from results import Results


def with_all(number):
    import shipped_package
    import shipped_file

    with open("data/words.txt", encoding="utf-8") as file:
        words = file.read().split()
    return f"{shipped_file.NAME} {shipped_package.double(number)} {words[number]}"


def main(out):
    env = StreamExecutionEnvironment.get_execution_environment()
    env.set_parallelism(1)
    results = Results(out)

    def run():
        mapped = env.from_collection([0, 1, 2], Types.LONG()).map(with_all, Types.STRING())
        with mapped.execute_and_collect("shipping") as found:
            return list(found)
    results.add("rows", run)
    results.write()


if __name__ == "__main__":
    main(sys.argv[1])
