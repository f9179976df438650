"""local.py OUT: PyFlink without a cluster, in thread mode: one query and one stream, run in the driver's own JVM."""

import sys

import functions
from engine import engine
from pyflink.common import Types
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.table import DataTypes, StreamTableEnvironment
from pyflink.table.udf import udf, udtf
from results import Results


def main(out, folder):
    env = StreamExecutionEnvironment.get_execution_environment()
    env.set_parallelism(1)
    env.add_python_file(folder)
    tables = StreamTableEnvironment.create(env)
    tables.get_config().set("python.execution-mode", "thread")
    results = Results(out)

    def query():
        tables.create_temporary_function("shout", udf(functions.shout, result_type=DataTypes.STRING()))
        tables.create_temporary_function("engine", udf(lambda x: engine(), result_type=DataTypes.STRING()))
        tables.create_temporary_function("words", udtf(functions.words, result_types=[DataTypes.STRING(), DataTypes.INT()]))
        tables.create_temporary_view("texts", tables.from_elements(functions.WORDS, ["id", "text"]))
        found = tables.execute_sql("SELECT id, shout(text), word, size, engine(id) FROM texts "
                                   "LEFT JOIN LATERAL TABLE(words(text)) AS t(word, size) ON TRUE")
        with found.collect() as rows:
            return [list(row) for row in rows]

    def stream():
        mapped = env.from_collection(list(range(10)), Types.LONG()).map(functions.add_one, Types.LONG()) \
            .key_by(lambda n: n % 2, Types.LONG()).map(lambda n: f"{n} {engine()}", Types.STRING())
        with mapped.execute_and_collect("local") as found:
            return list(found)

    results.add("query", query)
    results.add("stream", stream)
    results.write()


if __name__ == "__main__":
    main(*sys.argv[1:])
