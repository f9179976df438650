package dev.krait.threads;

import static dev.krait.testing.Pythons.lines;
import static dev.krait.testing.Pythons.raised;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.krait.Isolation;
import dev.krait.PyFunction;
import dev.krait.PyObject;
import dev.krait.PythonInterpreter;
import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Any thread may call any interpreter, at any time. */
@Timeout(60)
class ThreadsTest {
    private final PythonInterpreter py = PythonInterpreter.create();

    @AfterEach
    void close() {
        py.close();
    }

    /** Runs code on another thread and gives its result, or throws what it threw. */
    private static <T> T elsewhere(long stackKilobytes, Callable<T> code) throws Exception {
        AtomicReference<T> result = new AtomicReference<>();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(null, () -> {
            try {
                result.set(code.call());
            } catch (Throwable e) {
                thrown.set(e);
            }
        }, "elsewhere", stackKilobytes << 10);
        thread.start();
        thread.join();
        if (thrown.get() != null) {
            throw new AssertionError("on the other thread", thrown.get());
        }
        return result.get();
    }

    /** Runs code on so many threads at once. */
    private static void atOnce(int threads, Callable<?> code) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(pool.submit(() -> {
                    start.await();
                    return code.call();
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            pool.shutdownNow();
            pool.awaitTermination(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void anotherThreadMayCall() throws Exception {
        py.exec("x = 1\ndef f(a): return a + x");
        PyFunction f = py.function("f");
        assertEquals(3L, elsewhere(0, () -> py.invoke("f", 2)));
        assertEquals(3L, elsewhere(0, () -> f.callLong(2)));
        elsewhere(0, () -> {
            py.set("x", 10);
            return null;
        });
        assertEquals(12L, py.invoke("f", 2));
    }

    @Test
    void anInterpreterMayBeOpenedOnOneThreadAndUsedOnOthers() throws Exception {
        PythonInterpreter other = elsewhere(0, PythonInterpreter::create);
        other.exec("x = 1");
        assertEquals(1L, other.get("x"));
        elsewhere(0, () -> {
            other.close();
            return null;
        });
        assertTrue(other.isClosed());
    }

    @Test
    void manyThreadsAtOnce() throws Exception {
        py.exec("def f(a, b): return [a, b, a + b]");
        AtomicLong next = new AtomicLong();
        atOnce(8, () -> {
            for (int i = 0; i < 500; i++) {
                long number = next.incrementAndGet();
                assertEquals(List.of(number, 1L, number + 1), py.invoke("f", number, 1));
                String text = "größe " + number;
                py.set("x" + number, text);
                assertEquals(text, py.get("x" + number));
                raised("KeyError", () -> py.eval("{}['" + number + "']"));
            }
            return null;
        });
    }

    @Test
    void manyThreadsWithInterpretersOfTheirOwn() throws Exception {
        AtomicInteger next = new AtomicInteger();
        atOnce(8, () -> {
            for (int i = 0; i < 20; i++) {
                try (PythonInterpreter mine = PythonInterpreter.create()) {
                    int number = next.incrementAndGet();
                    mine.set("me", number);
                    mine.exec("def f(): return me");
                    assertEquals((long) number, mine.invoke("f"));
                }
            }
            return null;
        });
    }

    @Test
    void javaCallsPythonCallsJavaTenDeep() {
        py.exec("def down(n, java): return [n] + (java(n - 1) if n else [])");
        PyFunction down = py.function("down");
        AtomicReference<Function<Object, Object>> java = new AtomicReference<>();
        java.set(n -> down.call(n, java.get()));
        assertEquals(LongStream.iterate(20, n -> n >= 0, n -> n - 1).boxed().collect(Collectors.toList()), down.call(20, java.get()));
    }

    @Test
    void eightThreadsTenDeepAtOnce() throws Exception {
        py.exec("def down(n, java): return n + (java(n - 1) if n else 0)");
        PyFunction down = py.function("down");
        AtomicReference<Function<Object, Object>> java = new AtomicReference<>();
        java.set(n -> down.call(n, java.get()));
        atOnce(8, () -> {
            for (int i = 0; i < 30; i++) {
                assertEquals(55L, down.call(10, java.get()));
            }
            return null;
        });
    }

    @Test
    void threadsThatPythonMadeCallJava() {
        Set<String> names = ConcurrentHashMap.newKeySet();
        py.set("call", (Function<Object, Object>) x -> {
            names.add(Thread.currentThread().getName() + Thread.currentThread().getId());
            assertTrue(Thread.currentThread().isDaemon());
            return py.invoke("operator.mul", x, 2);
        });
        py.exec(lines("import threading", "results = []", "def work(i): results.append(call(i))",
                "threads = [threading.Thread(target=work, args=(i,)) for i in range(20)]",
                "for t in threads: t.start()", "for t in threads: t.join()"));
        List<?> results = py.get("results", List.class);
        assertEquals(20, results.size());
        assertEquals(LongStream.range(0, 20).mapToObj(i -> i * 2).collect(Collectors.toSet()), new HashSet<>(results));
        assertTrue(names.size() >= 1);
    }

    @Test
    void threadsThatPythonMadeHaveTheInterpretersClassLoaderInJava() {
        List<ClassLoader> seen = Collections.synchronizedList(new ArrayList<>());
        Thread own = Thread.currentThread();
        py.set("look", (Runnable) () -> seen.add(Thread.currentThread().getContextClassLoader()));
        py.set("count", (LongSupplier) () -> Thread.currentThread().getContextClassLoader() == own.getContextClassLoader() ? 1 : 0);
        py.set("other", ClassLoader.getPlatformClassLoader());
        py.exec(lines("import threading", "from java.lang import Thread", "counts = set()", "def work():", "    look()", "    look()",
                "    for _ in range(1000): counts.add(count.getAsLong())",
                "    Thread.currentThread().setContextClassLoader(other)", "    look()",
                "t = threading.Thread(target=work)", "t.start()", "t.join()"));
        assertEquals(List.of(own.getContextClassLoader(), own.getContextClassLoader(), ClassLoader.getPlatformClassLoader()), seen);
        assertEquals(true, py.eval("counts == {1}"));
    }

    @Test
    void aThreadPoolOfPythonMapsAJavaFunction() {
        py.set("square", (Function<Object, Object>) x -> (Long) x * (Long) x);
        py.exec(lines("from concurrent.futures import ThreadPoolExecutor",
                "with ThreadPoolExecutor(4) as pool:", "    squares = list(pool.map(square, range(200)))"));
        assertEquals(LongStream.range(0, 200).map(i -> i * i).boxed().collect(Collectors.toList()), py.get("squares"));
    }

    @Test
    void anExceptionOnAThreadThatPythonMadeStaysThere() {
        py.set("bad", (Runnable) () -> {
            throw new IllegalStateException("mine");
        });
        py.exec(lines("import threading", "seen = []", "def work():", "    try:", "        bad()",
                "    except Exception as e:", "        seen.append(str(e))",
                "t = threading.Thread(target=work)", "t.start()", "t.join()"));
        assertEquals(List.of("mine"), py.get("seen"));
    }

    @Test
    void twoThousandShortLivedThreads() throws Exception {
        py.exec("count = 0\ndef f():\n    global count\n    count += 1\n    return count");
        for (int i = 0; i < 250; i++) {
            List<Thread> threads = new ArrayList<>();
            for (int j = 0; j < 8; j++) {
                Thread thread = new Thread(() -> py.invoke("f"));
                threads.add(thread);
                thread.start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
        assertEquals(2_000L, py.get("count"));
    }

    /** Tracing, CPython waits for the GIL where a thread becomes known. */
    @Test
    void threadsComeWhileStacksAreLookedAtAndMemoryIsTraced() throws Exception {
        py.exec("import tracemalloc\ntracemalloc.start()");
        try {
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Void> looking = CompletableFuture.runAsync(() -> {
                while (!over.get()) {
                    py.dumpStacks();
                }
            });
            assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
                for (int i = 0; i < 300; i++) {
                    Thread thread = new Thread(() -> py.eval("1 + 1"));
                    thread.start();
                    thread.join();
                }
                over.set(true);
                looking.get();
            });
        } finally {
            py.exec("tracemalloc.stop()");
        }
    }

    @Test
    void whatAThreadKeptInThreadLocalGoesWithIt() throws Exception {
        py.exec(lines("import threading, weakref", "local = threading.local()", "class Kept: pass", "refs = []",
                "def keep():", "    local.kept = Kept()", "    refs.append(weakref.ref(local.kept))", "    return local.kept is not None",
                "def dead(): return sum(ref() is None for ref in refs)"));
        for (int i = 0; i < 10; i++) {
            assertEquals(true, elsewhere(0, () -> py.invoke("keep")));
        }
        // The native thread ends a little after join returns.
        for (int i = 0; i < 200 && !Long.valueOf(10).equals(py.invoke("dead")); i++) {
            Thread.sleep(10);
        }
        assertEquals(10L, py.invoke("dead"));
    }

    @ParameterizedTest
    @EnumSource(value = Isolation.class, names = {"SHARED", "SUB_INTERPRETER"})
    void whatEndsWithAThreadMayCallJavaThatCallsPython(Isolation isolation) throws Exception {
        try (PythonInterpreter other = PythonInterpreter.builder().isolation(isolation).build()) {
            other.set("back", (Supplier<Object>) () -> other.invoke("note"));
            other.exec(lines("import threading", "notes = []", "local = threading.local()", "def note(): notes.append(1)",
                    "class Kept:", "    def __del__(self): back()", "def keep(): local.kept = Kept()"));
            for (int i = 1; i <= 20; i++) {
                Thread thread = new Thread(() -> other.invoke("keep"));
                thread.start();
                thread.join();
                // The thread has ended for Java before it lets go of what it kept.
                for (int look = 0; look < 500 && other.eval(int.class, "len(notes)") < i; look++) {
                    Thread.sleep(10);
                }
                assertEquals(i, other.eval(int.class, "len(notes)"));
            }
        }
    }

    @Test
    void threadLocalsOfAThreadLastFromCallToCall() throws Exception {
        py.exec(lines("import threading", "local = threading.local()", "def put(x): local.x = x",
                "def take(): return getattr(local, 'x', None)"));
        py.invoke("put", "mine");
        assertEquals("theirs", elsewhere(0, () -> {
            assertEquals(null, py.invoke("take"));
            py.invoke("put", "theirs");
            return py.invoke("take");
        }));
        assertEquals("mine", py.invoke("take"));
        Supplier<Object> inside = () -> py.invoke("take");
        py.set("inside", inside);
        assertEquals("mine", py.eval("inside()"));
    }

    @Test
    void aThreadIsOneThreadForPythonToo() throws Exception {
        Object here = py.eval("__import__('threading').get_ident()");
        assertEquals(here, py.eval("__import__('threading').get_ident()"));
        assertNotEquals(here, elsewhere(0, () -> py.eval("__import__('threading').get_ident()")));
        assertEquals(false, py.eval("__import__('threading').current_thread() is __import__('threading').main_thread()"));
        assertEquals(true, py.eval("__import__('threading').main_thread().is_alive()"));
    }

    @Test
    void parallelStreamsCallPython() {
        py.exec("def f(x): return x + 1");
        PyFunction f = py.function("f");
        assertEquals(LongStream.range(0, 5_000).map(x -> x + 1).sum(), LongStream.range(0, 5_000).parallel().map(f::callLong).sum());
    }

    @Test
    void virtualThreadsCallPython() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with JDK 21");
        ExecutorService virtual = (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        py.exec("def f(x, java): return java(x) + 1");
        PyFunction f = py.function("f");
        Function<Object, Object> java = x -> {
            // Parks in the middle of a Python call.
            LockSupport.parkNanos(100_000);
            return py.invoke("operator.add", x, 1);
        };
        try {
            List<Future<Object>> all = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                int number = i;
                all.add(virtual.submit(() -> f.call(number, java)));
            }
            for (int i = 0; i < all.size(); i++) {
                assertEquals(i + 2L, all.get(i).get());
            }
        } finally {
            virtual.shutdown();
        }
    }

    @Test
    void aThreadWithASmallStackMayCall() throws Exception {
        py.exec(lines("import json", "def f(): return len(json.dumps([list(range(1000))] * 100))",
                "def deep(n): return 0 if n == 0 else 1 + deep(n - 1)"));
        assertTrue((Long) elsewhere(256, () -> py.invoke("f")) > 1_000);
        assertEquals(900L, elsewhere(256, () -> py.invoke("deep", 900)));
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            list = new ArrayList<>(Collections.singletonList(list));
        }
        Object nested = list;
        assertEquals(nested, elsewhere(256, () -> py.invoke("copy.copy", nested)));
    }

    @Test
    void otherThreadsRunWhileJavaCodeRunsThatPythonCalled() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        py.set("wait", (Callable<Object>) () -> {
            entered.countDown();
            return leave.await(30, TimeUnit.SECONDS);
        });
        Thread waiting = new Thread(() -> py.eval("wait()"));
        waiting.start();
        assertTrue(entered.await(30, TimeUnit.SECONDS));
        assertEquals(2L, py.eval("1 + 1"));
        leave.countDown();
        waiting.join();
    }

    @Test
    void aJavaLockAndTheGilDoNotBlockEachOther() throws Exception {
        ReentrantLock lock = new ReentrantLock();
        AtomicInteger inside = new AtomicInteger();
        Callable<Object> locked = () -> {
            lock.lock();
            try {
                return inside.incrementAndGet();
            } finally {
                lock.unlock();
            }
        };
        py.set("locked", locked);
        py.exec("def f():\n    for i in range(100): locked()");
        Thread python = new Thread(() -> py.invoke("f"));
        python.start();
        for (int i = 0; i < 100; i++) {
            lock.lock();
            try {
                py.eval("1 + 1");
            } finally {
                lock.unlock();
            }
        }
        python.join();
        assertEquals(100, inside.get());
    }

    @Test
    void aThreadThatComputesDoesNotStarveOthers() throws Exception {
        py.exec(lines("import time", "stop = False", "def spin():", "    end = time.monotonic() + 20",
                "    while not stop and time.monotonic() < end: pass", "    return stop"));
        Thread spinning = new Thread(() -> py.invoke("spin"));
        spinning.start();
        long start = System.nanoTime();
        for (int i = 0; i < 50; i++) {
            assertEquals(2L, py.eval("1 + 1"));
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        py.set("stop", true);
        spinning.join();
        // CPython hands over every 5 ms.
        assertTrue(millis < 10_000, () -> "50 calls took " + millis + " ms");
    }

    @Test
    void asyncioRunsOnAnyThread() throws Exception {
        py.exec(lines("import asyncio", "async def work(x):", "    await asyncio.sleep(0.001)", "    return x * 2",
                "def run(x): return asyncio.run(work(x))"));
        assertEquals(4L, py.invoke("run", 2));
        assertEquals(6L, elsewhere(0, () -> py.invoke("run", 3)));
    }

    @Test
    void aPyObjectMayBeClosedOnAnyThread() throws Exception {
        py.exec("import weakref\nclass C: pass");
        PyObject object = py.eval(PyObject.class, "C()");
        py.exec("def watch(x):\n    global ref\n    ref = weakref.ref(x)");
        py.invoke("watch", object);
        elsewhere(0, () -> {
            object.close();
            return null;
        });
        assertEquals(true, py.eval("ref() is None"));
    }

    @Test
    void closingWhileOthersCallEndsThemWithAClearError() throws Exception {
        for (int round = 0; round < 20; round++) {
            PythonInterpreter shared = PythonInterpreter.create();
            shared.exec("def f(x): return x");
            AtomicInteger calls = new AtomicInteger();
            Thread closer = new Thread(() -> {
                while (calls.get() < 50) {
                    Thread.onSpinWait();
                }
                shared.close();
            });
            closer.start();
            atOnce(4, () -> {
                try {
                    while (true) {
                        assertEquals(1L, shared.invoke("f", 1));
                        calls.incrementAndGet();
                    }
                } catch (IllegalStateException e) {
                    assertTrue(e.getMessage().contains("closed"), e.getMessage());
                }
                return null;
            });
            closer.join();
        }
    }

    @Test
    void timersCleanersAndFinalizersMayCall() throws Exception {
        py.exec("seen = []\ndef note(x): seen.append(x)");
        Timer timer = new Timer("timer", true);
        CountDownLatch done = new CountDownLatch(3);
        timer.schedule(new TimerTask() {
            @Override
            public void run() {
                py.invoke("note", "timer");
                done.countDown();
            }
        }, 1);
        ScheduledExecutorService scheduled = Executors.newScheduledThreadPool(1);
        scheduled.schedule(() -> {
            py.invoke("note", "scheduled");
            done.countDown();
        }, 1, TimeUnit.MILLISECONDS);
        Cleaner cleaner = Cleaner.create();
        register(cleaner, () -> {
            py.invoke("note", "cleaner");
            done.countDown();
        });
        for (int i = 0; i < 600 && done.getCount() > 0; i++) {
            System.gc();
            Thread.sleep(50);
        }
        timer.cancel();
        scheduled.shutdown();
        assertEquals(Set.of("timer", "scheduled", "cleaner"), new HashSet<Object>((List<?>) py.get("seen")));
    }

    private static void register(Cleaner cleaner, Runnable action) {
        cleaner.register(new Object(), action);
    }

    @Test
    void contextVariablesLastOnAThreadFromCallToCallAndAreItsOwn() throws Exception {
        py.exec(lines("import contextvars", "v = contextvars.ContextVar('v', default='none')",
                "def put(x): v.set(x)", "def take(): return v.get()",
                "def in_copy(x): return contextvars.copy_context().run(lambda: (v.set(x), v.get())[1])"));
        py.invoke("put", "mine");
        assertEquals("mine", py.invoke("take"));
        assertEquals("none", elsewhere(0, () -> py.invoke("take")));
        assertEquals("copied", py.invoke("in_copy", "copied"));
        assertEquals("mine", py.invoke("take"));
        py.set("inside", (Supplier<Object>) () -> py.invoke("take"));
        assertEquals("mine", py.eval("inside()"));
        py.invoke("put", "none");
    }

    @Test
    void signalHandlersAreSetOnPythonsMainThreadOnly() {
        py.exec("import signal");
        String message = raised("ValueError", () -> py.exec("signal.signal(signal.SIGTERM, lambda *a: None)")).pythonMessage();
        assertTrue(message.contains("main thread"), message);
        assertEquals(true, py.eval("signal.getsignal(signal.SIGTERM) in (signal.SIG_DFL, None)"));
    }

    @Test
    void theJvmsOwnSegmentationFaultsStayTheJvms() {
        py.exec("x = 1");
        int caught = 0;
        Object[] nothing = new Object[1];
        for (int i = 0; i < 100_000; i++) {
            try {
                caught += nothing[0].hashCode();
            } catch (NullPointerException e) {
                caught++;
            }
        }
        assertEquals(100_000, caught);
        assertEquals(1L, py.get("x"));
    }
}
