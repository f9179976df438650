package dev.krait.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.krait.Isolation;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.PythonPool;
import dev.krait.PythonTimeoutException;
import dev.krait.cases.Throws;
import dev.krait.testing.Pythons;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Some interpreters of one kind. */
@Timeout(120)
final class PythonPoolTest {
    private static final String CODE = Pythons.lines(
            "import time",
            "def inc(x): return x + 1",
            "def same(x): return x",
            "def picky(x):",
            "    if x == 700: raise ValueError('not this one')",
            "    return x",
            "def tick(): pass",
            "def spin():",
            "    while True: tick()",
            "def spin_for(x):",
            "    while x: tick()",
            "def slow(x):",
            "    time.sleep(0.0005 * (x % 3))",
            "    return x",
            "def sleep(s):",
            "    time.sleep(s)",
            "    return s",
            "def call(f, x): return f(x)",
            "def me(): return id(globals())");

    private static PythonPool.Builder builder(int size) {
        return PythonPool.builder().size(size).setUp(CODE);
    }

    private static List<Object> longs(int count) {
        return LongStream.range(0, count).boxed().collect(Collectors.toList());
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void callsGoToInterpretersThatAreSetUpAlike(Isolation isolation) {
        try (PythonInterpreter interp = PythonInterpreter.create()) {
            assumeTrue(isolation != Isolation.OWN_GIL || interp.eval(int.class, "__import__('sys').version_info[1]") >= 12);
        }
        try (PythonPool pool = builder(2).isolation(isolation).build()) {
            assertEquals(2, pool.size());
            assertEquals(42L, pool.invoke("inc", 41));
            assertEquals(42, pool.invoke(Integer.class, "inc", 41));
            assertEquals(7L, pool.submit("inc", 6).join());
            assertEquals(8L, pool.submit(Long.class, "inc", 7).join());
            assertEquals(3L, pool.<Object>call(member -> member.eval("1 + 2")));
            assertEquals(longs(5000), pool.map(longs(5000).stream(), "slow").collect(Collectors.toList()));
            assertEquals(0, pool.replaced());
        }
    }

    @Test
    void twoCallsAtOnceHaveAnInterpreterEach() throws Exception {
        try (PythonPool pool = builder(2).build()) {
            Set<Object> seen = new HashSet<>();
            CompletableFuture<Object> other = new CompletableFuture<>();
            seen.add(pool.call(first -> {
                CompletableFuture.runAsync(() -> other.complete(pool.invoke("me")));
                try {
                    seen.add(other.get(10, TimeUnit.SECONDS));
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
                return first.invoke("me");
            }));
            assertEquals(2, seen.size());
        }
    }

    @Test
    void aCallFromInsideACallGoesToTheSameInterpreter() {
        try (PythonPool pool = builder(1).build()) {
            Function<Object, Object> inner = x -> pool.invoke("inc", x);
            assertEquals(2L, pool.invoke("call", inner, 1));
            assertEquals(pool.invoke("me"), pool.invoke("call", (Function<Object, Object>) x -> pool.invoke("me"), 1));
        }
    }

    @Test
    void mapTakesOnlyWhatItNeedsFromItsSource() {
        try (PythonPool pool = builder(2).build()) {
            AtomicInteger taken = new AtomicInteger();
            Stream<Integer> endless = Stream.iterate(0, i -> i + 1).peek(i -> taken.incrementAndGet());
            List<Object> results = pool.map(endless, "inc").limit(10_000).collect(Collectors.toList());
            assertEquals(LongStream.rangeClosed(1, 10_000).boxed().collect(Collectors.toList()), results);
            assertTrue(taken.get() <= 10_000 + 5 * 1024, "taken: " + taken);
        }
    }

    @Test
    void anErrorNamesItsRowAndTheRowsBeforeItAreNotLost() {
        try (PythonPool pool = builder(2).build()) {
            List<Object> seen = new ArrayList<>();
            Stream<Object> results = pool.map(longs(3000).stream(), "picky");
            PythonException e = assertThrows(PythonException.class, () -> results.forEach(seen::add));
            assertEquals(700, e.row());
            assertEquals("row 700: ValueError: not this one", e.getMessage());
            assertEquals(longs(700), seen);
            assertEquals(1L, pool.invoke("inc", 0));
        }
    }

    /** A checked one is thrown by code that the compiler does not know to throw it. */
    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, Throws.Broken.class})
    void aJavaExceptionTellsItsRowAndTheRowsBeforeItAreNotLost(Class<? extends Throwable> type) {
        String code = Pythons.lines(
                "from dev.krait.cases import Throws",
                "from java.lang import IllegalStateException",
                "def thrower(x):",
                "    if x == 700: raise " + (type == Throws.Broken.class ? "Throws.Broken('mine', 1)" : "IllegalStateException('mine')"),
                "    return x");
        try (PythonPool pool = builder(2).setUp(code).build()) {
            List<Object> seen = new ArrayList<>();
            Stream<Object> results = pool.map(longs(3000).stream(), "thrower");
            Throwable thrown = assertThrows(type, () -> results.forEach(seen::add));
            assertEquals(700, ((PythonException) thrown.getSuppressed()[0]).row());
            assertEquals(longs(700), seen);
        }
    }

