package dev.krait.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.LocalTimeTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;

/** The operator of batches, step by step: what waits, what makes it go, and that nothing overtakes it. */
class BatchOperatorTest {
    private static PythonBatches batches(String function) {
        return PythonBatches.builder().file("python/udfs.py").function(function).rows(100).delay(Duration.ofMillis(50));
    }

    private static <T, R> OneInputStreamOperatorTestHarness<T, R> harness(PythonBatches batches, TypeInformation<T> in, TypeInformation<R> out)
            throws Exception {
        OneInputStreamOperatorTestHarness<T, R> harness = new OneInputStreamOperatorTestHarness<>(
                batches.operator(in, out), in.createSerializer(new org.apache.flink.api.common.ExecutionConfig().getSerializerConfig()));
        harness.setup(out.createSerializer(new org.apache.flink.api.common.ExecutionConfig().getSerializerConfig()));
        return harness;
    }

    private static OneInputStreamOperatorTestHarness<Long, Long> longs(PythonBatches batches) throws Exception {
        OneInputStreamOperatorTestHarness<Long, Long> harness = harness(batches, Types.LONG, Types.LONG);
        harness.open();
        return harness;
    }

    @Test
    void elementsWaitForABatchAndKeepOrderAndTimestamps() throws Exception {
        try (OneInputStreamOperatorTestHarness<Long, Long> harness = longs(batches("plus_one").rows(3))) {
            harness.processElement(1L, 10);
            harness.processElement(new StreamRecord<>(2L));
            assertTrue(harness.getOutput().isEmpty());
            harness.processElement(3L, 30);
            harness.processElement(4L, 40);
            assertEquals(List.of(new StreamRecord<>(2L, 10), new StreamRecord<>(3L), new StreamRecord<>(4L, 30)),
                    new ArrayList<>(harness.getOutput()));
        }
    }

    @Test
    void aWatermarkNeverOvertakes() throws Exception {
        try (OneInputStreamOperatorTestHarness<Long, Long> harness = longs(batches("plus_one"))) {
            harness.processElement(1L, 10);
            harness.processWatermark(11);
            harness.processElement(2L, 20);
            harness.processWatermarkStatus(WatermarkStatus.IDLE);
            assertEquals(List.of(new StreamRecord<>(2L, 10), new Watermark(11), new StreamRecord<>(3L, 20), WatermarkStatus.IDLE),
                    new ArrayList<>(harness.getOutput()));
        }
    }

    @Test
    void nothingWaitsAcrossACheckpointSoThatARestoreLosesAndDoublesNothing() throws Exception {
        OperatorSubtaskState state;
        List<Object> first;
        try (OneInputStreamOperatorTestHarness<Long, Long> harness = longs(batches("plus_one"))) {
            harness.processElement(1L, 1);
            harness.processElement(2L, 2);
            harness.prepareSnapshotPreBarrier(1);
            first = new ArrayList<>(harness.getOutput());
            state = harness.snapshot(1, 1);
            // Came after the barrier: a source that is put back sends it again.
            harness.processElement(3L, 3);
            assertEquals(first, new ArrayList<>(harness.getOutput()));
        }
        assertEquals(List.of(new StreamRecord<>(2L, 1), new StreamRecord<>(3L, 2)), first);
        try (OneInputStreamOperatorTestHarness<Long, Long> harness = harness(batches("plus_one"), Types.LONG, Types.LONG)) {
            harness.initializeState(state);
            harness.open();
            harness.processElement(3L, 3);
            harness.endInput();
            assertEquals(List.of(new StreamRecord<>(4L, 3)), new ArrayList<>(harness.getOutput()));
        }
    }

