package dev.krait.lifetime;

import static dev.krait.testing.Pythons.lines;
import static dev.krait.testing.Pythons.raised;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.krait.KraitMetrics;
import dev.krait.PyFunction;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.testing.ChildJvm;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stack and memory that run out, on either side: an error that names it, and both sides go on. */
@Timeout(120)
final class LimitsTest {
    private final PythonInterpreter py = PythonInterpreter.create();

    @AfterEach
    void close() {
        assertEquals(2L, py.eval("1 + 1"), "Python works still");
        py.close();
    }

    @Test
    void aStackOverflowErrorInACallbackComesBackAsThat() {
        Supplier<Object> endless = new Supplier<>() {
            @Override
            public Object get() {
                return "x" + get();
            }
        };
        py.exec(lines("seen = []", "def call(f):", "    try: return f()", "    except BaseException as e:",
                "        seen.append(type(e).__name__)", "        raise"));
        for (int i = 0; i < 5; i++) {
            assertThrows(StackOverflowError.class, () -> py.invoke("call", endless));
        }
        assertEquals("StackOverflowError", py.eval("seen[0]"));
    }

    @Test
    void pythonsMemoryErrorIsAnErrorLikeAnyOther() {
        raised("MemoryError", () -> py.eval("bytearray(1 << 62)"));
        raised("MemoryError", () -> py.eval("'x' * (1 << 62)"));
        raised("MemoryError", () -> py.eval("[None] * (1 << 60)"));
    }

    @Test
    void anOutOfMemoryErrorInACallbackComesBackAsThat() {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Supplier<Object> greedy = () -> {
            try {
                return new long[Integer.MAX_VALUE];
            } catch (OutOfMemoryError e) {
                thrown.set(e);
                throw e;
            }
        };
        py.exec("def call(f): return f()");
        assertSame(assertThrows(OutOfMemoryError.class, () -> py.invoke("call", greedy)), thrown.get());
    }

    /** Values that the heap of the child has no room for. */
    public static final class SmallHeap {
        private SmallHeap() {
        }

        /** The child's program. */
        public static void main(String[] args) {
            try (PythonInterpreter py = PythonInterpreter.create()) {
                for (String large : new String[] {"bytes(200 << 20)", "'x' * (200 << 20)", "'\\u1234' * (100 << 20)",
                    "__import__('array').array('q', bytes(200 << 20))", "list(range(30_000_000))", "[b'x' * 1000] * 300_000"}) {
                    String outcome;
                    try {
                        py.eval(large);
                        outcome = "no error";
                    } catch (OutOfMemoryError e) {
                        outcome = "no memory";
                    } catch (PythonException e) {
                        outcome = e.typeName().equals("MemoryError") ? "no memory" : e.toString();
                    }
                    System.out.println(outcome + ", " + py.eval("1 + 1"));
                }
            }
        }
    }

    /**
     * Answers and arguments that there is no room to fetch, that have Python objects in them and tell of Java objects which
     * Python has let go of.
     */
    public static final class NoRoom {
        private NoRoom() {
        }

        /** The child's program. */
        public static void main(String[] args) {
            try (PythonInterpreter py = PythonInterpreter.create()) {
                py.exec(lines("kept = []", "def keep(x): kept.append(x)", "class Thing: pass", "def large():",
                        "    kept.clear()", "    return [Thing(), *range(2_000_000), Thing()]", "def pass_on(f):",
                        "    kept.clear()", "    f(large())", "def rows(x):", "    return large()", "def items():",
                        "    yield large()"));
                Function<Object, Object> callback = x -> x;
                PyFunction rows = py.function("rows");
                check(py, () -> py.invoke("large"));
                check(py, () -> py.invoke("pass_on", callback));
                check(py, () -> rows.map(List.of("a")).forEach(row -> { }));
                check(py, () -> py.invoke(Iterator.class, "items").next());
            }
        }

        private static void check(PythonInterpreter py, Runnable call) {
            // What the first of its kind makes stays.
            py.invoke("keep", new Object());
            outcome(call);
            py.exec("kept.clear()");
            KraitMetrics before = KraitMetrics.now();
            for (int i = 0; i < 100; i++) {
                py.invoke("keep", new Object());
            }
            String outcome = outcome(call);
            py.exec("kept.clear()");
            KraitMetrics after = KraitMetrics.now();
            System.out.println(outcome + ", " + (after.javaObjects() - before.javaObjects()) + " Java objects, "
                    + (after.pythonObjects() - before.pythonObjects()) + " Python objects");
        }

        private static String outcome(Runnable call) {
            try {
                call.run();
                return "no error";
            } catch (OutOfMemoryError e) {
                return "no memory";
            } catch (PythonException e) {
                return e.typeName().equals("MemoryError") ? "no memory" : e.toString();
            }
        }
    }

