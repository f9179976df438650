package dev.krait.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.apache.flink.table.api.Expressions.$;
import static org.apache.flink.table.api.Expressions.call;

import dev.krait.Isolation;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.java.typeutils.runtime.kryo.KryoSerializer;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scalar functions in SQL and the Table API: how they are named, registered, typed, and what they do with errors. */
class ScalarTest {
    /** A function with a name of its own for SQL. */
    public static final class JsonValueLower extends PythonScalarFunction {
        private static final long serialVersionUID = 1L;

        public JsonValueLower() {
            super(builder().file("python/udfs.py").function("json_value_lower"));
        }
    }

    private final Sql sql = Sql.streaming();

    @Test
    void sqlAloneCallsAPythonFileInTheJobsJar() {
        assertEquals(List.of("{\"a\": \"abc\"}"),
                sql.texts("SELECT py('python/udfs.py:json_value_lower', x) FROM (VALUES '{\"a\": \"ABC\"}') AS t(x)"));
    }

    @Test
    void aSubclassHasANameInSql() {
        sql.env.executeSql("CREATE TEMPORARY SYSTEM FUNCTION lower_json AS '" + JsonValueLower.class.getName() + "'");
        assertEquals(List.of("{\"a\": \"abc\"}"),
                sql.texts("SELECT lower_json(x) FROM (VALUES '{\"a\": \"ABC\"}', '{\"a\": \"abc\"}') AS t(x) WHERE lower_json(x) <> x"));
    }

    @Test
    void oneInstancePerRegistrationAndInlineInTheTableApi() throws Exception {
        sql.env.createTemporarySystemFunction("plus", PythonScalarFunction.builder()
                .source("def plus(a, b):\n    return a + b\n").function("plus")
                .arguments(DataTypes.BIGINT(), DataTypes.BIGINT()).returns(DataTypes.BIGINT()).build());
        assertEquals(List.of("5"), sql.texts("SELECT plus(a, b) FROM (VALUES (2, 3)) AS t(a, b)"));
        try (CloseableIterator<Row> rows = sql.env.sqlQuery("SELECT 'x' AS text")
                .select(call(PythonScalarFunction.of("python/udfs.py:shown -> STRING"), $("text"))).execute().collect()) {
            assertEquals("str 'x'", rows.next().getField(0));
        }
    }

