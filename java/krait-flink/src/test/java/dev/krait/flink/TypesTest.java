package dev.krait.flink;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.DataType;
import org.apache.flink.types.Row;
import org.junit.jupiter.api.Test;

/** Every SQL type that a function can take and give: what Python sees, and that the same value comes back. */
class TypesTest {
    /** A SQL expression, its type, and what Python sees. */
    private static final String[][] CASES = {
        {"CAST('ab' AS CHAR(2))", "CHAR(2)", "str 'ab'"},
        {"'grüße 🐍'", "STRING", "str 'grüße 🐍'"},
        {"CAST('v' AS VARCHAR(10))", "VARCHAR(10)", "str 'v'"},
        {"TRUE", "BOOLEAN", "bool True"},
        {"CAST(-128 AS TINYINT)", "TINYINT", "int -128"},
        {"CAST(32767 AS SMALLINT)", "SMALLINT", "int 32767"},
        {"2147483647", "INT", "int 2147483647"},
        {"-9223372036854775808", "BIGINT", "int -9223372036854775808"},
        {"CAST(0.5 AS FLOAT)", "FLOAT", "float 0.5"},
        {"CAST(0.1 AS DOUBLE)", "DOUBLE", "float 0.1"},
        {"CAST('12345678901234567890.123456789' AS DECIMAL(38, 9))", "DECIMAL(38, 9)", "Decimal Decimal('12345678901234567890.123456789')"},
        {"DATE '2026-02-28'", "DATE", "date datetime.date(2026, 2, 28)"},
        {"TIME '23:59:58'", "TIME(0)", "time datetime.time(23, 59, 58)"},
        {"TIMESTAMP '2026-02-28 12:34:56.123456'", "TIMESTAMP(6)", "datetime datetime.datetime(2026, 2, 28, 12, 34, 56, 123456)"},
        {"TO_TIMESTAMP_LTZ(1234567890123, 3)", "TIMESTAMP_LTZ(3)",
            "datetime datetime.datetime(2009, 2, 13, 23, 31, 30, 123000, tzinfo=datetime.timezone.utc)"},
        {"x'00ff41'", "BYTES", "bytes b'\\x00\\xffA'"},
        {"INTERVAL '1 02:03:04' DAY TO SECOND", "INTERVAL SECOND(3)", "timedelta datetime.timedelta(days=1, seconds=7384)"},
        {"INTERVAL '2-3' YEAR TO MONTH", "INTERVAL MONTH", "int 27"},
        {"ARRAY[1, NULL, 3]", "ARRAY<INT>", "list [1, None, 3]"},
        {"ARRAY[ARRAY['a'], ARRAY['b', 'c']]", "ARRAY<ARRAY<STRING>>", "list [['a'], ['b', 'c']]"},
        {"MAP['k', ARRAY[1.5]]", "MAP<STRING, ARRAY<DECIMAL(2, 1)>>", "dict {'k': [Decimal('1.5')]}"},
        {"CAST((1, 'x', ARRAY[2]) AS ROW<a INT, b STRING, c ARRAY<BIGINT>>)", "ROW<a INT, b STRING, c ARRAY<BIGINT>>", "Row Row(a=1, b='x', c=[2])"},
        {"ARRAY[CAST((1, ROW('y')) AS ROW<a INT, b ROW<c STRING>>)]", "ARRAY<ROW<a INT, b ROW<c STRING>>>", "list [Row(a=1, b=Row(c='y'))]"},
        {"MAP['r', CAST((1, 2) AS ROW<a INT, b INT>)]", "MAP<STRING, ROW<a INT, b INT>>", "dict {'r': Row(a=1, b=2)}"},
    };