    @Test
    void theFirstElementWaitsNoLongerThanTheDelay() throws Exception {
        try (OneInputStreamOperatorTestHarness<Long, Long> harness = longs(batches("sized"))) {
            harness.setProcessingTime(1000);
            harness.processElement(1L, 1);
            harness.setProcessingTime(1040);
            harness.processElement(2L, 2);
            assertTrue(harness.getOutput().isEmpty());
            harness.setProcessingTime(1050);
            assertEquals(List.of(2L, 2L), harness.extractOutputValues());
            // The timer of a batch that went for another reason does not cut the next one short.
            harness.processElement(3L, 3);
            harness.processWatermark(4);
            harness.setProcessingTime(1080);
            harness.processElement(5L, 5);
            harness.setProcessingTime(1110);
            assertEquals(List.of(2L, 2L, 1L), harness.extractOutputValues());
            harness.setProcessingTime(1130);
            assertEquals(List.of(2L, 2L, 1L, 1L), harness.extractOutputValues());
        }
    }

    @Test
    void bytesBoundABatch() throws Exception {
        PythonBatches batches = batches("sized").bytes(10_000);
        try (OneInputStreamOperatorTestHarness<String, Long> harness = harness(batches, Types.STRING, Types.LONG)) {
            harness.open();
            for (int i = 0; i < 9; i++) {
                harness.processElement("x".repeat(3_000), i);
            }
            harness.endInput();
            assertEquals(List.of(4L, 4L, 4L, 4L, 4L, 4L, 4L, 4L, 1L), harness.extractOutputValues());
        }
    }

    @Test
    void whatPythonSeesIsAChoice() throws Exception {
        assertEquals("list  [1, None, 3] | list  ['a', 'b', None]", kinds(Columns.LISTS));
        String arrays = kinds(Columns.NUMPY);
        assertTrue(arrays.matches("MaskedArray masked int64 \\[.*1.*, masked, .*3.*\\] \\| ndarray object \\['a', 'b', None\\]"), arrays);
        String series = kinds(Columns.PANDAS);
        assertTrue(series.matches("Series Int64 \\[.*1.*, <NA>, .*3.*\\] \\| Series (object|str|string) \\['a', 'b', (None|nan)\\]"), series);
        try (OneInputStreamOperatorTestHarness<Row, String> harness = harness(
                batches("frame_kind").columns(Columns.DATA_FRAME), Types.ROW_NAMED(new String[] {"id", "name"}, Types.INT, Types.DOUBLE), Types.STRING)) {
            harness.open();
            harness.processElement(Row.of(1, 0.5), 0);
            harness.endInput();
            assertEquals(List.of("{'id': 'int32', 'name': 'float64'}"), harness.extractOutputValues());
        }
    }

    private static String kinds(Columns columns) throws Exception {
        try (OneInputStreamOperatorTestHarness<Row, String> harness = harness(
                batches("kinds").columns(columns), Types.ROW_NAMED(new String[] {"id", "name"}, Types.LONG, Types.STRING), Types.STRING)) {
            harness.open();
            harness.processElement(Row.of(1L, "a"), 0);
            harness.processElement(Row.of(null, "b"), 0);
            harness.processElement(Row.of(3L, null), 0);
            harness.endInput();
            assertEquals(3, harness.extractOutputValues().size());
            return harness.extractOutputValues().get(0);
        }
    }

    @Test
    void rowsInListsAndMapsAreNamedTuples() throws Exception {
        TypeInformation<Row> row = Types.ROW_NAMED(new String[] {"n", "s"}, Types.INT, Types.STRING);
        assertEquals("list  [[Row(n=1, s='x'), None]]", kindOf(Types.LIST(row), Arrays.asList(Row.of(1, "x"), null)));
        assertEquals("list  [[[Row(n=1, s='x')]]]", kindOf(Types.LIST(Types.LIST(row)), List.of(List.of(Row.of(1, "x")))));
        assertEquals("list  [[Row(n=1, s='x')]]", kindOf(Types.OBJECT_ARRAY(row), new Row[] {Row.of(1, "x")}));
        assertEquals("list  [{Row(n=1, s='x'): [Row(n=2, s=None)]}]",
                kindOf(Types.MAP(row, Types.LIST(row)), Map.of(Row.of(1, "x"), List.of(Row.of(2, null)))));
        assertEquals("list  [[1, 2]]", kindOf(Types.LIST(Types.INT), List.of(1, 2)));
    }

