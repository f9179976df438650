package dev.krait.flink;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;

/** Aggregate functions in SQL: grouped, retracted, merged, windowed, in batch and streaming; and over whole columns. */
class AggregateTest {
    /** A function with a name of its own for SQL. */
    public static final class Mean extends PythonAggregateFunction {
        private static final long serialVersionUID = 1L;

        public Mean() {
            super(builder().file("python/udfs.py").function("Mean"));
        }
    }

    private static Sql with(Sql sql) {
        sql.env.executeSql("CREATE TEMPORARY SYSTEM FUNCTION mean AS '" + Mean.class.getName() + "'");
        sql.env.createTemporarySystemFunction("longest", PythonAggregateFunction.of("python/udfs.py:Longest"));
        sql.env.executeSql("CREATE TEMPORARY TABLE numbers (n BIGINT, ts AS TO_TIMESTAMP_LTZ(n, 3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen',"
                + " 'number-of-rows' = '3000', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '3000')");
        return sql;
    }

    private final Sql streaming = with(Sql.streaming());
    private final Sql batch = with(Sql.batch());

    @Test
    void groupsOfABatchQuery() {
        assertEquals(List.of(Row.of(0, 1501.5, "0000"), Row.of(1, 1499.5, "1!"), Row.of(2, null, "2")), batch.rows(
                "SELECT MOD(n, 3) AS k, mean(CASE WHEN MOD(n, 3) < 2 THEN CAST(n AS DOUBLE) END),"
                + " longest(CAST(MOD(n, 3) AS STRING), CASE WHEN n = 3000 THEN '000' WHEN n = 1 THEN '!' ELSE '' END)"
                + " FROM numbers GROUP BY MOD(n, 3) ORDER BY k"));
    }

    @Test
    void aStreamingGroupUpdatesItsValueRowByRow() {
        List<Row> rows = streaming.rows("SELECT k, mean(v) FROM (VALUES ('a', 1.0), ('b', 10.0), ('a', 3.0)) AS t(k, v) GROUP BY k");
        assertEquals(List.of(Row.ofKind(RowKind.INSERT, "a", 1.0), Row.ofKind(RowKind.INSERT, "b", 10.0),
                Row.ofKind(RowKind.UPDATE_BEFORE, "a", 1.0), Row.ofKind(RowKind.UPDATE_AFTER, "a", 2.0)), rows);
    }

    @Test
    void rowsAreTakenBackWhereTheClassCan() {
        // The inner counts change, so that the outer function takes rows back.
        String query = "SELECT %s FROM (SELECT k, COUNT(*) AS c FROM (VALUES 'a', 'b', 'a', 'a', 'b') AS t(k) GROUP BY k)";
        List<Row> rows = streaming.rows(String.format(query, "mean(CAST(c AS DOUBLE))"));
        assertEquals(2.5, rows.get(rows.size() - 1).getField(0));
        String text = Sql.text(assertThrows(Exception.class, () -> streaming.rows(String.format(query, "longest(CAST(c AS STRING))"))));
        assertTrue(text.contains("retract"), text);
    }

    @Test
    void sessionsAndTwoPhasesMerge() {
        List<Row> rows = streaming.rows("SELECT window_start, mean(CAST(n AS DOUBLE)) FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(ts), INTERVAL '1' SECOND))"
                + " GROUP BY window_start, window_end");
        assertEquals(List.of(500.0, 1499.5, 2499.5), List.of(rows.get(0).getField(1), rows.get(1).getField(1), rows.get(2).getField(1)));
        rows = streaming.rows("SELECT mean(v) FROM (SELECT CAST(n AS DOUBLE) AS v, ts FROM numbers WHERE n < 100 OR n > 2000)"
                + " GROUP BY SESSION(ts, INTERVAL '0.5' SECOND)");
        assertEquals(List.of(50.0, 2500.5), List.of(rows.get(0).getField(0), rows.get(1).getField(0)));
        batch.env.getConfig().set("table.optimizer.agg-phase-strategy", "TWO_PHASE");
        batch.env.getConfig().set("parallelism.default", "2");
        assertEquals(List.of(Row.of(1500.5)), batch.rows("SELECT mean(CAST(n AS DOUBLE)) FROM numbers"));
    }

    @Test
    void aFunctionGetsWholeColumns() {
        batch.env.createTemporarySystemFunction("median", PythonAggregateFunction.builder().file("python/udfs.py").function("median")
                .columns(Columns.PANDAS).arguments("BIGINT").returns("DOUBLE").build());
        batch.env.createTemporarySystemFunction("pairs", PythonAggregateFunction.builder().file("python/udfs.py").function("pairs")
                .columns(Columns.LISTS).build());
        batch.env.createTemporarySystemFunction("spread", PythonAggregateFunction.builder().file("python/udfs.py").function("spread")
                .columns(Columns.DATA_FRAME).names("low", "high").arguments("DOUBLE", "INT").returns("DOUBLE").build());
        assertEquals(List.of(Row.of(1500.5, 2999.0)), batch.rows("SELECT median(n), spread(CAST(n AS DOUBLE), CAST(n AS INT)) FROM numbers"));
        assertEquals(List.of("a1 b2"), batch.texts("SELECT pairs(i, s) FROM (VALUES (1, 'a'), (2, 'b')) AS t(i, s)"));
        assertEquals(List.of("2.0"), batch.texts("SELECT median(i) FROM (VALUES 1, 3, CAST(NULL AS BIGINT)) AS t(i)"));
    }