    @Test
    void everyTypeIsSeenAndComesBack() {
        Sql sql = Sql.streaming();
        List<String> fields = new ArrayList<>();
        for (String[] each : CASES) {
            fields.add("py('python/udfs.py:shown -> STRING', " + each[0] + ")");
            fields.add("py('python/udfs.py:same -> " + each[1] + "', " + each[0] + ")");
            fields.add("CAST(" + each[0] + " AS " + each[1] + ")");
            fields.add("py('python/udfs.py:same -> " + each[1] + "', CAST(NULL AS " + each[1] + "))");
        }
        Row row = sql.rows("SELECT " + String.join(", ", fields)).get(0);
        for (int i = 0; i < CASES.length; i++) {
            assertEquals(CASES[i][2], row.getField(4 * i), CASES[i][1]);
            assertEquals(Row.of(row.getField(4 * i + 2)), Row.of(row.getField(4 * i + 1)), CASES[i][1]);
            assertEquals(null, row.getField(4 * i + 3), CASES[i][1]);
        }
    }

    /** Flink decides that. Whoever makes this fail, by a newer Flink, can change what the documentation says. */
    @Test
    void flinkKeepsTimesAndIntervalsToTheMillisecond() {
        Sql sql = Sql.streaming();
        sql.env.createTemporarySystemFunction("moment", PythonScalarFunction.builder()
                .source("import datetime\ndef moment():\n    return datetime.time(1, 2, 3, 4999), datetime.timedelta(microseconds=4999)\n")
                .function("moment").returns("ROW<t TIME(3), i INTERVAL SECOND(3)>").build());
        assertEquals(List.of(Row.of(Row.of(LocalTime.of(1, 2, 3, 4_000_000), Duration.ofMillis(4)))), sql.rows("SELECT moment()"));
    }

    @Test
    void anIntervalMayBeDeclaredAsAnyOfItsKind() {
        assertEquals(List.of(Row.of(Period.ofMonths(-14), Duration.ofDays(-1), "1", "timedelta datetime.timedelta(days=2)", "int 14")), Sql.streaming().rows("SELECT"
                + " py('python/udfs.py:same -> INTERVAL YEAR TO MONTH', INTERVAL -'14' MONTH), py('python/udfs.py:same -> INTERVAL DAY TO SECOND', INTERVAL -'1' DAY),"
                + " CAST(CARDINALITY(py('python/udfs.py:same -> ARRAY<INTERVAL DAY>', ARRAY[INTERVAL '1' DAY])) AS STRING),"
                + " py('python/udfs.py:shown(INTERVAL DAY) -> STRING', INTERVAL '2' DAY), py('python/udfs.py:shown(INTERVAL YEAR) -> STRING', INTERVAL '14' MONTH)"));
    }

    @Test
    void timesHaveTheDigitsThatAreDeclared() {
        LocalDateTime exact = LocalDateTime.of(1969, 12, 31, 23, 59, 59, 678_901_234);
        assertEquals(exact, taken(DataTypes.TIMESTAMP(9), exact));
        assertEquals(exact.withNano(678_901_000), taken(DataTypes.TIMESTAMP(6), exact));
        assertEquals(exact.withNano(678_000_000), taken(DataTypes.TIMESTAMP(3), exact));
        assertEquals(exact.withNano(0), taken(DataTypes.TIMESTAMP(0), exact));
        assertEquals(exact.withNano(600_000_000).toInstant(ZoneOffset.UTC), taken(DataTypes.TIMESTAMP_LTZ(1), exact.toInstant(ZoneOffset.UTC)));
        assertEquals(LocalTime.of(23, 59, 59), taken(DataTypes.TIME(0), exact.toLocalTime()));
        // Flink compares, groups and sorts by what it was told.
        Sql sql = Sql.batch();
        sql.env.createTemporarySystemFunction("moment", PythonScalarFunction.builder()
                .source("import datetime\ndef moment(n):\n    return datetime.datetime(2026, 2, 28, 0, 0, n, 678901)\n").function("moment").returns("TIMESTAMP(3)").build());
        assertEquals(List.of(Row.of(LocalDateTime.of(2026, 2, 28, 0, 0, 0, 678_000_000), 2L)), sql.rows("SELECT t, COUNT(*) FROM"
                + " (SELECT moment(MOD(n, 2)) AS t FROM (VALUES 1, 2, 4) AS v(n)) WHERE t = TIMESTAMP '2026-02-28 00:00:00.678' GROUP BY t"));
    }