    @Test
    void rowsMadeWithNamesAloneAreRowsAsAnyOther() throws Exception {
        TypeInformation<Row> type = Types.ROW_NAMED(new String[] {"n", "s"}, Types.INT, Types.STRING);
        Row row = Row.withNames();
        row.setField("s", "x");
        row.setField("n", 1);
        assertEquals("list  [1] | list  ['x']", kindOf(type, row));
        assertEquals("list  [Row(n=1, s='x')]", kindOf(Types.ROW(type), Row.of(row)));
    }

    @Test
    void aTablesRowsAreColumnsAndBecomeATableAgain() {
        StreamTableEnvironment tables = StreamTableEnvironment.create(new StreamExecutionEnvironment(Cluster.client()));
        DataStream<Row> counts = tables.toChangelogStream(tables.sqlQuery("SELECT k, COUNT(*) AS c, MAX(d) AS d FROM"
                + " (VALUES ('a', DATE '2026-02-28'), ('b', DATE '2026-02-28'), ('a', DATE '2026-03-01')) AS t(k, d) GROUP BY k"));
        DataStream<Row> same = batches("same_rows").columns(Columns.NUMPY).apply(counts, counts.getType());
        List<String> rows = new ArrayList<>();
        tables.fromChangelogStream(same).execute().collect().forEachRemaining(row -> rows.add(row.toString()));
        assertEquals(List.of("+I[a, 1, 2026-02-28]", "+I[b, 1, 2026-02-28]", "-U[a, 1, 2026-02-28]", "+U[a, 2, 2026-03-01]"), rows);
    }

    @Test
    void aRowWhoseTypeIsUnknownIsOneJavaObject() throws Exception {
        assertEquals("list  [<org.apache.flink.types.Row +I[1, x]>]", kindOf(Types.GENERIC(Row.class), Row.of(1, "x")));
    }

    /** What Python sees of a lone element. */
    private static <T> String kindOf(TypeInformation<T> type, T element) throws Exception {
        try (OneInputStreamOperatorTestHarness<T, String> harness = harness(batches("kinds"), type, Types.STRING)) {
            harness.open();
            harness.processElement(element, 0);
            harness.endInput();
            return harness.extractOutputValues().get(0);
        }
    }

    @Test
    void aTimeOfDayIsNoPartOfADate() throws Exception {
        LocalDate day = LocalDate.of(2026, 2, 28);
        for (Columns columns : new Columns[] {Columns.NUMPY, Columns.PANDAS}) {
            PythonBatches batches = batches("same").columns(columns);
            try (OneInputStreamOperatorTestHarness<LocalDateTime, LocalDate> harness =
                    harness(batches, LocalTimeTypeInfo.LOCAL_DATE_TIME, LocalTimeTypeInfo.LOCAL_DATE)) {
                harness.open();
                harness.processElement(day.atStartOfDay(), 0);
                harness.processElement(new StreamRecord<>(null));
                harness.processWatermark(1);
                assertEquals(Arrays.asList(day, null), harness.extractOutputValues(), columns.name());
                harness.processElement(day.atStartOfDay(), 0);
                harness.processElement(day.atTime(12, 34), 0);
                PythonFunctionException e = assertThrows(PythonFunctionException.class, harness::endInput, columns.name());
                assertTrue(e.getMessage().contains("datetime without a zone 2026-02-28T00:00 is no DATE"), e.getMessage());
            }
        }
    }

