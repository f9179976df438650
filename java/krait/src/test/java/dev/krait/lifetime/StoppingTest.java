package dev.krait.lifetime;

import static dev.krait.testing.Pythons.lines;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.krait.Isolation;
import dev.krait.PyObject;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.PythonInterruptedException;
import dev.krait.PythonTimeoutException;
import dev.krait.testing.ChildJvm;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Deadlines, interrupts and closing while calls run. */
@Timeout(60)
final class StoppingTest {
    /** One for each task: the common pool of a small machine has one thread. */
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private PythonInterpreter interp;

    @BeforeEach
    void open() {
        interp = PythonInterpreter.create();
        interp.exec("def tick(): pass\n"
                + "def spin():\n    while True: tick()\n"
                + "def stubborn():\n    while True:\n        try:\n            tick()\n        except Exception:\n            pass\n"
                + "def call(f): return f()\n"
                + "def inc(x): return x + 1\n");
    }

    @AfterEach
    void close() {
        interp.close();
        threads.shutdown();
    }

    /** Whoever stops calls has no time for what Java lets go of, which here waits for the call that is to be stopped. */
    @Test
    void aFinalizerThatTakesItsTimeHoldsNoDeadlineUp() throws Exception {
        interp.exec(lines("import threading", "stopped = threading.Event()", "class Waits:",
                "    def __del__(self, wait=stopped.wait): wait(10)",
                "def forever(given):", "    given()", "    try:", "        while True: pass", "    finally: stopped.set()"));
        PyObject waits = (PyObject) interp.eval("Waits()");
        CountDownLatch begun = new CountDownLatch(1);
        Future<Long> taken = threads.submit(() -> {
            long begin = System.nanoTime();
            assertThrows(PythonTimeoutException.class,
                    () -> interp.invoke(Duration.ofMillis(500), "forever", (Runnable) begun::countDown));
            return (System.nanoTime() - begin) / 1_000_000;
        });
        begun.await();
        Thread.sleep(100);
        waits.close();
        long millis = taken.get();
        assertTrue(millis < 5_000, () -> millis + " ms");
    }

    /** CPython before 3.13 goes on looking for what stopped a call; on 3.11 a traced function does not begin until it has found something. */
    @Test
    void nothingIsLeftOfAStopForOthers() {
        interp.exec(lines("import sys", "def forever():", "    while True: pass", "def done(x): return x",
                "def traced(x):", "    sys.settrace(lambda *event: None)", "    try: return done(x)", "    finally: sys.settrace(None)"));
        for (int i = 0; i < 3; i++) {
            assertThrows(PythonTimeoutException.class, () -> interp.invoke(Duration.ofMillis(20), "forever"));
            assertEquals(5L, assertTimeoutPreemptively(Duration.ofSeconds(30), () -> interp.invoke("traced", 5)));
        }
    }

    /** What takes a stop back was raised in such a function on CPython 3.10 and 3.12, which forgets the function then. */
    @Test
    void functionsThatTraceAndProfileAThreadStayWhenItsCallsAreStopped() {
        interp.exec(lines("import sys", "def trace(*event): return None", "def profile(*event): return None",
                "def forever():", "    while True: pass",
                "def watch(on):", "    sys.settrace(trace if on else None)", "    sys.setprofile(profile if on else None)",
                "def watches(): return sys.gettrace() is trace and sys.getprofile() is profile"));
        interp.invoke("watch", true);
        try {
            for (int i = 0; i < 3; i++) {
                assertThrows(PythonTimeoutException.class, () -> interp.invoke(Duration.ofMillis(20), "forever"));
                assertEquals(true, interp.invoke("watches"));
            }
        } finally {
            interp.invoke("watch", false);
        }
    }

