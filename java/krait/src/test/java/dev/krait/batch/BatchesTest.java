package dev.krait.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.ConversionException;
import dev.krait.Kwargs;
import dev.krait.PyObject;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.PythonInterruptedException;
import dev.krait.PythonTimeoutException;
import dev.krait.cases.Throws;
import dev.krait.testing.Pythons;
import java.math.BigInteger;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many rows in one crossing: {@code map}, {@code callBatch}, {@code mapLongs}, {@code mapDoubles}. */
@Timeout(60)
final class BatchesTest {
    private PythonInterpreter interp;

    @BeforeEach
    void open() {
        interp = PythonInterpreter.create();
        interp.exec(Pythons.lines(
                "def inc(x): return x + 1",
                "def same(x): return x",
                "def picky(x):",
                "    if x == 2500: raise ValueError('not this one')",
                "    return x",
                "def big(x): return bytes(x)",
                "def pair(a, b=0, *, c=0): return (a, b, c)",
                "class Thing: pass",
                "def thing(x): return Thing()",
                "def tick(): pass",
                "def spin(x):",
                "    while x == 50: tick()",
                "    return x"));
    }

    @AfterEach
    void close() {
        interp.close();
    }

    private static List<Long> longs(int count) {
        return LongStream.range(0, count).boxed().collect(Collectors.toList());
    }

    @Test
    void aRowThatIsNoArgumentsIsNamedAndThoseBeforeItHaveResults() {
        for (int good : new int[] {0, 1, 20}) {
            List<Object[]> rows = new ArrayList<>(Collections.nCopies(good, new Object[] {1}));
            List<Object> results = new ArrayList<>();
            rows.add(null);
            NullPointerException missing = assertThrows(NullPointerException.class,
                    () -> interp.function("pair").callBatch(rows).forEach(results::add));
            assertTrue(missing.getMessage().startsWith("row " + good + ": "), missing::getMessage);
            assertEquals(good, results.size());
            rows.set(good, new Object[] {Kwargs.of("b", 1), 2});
            IllegalArgumentException misplaced = assertThrows(IllegalArgumentException.class,
                    () -> interp.function("pair").callBatch(rows).forEach(results::add));
            assertTrue(misplaced.getMessage().startsWith("row " + good + ": "), misplaced::getMessage);
            assertEquals(2 * good, results.size());
        }
    }