    @Test
    void whatAnAnswerOrArgumentsHoldIsReleasedThoughThereIsNoRoomForThem() {
        String output = ChildJvm.of(NoRoom.class).options("-XX:MaxDirectMemorySize=8m").run().fine();
        assertEquals("no memory, 0 Java objects, 0 Python objects\n".repeat(4), output);
    }

    /** Calls whose results are larger and larger. */
    public static final class Growing {
        private Growing() {
        }

        /** The child's program. */
        public static void main(String[] args) {
            try (PythonInterpreter py = PythonInterpreter.create()) {
                for (int mebibytes = 8; mebibytes <= 24; mebibytes += 4) {
                    System.out.println(py.eval(String.class, "'x' * (" + mebibytes + " << 20)").length() >> 20);
                }
            }
        }
    }

    @Test
    void memoryThatWaitsForTheNextLargeCallMakesRoomForALargerOne() {
        String output = ChildJvm.of(Growing.class).options("-XX:MaxDirectMemorySize=32m").run().fine();
        assertEquals("8\n12\n16\n20\n24\n", output);
    }

    /** A callback with a large answer, and then a call with one. */
    public static final class Answered {
        private Answered() {
        }

        /** The child's program. */
        public static void main(String[] args) {
            try (PythonInterpreter py = PythonInterpreter.create()) {
                py.exec("def length(f): return len(f())");
                System.out.println(py.invoke("length", (Supplier<byte[]>) () -> new byte[24 << 20]));
                System.out.println(py.eval(String.class, "'x' * (32 << 20)").length());
            }
        }
    }

    @Test
    void theMemoryOfALargeAnswerToPythonIsForOthersAtOnce() {
        String output = ChildJvm.of(Answered.class).options("-XX:MaxDirectMemorySize=48m").run().fine();
        assertEquals((24 << 20) + "\n" + (32 << 20) + "\n", output);
    }

    @Test
    void aResultThatTheHeapHasNoRoomForIsAnErrorAndNoMore() {
        String output = ChildJvm.of(SmallHeap.class).options("-Xmx64m", "-XX:MaxDirectMemorySize=64m").run().fine();
        assertEquals("no memory, 2\n".repeat(6), output);
    }

    @Test
    void recursionOnAVirtualThreadIsARecursionError() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with JDK 21");
        ExecutorService virtual = (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        py.exec(lines("def f(x): return sorted([1, 2], key=f)", "def g(h): return h(h)"));
        try {
            for (int i = 0; i < 3; i++) {
                virtual.submit(() -> raised("RecursionError", () -> py.invoke("f", 1))).get();
            }
            PyFunction g = py.function("g");
            Function<Object, Object> callback = new Function<>() {
                @Override
                public Object apply(Object self) {
                    return g.call(this);
                }
            };
            String outcome = virtual.submit(() -> {
                try {
                    return String.valueOf(g.call(callback));
                } catch (PythonException e) {
                    return e.typeName();
                } catch (StackOverflowError e) {
                    return "StackOverflowError";
                }
            }).get();
            assertTrue(outcome.matches("RecursionError|StackOverflowError"), outcome);
        } finally {
            virtual.shutdown();
        }
    }

    /** A limit of 200,000 calls through C on a stack that the builder makes large enough. */
    public static final class Raised {
        private Raised() {
        }

        /** The child's program. */
        public static void main(String[] args) throws InterruptedException {
            PythonInterpreter py = PythonInterpreter.builder().stackSize(2L << 30).build();
            py.exec(lines("import sys", "sys.setrecursionlimit(100_000)",
                    "def f(n): return 0 if n == 0 else 1 + f(n - 1)",
                    "def c(n): return 0 if n == 0 else max([n], key=lambda x: c(n - 1))",
                    "class R:", "    def __init__(self, n): self.n = n",
                    "    def __repr__(self): return '' if self.n == 0 else repr(R(self.n - 1))"));
            Thread thread = new Thread(null, () -> {
                System.out.println(py.invoke("f", 50_000));
                for (String code : new String[] {"c(15_000)", "repr(R(15_000))", "f(10_000_000)"}) {
                    try {
                        System.out.println(py.eval(code));
                    } catch (PythonException e) {
                        System.out.println(e.typeName());
                    }
                }
            }, "small", 256 << 10);
            thread.start();
            thread.join();
            py.close();
        }
    }

    @Test
    void aRaisedRecursionLimitIsSafeOnAStackOfThatSize() {
        String[] output = ChildJvm.of(Raised.class).run().fine().split("\n", -1);
        assertEquals("50000", output[0]);
        // Some versions limit calls through C by a number of their own.
        assertTrue(output[1].matches("15000|RecursionError"), output[1]);
        assertTrue(output[2].matches("|RecursionError"), output[2]);
        assertEquals("RecursionError", output[3]);
    }

    /** Threads for whose stacks the process has too little address space. */
    public static final class Narrow {
        private Narrow() {
        }