    @Test
    void aFileOfTheClientTravelsWithTheJob(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("mine.py"), "def twice(n: int) -> int:\n    return 2 * n\n");
        String query = "SELECT py('" + file + ":twice', n) FROM (VALUES 21) AS t(n)";
        assertEquals(List.of("42"), sql.texts(query));
        assertEquals(List.of("42"), sql.texts(query.replace(file.toString(), file.toUri().toString())));
        // As java.io.File has it.
        assertEquals(List.of("42"), sql.texts(query.replace(file.toString(), file.toFile().toURI().toString())));
    }

    @Test
    void aFolderOfPackagesAndDataTravelsWithTheJob(@TempDir Path folder) throws Exception {
        Files.createDirectories(folder.resolve("shop/data"));
        Files.writeString(folder.resolve("shop/__init__.py"), "");
        Files.writeString(folder.resolve("shop/data/vat.txt"), "0.25");
        Files.writeString(folder.resolve("shop/taxes.py"), "import importlib.resources, helpers\nfrom . import rates\n"
                + "def gross(net):\n    return helpers.rounded(net * (1 + rates.vat()))\n");
        Files.writeString(folder.resolve("shop/rates.py"), "import pkgutil\n"
                + "def vat():\n    return float(pkgutil.get_data(__package__, 'data/vat.txt'))\n");
        Files.writeString(folder.resolve("helpers.py"), "import json, os.path as path\ndef rounded(x):\n    return round(x, 2)\n");
        sql.env.createTemporarySystemFunction("gross", PythonScalarFunction.builder()
                .files(folder).module("shop.taxes").function("gross").returns("DOUBLE").build());
        assertEquals(List.of("12.5"), sql.texts("SELECT gross(CAST(n AS DOUBLE)) FROM (VALUES 10) AS t(n)"));
    }

    @Test
    void aFunctionMayHaveModulesOfItsOwn() {
        String code = "import sys\ndef seen(n):\n    sys.seen = getattr(sys, 'seen', 0) + n\n    return sys.seen\n";
        // Flink makes one of two functions that are the same.
        for (String name : new String[] {"first", "second"}) {
            sql.env.createTemporarySystemFunction(name, PythonScalarFunction.builder().source(code + "# " + name).function("seen").returns("INT")
                    .isolation(Isolation.SUB_INTERPRETER).deterministic(false).build());
        }
        assertEquals(List.of(Row.of(1, 10), Row.of(3, 30)), sql.rows("SELECT `first`(n), `second`(n * 10) FROM (VALUES 1, 2) AS t(n)"));
    }

    @Test
    void aModuleThatPythonHasNeedsNoFile() {
        assertEquals(List.of("1, 2"), sql.texts("SELECT py('textwrap:shorten(STRING, INT) -> STRING', x, 10) FROM (VALUES '1,   2') AS t(x)"));
        assertEquals(List.of("6"), sql.texts("SELECT py('python/udfs.py:Sums.total', ARRAY[1, 2, 3])"));
    }

    @Test
    void typesAreDerivedFromAnnotations() {
        List<Row> rows = sql.rows("SELECT py('python/udfs.py:add', a), py('python/udfs.py:add', a, a), py('python/udfs.py:price', '2.345'),"
                + " py('python/udfs.py:point', a), py('python/udfs.py:span', DATE '2026-01-31') FROM (VALUES CAST(1 AS SMALLINT)) AS t(a)");
        assertEquals(List.of(Row.of(11L, 2L, new BigDecimal("2.35"), Row.of(1L, 0.5), Row.of(LocalDateTime.of(2026, 1, 31, 0, 0), 3L))), rows);
        assertEquals("[`a` BIGINT, `p` ROW<`x` BIGINT, `y` DOUBLE>]", sql.env.sqlQuery(
                "SELECT py('python/udfs.py:add', 1) AS a, py('python/udfs.py:point', 1) AS p").getResolvedSchema().getColumns().toString());
    }

    @Test
    void whatCanBeCalledHasAnnotationsWhereverTheyStand() {
        assertEquals(List.of(Row.of(8L, 10L)), sql.rows("SELECT py('python/udfs.py:add_seven', 1), py('python/udfs.py:scale', CAST(5 AS SMALLINT))"));
        String text = Sql.text(assertThrows(Exception.class, () -> sql.rows("SELECT py('python/udfs.py:untyped', 1)")));
        assertTrue(text.contains("Untyped.__call__ has no annotation of its result"), text);
    }

    @Test
    void rowsAreNamedTuplesInPython() {
        assertEquals(List.of("5.0"), sql.texts("SELECT py('python/udfs.py:norm', CAST((3, 4) AS ROW<x INT, y INT>))"));
        assertEquals(List.of("5.0"), sql.texts("SELECT py('python/udfs.py:norm', py('python/udfs.py:same(ANY_ROW) -> ROW<x DOUBLE, y DOUBLE>'"
                .replace("(ANY_ROW)", "") + ", CAST((3, 4) AS ROW<x INT, y INT>)))"));
    }

    @Test
    void manyArgumentsAndNoneAndALoneArray() {
        assertEquals(List.of(Row.of(0L, 1L, 1L, 3L, 1L)), sql.rows("SELECT py('python/udfs.py:count'), py('python/udfs.py:count', 1),"
                + " py('python/udfs.py:count', ARRAY[1, 2]), py('python/udfs.py:count', 1, ARRAY['x'], MAP['a', 1]),"
                + " py('python/udfs.py:count', CAST(NULL AS ARRAY<INT>))"));
        sql.env.createTemporarySystemFunction("f", PythonScalarFunction.of("python/udfs.py:count(ANY...) -> BIGINT".replace("(ANY...)", "")));
        assertEquals(List.of(Row.of(0L, 1L, 1L, 2L)), sql.rows(
                "SELECT f(), f(ARRAY[1, 2]), f(CAST(NULL AS ARRAY<INT>)), f(ARRAY[1], 2)"));
        sql.env.createTemporarySystemFunction("g", PythonScalarFunction.of("python/udfs.py:count(INT, STRING...) -> BIGINT"));
        assertEquals(List.of(Row.of(1L, 3L)), sql.rows("SELECT g(1), g(1, 'a', 'b')"));
        assertTrue(Sql.text(assertThrows(Exception.class, () -> sql.rows("SELECT g()"))).contains("takes (INT, STRING…), not 0 arguments"));
    }

    @Test
    void aLoneArrayIsOneArgumentWhateverIsInIt() {
        sql.env.createTemporarySystemFunction("seen", PythonScalarFunction.of("python/udfs.py:shown -> STRING"));
        assertEquals(List.of(Row.of("NoneType None", "Row Row(_0=1)")), sql.rows("SELECT seen(NULL), seen(ROW(1))"));
        // An array of objects is what variable arguments are themselves.
        sql.env.createTemporarySystemFunction("objects", PythonScalarFunction.builder().source("def objects(n):\n    return list(range(n))\n").function("objects")
                .returns(DataTypes.ARRAY(DataTypes.RAW(Object.class, new KryoSerializer<>(Object.class, new SerializerConfigImpl())))).build());
        assertEquals(List.of(Row.of("list [0]", "list [0, 1]")), sql.rows("SELECT seen(objects(1)), seen(objects(2))"));
    }

    @Test
    void nullIsNoneUnlessTheFunctionIsNotToSeeIt() {
        assertEquals(List.of("NoneType None"), sql.texts("SELECT py('python/udfs.py:shown -> STRING', CAST(NULL AS INT))"));
        sql.env.createTemporarySystemFunction("shown", PythonScalarFunction.builder()
                .file("python/udfs.py").function("shown").returns("STRING").nullOnNull().build());
        // A cast makes two sources of the rows, in any order.
        assertEquals(Set.of("null", "int 1"), Set.copyOf(sql.texts("SELECT shown(x) FROM (VALUES CAST(NULL AS INT), 1) AS t(x)")));
    }

    @Test
    void whatPandasAndNumpyCallMissingIsNull() {
        for (String missing : new String[] {"pandas.NA", "pandas.NaT", "numpy.ma.masked", "numpy.datetime64('NaT')"}) {
            sql.env.createTemporarySystemFunction("missing", PythonScalarFunction.builder()
                    .source("import numpy, pandas\ndef missing():\n    return " + missing + ", [" + missing + "]\n").function("missing")
                    .returns("ROW<x DOUBLE, a ARRAY<BIGINT>>").build());
            assertEquals("[+I[+I[null, [null]]]]", sql.rows("SELECT missing()").toString(), missing);
            sql.env.dropTemporarySystemFunction("missing");
        }
    }

    @Test
    void arraysOfNumpyAreArrays() {
        String[][] arrays = {{"numpy.array([1, -1]).astype('datetime64[ns]')", "TIMESTAMP(9)", "[1970-01-01T00:00:00.000000001, 1969-12-31T23:59:59.999999999]"},
            {"numpy.array(['2026-02-28', 'NaT'], dtype='datetime64[D]')", "DATE", "[2026-02-28, null]"},
            {"numpy.array([[1, 2], [3, 4]], dtype='uint8')", "ARRAY<TINYINT>", "[[1, 2], [3, 4]]"},
            {"numpy.array([0.5, 1], dtype='float32')", "FLOAT", "[0.5, 1.0]"}, {"numpy.array([True, False])", "BOOLEAN", "[true, false]"},
            {"numpy.array(['a', None], dtype=object)", "STRING", "[a, null]"}, {"numpy.array(['a', 'ü'])", "STRING", "[a, ü]"}};
        List<String> calls = new ArrayList<>();
        for (int i = 0; i < arrays.length; i++) {
            sql.env.createTemporarySystemFunction("array" + i, PythonScalarFunction.builder()
                    .source("import numpy\ndef array():\n    return " + arrays[i][0] + "\n").function("array").returns("ARRAY<" + arrays[i][1] + ">").build());
            calls.add("array" + i + "()");
        }
        String row = sql.rows("SELECT " + String.join(", ", calls)).get(0).toString();
        assertEquals("+I" + Arrays.stream(arrays).map(each -> each[2]).collect(Collectors.toList()), row);
    }

    @Test
    void whatPythonRaisesIsInTheJobsExceptionWithItsTraceback() {
        String text = Sql.text(assertThrows(Exception.class, () -> sql.rows("SELECT py('python/udfs.py:fail -> STRING', 'luck')")));
        assertTrue(text.contains("Python function python/udfs.py:fail failed: ValueError: no luck"), text);
        assertTrue(text.contains("Traceback (most recent call last):"), text);
        assertTrue(text.matches("(?s).*/udfs.py\", line \\d+, in fail\n +raise ValueError\\(\"no \" \\+ text\\).*"), text);
    }

    @Test
    void aValueOfAnotherTypeIsAnErrorThatSaysSo() {
        String text = Sql.text(assertThrows(Exception.class, () -> sql.rows("SELECT py('python/udfs.py:same -> INT', 'luck')")));
        assertTrue(text.contains("str luck is no INT"), text);
        text = Sql.text(assertThrows(Exception.class, () -> sql.rows("SELECT py('python/udfs.py:same -> TINYINT', 300)")));
        assertTrue(text.contains("int 300 is no TINYINT"), text);
        text = Sql.text(assertThrows(Exception.class, () -> sql.rows("SELECT py('python/udfs.py:same -> BIGINT NOT NULL', CAST(NULL AS INT))")));
        assertTrue(text.contains("None where BIGINT NOT NULL is declared"), text);
    }

    @Test
    void mistakesInNamesAreToldWhereTheQueryIsMade() {
        String text = Sql.text(assertThrows(Exception.class, () -> sql.rows("SELECT py('missing.py:f', 1)")));
        assertTrue(text.contains("There is no Python file missing.py: neither ") && text.contains("nor on the class path"), text);
        text = Sql.text(assertThrows(Exception.class, () -> sql.rows("SELECT py('python/udfs.py', 1)")));
        assertTrue(text.contains("does not name a Python function"), text);
        text = Sql.text(assertThrows(Exception.class, () -> sql.rows("SELECT py(x, 1) FROM (VALUES 'a:b') AS t(x)")));
        assertTrue(text.contains("must be a literal that names a Python function"), text);
        text = Sql.text(assertThrows(Exception.class, () -> sql.rows("SELECT py('python/udfs.py:same', 1)")));
        assertTrue(text.contains("same has no annotation of its result"), text);
        text = Sql.text(assertThrows(Exception.class, () -> sql.rows("SELECT py('python/udfs.py:nope', 1)")));
        assertTrue(text.contains("has no attribute 'nope'"), text);
        text = Sql.text(assertThrows(Exception.class, () -> sql.rows("SELECT py('python/udfs.py:same -> NUMBERS', 1)")));
        assertTrue(text.contains("'NUMBERS' is no SQL type"), text);
    }
}
