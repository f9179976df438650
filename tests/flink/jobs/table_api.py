"""table_api.py OUT: Table API and SQL queries with Python functions; OUT gets each query's rows, or its error, as JSON."""

import sys
import traceback

import functions
from engine import engine
from pyflink.common import Row
from pyflink.table import DataTypes, EnvironmentSettings, TableEnvironment
from pyflink.table.expressions import call, col
from pyflink.table.udf import ScalarFunction, udf, udtf
from results import Results

T = DataTypes
TYPED = T.ROW([
    T.FIELD("n", T.BIGINT()), T.FIELD("d", T.DOUBLE()), T.FIELD("b", T.BOOLEAN()), T.FIELD("s", T.STRING()),
    T.FIELD("y", T.BYTES()), T.FIELD("m", T.DECIMAL(12, 3)), T.FIELD("dt", T.DATE()), T.FIELD("tm", T.TIME()),
    T.FIELD("ts", T.TIMESTAMP(3)), T.FIELD("a", T.ARRAY(T.INT())), T.FIELD("mp", T.MAP(T.STRING(), T.INT())),
])
COLUMNS = [name for name in TYPED.field_names()]


class Counted(ScalarFunction):
    """Has state of its own from open(): each instance counts its rows."""

    def open(self, context):
        self.seen = 0
        self.rows = context.get_metric_group().counter("rows")

    def eval(self, x):
        self.seen += 1
        self.rows.inc()
        return self.seen

    def is_deterministic(self):
        return False


def callers(frame):
    """The names of a function's frame and of those that called it."""
    return f"{callers(frame.f_back)} {frame.f_code.co_name}".strip() if frame else ""


def main(out):
    env = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    env.get_config().set("parallelism.default", "1")
    results = Results(out)

    def register(name, function, result_type):
        env.create_temporary_function(name, udf(function, result_type=result_type))

    register("engine", lambda x: engine(), T.STRING())
    register("add_one", functions.add_one, T.BIGINT())
    register("shout", functions.shout, T.STRING())
    register("is_short", functions.is_short, T.BOOLEAN())
    register("same_parity", functions.same_parity, T.BOOLEAN())
    register("json_value_lower", functions.json_value_lower, T.STRING())
    register("types", functions.types, T.STRING())
    for column, kind in zip(COLUMNS, [field.data_type for field in TYPED.fields]):
        register(f"same_{column}", lambda x: x, kind)
    register("pair", lambda n, s: Row(n, s), T.ROW([T.FIELD("n", T.BIGINT()), T.FIELD("s", T.STRING())]))
    env.create_temporary_function("counted", udf(Counted(), result_type=T.BIGINT()))
    env.create_temporary_function("words", udtf(functions.words, result_types=[T.STRING(), T.INT()]))
    register("callers", lambda x: callers(sys._getframe()), T.STRING())
    env.create_temporary_function("engines", udtf(lambda x: engine(), result_types=[T.STRING()]))

    texts = env.from_elements(functions.WORDS, T.ROW([T.FIELD("id", T.BIGINT()), T.FIELD("text", T.STRING())]))
    env.create_temporary_view("texts", texts)
    # from_elements takes binary data as bytearray alone.
    typed = [tuple(bytearray(value) if isinstance(value, bytes) else value for value in row) for row in functions.TYPED]
    env.create_temporary_view("typed", env.from_elements(typed, TYPED))
    env.create_temporary_view("numbers", env.from_elements([(n,) for n in range(10)], T.ROW([T.FIELD("n", T.BIGINT())])))
    env.execute_sql("CREATE TEMPORARY TABLE many (n BIGINT) WITH ('connector' = 'datagen', "
                    f"'number-of-rows' = '{functions.MANY}', 'fields.n.kind' = 'sequence', "
                    f"'fields.n.start' = '1', 'fields.n.end' = '{functions.MANY}')")

    queries = {
        "engine of a scalar function": "SELECT engine(id) FROM texts",
        "engine of a table function": "SELECT e FROM texts, LATERAL TABLE(engines(id)) AS t(e)",
        "callers of a scalar function": "SELECT callers(id) FROM texts",
        "select": "SELECT id, shout(text), add_one(id) FROM texts",
        "nested calls": "SELECT add_one(add_one(id)), shout(shout(text)) FROM texts",
        "where": "SELECT id FROM texts WHERE is_short(text)",
        "join condition": "SELECT a.n, b.n FROM numbers AS a JOIN numbers AS b ON a.n = b.n AND same_parity(add_one(a.n), 0)",
        "join condition over both sides": "SELECT a.n, b.n FROM numbers AS a JOIN numbers AS b "
                                          "ON same_parity(a.n, b.n) AND a.n = b.n + 2",
        "inner lateral join": "SELECT id, word, size FROM texts, LATERAL TABLE(words(text)) AS t(word, size)",
        "left lateral join": "SELECT id, word, size FROM texts LEFT JOIN LATERAL TABLE(words(text)) AS t(word, size) ON TRUE",
        "group by its result": "SELECT same_parity(n, 0), COUNT(*), SUM(add_one(n)) FROM numbers GROUP BY same_parity(n, 0)",
        "state of an instance": "SELECT MAX(c), COUNT(*) FROM (SELECT counted(n) AS c FROM many)",
        "many rows": "SELECT SUM(add_one(n)), COUNT(*), MIN(add_one(n)) FROM many",
        "json": "SELECT json_value_lower('{\"a\": \"City ' || CAST(n AS STRING) || ' ÄÖ\"}') FROM numbers",
        "types that arrive": f"SELECT types({', '.join(COLUMNS)}) FROM typed",
        "round trip": f"SELECT {', '.join(f'same_{column}({column})' for column in COLUMNS)} FROM typed",
        "a row out": "SELECT p.n, p.s FROM (SELECT pair(id, text) AS p FROM texts)",
    }

    def collect(query):
        result = env.execute_sql(query)
        changed = {}
        with result.collect() as rows:
            for row in rows:
                # What a changelog takes back is not a result.
                change = row.get_row_kind().name
                values = tuple(bytes(value) if isinstance(value, bytearray) else value for value in row)
                key = repr(values)
                changed.setdefault(key, [values, 0])[1] += -1 if change in ("UPDATE_BEFORE", "DELETE") else 1
        return [list(values) for values, count in changed.values() for _ in range(count)]

    for name, query in queries.items():
        results.add(name, lambda: collect(query))
    results.add("table api", lambda: sorted(
        [list(row) for row in texts.where(call("is_short", col("text"))).select(call("shout", col("text"))).execute().collect()]))
    results.write()


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Exception:
        traceback.print_exc()
        raise