        /** The child's program. */
        public static void main(String[] args) throws InterruptedException {
            PythonInterpreter py = PythonInterpreter.builder().stackSize(4L << 30).build();
            py.exec(lines("import resource", "def k(x): return sorted([1, 2], key=k)", "def plus(n): return n + 1",
                    "def leave(size):", "    free = resource.RLIM_INFINITY",
                    "    used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()",
                    "    resource.setrlimit(resource.RLIMIT_AS, (free if size < 0 else used + size, free))"));
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch free = new CountDownLatch(1);
            CountDownLatch done = new CountDownLatch(1);
            py.invoke("leave", 8L << 20);
            Thread narrow = new Thread(null, () -> {
                System.out.println(outcome(py, "plus(1)"));
                begun.countDown();
                wait(free);
                System.out.println(outcome(py, "plus(1)"));
                wait(done);
            }, "narrow", 256 << 10);
            narrow.start();
            wait(begun);
            py.invoke("leave", -1);
            free.countDown();

            py.invoke("leave", 1L << 30);
            try {
                PythonInterpreter.builder().stackSize(64L << 30).build();
            } catch (IllegalArgumentException e) {
                System.out.println(e.getMessage());
            }
            // Its stack has the size that Python has by default, on which CPython's own limit holds.
            Thread small = new Thread(null, () -> System.out.println(outcome(py, "k(1)")), "small", 256 << 10);
            small.start();
            small.join();
            done.countDown();
            narrow.join();
            py.close();
        }

        private static String outcome(PythonInterpreter py, String code) {
            try {
                return String.valueOf(py.eval(code));
            } catch (OutOfMemoryError e) {
                return e.getMessage();
            } catch (PythonException e) {
                return e.typeName();
            }
        }

        private static void wait(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void whereTheSystemHasNoStackForPythonNothingRunsWithoutOne() {
        // No compiler's thread that ends gives memory back meanwhile, or wants some.
        List<String> output = Arrays.asList(ChildJvm.of(Narrow.class).options("-Xint", "-XX:+UseSerialGC").run().fine().split("\n", -1));
        assertEquals("the system has no memory for the thread's Python stack", output.get(0));
        assertTrue(output.contains("2"), () -> output.toString());
        assertTrue(output.stream().anyMatch(line -> line.contains("no memory for a stack of 68719476736 bytes")), () -> output.toString());
        assertTrue(output.contains("RecursionError"), () -> output.toString());
    }

    /** A chain of causes that is read on a stack that is hardly enough for it. */
    public static final class Chained {
        private Chained() {
        }

        /** The child's program. */
        public static void main(String[] args) throws InterruptedException {
            PythonInterpreter py = PythonInterpreter.create();
            py.exec(lines("def chained(n):", "    error = None", "    for i in range(n):", "        cause, error = error, ValueError(i)",
                    "        error.__cause__ = cause", "    raise error"));
            Thread small = new Thread(null, () -> {
                try {
                    py.invoke("chained", 150);
                } catch (Throwable e) {
                    for (Throwable error = e; error != null; error = error.getCause()) {
                        System.out.println(error.getMessage());
                    }
                }
            }, "small", 136 << 10);
            small.start();
            small.join();
            py.close();
        }
    }

    @Test
    void aLongChainOfCausesIsToldOnASmallStack() {
        // How much stack Java takes, then, is always the same.
        String[] output = ChildJvm.of(Chained.class).options("-Xint").run().fine().split("\n");
        for (int i = 0; i < 100; i++) {
            assertEquals("ValueError: " + (149 - i), output[i]);
        }
        assertEquals(100, output.length);
    }

    @Test
    void aStackOfNextToNothingIsRefused() {
        for (long bytes : new long[] {Long.MIN_VALUE, 1000, 1L << 50, Long.MAX_VALUE}) {
            assertThrows(IllegalArgumentException.class, () -> PythonInterpreter.builder().stackSize(bytes));
        }
    }

    @Test
    void theTracebackOfARecursionThroughJavaIsFormattedOnceAndLazily() {
        py.exec(lines("def down(n, java):", "    if n == 0: raise ValueError('at the bottom')", "    return java(n - 1)"));
        PyFunction down = py.function("down");
        AtomicReference<PythonException> inner = new AtomicReference<>();
        AtomicReference<Function<Object, Object>> java = new AtomicReference<>();
        java.set(n -> {
            try {
                return down.call(n, java.get());
            } catch (PythonException e) {
                inner.compareAndSet(null, e);
                throw e;
            }
        });
        long begin = System.nanoTime();
        PythonException outer = assertThrows(PythonException.class, () -> down.call(60, java.get()));
        long millis = (System.nanoTime() - begin) / 1_000_000;
        assertTrue(millis < 20_000, () -> millis + " ms");
        assertTrue(outer.traceback().endsWith("ValueError: at the bottom\n"), outer.traceback());
        assertEquals(61, outer.pythonFrames().size());
        assertTrue(inner.get().traceback().contains("ValueError: at the bottom\n"), inner.get().traceback());
    }
}
