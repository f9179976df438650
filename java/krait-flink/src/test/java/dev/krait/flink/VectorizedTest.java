package dev.krait.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import org.apache.flink.types.Row;
import org.junit.jupiter.api.Test;

/** Functions for batches in SQL: rows that are on their way at once are one call of Python. */
class VectorizedTest {
    private final Sql sql = Sql.streaming();

    VectorizedTest() {
        sql.env.executeSql("CREATE TEMPORARY SYSTEM FUNCTION py_batch AS 'dev.krait.flink.PythonVectorizedFunction'");
        sql.env.executeSql("CREATE TEMPORARY TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '5000',"
                + " 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '5000')");
        sql.env.getConfig().set("table.exec.async-scalar.max-concurrent-operations", "1000");
        // What Flink 1.20 calls it.
        sql.env.getConfig().set("table.exec.async-scalar.buffer-capacity", "1000");
    }

    @Test
    void rowsKeepTheirOrderAndComeInBatches() {
        List<Row> rows = sql.rows("SELECT n, py_batch('python/udfs.py:plus_one -> BIGINT', n), py_batch('python/udfs.py:sized -> INT', n) FROM numbers");
        assertEquals(5000, rows.size());
        int largest = 0;
        for (int i = 0; i < rows.size(); i++) {
            assertEquals(Row.of(i + 1L, i + 2L), Row.project(rows.get(i), new int[] {0, 1}));
            largest = Math.max(largest, (Integer) rows.get(i).getField(2));
        }
        assertTrue(largest > 10 && largest <= 1000, "the largest batch had " + largest + " rows");
    }

    @Test
    void aBatchIsBoundedAndTheColumnsAreChosenBySettings() {
        sql.env.getConfig().set("krait.batch.rows", "7");
        assertTrue(sql.rows("SELECT py_batch('python/udfs.py:sized -> INT', n) FROM numbers").stream().allMatch(row -> (Integer) row.getField(0) <= 7));
        sql.env.getConfig().set("krait.batch.columns", "numpy");
        assertEquals(List.of("ndarray float64 [1.5]"), texts("SELECT py_batch('python/udfs.py:kinds -> STRING', x) FROM (VALUES CAST(1.5 AS DOUBLE)) AS t(x)"));
        sql.env.getConfig().set("krait.batch.columns", "pandas");
        assertEquals(List.of("Series float64 [1.5]"), texts("SELECT py_batch('python/udfs.py:kinds -> STRING', x) FROM (VALUES CAST(1.5 AS DOUBLE)) AS t(x)"));
    }

    private List<String> texts(String query) {
        List<String> texts = sql.texts(query);
        texts.replaceAll(text -> text.replaceAll("np\\.float64\\((.*?)\\)", "$1"));
        return texts;
    }

    @Test
    void typesAreDerivedFromColumnsAnnotations() {
        assertEquals(List.of("x1"), sql.texts("SELECT py_batch('python/udfs.py:typed', 1, 'x')"));
    }

    @Test
    void everyTypeComesBackThroughEveryKindOfColumns() {
        String[] types = {"STRING", "BOOLEAN", "TINYINT", "INT", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL(10, 2)", "DATE", "TIMESTAMP(6)",
            "TIMESTAMP_LTZ(3)", "BYTES", "ARRAY<INT>"};
        String[] values = {"'ü'", "TRUE", "CAST(-1 AS TINYINT)", "7", "CAST(8 AS BIGINT)", "CAST(0.5 AS FLOAT)", "CAST(0.1 AS DOUBLE)", "CAST(1.25 AS DECIMAL(10, 2))",
            "DATE '1969-12-31'", "TIMESTAMP '1969-12-31 23:59:59.999999'", "TO_TIMESTAMP_LTZ(-1, 3)", "x'00ff'", "ARRAY[1, NULL]"};
        StringBuilder nulls = new StringBuilder();
        for (int i = 0; i < types.length; i++) {
            nulls.append(i == 0 ? "" : " UNION ALL ").append("SELECT CAST(py_batch('python/udfs.py:none -> ").append(types[i])
                    .append("', 1) AS STRING)");
        }
        nulls.append(" UNION ALL SELECT CAST(py_batch('python/udfs.py:none -> ROW<a INT>', 1) AS STRING)");
        assertEquals(Collections.nCopies(types.length + 1, "null"), sql.texts(nulls.toString()));
        StringBuilder fields = new StringBuilder();
        for (int i = 0; i < types.length; i++) {
            fields.append(i == 0 ? "" : ", ").append('c').append(i).append(' ').append(types[i]);
        }
        Row expected = sql.rows("SELECT " + String.join(", ", values)).get(0);
        assertEquals(new BigDecimal("1.25"), expected.getField(7));
        for (String columns : new String[] {"lists", "numpy", "pandas"}) {
            sql.env.getConfig().set("krait.batch.columns", columns);
            Row row = (Row) sql.rows("SELECT py_batch('python/udfs.py:same_columns -> ROW<" + fields + ">', " + String.join(", ", values) + ")")
                    .get(0).getField(0);
            for (int i = 0; i < types.length; i++) {
                assertEquals(Row.of(expected.getField(i)), Row.of(row.getField(i)), columns + " " + types[i]);
            }
            assertEquals(List.of("1969-12-31T23:59:59.999Z"), sql.texts("SELECT py_batch('python/udfs.py:same -> TIMESTAMP_LTZ(3)', " + values[10] + ")"), columns);
        }
    }

    @Test
    void aBatchThatFailsFailsTheJobWithItsTraceback() {
        sql.env.getConfig().set("table.exec.async-scalar.retry-strategy", "NO_RETRY");
        String text = Sql.text(assertThrows(Exception.class, () -> sql.rows("SELECT py_batch('python/udfs.py:fails_at_seven -> BIGINT', n) FROM numbers")));
        assertTrue(text.contains("fails_at_seven failed on a batch of ") && text.contains("ValueError: seven came") && text.contains("in fails_at_seven"), text);
    }

    /** Flink decides both. Whoever makes this fail, by a newer Flink, can change what the documentation says. */
    @Test
    void flinkCallsForNoNullAndForgetsNullsThatPassBesideAnAsynchronousFunction() {
        sql.env.executeSql("CREATE TEMPORARY VIEW sevens AS SELECT n, NULLIF(n, 2) AS x FROM numbers WHERE n < 4");
        assertEquals("[1, null, 1]", sql.texts("SELECT py_batch('python/udfs.py:sized -> INT', x) FROM sevens").toString()
                .replace("2", "1"));
        assertEquals("[+I[2, 2], +I[-1, 3], +I[4, 4]]", sql.rows("SELECT py_batch('python/udfs.py:plus_one -> BIGINT', x),"
                + " py_batch('python/udfs.py:plus_one -> BIGINT', n) FROM sevens").toString());
        // The way out: a row is not NULL, and what is needed beside the result goes through the function.
        assertEquals("[+I[1, 2], +I[null, null], +I[3, 4]]", sql.rows("SELECT r.x, r.y FROM (SELECT"
                + " py_batch('python/udfs.py:plus_one_beside -> ROW<x BIGINT, y BIGINT>', ROW(x)) AS r FROM sevens)").toString());
    }
}