    @Test
    void timesOfResultsKeepTheirNanoseconds() throws Exception {
        LocalDateTime first = LocalDateTime.of(1970, 1, 1, 0, 0, 0, 1);
        Instant firstInstant = Instant.ofEpochSecond(0, 1);
        LocalDateTime last = LocalDateTime.of(1969, 12, 31, 23, 59, 59, 999_999_999);
        Instant lastInstant = Instant.ofEpochSecond(-1, 999_999_999);
        for (Columns columns : new Columns[] {Columns.NUMPY, Columns.PANDAS}) {
            assertEquals(Arrays.asList(first, null, last), ofNanoseconds("moments", columns, LocalTimeTypeInfo.LOCAL_DATE_TIME), columns.name());
            assertEquals(Arrays.asList(firstInstant, null, lastInstant), ofNanoseconds("moments", columns, Types.INSTANT), columns.name());
        }
        assertEquals(Arrays.asList(firstInstant, null, lastInstant), ofNanoseconds("moments_of_an_index", Columns.PANDAS, Types.INSTANT));
        assertEquals(List.of(Row.of(first, firstInstant), Row.of(null, null), Row.of(last, lastInstant)), ofNanoseconds("moments_in_rows", Columns.PANDAS,
                Types.ROW_NAMED(new String[] {"here", "there"}, LocalTimeTypeInfo.LOCAL_DATE_TIME, Types.INSTANT)).stream()
                .map(row -> Row.of(row.getField(0), row.getField(1))).collect(java.util.stream.Collectors.toList()));
        assertEquals(List.of(List.of(first, first), List.of(last, last)), ofNanoseconds("moments_twice", Columns.NUMPY,
                Types.LIST(LocalTimeTypeInfo.LOCAL_DATE_TIME), 1L, -1L));
    }

    private static <R> List<R> ofNanoseconds(String function, Columns columns, TypeInformation<R> result) throws Exception {
        return ofNanoseconds(function, columns, result, 1L, null, -1L);
    }

    private static <R> List<R> ofNanoseconds(String function, Columns columns, TypeInformation<R> result, Long... numbers) throws Exception {
        try (OneInputStreamOperatorTestHarness<Long, R> harness = harness(batches(function).columns(columns), Types.LONG, result)) {
            harness.open();
            for (Long number : numbers) {
                harness.processElement(new StreamRecord<>(number));
            }
            harness.endInput();
            return harness.extractOutputValues();
        }
    }

    @Test
    void theRowsOfAChangelogKeepTheirKinds() throws Exception {
        TypeInformation<Row> type = Types.ROW_NAMED(new String[] {"n"}, Types.LONG);
        try (OneInputStreamOperatorTestHarness<Row, Row> harness = harness(batches("same_rows"), type, type)) {
            harness.open();
            List<Row> rows = new ArrayList<>();
            for (long i = 0; i < 300; i++) {
                rows.add(Row.ofKind(RowKind.values()[(int) i % 4], i));
                harness.processElement(rows.get((int) i), i);
            }
            harness.endInput();
            assertEquals(rows.toString(), harness.extractOutputValues().toString());
        }
    }

    @Test
    void numbersComeBackFromArraysSeriesAndFrames() throws Exception {
        for (Columns columns : new Columns[] {Columns.NUMPY, Columns.PANDAS}) {
            try (OneInputStreamOperatorTestHarness<Long, Long> harness = longs(batches("array_plus_one").columns(columns))) {
                harness.processElement(1L << 60, 0);
                harness.processElement(new StreamRecord<>(null));
                harness.processElement(-1L, 0);
                harness.endInput();
                List<Long> expected = new ArrayList<>(List.of((1L << 60) + 1));
                expected.add(null);
                expected.add(0L);
                assertEquals(expected, harness.extractOutputValues(), columns.name());
            }
        }
        try (OneInputStreamOperatorTestHarness<Row, Row> harness = harness(batches("stats").columns(Columns.DATA_FRAME),
                Types.ROW_NAMED(new String[] {"a", "b", "name"}, Types.LONG, Types.DOUBLE, Types.STRING),
                Types.ROW_NAMED(new String[] {"name", "total"}, Types.STRING, Types.DOUBLE))) {
            harness.open();
            harness.processElement(Row.of(1L, 0.5, "x"), 0);
            harness.processElement(Row.of(2L, 0.25, null), 0);
            harness.endInput();
            assertEquals(List.of(Row.of("x", 1.5), Row.of(null, 2.25)), harness.extractOutputValues().stream()
                    .map(row -> Row.of(row.getField(0), row.getField(1))).collect(java.util.stream.Collectors.toList()));
        }
    }