    @Test
    void whatIsMissingOfWholeColumnsIsNullAndTimesAreOfTheDeclaredType() {
        String[][] types = {{"BIGINT", "x"}, {"DOUBLE", "CAST(x AS DOUBLE)"}, {"DATE", "DATE '1969-12-31'"},
            {"TIMESTAMP(6)", "TIMESTAMP '1969-12-31 23:59:59.999999'"}, {"TIMESTAMP_LTZ(3)", "TO_TIMESTAMP_LTZ(-1, 3)"}};
        for (Columns columns : new Columns[] {Columns.NUMPY, Columns.PANDAS}) {
            List<String> largest = new ArrayList<>();
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < types.length; i++) {
                batch.env.createTemporarySystemFunction("largest" + columns + i, PythonAggregateFunction.builder()
                        .source("def largest(values):\n    return values.max()\n").function("largest")
                        .columns(columns).arguments(types[i][0]).returns(types[i][0]).build());
                largest.add(String.format("largest%s%d(CASE WHEN x > 1 THEN %s END), largest%s%d(CASE WHEN x > 2 THEN %s END)",
                        columns, i, types[i][1], columns, i, types[i][1]));
                expected.add(String.format("MAX(CASE WHEN x > 1 THEN %s END), MAX(CASE WHEN x > 2 THEN %s END)", types[i][1], types[i][1]));
            }
            String from = " FROM (VALUES CAST(1 AS BIGINT), 2) AS t(x)";
            assertEquals(batch.rows("SELECT " + String.join(", ", expected) + from),
                    batch.rows("SELECT " + String.join(", ", largest) + from), columns.name());
        }
    }

    /** The inner counts change, so that rows are taken back. */
    private static final String COUNTS = " FROM (SELECT k, COUNT(*) AS c FROM (VALUES 'a', 'b', 'a', 'a', 'b', 'c') AS t(k) GROUP BY k)";

    private void registerSortedText() {
        streaming.env.createTemporarySystemFunction("sorted_text", PythonAggregateFunction.builder()
                .source("def sorted_text(values):\n    return str(sorted(values, key=repr))\n").function("sorted_text")
                .columns(Columns.LISTS).arguments("DOUBLE").returns("STRING").build());
    }

    @Test
    void aRowOfWholeColumnsIsTakenBackAlsoWhereItIsNaN() {
        registerSortedText();
        List<Row> rows = streaming.rows("SELECT sorted_text(CASE c WHEN 1 THEN CAST('NaN' AS DOUBLE) ELSE CAST(c AS DOUBLE) END)" + COUNTS);
        assertEquals("[2.0, 3.0, nan]", rows.get(rows.size() - 1).getField(0));
    }

    @Test
    void rowsOfWholeColumnsAreTakenBackInTwoPhases() {
        registerSortedText();
        streaming.env.getConfig().set("table.exec.mini-batch.enabled", "true");
        streaming.env.getConfig().set("table.exec.mini-batch.allow-latency", "1 s");
        streaming.env.getConfig().set("table.exec.mini-batch.size", "1");
        streaming.env.getConfig().set("table.optimizer.agg-phase-strategy", "TWO_PHASE");
        String query = "SELECT sorted_text(CAST(c AS DOUBLE))" + COUNTS;
        assertTrue(streaming.env.explainSql(query).contains("LocalGroupAggregate"));
        List<Row> rows = streaming.rows(query);
        assertEquals("[1.0, 2.0, 3.0]", rows.get(rows.size() - 1).getField(0));
    }

    @Test
    void whatTheClassRaisesFailsTheJobWithItsTraceback() {
        batch.env.createTemporarySystemFunction("broken", PythonAggregateFunction.of("python/udfs.py:Broken"));
        String text = Sql.text(assertThrows(Exception.class, () -> batch.rows("SELECT broken('this')")));
        assertTrue(text.contains("python/udfs.py:Broken failed: ValueError: cannot take this") && text.contains("in accumulate"), text);
    }

    @Test
    void theStateOfAJobCanBeReadByAnotherJob() throws Exception {
        // As on a restore: a pickle of a class of the job's own file, read where the module has another job's name.
        PythonDefinition definition = new PythonDefinition().with(FunctionSpec.parse("python/udfs.py:Mean"), null);
        byte[] pickle;
        try (PythonRuntime runtime = PythonRuntime.open(definition, Surroundings.client(null))) {
            dev.krait.PyObject mean = runtime.object("aggregate", List.of());
            Object state = mean.getAttr("create", dev.krait.PyFunction.class).call(dev.krait.PyObject.class);
            mean.invokeMethod("accumulate", state, List.of(new Object[] {3.0}, new Object[] {4.0}));
            pickle = mean.invokeMethod(byte[].class, "dump", state);
        }
        definition.files.put("other.py", new byte[0]);
        try (PythonRuntime runtime = PythonRuntime.open(definition, Surroundings.client(null))) {
            dev.krait.PyObject mean = runtime.object("aggregate", List.of());
            Object state = mean.invokeMethod(dev.krait.PyObject.class, "load", (Object) pickle);
            assertEquals(3.5, mean.invokeMethod("value", state));
            assertArrayEquals(new boolean[] {true, true}, runtime.invoke(boolean[].class, "methods", runtime.target()));
        }
    }
}