    @Test
    void aRowsFunctionMayNotTakeFromItsOwnStream() {
        Iterator<?>[] itself = new Iterator<?>[1];
        interp.set("more", (Supplier<Object>) () -> itself[0].next());
        interp.exec("def greedy(x): return more() if x == 20 else x");
        itself[0] = interp.function("greedy").map(longs(100)).iterator();
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> itself[0].forEachRemaining(x -> { }));
        assertTrue(e.getMessage().contains("from that stream itself"), e::getMessage);
    }

    @Test
    void resultsComeInTheOrderOfTheRowsHoweverMany() {
        for (int count : new int[] {0, 1, 15, 16, 17, 1000, 10_000}) {
            List<Long> expected = LongStream.rangeClosed(1, count).boxed().collect(Collectors.toList());
            assertEquals(expected, interp.function("inc").map(longs(count)).collect(Collectors.toList()));
        }
    }

    @Test
    void rowsAreTakenOnlyAChunkAheadOfWhatIsUsed() {
        AtomicInteger taken = new AtomicInteger();
        Iterable<Integer> endless = () -> IntStream.iterate(0, i -> i + 1).peek(i -> taken.incrementAndGet()).iterator();
        assertEquals(List.of(1L, 2L, 3L), interp.function("inc").map(endless).limit(3).collect(Collectors.toList()));
        assertTrue(taken.get() <= 32, "taken for three results: " + taken);
        assertEquals(50_000, interp.function("inc").map(endless).limit(50_000).count());
        assertTrue(taken.get() <= 50_000 + 32 + 2048, "taken for 50,000 results: " + taken);
    }

    @Test
    void nothingIsCalledBeforeTheStreamIsUsed() {
        interp.exec("calls = []\ndef note(x): calls.append(x)");
        Stream<Object> unused = interp.function("note").map(List.of(1, 2));
        assertEquals(0L, interp.eval("len(calls)"));
        assertEquals(2, unused.collect(Collectors.toList()).size());
    }

    @Test
    void anErrorNamesItsRowAndTheRowsBeforeItAreNotLost() {
        List<Object> seen = new ArrayList<>();
        Stream<Object> results = interp.function("picky").map(longs(5000));
        PythonException e = assertThrows(PythonException.class, () -> results.forEach(seen::add));
        assertEquals(2500, e.row());
        assertEquals("row 2500: ValueError: not this one", e.getMessage());
        assertEquals("not this one", e.pythonMessage());
        assertEquals(longs(2500), seen);
        assertEquals(-1, assertThrows(PythonException.class, () -> interp.invoke("picky", 2500)).row());
    }

    @Test
    void aRowThatCannotCrossIsNamedToo() {
        List<Object> self = new ArrayList<>();
        self.add(self);
        List<Object> rows = new ArrayList<>(Collections.nCopies(20, "a"));
        rows.add(self);
        List<Object> seen = new ArrayList<>();
        Stream<Object> results = interp.function("same").map(rows);
        assertEquals(20, assertThrows(ConversionException.class, () -> results.forEach(seen::add)).row());
        assertEquals(20, seen.size());
    }

    @Test
    void aResultThatIsOfNoSuchTypeIsNamedToo() {
        List<Integer> seen = new ArrayList<>();
        Stream<Integer> results = interp.function("same").map(Integer.class, Arrays.asList(1, 2, "x", 4));
        assertEquals(2, assertThrows(ConversionException.class, () -> results.forEach(seen::add)).row());
        assertEquals(List.of(1, 2), seen);
    }

    @Test
    void aJavaExceptionGoesOnAsItselfAndTellsItsRow() {
        IllegalStateException thrown = new IllegalStateException("mine");
        Function<Object, Object> check = x -> {
            if (x.equals(3L)) {
                throw thrown;
            }
            return x;
        };
        interp.set("check", check);
        interp.exec("def checked(x): return check(x)");
        List<Object> seen = new ArrayList<>();
        Stream<Object> results = interp.function("checked").map(longs(6));
        assertSame(thrown, assertThrows(IllegalStateException.class, () -> results.forEach(seen::add)));
        assertEquals(longs(3), seen);
        assertEquals(3, ((PythonException) thrown.getSuppressed()[0]).row());
    }

    @Test
    void whatTheSourceThrowsComesAfterTheResultsBeforeIt() {
        assertSourceFails("inc", new NoSuchElementException("the source broke"), i -> i);
        // One that the compiler does not see, as Krait throws Java's checked exceptions; and rows that are no numbers.
        assertSourceFails("inc", new Throws.Broken("the source broke", 1), i -> i);
        assertSourceFails("same", new Throws.Broken("the source broke", 1), i -> List.of(i));
    }

    private void assertSourceFails(String function, Throwable thrown, IntFunction<Object> row) {
        Iterable<Object> failing = () -> IntStream.range(0, 50).mapToObj(i -> {
            if (i == 40) {
                throw Throws.<RuntimeException>sneaky(thrown);
            }
            return row.apply(i);
        }).iterator();
        List<Object> seen = new ArrayList<>();
        Stream<Object> results = interp.function(function).map(failing);
        assertSame(thrown, assertThrows(thrown.getClass(), () -> results.forEach(seen::add)));
        assertEquals(40, seen.size());
    }

    @Test
    void theRowsBeforeOneThatThrowsWhenItIsReadAreNotLost() {
        List<Object> torn = new AbstractList<>() {
            @Override
            public Object get(int index) {
                throw Throws.<RuntimeException>sneaky(new Throws.Broken("torn", 1));
            }

            @Override
            public int size() {
                return 1;
            }
        };
        List<Object> rows = new ArrayList<>(Collections.nCopies(20, List.of()));
        rows.add(torn);
        List<Object> seen = new ArrayList<>();
        Stream<Object> results = interp.function("same").map(rows);
        assertThrows(Throws.Broken.class, () -> results.forEach(seen::add));
        assertEquals(20, seen.size());
        assertThrows(Throws.Broken.class, () -> interp.invoke("same", torn));
        assertEquals(2L, interp.invoke("inc", 1));
    }

    @Test
    void largeRowsAndResultsCrossAFewAtATime() {
        List<Integer> sizes = Collections.nCopies(200, 300_000);
        assertEquals(60_000_000L, interp.function("big").map(byte[].class, sizes).mapToLong(bytes -> bytes.length).sum());
        List<String> texts = IntStream.range(0, 300).mapToObj(i -> i + "x".repeat(100_000)).collect(Collectors.toList());
        assertEquals(texts, interp.function("same").map(texts).collect(Collectors.toList()));
        List<byte[]> arrays = IntStream.range(0, 100).mapToObj(i -> new byte[20_000 + i]).collect(Collectors.toList());
        List<Integer> lengths = interp.function("same").map(byte[].class, arrays).map(a -> a.length).collect(Collectors.toList());
        assertEquals(IntStream.range(20_000, 20_100).boxed().collect(Collectors.toList()), lengths);
    }

    @Test
    void javaAndPythonObjectsKeepTheirIdentityAndNoHandleStays() {
        List<Object> objects = Stream.generate(Object::new).limit(3000).collect(Collectors.toList());
        List<Object> back = interp.function("same").map(objects).collect(Collectors.toList());
        for (int i = 0; i < objects.size(); i++) {
            assertSame(objects.get(i), back.get(i));
        }
        List<PyObject> things = interp.function("thing").map(PyObject.class, longs(100)).collect(Collectors.toList());
        assertEquals(things.get(7), interp.function("same").map(things).skip(7).findFirst().get());
        things.forEach(PyObject::close);
        PyObject one = interp.function("inc").map(PyObject.class, List.of(41)).findFirst().get();
        assertEquals("42", one.repr());
    }

    @Test
    void rowsOfArgumentsTakeKeywordsToo() {
        List<Object[]> rows = List.of(new Object[] {1}, new Object[] {1, 2}, new Object[] {1, Kwargs.of("c", 3)});
        List<Object[]> results = interp.function("pair").callBatch(Object[].class, rows).collect(Collectors.toList());
        assertArrayEquals(new Object[] {1L, 0L, 0L}, results.get(0));
        assertArrayEquals(new Object[] {1L, 2L, 0L}, results.get(1));
        assertArrayEquals(new Object[] {1L, 0L, 3L}, results.get(2));
        PythonException e = assertThrows(PythonException.class, () -> interp.function("pair")
                .callBatch(List.of(new Object[] {1}, new Object[] {})).forEach(x -> { }));
        assertEquals(1, e.row());
        assertEquals("TypeError", e.typeName());
    }

    @Test
    void rowsOfNumbersGiveWhateverTheyGiveInOrder() {
        interp.exec(Pythons.lines(
                "class I(int): pass",
                "class F(float): pass",
                "def give(x):",
                "    if x % 10 == 9: return [str(x), x + 0.5, None, True, I(x), 2**70, (x,), F(x)][x // 10 % 8]",
                "    return x"));
        List<Object> expected = new ArrayList<>();
        for (long i = 0; i < 3000; i++) {
            Object[] others = {"" + i, i + 0.5, null, true, i, BigInteger.ONE.shiftLeft(70), Arrays.asList(i), (double) i};
            expected.add(i % 10 == 9 ? others[(int) (i / 10 % 8)] : (Object) i);
        }
        List<Object> results = interp.function("give").map(longs(3000)).collect(Collectors.toList());
        for (int i = 0; i < 3000; i++) {
            Object result = results.get(i);
            assertEquals(expected.get(i), result instanceof Object[] ? Arrays.asList((Object[]) result) : result, "row " + i);
        }
    }

    @Test
    void rowsOfSeveralKindsComeBackInOrder() {
        List<Object> rows = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            rows.addAll(Arrays.asList((long) i, i + 0.5, "text " + i, null, true, -0.0, Long.MIN_VALUE));
        }
        assertEquals(rows, interp.function("same").map(rows).collect(Collectors.toList()));
        // A kind of their own until far into a chunk.
        for (Object last : Arrays.asList("text", 1.5, null, 7L)) {
            for (int count : new int[] {1, 15, 16, 17, 500, 5000}) {
                List<Object> mostly = new ArrayList<>(Collections.nCopies(count, 0.25));
                mostly.add(last);
                mostly.addAll(Collections.nCopies(count, 3L));
                assertEquals(mostly, interp.function("same").map(mostly).collect(Collectors.toList()));
            }
        }
        assertEquals(List.of(2L, 3L, -4L), interp.function("inc").map(List.of(1, 2L, -5)).collect(Collectors.toList()));
        List<Object> special = List.of(Double.NaN, Double.NEGATIVE_INFINITY, -0.0, Double.MIN_VALUE);
        assertEquals(special, interp.function("same").map(special).collect(Collectors.toList()));
    }

    @Test
    void aRowOfNumbersWhoseResultCannotCrossIsNamedToo() {
        interp.exec(Pythons.lines("def odd(x):", "    if x != 1500: return x", "    self = []", "    self.append(self)", "    return self"));
        List<Object> seen = new ArrayList<>();
        Stream<Object> results = interp.function("odd").map(longs(2000));
        assertEquals(1500, assertThrows(ConversionException.class, () -> results.forEach(seen::add)).row());
        assertEquals(longs(1500), seen);
        List<Object> objects = interp.function("thing").map(List.of(1.0, 2.0, 3.0)).collect(Collectors.toList());
        assertEquals(3, objects.size());
        objects.forEach(object -> ((PyObject) object).close());
    }

    @Test
    void numbersCrossAsArrays() {
        long[] arguments = LongStream.range(-5000, 5000).toArray();
        assertArrayEquals(LongStream.rangeClosed(-4999, 5000).toArray(), interp.function("inc").mapLongs(arguments));
        assertArrayEquals(new long[0], interp.function("inc").mapLongs(new long[0]));
        interp.exec("def half(x): return x / 2");
        double[] halves = interp.function("half").mapDoubles(new double[] {1, -3, Double.POSITIVE_INFINITY});
        assertArrayEquals(new double[] {0.5, -1.5, Double.POSITIVE_INFINITY}, halves);
    }

    @Test
    void numbersBeforeARowThatFailsAreThere() {
        long[] arguments = LongStream.range(0, 10_000).toArray();
        long[] results = new long[10_000];
        PythonException e = assertThrows(PythonException.class,
                () -> interp.function("picky").mapLongs(arguments, results));
        assertEquals(2500, e.row());
        assertEquals(2499, results[2499]);
        assertEquals(0, results[2500]);
        assertEquals(0, assertThrows(ConversionException.class,
                () -> interp.function("str").mapLongs(new long[] {1, 2})).row());
        interp.exec("def grow(x): return x << x");
        assertEquals(58, assertThrows(ConversionException.class,
                () -> interp.function("grow").mapLongs(LongStream.range(0, 100).toArray())).row());
        assertThrows(IllegalArgumentException.class, () -> interp.function("inc").mapLongs(new long[2], new long[1]));
    }

    @Test
    void aDeadlineStopsARow() {
        PythonTimeoutException e = assertThrows(PythonTimeoutException.class, () -> interp.function("spin")
                .withDeadline(Duration.ofMillis(100)).map(longs(100)).forEach(x -> { }));
        assertEquals(50, e.row());
        e = assertThrows(PythonTimeoutException.class, () -> interp.function("spin")
                .withDeadline(Duration.ofMillis(100)).mapLongs(LongStream.range(0, 100).toArray()));
        assertEquals(50, e.row());
        assertEquals(2L, interp.invoke("inc", 1));
    }

    @Test
    void aDeadlineStopsRowsThatRunNoPythonCode() {
        PythonTimeoutException e = assertThrows(PythonTimeoutException.class,
                () -> interp.function("abs").withDeadline(Duration.ofMillis(20)).mapLongs(new long[10_000_000]));
        assertTrue(e.row() > 0 && e.row() < 10_000_000, e.getMessage());
        interp.exec("import functools\nslow = functools.partial(max, list(range(100000)))");
        assertThrows(PythonTimeoutException.class, () -> interp.function("slow").withDeadline(Duration.ofMillis(100))
                .callBatch(Collections.nCopies(10_000, new Object[0])).forEach(x -> { }));
    }

    @Test
    void rowsOfCFunctionsLeaveOthersTheirTurn() throws InterruptedException {
        interp.exec("import functools\nslow = functools.partial(max, list(range(20000)), key=abs)");
        Thread batch = new Thread(() -> interp.function("slow").callBatch(Collections.nCopies(1000, new Object[0]))
                .forEach(x -> { }));
        batch.start();
        int calls = 0;
        while (batch.isAlive()) {
            interp.invoke("inc", 1);
            calls++;
        }
        batch.join();
        assertTrue(calls > 10, "calls beside the batch: " + calls);
    }

    @Test
    void anInterruptStopsAnEndlessBatch() throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Iterable<Integer> endless = () -> Stream.iterate(0, i -> i + 1).iterator();
        Thread thread = new Thread(() -> {
            try {
                interp.function("inc").map(endless).forEach(x -> { });
            } catch (PythonInterruptedException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
            }
        });
        thread.start();
        Thread.sleep(100);
        thread.interrupt();
        thread.join(10_000);
        assertFalse(thread.isAlive());
        assertEquals(PythonInterruptedException.class, thrown.get().getClass());
        assertFalse(flag.get());
    }

    @Test
    void aStreamOfAnInterpreterThatWasClosedSaysSo() {
        Iterator<Object> results = interp.function("inc").map(longs(5000)).iterator();
        assertEquals(1L, results.next());
        interp.close();
        assertThrows(IllegalStateException.class, () -> results.forEachRemaining(x -> { }));
    }

    @Test
    void aBatchInsideABatchIsFine() {
        interp.set("inner", (Function<Object, Object>) x -> interp.function("inc").map(List.of(x)).findFirst().get());
        interp.exec("def outer(x): return inner(x) * 2");
        assertEquals(List.of(2L, 4L, 6L), interp.function("outer").map(longs(3)).collect(Collectors.toList()));
    }
}