    @Test
    void textsAndBytesHaveTheLengthThatIsDeclared() {
        assertEquals("🐍🐍", taken(DataTypes.VARCHAR(2), "🐍🐍"));
        assertEquals("str abc is no VARCHAR(2)", refused(DataTypes.VARCHAR(2), "abc"));
        assertEquals("🐍 ", taken(DataTypes.CHAR(2), "🐍"));
        assertEquals("ab", taken(DataTypes.CHAR(2), "ab"));
        assertEquals("str abc is no CHAR(2)", refused(DataTypes.CHAR(2), "abc"));
        assertArrayEquals(new byte[] {1, 0}, (byte[]) taken(DataTypes.BINARY(2), new byte[] {1}));
        assertArrayEquals(new byte[] {1}, (byte[]) taken(DataTypes.VARBINARY(2), new byte[] {1}));
        assertEquals("bytes of 3 is no BINARY(2)", refused(DataTypes.BINARY(2), new byte[3]));
        assertEquals("bytes of 3 is no VARBINARY(2)", refused(DataTypes.VARBINARY(2), new byte[3]));
    }

    private static Object taken(DataType type, Object value) {
        return FromPython.of(type).convert(value);
    }

    private static String refused(DataType type, Object value) {
        return assertThrows(FromPython.Misfit.class, () -> taken(type, value)).getMessage();
    }

    @Test
    void aNumberThatAFloatDoesNotHoldIsRefused() {
        assertEquals(0.1f, taken(DataTypes.FLOAT(), 0.1));
        assertEquals(Float.NEGATIVE_INFINITY, taken(DataTypes.FLOAT(), Double.NEGATIVE_INFINITY));
        assertEquals(Float.NaN, taken(DataTypes.FLOAT(), Double.NaN));
        assertEquals("float 1.0E300 is no FLOAT", refused(DataTypes.FLOAT(), 1e300));
        assertEquals(16777216f, taken(DataTypes.FLOAT(), 16777216L));
        assertEquals("int 16777217 is no FLOAT", refused(DataTypes.FLOAT(), 16777217L));
        assertEquals(-0x1p63, taken(DataTypes.DOUBLE(), Long.MIN_VALUE));
        assertEquals("int 9007199254740993 is no DOUBLE", refused(DataTypes.DOUBLE(), (1L << 53) + 1));
        assertEquals("int 9223372036854775807 is no DOUBLE", refused(DataTypes.DOUBLE(), Long.MAX_VALUE));
        assertEquals("int 9223372036854775807 is no FLOAT", refused(DataTypes.FLOAT(), Long.MAX_VALUE));
    }

    @Test
    void aDecimalOfAnySizeIsRoundedOrRefused() {
        DataType type = DataTypes.DECIMAL(4, 2);
        assertEquals(new BigDecimal("99.99"), taken(type, new BigDecimal("99.994")));
        assertEquals(new BigDecimal("0.01"), taken(type, new BigDecimal("0.005")));
        assertEquals(new BigDecimal("0.00"), taken(type, new BigDecimal("0.00499")));
        assertEquals(new BigDecimal("0.00"), taken(type, new BigDecimal("-1E-2147483647")));
        assertEquals(new BigDecimal("0.00"), taken(type, new BigDecimal("0E+2147483647")));
        for (String large : new String[] {"99.995", "-1E+2", "9E+2147483647"}) {
            assertEquals("Decimal " + large + " is no DECIMAL(4, 2), which has 2 digits before the point: declare a larger one, or return None",
                    refused(type, new BigDecimal(large)));
        }
        assertEquals("field price: Decimal 9E+2147483647 is no DECIMAL(4, 2), which has 2 digits before the point: declare a larger one, or return None",
                refused(DataTypes.ROW(DataTypes.FIELD("price", type)), new Object[] {new BigDecimal("9E+2147483647")}));
    }

