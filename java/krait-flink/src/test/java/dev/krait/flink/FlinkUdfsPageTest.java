package dev.krait.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.krait.testing.Page;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The snippets of docs/flink-udfs.md. */
@SuppressWarnings("serial")
class FlinkUdfsPageTest {
    private static final Path FILE = Path.of("udfs.py");
    private static final Page PAGE = Page.of("flink-udfs.md");

    public static final class JsonValueLower extends PythonScalarFunction {
        public JsonValueLower() {
            super(builder().file("udfs.py").function("json_value_lower"));
        }
    }

    @BeforeAll
    static void theFileIsWhereTheJobIsMade() throws Exception {
        Files.writeString(FILE, String.join("\n", PAGE.snippets("python")));
    }

    @AfterAll
    static void theFileGoes() throws Exception {
        Files.delete(FILE);
    }

    @Test
    void theSnippetsInSqlRunInTheirOrder() {
        Sql sql = Sql.streaming();
        List<String> results = new ArrayList<>();
        for (String snippet : PAGE.snippets("sql")) {
            for (String statement : snippet.split(";\\s*\n")) {
                if (statement.startsWith("SELECT")) {
                    results.addAll(sql.texts(statement));
                } else if (statement.startsWith("SET")) {
                    String[] parts = statement.split("'");
                    sql.env.getConfig().set(parts[1], parts[3]);
                } else {
                    sql.env.executeSql(statement.replace("CREATE TEMPORARY SYSTEM FUNCTION", "CREATE TEMPORARY SYSTEM FUNCTION IF NOT EXISTS"));
                }
            }
        }
        assertEquals(List.of("{\"a\": \"abc\"}", "one two", "a", "b", "2", "3"), results);
    }

    @Test
    void theSnippetsInJavaDoWhatTheySay() throws Exception {
        PAGE.hasItsJavaIn(FlinkUdfsPageTest.class);
        Sql sql = Sql.batch();
        TableEnvironment tables = sql.env;
        tables.executeSql("CREATE TEMPORARY SYSTEM FUNCTION lower_json AS '" + JsonValueLower.class.getName() + "'");
        assertEquals(List.of("{\"a\": \"abc\"}"), sql.texts("SELECT lower_json('{\"a\": \"ABC\"}')"));
        tables.createTemporarySystemFunction("json_value_lower", PythonScalarFunction.of("udfs.py:json_value_lower"));
        tables.createTemporarySystemFunction("plus", PythonScalarFunction.builder()
                .source("def plus(a, b):\n    return a + b\n").function("plus")
                .arguments("BIGINT", "BIGINT").returns("BIGINT").build());
        assertEquals(List.of("+I[{\"a\": \"abc\"}, 5]"), List.of(sql.rows("SELECT json_value_lower('{\"a\": \"ABC\"}'), plus(2, 3)").get(0).toString()));
        tables.createTemporarySystemFunction("mean", PythonAggregateFunction.of("udfs.py:Mean"));
        tables.createTemporarySystemFunction("median", PythonAggregateFunction.builder()
                .source("def median(values):\n    return float(values.median())\n").function("median")
                .columns(Columns.PANDAS).arguments("DOUBLE").returns("DOUBLE").build());
        assertEquals("+I[5.0, 2.0]", sql.rows("SELECT mean(x), median(x) FROM (VALUES 1.0, 2.0, 12.0) AS t(x)").get(0).toString());
        StreamExecutionEnvironment env = new StreamExecutionEnvironment(Cluster.client());
        DataStream<Long> numbers = env.fromSequence(1, 3);
        DataStream<Long> next = PythonBatches.builder().file("udfs.py").function("plus_one")
                .columns(Columns.NUMPY).rows(10_000).delay(Duration.ofMillis(50)).apply(numbers, Types.LONG);
        List<Long> all = new ArrayList<>();
        try (CloseableIterator<Long> collected = next.executeAndCollect()) {
            collected.forEachRemaining(all::add);
        }
        assertEquals(List.of(2L, 3L, 4L), all);
    }
}