    /** It may be Python code, and give the GIL away: then the call that was to be stopped ends meanwhile, and the next one runs. */
    @ParameterizedTest
    @ValueSource(strings = {"computes", "handles"})
    void aStopThatAnAuditHookHoldsUpHitsNoOtherCall(String function) {
        try (PythonInterpreter apart = PythonInterpreter.builder().isolation(Isolation.SUB_INTERPRETER).build()) {
            apart.exec(lines("import sys, threading, time", "caller = threading.get_ident()",
                    "def hook(event, args):",
                    "    if threading.get_ident() != caller and event == 'object.__getattr__' and args[1] in ('f_code', 'tb_frame'):",
                    "        time.sleep(0.4)",
                    "sys.addaudithook(hook)",
                    "def computes(seconds):", "    end = time.monotonic() + seconds", "    while time.monotonic() < end: pass",
                    "    return 5",
                    "def handles(seconds):", "    try: raise ValueError", "    except ValueError: return computes(seconds)"));
            try {
                apart.invoke(Duration.ofMillis(50), function, 0.25);
            } catch (PythonTimeoutException e) {
                assertEquals("krait.CallTimeout: the call ran longer than its deadline", e.getMessage());
            }
            assertEquals(5L, apart.invoke(function, 0.8));
        }
    }

    @Test
    void whatStoppedAnInnerCallIsAJavaExceptionInTheOuterOne() {
        interp.set("inner", (Supplier<Object>) () -> interp.invoke(Duration.ofMillis(50), "spin"));
        interp.exec(lines("import dev.krait", "def outer():",
                "    try: inner()", "    except Exception as e: return type(e) is dev.krait.PythonTimeoutException, str(e)",
                "def outer_coroutine():", "    import asyncio", "    async def calls(): return inner()",
                "    async def both(): return await asyncio.gather(calls(), asyncio.sleep(0.01, 5), return_exceptions=True)",
                "    return asyncio.run(both())[1]",
                "def uncaught(): inner()"));
        assertEquals(List.of(true, "krait.CallTimeout: the call ran longer than its deadline"),
                List.of(interp.invoke(Object[].class, "outer")));
        assertEquals(5L, interp.invoke("outer_coroutine"));
        assertEquals("krait.CallTimeout", assertThrows(PythonTimeoutException.class, () -> interp.invoke("uncaught")).typeName());
    }

    @Test
    void pythonCodeMayCatchWhatStopsItsCallByName() {
        interp.exec(lines("import krait", "def catches():", "    try:", "        while True: int()",
                "    except krait.CallTimeout as e: raise ValueError('too long') from e"));
        PythonException e = assertThrows(PythonException.class, () -> interp.invoke(Duration.ofMillis(50), "catches"));
        assertEquals("ValueError: too long", e.getMessage());
        assertInstanceOf(PythonTimeoutException.class, e.getCause());
    }

    /** A thread that is being made must not be hit in the place of its maker. */
    @Test
    void aLoopThatStartsThreadsIsStoppedBetweenThem() {
        interp.exec(lines("import threading", "def starts():", "    while True:", "        thread = threading.Thread(target=int)",
                "        thread.start()", "        thread.join()"));
        for (int i = 0; i < 5; i++) {
            assertTimeoutPreemptively(Duration.ofSeconds(10), () -> assertThrows(PythonTimeoutException.class,
                    () -> interp.invoke(Duration.ofMillis(50), "starts")));
        }
    }

    @Test
    void aDeadlineStopsPythonCodeAndTheInterpreterGoesOn() {
        long begin = System.nanoTime();
        PythonTimeoutException e = assertThrows(PythonTimeoutException.class,
                () -> interp.invoke(Duration.ofMillis(100), "spin"));
        assertEquals("krait.CallTimeout: the call ran longer than its deadline", e.getMessage());
        assertTrue(System.nanoTime() - begin >= 100_000_000, "not before the deadline");
        assertEquals(2L, interp.invoke("inc", 1));
    }

    @Test
    void anEndlessCallInAnInterpreterWithModulesOfItsOwnIsStoppedByAThreadThatNeverCalledIt() throws Exception {
        try (PythonInterpreter apart = PythonInterpreter.builder().isolation(Isolation.SUB_INTERPRETER).build()) {
            apart.exec("def spin():\n    while True: pass\n");
            for (int i = 0; i < 3; i++) {
                CompletableFuture<Object> spinning = CompletableFuture.supplyAsync(() -> apart.invoke("spin"), threads);
                Thread.sleep(100);
                Thread stopping = new Thread(apart::interrupt);
                stopping.start();
                stopping.join(10_000);
                assertFalse(stopping.isAlive(), "it waits for the GIL");
                Throwable cause = assertThrows(java.util.concurrent.ExecutionException.class,
                        () -> spinning.get(10, TimeUnit.SECONDS)).getCause();
                assertEquals(PythonInterruptedException.class, cause.getClass());
            }
        }
    }

