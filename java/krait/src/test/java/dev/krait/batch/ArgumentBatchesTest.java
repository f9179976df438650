package dev.krait.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.ConversionException;
import dev.krait.Kwargs;
import dev.krait.PyFunction;
import dev.krait.PyObject;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.testing.Pythons;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code callBatch}: whatever the rows are, each is a call with just those arguments. */
@Timeout(60)
final class ArgumentBatchesTest {
    private static final BigInteger HUGE = BigInteger.ONE.shiftLeft(70);

    private PythonInterpreter interp;

    @BeforeEach
    void open() {
        interp = PythonInterpreter.create();
        interp.exec(Pythons.lines(
                "def told(*args, **kwargs): return ', '.join(f'{type(a).__name__} {a}' for a in [*args, *sorted(kwargs.items())])",
                "def add(a, b): return a + b",
                "def total(*args): return sum(args)",
                "class Sum:",
                "    def __init__(self, a, b): self.sum = a + b",
                "    def __call__(self, a, b): return self.sum + a * b",
                "    def method(self, a, b): return self.sum - a * b"));
    }

    @AfterEach
    void close() {
        interp.close();
    }

    private static Object[] row(Object... values) {
        return values;
    }

    private static List<Object[]> pairs(int count) {
        return IntStream.range(0, count).mapToObj(i -> row((long) i, 7L)).collect(Collectors.toList());
    }

    private List<Object> called(String function, List<Object[]> rows) {
        return interp.function(function).callBatch(rows).collect(Collectors.toList());
    }

    /** The same one by one. */
    private List<Object> oneByOne(String function, List<Object[]> rows) {
        PyFunction one = interp.function(function);
        return rows.stream().map(row -> one.call(row)).collect(Collectors.toList());
    }

