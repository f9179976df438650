"""failing.py table|stream|open|table_function: a job whose function raises; the driver lets the job's failure end it."""

import sys

from pyflink.common import Types
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.datastream.functions import MapFunction
from pyflink.table import DataTypes, EnvironmentSettings, TableEnvironment
from pyflink.table.udf import udf, udtf


def fragile(number):
    """Raises with a cause, for 7."""
    try:
        return 10 // (7 - number)
    except ZeroDivisionError as cause:
        raise ValueError(f"no good: {number}") from cause


def fragile_rows(number):
    for n in range(number):
        yield fragile(n + 1)


class NeverOpens(MapFunction):
    def open(self, context):
        raise RuntimeError("not opened: no model here")

    def map(self, value):
        return value


def main(kind):
    if kind in ("stream", "open"):
        env = StreamExecutionEnvironment.get_execution_environment()
        numbers = env.from_collection(list(range(10)), Types.LONG())
        numbers.map(fragile if kind == "stream" else NeverOpens(), Types.LONG()).print()
        env.execute(f"failing {kind}")
        return
    env = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    env.create_temporary_function("fragile", udf(fragile, result_type=DataTypes.BIGINT()))
    env.create_temporary_function("fragile_rows", udtf(fragile_rows, result_types=[DataTypes.BIGINT()]))
    env.create_temporary_view("numbers", env.from_elements([(n,) for n in range(10)], ["n"]))
    query = {"table": "SELECT fragile(n) FROM numbers",
             "table_function": "SELECT x FROM numbers, LATERAL TABLE(fragile_rows(n)) AS t(x)"}[kind]
    env.sql_query(query).execute().print()


if __name__ == "__main__":
    main(sys.argv[1])
