package dev.krait.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.Isolation;
import dev.krait.Kwargs;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.testing.Pythons;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The loop that calls a batch's function is Python's own, and nobody notices. */
@Timeout(60)
final class BatchLoopTest {
    /** Around every border between shared ints, ints of one, two and more digits. */
    private static final long[] BORDERS = {0, -1, -5, -6, 255, 256, 257, (1L << 30) - 1, 1L << 30, -(1L << 30), (1L << 60) - 1,
        1L << 60, -(1L << 60), Long.MAX_VALUE - 1, Long.MIN_VALUE, 1_764_240_000_000L, 7};

    private PythonInterpreter interp;

    @BeforeEach
    void open() {
        interp = PythonInterpreter.create();
    }

    @AfterEach
    void close() {
        interp.close();
    }

    @Test
    void aStopIterationIsAnErrorOfItsRow() {
        interp.exec("def stops(x):\n    if x == 3: raise StopIteration('enough')\n    return x");
        List<Object> seen = new ArrayList<>();
        Stream<Object> results = interp.function("stops").map(List.of(0, 1, 2, 3, 4));
        PythonException e = assertThrows(PythonException.class, () -> results.forEach(seen::add));
        assertEquals("StopIteration", e.typeName());
        assertEquals(3, e.row());
        assertEquals(List.of(0L, 1L, 2L), seen);
        long[] numbers = {0, 1, 2, 3, 4};
        assertEquals(3, assertThrows(PythonException.class, () -> interp.function("stops").mapLongs(numbers)).row());
        Stream<Object> called = interp.function("stops").callBatch(Collections.singletonList(new Object[] {3}));
        assertEquals(0, assertThrows(PythonException.class, () -> called.forEach(x -> { })).row());
    }

    @Test
    void anErrorBeginsWithTheFunctionsOwnFrame() {
        interp.exec("def fails(x): raise ValueError(x)");
        long[] numbers = {5};
        PythonException e = assertThrows(PythonException.class, () -> interp.function("fails").mapLongs(numbers));
        assertEquals(List.of("fails"), e.pythonFrames().stream().map(StackTraceElement::getMethodName).collect(Collectors.toList()));
        assertFalse(e.traceback().contains("krait"), e.traceback());
        assertEquals(1, e.traceback().split("File ", -1).length - 1, e.traceback());
    }

    @Test
    void numbersThatAFunctionKeepsStayWhatTheyAre() {
        interp.exec(Pythons.lines(
                "kept = []",
                "def keeps(x):",
                "    kept.append(x)",
                "    return -x if len(kept) % 2 else x",
                "def keeps_result(x):",
                "    kept.append(x + 1)",
                "    return kept[-1]"));
        for (String name : List.of("keeps", "keeps_result")) {
            interp.exec("kept.clear()");
            long[] rows = Arrays.stream(BORDERS).filter(row -> row > Long.MIN_VALUE).toArray();
            long add = name.equals("keeps") ? 0 : 1;
            List<Object> expected = Arrays.stream(rows).map(row -> row + add).boxed().collect(Collectors.toList());
            List<Object> results = interp.function(name).map(LongStream.of(rows).boxed().collect(Collectors.toList()))
                    .collect(Collectors.toList());
            assertEquals(expected, interp.eval("kept"));
            for (int i = 0; i < rows.length; i++) {
                assertEquals(add == 0 && i % 2 == 0 ? -rows[i] : rows[i] + add, results.get(i));
            }
        }
        interp.exec("kept.clear()");
        double[] doubles = {0.5, -0.0, 1e300, Double.NaN, 0.25};
        assertArrayEquals(new double[] {-0.5, -0.0, -1e300, Double.NaN, -0.25}, interp.function("keeps").mapDoubles(doubles));
        assertEquals("[0.5, -0.0, 1e+300, nan, 0.25]", interp.eval("repr(kept)"));
    }

    @Test
    void numbersOfEverySizeGoInAndOut() {
        interp.exec("def same(x): return x + 0\ndef check(x): return [x, hash(x), str(x), x is int(str(x)) or not -5 <= x <= 256]");
        assertArrayEquals(BORDERS, interp.function("same").mapLongs(BORDERS));
        List<Object> checked = interp.function("check").map(Arrays.stream(BORDERS).boxed().collect(Collectors.toList()))
                .collect(Collectors.toList());
        for (int i = 0; i < BORDERS.length; i++) {
            List<?> row = (List<?>) checked.get(i);
            assertEquals(BORDERS[i], row.get(0));
            assertEquals(interp.eval("hash(" + BORDERS[i] + ")"), row.get(1));
            assertEquals(Long.toString(BORDERS[i]), row.get(2));
            assertEquals(true, row.get(3));
        }
    }