    @Test
    void rowsOfNumbersAreCallsWithThoseNumbersHoweverManyColumns() {
        for (int width = 1; width <= 40; width++) {
            List<Object[]> rows = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                Object[] row = new Object[width];
                for (int column = 0; column < width; column++) {
                    row[column] = column % 3 == 1 ? (Object) (i + column / 2.0) : (Object) (1_000_003L * i * (column - 5));
                }
                rows.add(row);
            }
            assertEquals(oneByOne("told", rows), called("told", rows), "columns: " + width);
            assertEquals(oneByOne("total", rows), called("total", rows), "columns: " + width);
        }
    }

    @Test
    void resultsComeInTheOrderOfTheRowsHoweverMany() {
        for (int count : new int[] {0, 1, 15, 16, 17, 1000, 10_000}) {
            List<Object> expected = IntStream.range(0, count).mapToObj(i -> i + 7L).collect(Collectors.toList());
            assertEquals(expected, called("add", pairs(count)));
        }
    }

    @Test
    void aRowOfAnotherShapeAnywhereIsJustAsWell() {
        List<Object[]> others = Arrays.asList(row(), row(1L), row(1L, 2L, 3L), row("a", 2L), row(1L, null), row(true, false),
                row(1L, HUGE), row(1.5, 2L), row((short) 3, (byte) 4), row(5, 6), row(1.5f, 'x'), row(1L, Kwargs.of("c", 3)),
                row(Kwargs.of("b", 1.5)), new Object[40], row(List.of(1, 2), new long[] {3}));
        for (Object[] other : others) {
            for (int before : new int[] {0, 1, 15, 16, 17, 79, 80, 81, 2000}) {
                List<Object[]> rows = pairs(before);
                rows.add(other);
                rows.addAll(pairs(3));
                rows.add(row("x", "y"));
                rows.addAll(pairs(3));
                assertEquals(oneByOne("told", rows), called("told", rows), Arrays.toString(other) + " after " + before);
            }
        }
        List<Object[]> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.addAll(others);
        }
        assertEquals(oneByOne("told", all), called("told", all));
    }

    @Test
    void numbersOfEverySizeGoInAndOut() {
        long[] sizes = {0, -1, -5, -6, 256, 257, (1L << 30) - 1, 1L << 30, -(1L << 60), Long.MAX_VALUE, Long.MIN_VALUE};
        List<Object[]> rows = new ArrayList<>();
        for (long one : sizes) {
            for (long other : sizes) {
                rows.add(row(one, other));
            }
        }
        assertEquals(oneByOne("told", rows), called("told", rows));
        List<Object> sums = called("add", rows);
        for (int i = 0; i < sums.size(); i++) {
            Object one = rows.get(i)[0];
            BigInteger sum = BigInteger.valueOf((Long) one).add(BigInteger.valueOf((Long) rows.get(i)[1]));
            assertEquals(sum.bitLength() < 64 ? (Object) sum.longValue() : sum, sums.get(i));
        }
        List<Object[]> floats = List.of(row(Double.NaN, 1.0), row(-0.0, -0.0), row(1e308, 1e308), row(Double.MIN_VALUE, 0.0));
        assertEquals(oneByOne("told", floats), called("told", floats));
        assertEquals(List.of(Double.NaN, -0.0, Double.POSITIVE_INFINITY, Double.MIN_VALUE), called("add", floats));
    }

    @Test
    void numbersMayGiveAnythingAndNothingIsCalledTwice() {
        interp.exec(Pythons.lines(
                "calls = []",
                "def give(a, b):",
                "    calls.append(a)",
                "    return [a, a / 2, None, True, str(a), 2**70, (a, b), [b]][a // 50 % 8]",
                "def half(a, b): return a / b"));
        List<Object[]> rows = pairs(3000);
        List<Object> results = called("give", rows);
        for (int i = 0; i < 3000; i++) {
            long a = i;
            Object[] expected = {a, a / 2.0, null, true, "" + a, HUGE, List.of(a, 7L), List.of(7L)};
            Object result = results.get(i);
            assertEquals(expected[i / 50 % 8], result instanceof Object[] ? Arrays.asList((Object[]) result) : result, "row " + i);
        }
        assertEquals(true, interp.eval("calls == list(range(3000))"));
        assertEquals(rows.stream().map(row -> (Long) row[0] / 7.0).collect(Collectors.toList()), called("half", rows));
    }

    @Test
    void anErrorNamesItsRowAndTheRowsBeforeItAreNotLost() {
        interp.exec("def picky(a, b):\n    if a in (0, 16, 2500): raise ValueError('not this one')\n    return a");
        for (Object second : Arrays.asList(7L, "text")) {
            for (int failing : new int[] {0, 16, 2500}) {
                List<Object> seen = new ArrayList<>();
                Stream<Object> results = interp.function("picky").callBatch(IntStream.range(0, 5000)
                        .mapToObj(i -> row(i == failing ? i : i + 10_000L, second)).collect(Collectors.toList()));
                PythonException e = assertThrows(PythonException.class, () -> results.forEach(seen::add));
                assertEquals("row " + failing + ": ValueError: not this one", e.getMessage());
                assertEquals(failing, e.row());
                assertEquals(failing, seen.size());
                assertEquals(List.of("picky"),
                        e.pythonFrames().stream().map(StackTraceElement::getMethodName).collect(Collectors.toList()));
            }
        }
        List<Object[]> rows = pairs(20);
        rows.add(row(1L));
        assertEquals(20, assertThrows(PythonException.class, () -> called("add", rows)).row());
    }

    @Test
    void aRowThatCannotCrossIsNamedToo() {
        List<Object> self = new ArrayList<>();
        self.add(self);
        for (Object[] bad : List.of(row(1L, self), row("x", self), row(1L, Kwargs.of("b", self)))) {
            List<Object[]> rows = pairs(20);
            rows.add(bad);
            rows.addAll(pairs(3));
            List<Object> seen = new ArrayList<>();
            Stream<Object> results = interp.function("told").callBatch(rows);
            ConversionException e = assertThrows(ConversionException.class, () -> results.forEach(seen::add));
            assertEquals(20, e.row());
            assertTrue(e.getMessage().contains("argument"), e.getMessage());
            assertEquals(20, seen.size());
        }
        List<Object[]> rows = pairs(20);
        rows.add(row(Kwargs.of("a", 1), 2));
        List<Object> seen = new ArrayList<>();
        assertThrows(IllegalArgumentException.class, () -> interp.function("told").callBatch(rows).forEach(seen::add));
        assertEquals(20, seen.size());
        rows.set(20, null);
        assertThrows(NullPointerException.class, () -> interp.function("told").callBatch(rows).forEach(seen::add));
        assertEquals(40, seen.size());
        rows.remove(20);
        Iterable<Object[]> failing = () -> Stream.concat(rows.stream(), Stream.generate(() -> {
            throw new NoSuchElementException("the source broke");
        })).iterator();
        assertThrows(NoSuchElementException.class, () -> interp.function("told").callBatch(failing).forEach(seen::add));
        assertEquals(60, seen.size());
    }

    @Test
    void anythingThatCanBeCalledIsCalled() {
        interp.exec("import functools\nthing = Sum(1, 2)\nmethod = thing.method\npart = functools.partial(total, 1)\n"
                + "def items(a, b):\n    yield a\n    yield b");
        List<Object[]> rows = pairs(50);
        for (String function : List.of("max", "divmod", "thing", "method", "part", "complex")) {
            assertEquals(told(oneByOne(function, rows)), told(called(function, rows)), function);
        }
        List<PyObject> sums = interp.function("Sum").callBatch(PyObject.class, rows).collect(Collectors.toList());
        assertEquals(49L + 7, sums.get(49).getAttr("sum"));
        sums.forEach(PyObject::close);
        List<Object> generators = called("items", rows);
        assertEquals(50, generators.size());
        interp.set("generators", generators);
        assertEquals(true, interp.eval("[list(g) for g in generators] == [[i, 7] for i in range(50)]"));
    }

    private static List<Object> told(List<Object> results) {
        return results.stream().map(result -> result instanceof Object[] ? Arrays.asList((Object[]) result) : String.valueOf(result))
                .collect(Collectors.toList());
    }

    @Test
    void aBatchInsideABatchIsFine() {
        interp.set("inner", (BiFunction<Object, Object, Object>) (a, b) ->
                interp.function("add").callBatch(List.of(row(a, b), row(b, 1000L))).collect(Collectors.toList()));
        interp.exec("def outer(a, b):\n    inside = inner(a, b)\n    return inside[0] * 1_000_000 + inside[1] + a");
        List<Object> expected = IntStream.range(0, 100).mapToObj(i -> (i + 7L) * 1_000_000 + 1007 + i).collect(Collectors.toList());
        assertEquals(expected, called("outer", pairs(100)));
    }

    @Test
    void argumentsThatAFunctionKeepsStayWhatTheyAre() {
        interp.exec("kept = []\ndef keeps(a, b, c):\n    kept.append((a, b, c))\n    return kept[-1][len(kept) % 3]");
        List<Object[]> rows = IntStream.range(0, 500).mapToObj(i -> row(1000L + i, i + 0.5, -1_000_000L * i)).collect(Collectors.toList());
        List<Object> results = called("keeps", rows);
        for (int i = 0; i < 500; i++) {
            assertEquals(rows.get(i)[(i + 1) % 3], results.get(i));
        }
        assertEquals(true, interp.eval("kept == [(1000 + i, i + 0.5, -1_000_000 * i) for i in range(500)]"));
    }

    @Test
    void nothingOfABatchStaysInPython() {
        interp.exec(Pythons.lines(
                "import sys, gc",
                "class Thing: pass",
                "marker = Thing()",
                "def keeps_none(a, b): return b",
                "def odd(a, b):",
                "    self = []",
                "    self.append(self)",
                "    return self"));
        PyObject marker = interp.eval(PyObject.class, "marker");
        long before = interp.eval(Long.class, "sys.getrefcount(marker)");
        List<Object[]> rows = IntStream.range(0, 100).mapToObj(i -> row((long) i, marker)).collect(Collectors.toList());
        interp.function("keeps_none").callBatch(PyObject.class, rows).forEach(PyObject::close);
        assertThrows(ConversionException.class, () -> called("odd", rows));
        assertEquals(before, interp.eval(Long.class, "(gc.collect(), sys.getrefcount(marker))[1]"));
        marker.close();
        long blocks = blocksAfter(pairs(2000));
        for (int i = 0; i < 20; i++) {
            blocksAfter(pairs(2000));
        }
        long grown = blocksAfter(pairs(2000)) - blocks;
        assertTrue(grown < 500, "blocks that 40,000 rows left: " + grown);
    }

    private long blocksAfter(List<Object[]> rows) {
        called("add", rows);
        assertThrows(ConversionException.class, () -> called("odd", rows));
        return interp.eval(Long.class, "(gc.collect(), sys.getallocatedblocks())[1]");
    }

    @Test
    void tracingSeesEveryCallAndChangesNone() {
        interp.exec(Pythons.lines(
                "import sys",
                "seen = []",
                "def trace(frame, event, arg):",
                "    local = dict(frame.f_locals)",
                "    if event == 'call' and frame.f_code.co_name == 'add': seen.append((local['a'], local['b']))",
                "    return trace",
                "sys.settrace(trace)"));
        try {
            assertEquals(IntStream.range(0, 300).mapToObj(i -> i + 7L).collect(Collectors.toList()), called("add", pairs(300)));
        } finally {
            interp.exec("sys.settrace(None)");
        }
        assertEquals(true, interp.eval("seen == [(i, 7) for i in range(300)]"));
    }

    @Test
    void codeThatMeddlesWithTheLoopsVariablesHarmsNobody() {
        interp.exec(Pythons.lines(
                "import sys",
                "found = []",
                "def peeks(a, b):",
                "    variables = sys._getframe(1).f_locals",
                "    found.append(dict(variables))",
                "    return a + b",
                "def steals(a, b):",
                "    next(sys._getframe(1).f_locals['rows'], None)",
                "    return a"));
        assertEquals(IntStream.range(0, 100).mapToObj(i -> i + 1_000_007L).collect(Collectors.toList()), called("peeks",
                IntStream.range(0, 100).mapToObj(i -> row((long) i, 1_000_007L)).collect(Collectors.toList())));
        assertEquals(true, interp.eval("all(1_000_007 in each.values() for each in found)"));
        assertEquals("RuntimeError", assertThrows(PythonException.class, () -> called("steals", pairs(3))).typeName());
        interp.exec("found.clear()");
    }

    @Test
    void largeRowsCrossAFewAtATime() {
        String text = "x".repeat(50_000);
        List<Object[]> rows = IntStream.range(0, 200).mapToObj(i -> row(text, (long) i)).collect(Collectors.toList());
        interp.exec("def measured(text, i): return len(text) + i");
        assertEquals(IntStream.range(0, 200).mapToObj(i -> 50_000L + i).collect(Collectors.toList()), called("measured", rows));
        List<Object[]> empty = Collections.nCopies(5000, new Object[0]);
        interp.exec("counted = iter(range(5000))\ndef count(): return next(counted)");
        assertEquals(IntStream.range(0, 5000).mapToObj(i -> (long) i).collect(Collectors.toList()), called("count", empty));
        assertFalse(interp.function("count").callBatch(Collections.<Object[]>emptyList()).iterator().hasNext());
    }

    @Test
    void anArrayThatItsSourceFillsAnewIsReadWhenItComes() {
        Object[] reused = new Object[2];
        Iterable<Object[]> rows = () -> IntStream.range(0, 3000).mapToObj(i -> {
            reused[0] = (long) i;
            reused[1] = 2.5;
            return reused;
        }).iterator();
        Object[] sums = interp.function("add").callBatch(rows).toArray();
        assertArrayEquals(IntStream.range(0, 3000).mapToObj(i -> i + 2.5).toArray(), sums);
    }
}
