package dev.krait.lifetime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.krait.Isolation;
import dev.krait.PythonInterpreter;
import dev.krait.PythonInterruptedException;
import dev.krait.PythonTimeoutException;
import dev.krait.testing.Pythons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * How soon a call is stopped: within 100 ms of the bytecode that it would run next, until its caller has the exception. That is held
 * against the median of many stops, as a single one may wait for a busy machine.
 */
@Timeout(120)
final class StopsInTimeTest {
    private static final int STOPS = 51;
    private static final long MOST_NANOS = 100_000_000;
    /** After so long a call is to be stopped; what it is in takes longer. */
    private static final long DUE_NANOS = 5_000_000;
    private static final long HELD_NANOS = 20_000_000;

    @TempDir
    private Path folder;
    private Function<Runnable, Thread> starter = StopsInTimeTest::startPlatform;
    private PythonInterpreter interp;
    /** Another one with the same GIL. */
    private PythonInterpreter others;
    private Thread crowd;

    /** Who stops it. */
    enum By { DEADLINE, THREAD_INTERRUPT, INTERPRETER_INTERRUPT }

    /** What the call is in when it is to be stopped; the names are those of Python functions. */
    enum In {
        /** Python code. */
        A_LOOP,
        /** C code that gave the GIL back. */
        A_SLEEP,
        /** C code that keeps the GIL. */
        C_CODE,
        /** A callback. */
        JAVA,
        /** Python code that takes turns with another thread's. */
        TURNS,
        /** The code of a module of the user's, which another one imports. */
        AN_IMPORT,
        /** A queue for the GIL, before its first bytecode. */
        A_QUEUE
    }

    private void open(Isolation isolation) {
        interp = PythonInterpreter.builder().isolation(isolation).build();
        others = PythonInterpreter.create();
        String code = Pythons.lines(
                "import collections, itertools, time",
                // Java's System.nanoTime() is of the same clock.
                "clock = time.monotonic_ns",
                "resumes = [0]",
                "def a_loop(java):",
                "    while True: pass",
                "turns = a_queue = a_loop",
                "def an_import(java):",
                "    import krait_imports_endless",
                "def a_sleep(java):",
                "    resumes[0] = clock() + " + HELD_NANOS,
                "    time.sleep(" + HELD_NANOS / 1e9 + ")",
                "    a_loop(java)",
                // No bytecode: C code that asks for the time again and again, and keeps the last one.
                "last = collections.deque([0], maxlen=1)",
                "def hold(count):",
                "    last.extend(itertools.starmap(clock, itertools.repeat((), count)))",
                "begin = clock()",
                "hold(100_000)",
                "count = 100_000 * " + HELD_NANOS + " // (clock() - begin)",
                "def c_code(java):",
                "    hold(count)",
                "    a_loop(java)",
                "def java(java):",
                "    java()",
                "    a_loop(java)");
        interp.exec(code);
        others.exec(code);
    }

    @AfterEach
    void close() throws InterruptedException {
        if (interp == null) {
            return;
        }
        if (crowd != null) {
            crowd.interrupt();
            crowd.join();
        }
        interp.exec("import sys\nif '" + folder + "' in sys.path: sys.path.remove('" + folder + "')");
        interp.close();
        others.close();
    }

    private static Stream<Arguments> everyWay() {
        return Arrays.stream(By.values()).flatMap(by -> Arrays.stream(In.values()).map(in -> Arguments.of(by, in)));
    }