    @Test
    void whatIsRefusedIsCalledAsPythonCallsIt() {
        assertEquals("Decimal 1.5 is no STRING", refused(DataTypes.STRING(), new BigDecimal("1.5")));
        assertEquals("date 2026-02-28 is no STRING", refused(DataTypes.STRING(), LocalDate.of(2026, 2, 28)));
        assertEquals("time 12:00 is no STRING", refused(DataTypes.STRING(), LocalTime.NOON));
        assertEquals("timedelta PT1S is no STRING", refused(DataTypes.STRING(), Duration.ofSeconds(1)));
    }

    @Test
    void keysThatBecomeEqualAreRefused() {
        DataType type = DataTypes.MAP(DataTypes.DECIMAL(10, 2), DataTypes.BIGINT());
        assertEquals(Map.of(new BigDecimal("1.00"), 1L, new BigDecimal("1.01"), 2L),
                taken(type, Map.of(new BigDecimal("1.001"), 1L, new BigDecimal("1.009"), 2L)));
        Map<Object, Object> equal = new LinkedHashMap<>();
        equal.put(new BigDecimal("1.001"), 1L);
        equal.put(new BigDecimal("1.002"), 2L);
        assertEquals("dict {1.001=1, 1.002=2} has keys that are equal where MAP<DECIMAL(10, 2), BIGINT> is declared", refused(type, equal));
    }

    @Test
    void aDictHasEveryFieldOfItsRow() {
        DataType type = DataTypes.ROW(DataTypes.FIELD("a", DataTypes.INT()), DataTypes.FIELD("b", DataTypes.INT()));
        Map<Object, Object> fields = new LinkedHashMap<>();
        fields.put("a", 1L);
        assertEquals("dict {a=1} has no b where ROW<`a` INT, `b` INT> is declared", refused(type, fields));
        fields.put("b", null);
        assertEquals(Row.of(1, null), taken(type, fields));
    }

    @Test
    void aMultisetComesBack() {
        assertEquals(Map.of("x", 2), taken(DataTypes.MULTISET(DataTypes.STRING()), Map.of("x", 2L)));
        assertEquals("str x is no INT NOT NULL", refused(DataTypes.MULTISET(DataTypes.STRING()), Map.of("x", "x")));
    }

    @Test
    void anArrayOfUnsignedShortsIsOneOfWholeNumbers() {
        assertArrayEquals(new Integer[] {1, 65535}, (Object[]) taken(DataTypes.ARRAY(DataTypes.INT()), new char[] {1, 65535}));
    }

    @Test
    void decimalsOfAStreamAreNotRoundedWhereverTheyStand() {
        BigDecimal small = new BigDecimal("1E-19");
        BigDecimal large = new BigDecimal("1E+40");
        assertEquals(small, StreamTypes.fromPython(Types.BIG_DEC).convert(small));
        assertEquals(Row.of(small, large), StreamTypes.fromPython(Types.ROW(Types.BIG_DEC, Types.BIG_DEC)).convert(new Object[] {small, large}));
        assertEquals(List.of(small), StreamTypes.fromPython(Types.LIST(Types.BIG_DEC)).convert(List.of(small)));
        assertEquals(Map.of(small, large), StreamTypes.fromPython(Types.MAP(Types.BIG_DEC, Types.BIG_DEC)).convert(Map.of(small, large)));
        assertArrayEquals(new BigDecimal[] {small, new BigDecimal(5)},
                (Object[]) StreamTypes.fromPython(Types.OBJECT_ARRAY(Types.BIG_DEC)).convert(List.of(small, 5L)));
    }
}
