package dev.krait.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar of classes for a Python file: SQL alone registers each of its functions, aggregates too. */
class DeclareTest {
    @Test
    void eachFunctionOfAFileHasAClassForSql(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("mine.py"), "from typing import Iterator\nfrom json import dumps\n"
                + "def twice(n: int) -> int:\n    return 2 * n\n"
                + "def spelt(text: str, by: str = '') -> Iterator[str]:\n    yield from text\n"
                + "def helper(x):\n    return x\n"
                + "class Total:\n    def create_accumulator(self):\n        return 0\n"
                + "    def accumulate(self, total, *values: int):\n        return total + sum(values)\n"
                + "    def get_value(self, total) -> int:\n        return total\n");
        Path jar = folder.resolve("functions.jar");
        assertEquals(Map.of("mine.twice", "scalar(BIGINT) -> BIGINT", "mine.spelt", "table -> STRING", "mine.Total", "aggregate(BIGINT...) -> BIGINT"),
                Declare.declare(file.toString(), jar));
        Files.delete(file);
        Sql sql = Sql.batch();
        for (String name : new String[] {"twice", "spelt", "Total"}) {
            sql.env.executeSql("CREATE TEMPORARY SYSTEM FUNCTION `" + name + "` AS 'mine." + name + "' USING JAR '" + jar + "'");
        }
        assertEquals(List.of("14"), sql.texts("SELECT Total(twice(n), n - n) FROM (VALUES 3, 4) AS t(n)"));
        assertEquals(List.of("a", "b"), sql.texts("SELECT c FROM (VALUES 'ab') AS t(x), LATERAL TABLE(spelt(x)) AS s(c)"));
    }
}