    @Test
    void whatTheSourceThrowsComesAfterTheResultsBeforeIt() {
        try (PythonPool pool = builder(2).build()) {
            List<Object> seen = new ArrayList<>();
            Stream<Integer> failing = IntStream.range(0, 50).boxed().peek(i -> {
                if (i == 40) {
                    throw Throws.<RuntimeException>sneaky(new Throws.Broken("the source broke", 1));
                }
            });
            Stream<Object> results = pool.map(failing, "same");
            assertThrows(Throws.Broken.class, () -> results.forEach(seen::add));
            assertEquals(longs(40), seen);
        }
    }

    @Test
    void cancellingAFutureStopsItsCall() throws Exception {
        try (PythonPool pool = builder(1).build()) {
            CompletableFuture<Object> spinning = pool.submit("spin");
            CompletableFuture<Object> waiting = pool.submit("inc", 1);
            Thread.sleep(100);
            spinning.cancel(true);
            assertThrows(CancellationException.class, spinning::join);
            assertEquals(2L, waiting.get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void aDeadlineEndsACallAndTheInterpreterStays() {
        try (PythonPool pool = builder(1).deadline(Duration.ofMillis(100)).build()) {
            assertThrows(PythonTimeoutException.class, () -> pool.invoke("spin"));
            assertEquals(2L, pool.invoke("inc", 1));
            assertEquals(0, pool.replaced());
        }
    }

    @Test
    void anInterpreterWhoseCallCannotBeStoppedIsReplaced() throws Exception {
        try (PythonPool pool = builder(1).deadline(Duration.ofMillis(50)).build()) {
            CompletableFuture<Object> stuck = CompletableFuture.supplyAsync(() -> pool.invoke("sleep", 4.0));
            Thread.sleep(200);
            assertEquals(2L, pool.invoke("inc", 1));
            assertFalse(stuck.isDone());
            assertEquals(1, pool.replaced());
            Throwable cause = assertThrows(ExecutionException.class, () -> stuck.get(20, TimeUnit.SECONDS)).getCause();
            assertEquals(PythonTimeoutException.class, cause.getClass());
            assertEquals(2L, pool.invoke("inc", 1));
        }
    }

    @Test
    void whatIsSubmittedDoesNotWaitForSubmittedCallsThatCannotBeStopped() throws Exception {
        try (PythonPool pool = builder(1).deadline(Duration.ofMillis(50)).build()) {
            CompletableFuture<Object> stuck = pool.submit("sleep", 8.0);
            CompletableFuture<Object> stuckToo = pool.submit("sleep", 6.0);
            assertEquals(2L, pool.submit("inc", 1).get(5, TimeUnit.SECONDS));
            assertFalse(stuck.isDone() || stuckToo.isDone());
            assertEquals(2, pool.replaced());
            for (CompletableFuture<Object> each : List.of(stuck, stuckToo)) {
                Throwable cause = assertThrows(ExecutionException.class, () -> each.get(20, TimeUnit.SECONDS)).getCause();
                assertEquals(PythonTimeoutException.class, cause.getClass());
            }
            assertEquals(2L, pool.submit("inc", 1).get());
        }
    }

    @Test
    void anInterpreterThatWasClosedIsReplacedAndSetUp() {
        try (PythonPool pool = builder(1).build()) {
            pool.call(member -> {
                member.close();
                return null;
            });
            assertEquals(2L, pool.invoke("inc", 1));
            assertEquals(1, pool.replaced());
        }
    }

    @Test
    void theUserMaySayWhatBreaksAnInterpreter() {
        try (PythonPool pool = builder(1).replaceAfter(e -> e.getMessage().contains("hopeless")).build()) {
            pool.call(member -> {
                member.exec("def boom(why): raise RuntimeError(why)\nmark = 1");
                return null;
            });
            assertThrows(PythonException.class, () -> pool.invoke("boom", "harmless"));
            assertEquals(1L, pool.<Object>call(member -> member.get("mark")));
            assertThrows(PythonException.class, () -> pool.invoke("boom", "hopeless"));
            assertThrows(PythonException.class, () -> pool.call(member -> member.get("mark")));
            assertEquals(1, pool.replaced());
        }
    }

    @Test
    void aPredicateThatFailsLosesNeitherTheErrorNorTheInterpreter() {
        try (PythonPool pool = builder(1).replaceAfter(e -> e.getMessage().charAt(1_000) == 'x').build()) {
            PythonException e = assertThrows(PythonException.class, () -> pool.invoke("picky", 700));
            assertEquals("ValueError: not this one", e.getMessage());
            assertEquals(StringIndexOutOfBoundsException.class, e.getSuppressed()[0].getClass());
            assertEquals(2L, pool.invoke("inc", 1));
            assertEquals(1, pool.replaced());
        }
    }

    @Test
    void aReplacementWhoseSetUpFailsIsTheCallersErrorAndIsTriedAgain() {
        AtomicInteger opened = new AtomicInteger();
        try (PythonPool pool = builder(1).setUp(member -> {
            if (opened.incrementAndGet() == 2) {
                throw new IllegalArgumentException("not yet");
            }
        }).build()) {
            pool.call(member -> {
                member.close();
                return null;
            });
            assertEquals("not yet", assertThrows(IllegalArgumentException.class, () -> pool.invoke("inc", 1)).getMessage());
            assertEquals(2L, pool.invoke("inc", 1));
        }
    }

    @Test
    void aMapFromInsideACallGoesToTheSameInterpreter() {
        try (PythonPool pool = builder(1).build()) {
            assertEquals(longs(100), pool.call(member -> pool.map(longs(100).stream(), "same").collect(Collectors.toList())));
            PythonException e = assertThrows(PythonException.class,
                    () -> pool.call(member -> pool.map(longs(1000).stream(), "picky").collect(Collectors.toList())));
            assertEquals(700, e.row());
        }
    }

    @Test
    void aRowsFunctionMayNotTakeFromItsOwnStream() {
        AtomicReference<Iterator<Object>> stream = new AtomicReference<>();
        Function<Object, Object> takes = row -> row.equals(3L) ? stream.get().next() : row;
        List<Object> results = new ArrayList<>();
        try (PythonPool pool = builder(1).build()) {
            pool.call(member -> {
                member.set("takes", takes);
                stream.set(pool.map(LongStream.range(0, 9).boxed(), "takes").iterator());
                assertThrows(IllegalStateException.class, () -> stream.get().forEachRemaining(results::add));
                return null;
            });
            assertEquals(List.of(0L, 1L, 2L), results);
            stream.set(pool.map(Stream.of(3L, 4L).map(takes), "same").iterator());
            assertThrows(IllegalStateException.class, () -> stream.get().next());
        }
    }

    @Test
    void resultsOfRowsThatWereCalledComeBeforeTheEndOfThePool() {
        PythonPool pool = builder(2).build();
        AtomicInteger taken = new AtomicInteger();
        Stream<Integer> endless = Stream.iterate(0, i -> i + 1).peek(i -> taken.incrementAndGet());
        List<Object> seen = new ArrayList<>();
        Stream<Object> results = pool.map(endless, "same");
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> results.forEach(row -> {
            seen.add(row);
            if (seen.size() == 100) {
                pool.close();
            }
        }));
        assertEquals("the pool was closed", e.getMessage());
        assertEquals(longs(seen.size()), seen);
        assertTrue(seen.size() >= taken.get() - 1024, seen.size() + " of " + taken);
    }

    @Test
    void anotherThreadMayCloseTheStream() throws Exception {
        try (PythonPool pool = builder(2).build()) {
            CountDownLatch begun = new CountDownLatch(1);
            Stream<Object> results = pool.map(Stream.of(1, 2, 3).peek(row -> begun.countDown()), "spin_for");
            CompletableFuture<List<Object>> taking = CompletableFuture.supplyAsync(() -> results.collect(Collectors.toList()));
            assertTrue(begun.await(10, TimeUnit.SECONDS));
            Thread.sleep(200);
            results.close();
            Throwable cause = assertThrows(ExecutionException.class, () -> taking.get(10, TimeUnit.SECONDS)).getCause();
            assertEquals(CancellationException.class, cause.getClass());
        }
    }

    @Test
    void aSetUpThatFailsIsTheBuildersError() {
        PythonException e = assertThrows(PythonException.class, () -> PythonPool.builder().setUp("1 / 0").build());
        assertEquals("ZeroDivisionError", e.typeName());
    }

    @Test
    void closeWaitsForWhatWasSubmittedAndRefusesMore() {
        PythonPool pool = builder(2).build();
        List<CompletableFuture<Object>> futures =
                IntStream.range(0, 10).mapToObj(i -> pool.submit("sleep", 0.05)).collect(Collectors.toList());
        pool.close();
        futures.forEach(future -> assertEquals(0.05, future.join()));
        assertThrows(IllegalStateException.class, () -> pool.invoke("inc", 1));
        assertThrows(IllegalStateException.class, () -> pool.submit("inc", 1));
        assertThrows(IllegalStateException.class, () -> pool.map(Stream.of(1), "inc"));
        assertTrue(pool.isClosed());
        pool.close();
    }

    @Test
    void closeFromInsideACallLetsTheCallEnd() {
        PythonPool pool = builder(2).build();
        assertSame("closed", pool.call(member -> {
            pool.close();
            assertEquals(2L, member.invoke("inc", 1));
            return "closed";
        }));
        assertThrows(IllegalStateException.class, () -> pool.invoke("inc", 1));
    }

    @Test
    void aStageOfAFutureMayCloseThePool() throws Exception {
        PythonPool pool = builder(1).build();
        assertEquals(2L, pool.submit("sleep", 0.1).thenApply(slept -> {
            // On a thread of the pool's.
            pool.close();
            return 2L;
        }).get(10, TimeUnit.SECONDS));
        assertThrows(IllegalStateException.class, () -> pool.invoke("inc", 1));
    }

    @Test
    void manyThreadsShareAFewInterpreters() throws InterruptedException {
        try (PythonPool pool = builder(3).build()) {
            AtomicInteger right = new AtomicInteger();
            Thread[] threads = new Thread[16];
            for (int t = 0; t < threads.length; t++) {
                long base = t * 1000L;
                threads[t] = new Thread(() -> {
                    for (int i = 0; i < 200; i++) {
                        if (pool.invoke("inc", base + i).equals(base + i + 1)) {
                            right.incrementAndGet();
                        }
                    }
                });
                threads[t].start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(16 * 200, right.get());
        }
    }

    @Test
    void nullWhereNoneMayBeIsNamed() {
        assertEquals("limit", assertThrows(NullPointerException.class, () -> PythonPool.builder().deadline(null)).getMessage());
        try (PythonPool pool = builder(1).build()) {
            assertEquals("rows", assertThrows(NullPointerException.class, () -> pool.map((Stream<?>) null, "inc")).getMessage());
            assertEquals("function", assertThrows(NullPointerException.class, () -> pool.map(Stream.of(1), null)).getMessage());
        }
    }
}
