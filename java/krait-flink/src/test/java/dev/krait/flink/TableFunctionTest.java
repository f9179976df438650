package dev.krait.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.flink.types.Row;
import org.junit.jupiter.api.Test;

/** Table functions in SQL: rows of every shape, joins, long generators, errors. */
class TableFunctionTest {
    private final Sql sql = Sql.streaming();

    @Test
    void aGeneratorsValuesAreRows() {
        assertEquals(List.of(Row.of("a b", "a"), Row.of("a b", "b"), Row.of("c", "c")), sql.rows(
                "SELECT text, word FROM (VALUES 'a b', '', 'c') AS t(text), LATERAL TABLE(py_rows('python/udfs.py:words', text)) AS w(word)"));
    }

    @Test
    void aLeftJoinKeepsRowsWithoutAny() {
        assertEquals(List.of(Row.of("a", 0L, "a"), Row.of("", null, null)), sql.rows("SELECT * FROM (VALUES 'a', '') AS t(text)"
                + " LEFT JOIN LATERAL TABLE(py_rows('python/udfs.py:indexed', text)) AS w(i, word) ON TRUE"));
        assertEquals(List.of(Row.of(1, null)), sql.rows("SELECT * FROM (VALUES 1) AS t(n)"
                + " LEFT JOIN LATERAL TABLE(py_rows('python/udfs.py:nothing -> INT', n)) AS w(i) ON TRUE"));
    }

    @Test
    void dictsAreRowsByName() {
        assertEquals(List.of(Row.of(0L, 0.0), Row.of(1L, 0.5)), sql.rows("SELECT w.x, w.y FROM (VALUES 2) AS t(n),"
                + " LATERAL TABLE(py_rows('python/udfs.py:points -> ROW<y DOUBLE, x BIGINT>', n)) AS w(y, x)"));
    }

    @Test
    void moreRowsThanCrossAtOnceComeInOrder() {
        for (int n : new int[] {255, 256, 257, 1000}) {
            assertEquals(List.of(Row.of((long) n, (long) n * (n - 1) / 2)), Sql.batch().rows("SELECT COUNT(*), SUM(i) FROM (VALUES " + n
                    + ") AS t(n), LATERAL TABLE(py_rows('python/udfs.py:numbers -> BIGINT', n)) AS w(i)"));
        }
    }

    @Test
    void anErrorInTheMiddleFailsTheJobWithItsTraceback() {
        String text = Sql.text(assertThrows(Exception.class, () -> sql.rows(
                "SELECT i FROM (VALUES 1) AS t(n), LATERAL TABLE(py_rows('python/udfs.py:breaks -> INT', n)) AS w(i)")));
        assertTrue(text.contains("KeyError: 'after the first'") && text.contains("in breaks"), text);
    }

    @Test
    void aTextIsNotTakenForRowsOfLetters() {
        String text = Sql.text(assertThrows(Exception.class, () -> sql.rows(
                "SELECT i FROM (VALUES 'abc') AS t(n), LATERAL TABLE(py_rows('python/udfs.py:one_text -> STRING', n)) AS w(i)")));
        assertTrue(text.contains("str is one value: yield it, or return a list of rows"), text);
    }

    @Test
    void aDataFrameIsNotTakenForRowsOfItsColumnsNames() {
        sql.env.createTemporarySystemFunction("frame", PythonTableFunction.builder()
                .source("import pandas\ndef frame(n):\n    return pandas.DataFrame({'a': [n]})\n").function("frame").returns("STRING").build());
        String text = Sql.text(assertThrows(Exception.class, () -> sql.rows("SELECT i FROM (VALUES 1) AS t(n), LATERAL TABLE(frame(n)) AS w(i)")));
        assertTrue(text.contains("DataFrame is one value: yield it, or return a list of rows"), text);
    }
}