    @Test
    void whatLooksAtItsCallerFindsTheInterpretersGlobals() {
        interp.exec("secret = 40");
        assertEquals(List.of(42L, 43L),
                interp.function("eval").map(List.of("secret + 2", "secret + 3")).collect(Collectors.toList()));
    }

    @Test
    void anythingThatCanBeCalledIsCalled() {
        interp.exec(Pythons.lines(
                "class Doubles:",
                "    def __init__(self, x): self.x = x",
                "    def __call__(self, x): return self.x * x",
                "twice = Doubles(2)",
                "def items(x):",
                "    yield x",
                "def all_of(*args, **kwargs): return (args, sorted(kwargs))"));
        assertEquals(List.of(2L, 4L), interp.function("twice").map(List.of(1, 2)).collect(Collectors.toList()));
        assertEquals(List.of("1", "2"), interp.function("str").map(List.of(1, 2)).collect(Collectors.toList()));
        assertEquals(2, interp.function("items").map(List.of(1, 2)).collect(Collectors.toList()).size());
        List<Object[]> rows = List.of(new Object[] {1, 2}, new Object[] {Kwargs.of("a", 1)}, new Object[] {});
        List<Object> called = interp.function("all_of").callBatch(rows).collect(Collectors.toList());
        interp.set("called", called);
        assertEquals("[((1, 2), []), ((), ['a']), ((), [])]", interp.eval("repr(called)"));
    }

    @Test
    void theIteratorThatCodeFindsInTheLoopsFrameHarmsNobody() {
        interp.exec(Pythons.lines(
                "import sys, threading",
                "found = []",
                "def steals(x):",
                "    rows = sys._getframe(1).f_locals['rows']",
                "    found.append(rows)",
                "    if x == 2: next(rows, None)",
                "    return x",
                "def other_thread(x):",
                "    rows = sys._getframe(1).f_locals['rows']",
                "    got = []",
                "    thread = threading.Thread(target=lambda: got.extend(rows))",
                "    thread.start()",
                "    thread.join()",
                "    return x if not got else got"));
        List<Object> seen = new ArrayList<>();
        Stream<Object> results = interp.function("steals").map(List.of(0, 1, 2, 3, 4));
        PythonException e = assertThrows(PythonException.class, () -> results.forEach(seen::add));
        assertEquals("RuntimeError", e.typeName());
        assertTrue(e.getMessage().contains("disturbed"), e.toString());
        assertEquals(List.of(true, false), interp.function("other_thread").map(List.of(true, false)).collect(Collectors.toList()));
        assertEquals(0L, interp.eval("sum(1 for rows in found for row in rows)"));
        interp.exec("found.clear()");
    }

    @Test
    void endlessRecursionIsAnErrorOfItsRow() {
        interp.exec("def deep(x): return deep(x) if x else x");
        long[] numbers = {0, 0, 1};
        PythonException e = assertThrows(PythonException.class, () -> interp.function("deep").mapLongs(numbers));
        assertEquals("RecursionError", e.typeName());
        assertEquals(2, e.row());
    }

    @Test
    void streamsThatAreReadInTurnsKeepTheirOwnNumbers() {
        interp.exec("def inc(x): return x + 1\ndef thirds(x): return x + 1 if x % 3 else str(x)");
        List<Long> rows = LongStream.range(5_000, 8_000).boxed().collect(Collectors.toList());
        for (int round = 0; round < 3; round++) {
            Iterator<Object> one = interp.function("inc").map(rows).iterator();
            Iterator<Object> other = interp.function("inc").map(rows.subList(1_000, 3_000)).iterator();
            for (int i = 0; i < 3_000; i++) {
                assertEquals(5_001L + i, one.next());
                if (i < 2_000) {
                    assertEquals(6_001L + i, other.next());
                }
                if (i % 700 == 0) {
                    List<Object> within = interp.function("thirds").map(rows.subList(0, 40)).collect(Collectors.toList());
                    for (long x = 5_000; x < 5_040; x++) {
                        assertEquals(x % 3 == 0 ? Long.toString(x) : (Object) (x + 1), within.get((int) x - 5_000));
                    }
                }
            }
            assertFalse(one.hasNext() || other.hasNext());
        }
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void everyKindOfInterpreterHasItsOwnLoop(Isolation isolation) {
        if (isolation == Isolation.OWN_GIL) {
            Pythons.from(interp, 12, "an interpreter with a GIL of its own");
        }
        for (int round = 0; round < 3; round++) {
            try (PythonInterpreter other = PythonInterpreter.builder().isolation(isolation).build()) {
                other.exec("def inc(x): return x + 1");
                assertArrayEquals(new long[] {1001, 2, 3}, other.function("inc").mapLongs(new long[] {1000, 1, 2}));
                assertEquals(List.of(2L, 2.5), other.function("inc").map(List.of(1, 1.5)).collect(Collectors.toList()));
            }
        }
    }
}