    @Test
    void exceptExceptionDoesNotCatchADeadline() {
        assertThrows(PythonTimeoutException.class,
                () -> interp.function("stubborn").withDeadline(Duration.ofMillis(50)).call());
    }

    @Test
    void whatIsStoppedCleansUpInGeneratorsWithBlocksAndEventLoops() throws Exception {
        interp.exec("import asyncio\nlog, begun = [], []\n"
                + "def ticks():\n    try:\n        while True:\n            begun.append('works')\n            yield tick()\n"
                + "    finally: log.append('generator')\n"
                + "class Block:\n    def __enter__(self): return self\n    def __exit__(self, cls, *rest): log.append(cls.__name__)\n"
                + "def works():\n    with Block():\n        for _ in ticks(): pass\n"
                + "async def sleeps():\n    try:\n        while True:\n            begun.append('loops')\n            await asyncio.sleep(0.01)\n"
                + "    finally: log.append('coroutine')\n"
                + "def loops(): asyncio.run(sleeps())\n"
                + "async def quick():\n    await asyncio.sleep(0)\n    return 5\n");
        for (String name : List.of("works", "loops")) {
            CompletableFuture<Object> running = CompletableFuture.supplyAsync(() -> interp.invoke(name), threads);
            while (!Boolean.TRUE.equals(interp.eval("'" + name + "' in begun"))) {
                Thread.sleep(1);
            }
            interp.interrupt();
            Throwable cause = assertThrows(java.util.concurrent.ExecutionException.class,
                    () -> running.get(10, TimeUnit.SECONDS)).getCause();
            assertEquals(PythonInterruptedException.class, cause.getClass());
        }
        assertEquals(Set.of("generator", "CallInterrupted", "coroutine"), new HashSet<Object>((List<?>) interp.get("log")));
        assertEquals(5L, interp.eval("asyncio.run(quick())"));
    }

    /** What is raised in it is printed, and lost: the rest of it would be left out, and the call go on. */
    @Test
    void finalizersRunToTheirEnd() {
        interp.exec(lines("import time, weakref", "begun, ended = [0], [0]",
                "def spin(): ", "    until = time.perf_counter() + 0.002", "    while time.perf_counter() < until: pass",
                "class D:", "    def __del__(self):", "        begun[0] += 1", "        spin()", "        ended[0] += 1",
                "class Weak: pass",
                "def late():", "    begun[0] += 1", "    spin()", "    ended[0] += 1",
                "def run():", "    while True:", "        d = D()", "        del d", "        w = Weak()",
                "        weakref.finalize(w, late)", "        spin()", "        del w"));
        for (int i = 0; i < 30; i++) {
            assertThrows(PythonTimeoutException.class, () -> interp.invoke(Duration.ofMillis(20), "run"));
            assertEquals(interp.eval("begun"), interp.eval("ended"));
        }
    }

    /** It waits in C code, which saw no stop before something else happened to the loop. */
    @ParameterizedTest
    @EnumSource(value = Isolation.class, names = "OWN_GIL", mode = EnumSource.Mode.EXCLUDE)
    void anEventLoopThatWaitsIsStopped(Isolation isolation) {
        try (PythonInterpreter apart = PythonInterpreter.builder().isolation(isolation).build()) {
            apart.exec(lines("import asyncio", "log = []", "async def waits():", "    try: await asyncio.sleep(30)",
                    "    finally: log.append('waited')", "def run(): asyncio.run(waits())"));
            long begin = System.nanoTime();
            assertThrows(PythonTimeoutException.class, () -> apart.invoke(Duration.ofMillis(50), "run"));
            assertTrue(System.nanoTime() - begin < 10_000_000_000L, "not when the loop wakes by itself");
            assertEquals(List.of("waited"), apart.get("log"));
        }
    }