    @Test
    void anArrayOfNumbersComesBackWhateverItsLayoutOrIsRefused() throws Exception {
        assertEquals(List.of(3L, 2L, 1L), ofThree("array_backwards", Types.LONG));
        assertEquals(List.of(1L, 2L, 3L), ofThree("array_in_32_bits", Types.LONG));
        assertEquals(List.of(0.5, 1.0, 1.5), ofThree("array_of_halves", Types.DOUBLE));
        assertEquals("row 0: float 0.5 is no BIGINT", refused("array_of_halves"));
        assertEquals("ValueError: 2 results for 3 rows", refused("array_without_the_last"));
        assertEquals("ValueError: 1 results for 3 rows", refused("array_in_two_dimensions"));
        assertEquals("TypeError: a column of 3 results was expected, not DataFrame: return one of its columns, or declare a ROW of them", refused("in_a_frame"));
        assertEquals("TypeError: a column of 3 results was expected, not dict: return one of its columns, or declare a ROW of them", refused("same_columns"));
    }

    private static String refused(String function) {
        PythonFunctionException e = assertThrows(PythonFunctionException.class, () -> ofThree(function, Types.LONG));
        return e.getMessage().lines().findFirst().orElseThrow().replaceFirst(".* failed on a batch of 3 rows: ", "");
    }

    private static <R> List<R> ofThree(String function, TypeInformation<R> result) throws Exception {
        try (OneInputStreamOperatorTestHarness<Long, R> harness = harness(batches(function).columns(Columns.NUMPY), Types.LONG, result)) {
            harness.open();
            for (long i = 1; i <= 3; i++) {
                harness.processElement(i, 0);
            }
            harness.endInput();
            return harness.extractOutputValues();
        }
    }

    @Test
    void anErrorSaysHowLargeTheBatchWasAndHasTheTraceback() throws Exception {
        try (OneInputStreamOperatorTestHarness<Long, Long> harness = longs(batches("fails_at_seven").rows(3))) {
            harness.processElement(6L, 0);
            harness.processElement(7L, 0);
            PythonFunctionException e = assertThrows(PythonFunctionException.class, () -> harness.processElement(8L, 0));
            assertTrue(e.getMessage().contains("python/udfs.py:fails_at_seven failed on a batch of 3 rows: ValueError: seven came\nTraceback"), e.getMessage());
            assertFalse(harness.getOutput().contains(new StreamRecord<>(6L, 0)));
        }
        try (OneInputStreamOperatorTestHarness<Long, Long> harness = longs(batches("too_few").rows(2))) {
            harness.processElement(6L, 0);
            PythonFunctionException e = assertThrows(PythonFunctionException.class, () -> harness.processElement(7L, 0));
            assertTrue(e.getMessage().contains("ValueError: 1 results for 2 rows"), e.getMessage());
        }
        try (OneInputStreamOperatorTestHarness<Long, Long> harness = longs(batches("throws_of_java").rows(2))) {
            harness.processElement(6L, 0);
            PythonFunctionException e = assertThrows(PythonFunctionException.class, () -> harness.processElement(7L, 0));
            assertTrue(e.getMessage().contains("throws_of_java failed on a batch of 2 rows: java.io.IOException: of Java"), e.getMessage());
        }
        try (OneInputStreamOperatorTestHarness<Long, String> harness = harness(batches("plus_one").rows(2), Types.LONG, Types.STRING)) {
            harness.open();
            harness.processElement(6L, 0);
            PythonFunctionException e = assertThrows(PythonFunctionException.class, () -> harness.processElement(7L, 0));
            assertTrue(e.getMessage().contains("row 0: int 7 is no STRING"), e.getMessage());
        }
    }
}
