"""redeployed_job.py OUT: which version of a module that was shipped with the job its functions see."""

import sys

from pyflink.common import Types
from pyflink.datastream import StreamExecutionEnvironment
from results import Results


def version(number):
    import redeployed
    return redeployed.VERSION


if __name__ == "__main__":
    env = StreamExecutionEnvironment.get_execution_environment()
    env.set_parallelism(1)
    results = Results(sys.argv[1])
    with env.from_collection([1, 2, 3], Types.LONG()).map(version, Types.STRING()).execute_and_collect("redeployed") as found:
        results.add("rows", lambda: list(found))
    results.write()