    /** A task that was hit between two of its steps took none any more, and the loop waited for it in C code. */
    @Test
    void noEventLoopWaitsForEverForATaskThatAStopHasHit() throws Exception {
        interp.exec(lines("import asyncio, logging", "logging.getLogger('asyncio').setLevel(logging.CRITICAL + 1)", "loops = []",
                "async def step(): await asyncio.sleep(0)",
                "async def steps():", "    loops.append(asyncio.get_running_loop())",
                "    while True: await (asyncio.gather(step(), step()) if len(loops) % 2 else step())",
                "def run(): asyncio.run(steps())",
                "def wake():", "    try: loops[-1].call_soon_threadsafe(lambda: None)", "    except RuntimeError: pass"));
        for (int i = 0; i < 200; i++) {
            Duration deadline = Duration.ofMillis(3 + i % 10);
            CompletableFuture<Object> running = CompletableFuture.supplyAsync(() -> interp.invoke(deadline, "run"), threads);
            try {
                Throwable cause = assertThrows(java.util.concurrent.ExecutionException.class,
                        () -> running.get(10, TimeUnit.SECONDS)).getCause();
                assertEquals(PythonTimeoutException.class, cause.getClass());
            } finally {
                while (!running.isDone()) {
                    interp.invoke("wake");
                    Thread.sleep(10);
                }
            }
        }
    }

    @Test
    void whoCatchesOneStopIsStoppedAgain() throws Exception {
        interp.exec("def catches(n):\n    while n:\n        try:\n            while True: tick()\n        except BaseException: n -= 1\n"
                + "    while True: tick()\n");
        assertThrows(PythonTimeoutException.class, () -> interp.invoke(Duration.ofMillis(50), "catches", 2));
        CompletableFuture<Object> interrupted = CompletableFuture.supplyAsync(
                () -> assertThrows(PythonInterruptedException.class, () -> interp.invoke("catches", 2)), threads);
        Thread.sleep(200);
        interp.interrupt();
        assertEquals(PythonInterruptedException.class, interrupted.get(20, TimeUnit.SECONDS).getClass());
        assertEquals(2L, interp.invoke("inc", 1));
    }