    /** Modules that an import never ends of. */
    private void writeModules() throws IOException {
        Files.writeString(folder.resolve("krait_endless.py"), "while True: pass\n");
        Files.writeString(folder.resolve("krait_imports_endless.py"), "import krait_endless\n");
        interp.exec("import sys\nsys.path.insert(0, '" + folder + "')");
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void aCallIsStoppedWithinATenthOfASecondOfItsNextBytecode(By by, In in) throws Exception {
        open(Isolation.SHARED);
        if (in == In.TURNS) {
            crowd = new Thread(() -> assertThrows(PythonInterruptedException.class, () -> others.invoke("a_loop", (Object) null)));
            crowd.start();
        }
        if (in == In.AN_IMPORT) {
            writeModules();
        }
        check(by, in);
    }

    @ParameterizedTest
    @EnumSource(By.class)
    void soIsOneInAnInterpreterWithModulesOfItsOwn(By by) throws Exception {
        open(Isolation.SUB_INTERPRETER);
        check(by, In.A_LOOP);
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void soIsOneInAnInterpreterWithAGilOfItsOwn(By by, In in) throws Exception {
        assumeFalse(in == In.TURNS || in == In.A_QUEUE, "nobody shares its GIL");
        try (PythonInterpreter any = PythonInterpreter.create()) {
            assumeTrue(any.eval(boolean.class, "__import__('sys').version_info >= (3, 12)"), "CPython 3.12 came with them");
        }
        open(Isolation.OWN_GIL);
        if (in == In.AN_IMPORT) {
            writeModules();
        }
        check(by, in);
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void soIsOneOfAVirtualThread(By by, In in) throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with JDK 21");
        assumeFalse(in == In.TURNS || in == In.AN_IMPORT, "as on any thread");
        open(Isolation.SHARED);
        starter = StopsInTimeTest::startVirtual;
        check(by, in);
    }

    private static Thread startVirtual(Runnable task) {
        try {
            return (Thread) Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static Thread startPlatform(Runnable task) {
        Thread thread = new Thread(task);
        thread.start();
        return thread;
    }

    @Test
    void whoInterruptsAnInterpreterNeedNotWaitForItsGil() throws Exception {
        open(Isolation.SHARED);
        CompletableFuture<Void> holding = CompletableFuture.runAsync(() -> others.exec("hold(100 * count)"));
        Thread.sleep(100);
        interp.interrupt();
        assertFalse(holding.isDone());
        holding.get();
    }

    private void check(By by, In in) throws Exception {
        long[] late = new long[STOPS];
        for (int i = 0; i < STOPS; i++) {
            late[i] = stop(by, in);
            assertTrue(late[i] >= 0, "not before");
            assertEquals(2L, interp.eval("1 + 1"));
        }
        Arrays.sort(late);
        String told = String.format(Locale.ROOT, "stopped by %s in %s: after %.1f ms, at most %.1f", by, in, late[STOPS / 2] / 1e6,
                late[STOPS - 1] / 1e6);
        System.out.println(told);
        assertTrue(late[STOPS / 2] < MOST_NANOS, told);
    }

    /** How many nanoseconds after it could be stopped, and was to be, a call was. */
    private long stop(By by, In in) throws Exception {
        interp.exec("resumes[0] = 0; last.append(0)");
        others.exec("last.append(0)");
        CompletableFuture<Void> holding = null;
        if (in == In.A_QUEUE) {
            holding = CompletableFuture.runAsync(() -> others.exec("hold(count)"), task -> new Thread(task).start());
            Thread.sleep(2);
        }
        Call call = new Call(by, in);
        Thread thread = starter.apply(call);
        call.begins.await();
        long due = call.begun + DUE_NANOS;
        if (by != By.DEADLINE) {
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            due = System.nanoTime();
            if (by == By.THREAD_INTERRUPT) {
                thread.interrupt();
            } else {
                interp.interrupt();
            }
        }
        // On a busy machine the call may not have begun: then it is too late, and must end all the same.
        for (thread.join(500); thread.isAlive(); thread.join(500)) {
            interp.interrupt();
        }
        if (holding != null) {
            holding.get();
        }
        assertEquals(by == By.DEADLINE ? PythonTimeoutException.class : PythonInterruptedException.class, call.thrown.getClass());
        assertFalse(call.flag, "the thread's flag is cleared");
        long holds = others.eval(long.class, "last[0]");
        // Where the call came before what it was to wait for, it had nothing to wait for.
        long resumes = Math.max(holds < call.ended ? holds : 0,
                Math.max(call.returned, interp.eval(long.class, "max(resumes[0], last[0])")));
        return call.ended - Math.max(due, resumes);
    }

    /** A call that is stopped. */
    private final class Call implements Runnable {
        private final CountDownLatch begins = new CountDownLatch(1);
        private final By by;
        private final In in;
        private volatile long begun;
        /** When Java gave the call back. */
        private volatile long returned;
        private volatile long ended;
        private volatile Throwable thrown;
        private volatile boolean flag;

        Call(By by, In in) {
            this.by = by;
            this.in = in;
        }

        @Override
        public void run() {
            PythonInterpreter py = by == By.DEADLINE ? interp.withDeadline(Duration.ofNanos(DUE_NANOS)) : interp;
            begun = System.nanoTime();
            begins.countDown();
            try {
                py.invoke(in.name().toLowerCase(Locale.ROOT), (Runnable) this::callback);
            } catch (PythonInterruptedException e) {
                ended = System.nanoTime();
                thrown = e;
                flag = Thread.currentThread().isInterrupted();
            }
        }

        private void callback() {
            for (long end = System.nanoTime() + HELD_NANOS; System.nanoTime() < end;) {
                Thread.onSpinWait();
            }
            returned = System.nanoTime();
        }
    }
}