    @Test
    void anInterruptStopsACallAndTheOneThatItsJavaCodeMakes() throws Exception {
        // The deadline is for the outer call alone, and that waits for Java.
        CompletableFuture<Void> both = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                interp.invoke(Duration.ofMillis(300), "call", (Supplier<Object>) () -> interp.invoke("spin"));
                both.complete(null);
            } catch (RuntimeException e) {
                both.completeExceptionally(e);
            }
        });
        thread.start();
        Thread.sleep(600);
        assertTrue(thread.isAlive());
        thread.interrupt();
        Throwable cause = assertThrows(java.util.concurrent.ExecutionException.class, () -> both.get(10, TimeUnit.SECONDS)).getCause();
        assertTrue(cause instanceof PythonInterruptedException, cause.toString());
        assertEquals(2L, interp.invoke("inc", 1));
    }

    @Test
    void anInterruptThatWasThereBeforeStopsTheCallToo() {
        Thread.currentThread().interrupt();
        assertThrows(PythonInterruptedException.class, () -> interp.invoke("spin"));
        assertFalse(Thread.interrupted());
    }

    @Test
    void callsOfVirtualThreadsAreStoppedToo() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with JDK 21");
        ExecutorService virtual = (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        try {
            virtual.submit(() -> assertThrows(PythonTimeoutException.class,
                    () -> interp.invoke(Duration.ofMillis(100), "spin"))).get(20, TimeUnit.SECONDS);
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            Future<?> spinning = virtual.submit(() -> thrown.complete(
                    assertThrows(PythonInterruptedException.class, () -> interp.invoke("spin"))));
            Thread.sleep(200);
            spinning.cancel(true);
            assertEquals(PythonInterruptedException.class, thrown.get(20, TimeUnit.SECONDS).getClass());
            assertEquals(2L, virtual.submit(() -> interp.invoke("inc", 1)).get());
        } finally {
            virtual.shutdown();
        }
    }

    @Test
    void aCallWithinItsDeadlineIsLeftAlone() {
        for (int i = 0; i < 1000; i++) {
            assertEquals(i + 1L, interp.invoke(Duration.ofSeconds(10), "inc", i));
        }
    }

    @Test
    void interruptingTheThreadStopsItsCallAndClearsTheFlag() throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                interp.invoke("spin");
            } catch (PythonInterruptedException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
            }
        });
        thread.start();
        Thread.sleep(100);
        thread.interrupt();
        thread.join();
        assertEquals(PythonInterruptedException.class, thrown.get().getClass());
        assertFalse(flag.get());
    }

    @Test
    void interruptingTheInterpreterStopsAllItsCallsAndNoOthers() throws Exception {
        try (PythonInterpreter other = PythonInterpreter.create()) {
            other.exec("import threading\ngo = threading.Event()\ndef wait():\n    go.wait()\n    return 'done'\n");
            CompletableFuture<Object> others = CompletableFuture.supplyAsync(() -> other.invoke("wait"), threads);
            CompletableFuture<Void> first = CompletableFuture.runAsync(() -> interp.invoke("spin"), threads);
            CompletableFuture<Void> second = CompletableFuture.runAsync(() -> interp.invoke("spin"), threads);
            Thread.sleep(200);
            interp.interrupt();
            for (CompletableFuture<Void> stopped : List.of(first, second)) {
                Throwable cause = assertThrows(java.util.concurrent.ExecutionException.class,
                        () -> stopped.get(10, TimeUnit.SECONDS)).getCause();
                assertEquals(PythonInterruptedException.class, cause.getClass());
            }
            other.exec("go.set()");
            assertEquals("done", others.get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void aDeadlineThatPassesInJavaHitsItsOwnCallAndNotTheInnerOne() {
        AtomicReference<Object> inner = new AtomicReference<>();
        Supplier<Object> slow = () -> {
            try {
                Thread.sleep(300);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            inner.set(interp.invoke("inc", 5));
            return null;
        };
        assertThrows(PythonTimeoutException.class, () -> interp.invoke(Duration.ofMillis(50), "call", slow));
        assertEquals(6L, inner.get());
    }

    @Test
    void closeReturnsWhenEverythingHasBeenLetGoOfAlsoWhereACallEndsMeanwhile() throws Exception {
        for (int round = 0; round < 10; round++) {
            PythonInterpreter closed = PythonInterpreter.builder().isolation(Isolation.SUB_INTERPRETER).build();
            AtomicBoolean ended = new AtomicBoolean();
            CountDownLatch begun = new CountDownLatch(1);
            closed.exec("import atexit, time\n"
                    + "def at_exit(f):\n    def last():\n        time.sleep(0.01)\n        f()\n    atexit.register(last)\n"
                    + "def call(f): f()\n");
            closed.invoke("at_exit", (Runnable) () -> ended.set(true));
            CompletableFuture<Void> call = CompletableFuture.runAsync(() -> closed.invoke("call", (Runnable) () -> {
                begun.countDown();
                LockSupport.parkNanos(5_000_000);
            }), threads);
            begun.await();
            closed.close();
            assertTrue(ended.get(), "atexit functions run after close, in round " + round);
            call.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void closeWaitsForCallsInOtherThreadsAndRefusesNewOnes() throws Exception {
        interp.exec("import time\ndef slow():\n    time.sleep(0.3)\n    return inc(1)\n");
        CompletableFuture<Object> running = CompletableFuture.supplyAsync(() -> interp.invoke("slow"), threads);
        Thread.sleep(100);
        interp.close();
        assertTrue(running.isDone() || running.get(1, TimeUnit.SECONDS) != null);
        assertEquals(2L, running.get());
        assertThrows(IllegalStateException.class, () -> interp.invoke("inc", 1));
    }

    @Test
    void closeOfAThreadThatIsInterruptedRestsWhileItWaits() throws Exception {
        interp.exec("import time\ndef slow():\n    time.sleep(2)\n    return 5\n");
        Future<Object> running = threads.submit(() -> interp.invoke("slow"));
        Thread.sleep(500);
        ThreadMXBean bean = ManagementFactory.getThreadMXBean();
        long begin = bean.getCurrentThreadCpuTime();
        Thread.currentThread().interrupt();
        interp.close();
        long used = bean.getCurrentThreadCpuTime() - begin;
        assertTrue(Thread.interrupted());
        assertEquals(5L, running.get());
        assertTrue(used < 50_000_000, () -> used / 1_000_000 + " ms");
    }

    @Test
    void closeFromInsideACallLetsTheCallEnd() {
        Supplier<Object> closing = () -> {
            interp.close();
            return "closed";
        };
        interp.exec("def after(f):\n    r = f()\n    return r, inc(1)\n");
        Object[] result = (Object[]) interp.invoke("after", closing);
        assertEquals("closed", result[0]);
        assertEquals(2L, result[1]);
        assertTrue(interp.isClosed());
        assertThrows(IllegalStateException.class, () -> interp.eval("1"));
    }

    @ParameterizedTest
    @EnumSource(value = Isolation.class, names = "OWN_GIL", mode = EnumSource.Mode.EXCLUDE)
    void closingFromCallsOfTwoThreadsAtOnceLetsBothEnd(Isolation isolation) throws Exception {
        PythonInterpreter shared = PythonInterpreter.builder().isolation(isolation).build();
        shared.exec("def call(f): return f()");
        CyclicBarrier both = new CyclicBarrier(2);
        Supplier<Object> closing = () -> {
            try {
                both.await();
            } catch (InterruptedException | BrokenBarrierException e) {
                throw new AssertionError(e);
            }
            shared.close();
            return "closed";
        };
        CompletableFuture<Object> first = CompletableFuture.supplyAsync(() -> shared.invoke("call", closing), threads);
        CompletableFuture<Object> second = CompletableFuture.supplyAsync(() -> shared.invoke("call", closing), threads);
        assertEquals("closed", first.get(20, TimeUnit.SECONDS));
        assertEquals("closed", second.get(20, TimeUnit.SECONDS));
        assertThrows(IllegalStateException.class, () -> shared.eval("1"));
    }

    @ParameterizedTest
    @EnumSource(value = Isolation.class, names = "OWN_GIL", mode = EnumSource.Mode.EXCLUDE)
    void aFinalizerThatCallsAndClosesWhileItsInterpreterClosesIsRefused(Isolation isolation) {
        AtomicReference<Throwable> refused = new AtomicReference<>();
        PythonInterpreter closing = PythonInterpreter.builder().isolation(isolation).build();
        closing.set("java", (Runnable) () -> {
            refused.set(assertThrows(IllegalStateException.class, () -> closing.eval("1")));
            closing.close();
        });
        closing.exec("class Last:\n    def __del__(self, java=java): java()\nlast = Last()");
        closing.close();
        assertEquals("the interpreter was closed", refused.get().getMessage());
    }

    @Test
    void aDeadlineOfNothingIsRefusedAndOneOfAgesIsNone() {
        for (Duration none : List.of(Duration.ZERO, Duration.ofMillis(-1), Duration.ofSeconds(Long.MIN_VALUE))) {
            assertThrows(IllegalArgumentException.class, () -> interp.withDeadline(none));
        }
        for (Duration ages : List.of(Duration.ofNanos(Long.MAX_VALUE), Duration.ofSeconds(Long.MAX_VALUE))) {
            assertEquals(2L, interp.invoke(ages, "inc", 1));
        }
    }

    /** A call that C code holds beyond its deadline. */
    public static final class Blocked {
        private Blocked() {
        }

        /** The child's program. */
        public static void main(String[] args) {
            try (PythonInterpreter py = PythonInterpreter.create()) {
                py.exec("import time\ndef nap(seconds): time.sleep(seconds)");
                long begin = System.nanoTime();
                try {
                    py.invoke(Duration.ofMillis(50), "nap", 2.5);
                    throw new AssertionError("no timeout");
                } catch (PythonTimeoutException e) {
                    System.out.println("came back after its C code: " + (System.nanoTime() - begin > 2_400_000_000L));
                }
                System.out.println(py.eval("1 + 1"));
            }
        }
    }

    @Test
    void aCallThatBlocksInCBeyondItsDeadlineIsReportedAndItsThreadWaits() {
        String output = ChildJvm.of(Blocked.class).run().fine();
        assertTrue(output.contains("still runs: it is in C code"), output);
        assertTrue(output.contains("of thread main"), output);
        assertTrue(output.endsWith("came back after its C code: true\n2\n"), output);
    }

    @Test
    void interruptsLeaveNoLockOfImportlibThreadingOrLoggingTaken() throws Exception {
        interp.exec("import importlib, logging, sys, threading\n"
                + "handler = logging.StreamHandler(open('/dev/null', 'w'))\n"
                + "log = logging.getLogger('interrupted')\nlog.addHandler(handler)\nlog.propagate = False\n"
                + "condition = threading.Condition()\n"
                + "def work(module):\n"
                + "    while True:\n"
                + "        for name in (module, 'there_is_no_' + module):\n"
                + "            sys.modules.pop(name, None)\n"
                + "            try:\n                importlib.import_module(name)\n"
                + "            except ImportError:\n                pass\n"
                + "        log.warning('x')\n"
                + "        with condition:\n            tick()\n"
                + "        thread = threading.Thread(target=tick)\n        thread.start()\n        thread.join()\n"
                + "def free():\n"
                + "    for name in ('colorsys', 'cmd'): importlib.import_module(name)\n"
                + "    log.warning('x')\n"
                + "    with condition: return True\n");
        for (int round = 0; round < 40; round++) {
            CompletableFuture<Void> first = CompletableFuture.runAsync(() -> interp.invoke("work", "colorsys"), threads);
            CompletableFuture<Void> second = CompletableFuture.runAsync(() -> interp.invoke("work", "cmd"), threads);
            Thread.sleep(20 + round);
            while (!first.isDone() || !second.isDone()) {
                interp.interrupt();
                Thread.sleep(5);
            }
            for (CompletableFuture<Void> stopped : List.of(first, second)) {
                Throwable cause = assertThrows(java.util.concurrent.ExecutionException.class, stopped::get).getCause();
                assertEquals(PythonInterruptedException.class, cause.getClass());
            }
            CompletableFuture<Object> other = CompletableFuture.supplyAsync(() -> interp.invoke("free"), threads);
            assertEquals(true, other.get(20, TimeUnit.SECONDS), "a lock is taken after round " + round);
        }
    }

    /** CPython 3.11 and 3.12 take what is raised where such a loop begins anew for raised before the `try`. */
    @Test
    void theFinallyAroundAnEndlessLoopRuns() {
        interp.exec(lines("ran = []", "def step(): pass", "def work():", "    try:", "        while True: step()", "    finally: ran.append(1)"));
        for (int round = 1; round <= 30; round++) {
            assertThrows(PythonTimeoutException.class, () -> interp.invoke(Duration.ofMillis(10), "work"));
            assertEquals((long) round, interp.eval("len(ran)"));
        }
    }

    @Test
    void aFinallyThatCallsJavaHasItsTime() {
        interp.set("java", (Runnable) () -> { });
        interp.exec(lines("ran = []", "def work():", "    try: spin()", "    finally:", "        java()", "        ran.append('one')",
                "        try: {}['none']", "        except KeyError: java()", "        java()", "        ran.append('all')"));
        for (int round = 0; round < 5; round++) {
            interp.exec("ran.clear()");
            assertThrows(PythonTimeoutException.class, () -> interp.invoke(Duration.ofMillis(30), "work"));
            assertEquals(List.of("one", "all"), interp.get("ran"));
        }
    }

    @Test
    void aStopLeavesNoMonitorTakenThatPythonWaitedFor() throws Exception {
        Object monitor = new Object();
        interp.set("monitor", monitor);
        interp.exec("import krait\ndef enter():\n    with krait.synchronized(monitor): spin()\n");
        for (int round = 0; round < 3; round++) {
            Future<Object> entering;
            synchronized (monitor) {
                entering = threads.submit(() -> interp.invoke(Duration.ofMillis(50), "enter"));
                Thread.sleep(200);
            }
            assertInstanceOf(PythonTimeoutException.class,
                    assertThrows(java.util.concurrent.ExecutionException.class, entering::get).getCause());
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
                synchronized (monitor) {
                    assertTrue(Thread.holdsLock(monitor));
                }
            });
        }
    }

    @Test
    void noImportIsCutShortThatAnotherCallWaitsFor(@TempDir Path folder) throws Exception {
        interp.exec("import _frozen_importlib, importlib, sys, time\n"
                + "def load(name): return __import__(name).value\n"
                + "def load_and_spin(name):\n    load(name)\n    spin()\n"
                + "def waits(name):\n"
                + "    lock = _frozen_importlib._module_locks.get(name)\n"
                + "    lock = lock and lock()\n"
                + "    return lock is not None and bool(lock.waiters)\n");
        interp.invoke("sys.path.append", folder.toString());
        for (String module : List.of("slow_one", "slow_two")) {
            Files.writeString(folder.resolve(module + ".py"),
                    "import time\nbegin = time.monotonic()\nwhile time.monotonic() - begin < 2: time.sleep(0.001)\nvalue = 1\n");
            interp.exec("importlib.invalidate_caches()");
            Future<Object> first = threads.submit(() -> interp.invoke(Duration.ofMillis(500), "load_and_spin", module));
            while (!interp.eval(boolean.class, "'" + module + "' in sys.modules")) {
                Thread.sleep(1);
            }
            Future<Object> second = threads.submit(() -> interp.invoke("load", module));
            while (!second.isDone() && !interp.invoke(boolean.class, "waits", module)) {
                Thread.sleep(1);
            }
            assertEquals(1L, second.get());
            assertInstanceOf(PythonTimeoutException.class,
                    assertThrows(java.util.concurrent.ExecutionException.class, first::get).getCause());
            assertEquals(1L, interp.invoke("load", module));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Isolation.class, names = "OWN_GIL", mode = EnumSource.Mode.EXCLUDE)
    void interruptsWhereExceptionsAreCaughtLeaveNoLockOfAWithTaken(Isolation isolation) throws Exception {
        try (PythonInterpreter target = PythonInterpreter.builder().isolation(isolation).build()) {
            target.exec("import threading\nlock = threading.Lock()\n"
                    + "def fails(): raise ValueError\n"
                    + "def raises():\n    while True:\n        try:\n            with lock: fails()\n        except ValueError: pass\n"
                    + "def raises_after():\n    while True:\n        try:\n            for thing in (): fails()\n"
                    + "            with lock: fails()\n        except ValueError: pass\n");
            for (int round = 0; round < 100; round++) {
                String function = round % 2 == 0 ? "raises" : "raises_after";
                Runnable raises = () -> {
                    // The thread has a state in each of the two interpreters then.
                    interp.invoke("tick");
                    target.invoke(function);
                };
                List<CompletableFuture<Void>> calls =
                        List.of(CompletableFuture.runAsync(raises, threads), CompletableFuture.runAsync(raises, threads));
                while (!calls.get(0).isDone() || !calls.get(1).isDone()) {
                    Thread.sleep(1);
                    target.interrupt();
                }
                assertEquals(false, target.eval("lock.locked()"), "the lock is taken after round " + round);
            }
        }
    }

    @Test
    void aDeadlineThatPassesWhileArgumentsAreReadIsATimeoutAllTheSame() {
        // Made anew each time, so that Python code runs to make the class that mirrors its own.
        for (int i = 1; i <= 40; i++) {
            Supplier<Object> callback = () -> 1;
            try {
                interp.invoke(Duration.ofNanos(100_000L * i), "call", callback);
            } catch (PythonTimeoutException e) {
                assertEquals(2L, interp.invoke("inc", 1));
            }
        }
    }
}
