package dev.krait.lifetime;

import static dev.krait.testing.Pythons.needs;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.Isolation;
import dev.krait.KraitMetrics;
import dev.krait.PyFunction;
import dev.krait.PyObject;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What can be seen of a running Krait: its numbers, and the Python stacks. */
@Timeout(60)
final class SeeingTest {
    private PythonInterpreter interp;

    @BeforeEach
    void open() {
        interp = PythonInterpreter.create();
        interp.exec("import threading, time\n"
                + "def inc(x): return x + 1\n"
                + "def boom(): raise ValueError('bad')\n"
                + "def spin(until):\n    while not until(): pass\n"
                + "def outer(f): return inner(f)\n"
                + "def inner(f): return f()\n");
    }

    @AfterEach
    void close() {
        interp.close();
    }

    @Test
    void callsCallbacksErrorsAndBytesAreCounted() {
        java.util.function.Supplier<Object> callback = () -> 1;
        KraitMetrics before = KraitMetrics.now();
        for (int i = 0; i < 10; i++) {
            interp.invoke("inc", i);
        }
        assertThrows(PythonException.class, () -> interp.invoke("boom"));
        for (int i = 0; i < 100; i++) {
            interp.invoke("outer", callback);
        }
        byte[] large = new byte[100_000];
        interp.set("large", large);
        interp.eval("large");
        KraitMetrics after = KraitMetrics.now();
        // Names are looked up by calls of their own when they are new.
        assertTrue(after.calls() - before.calls() >= 14, after.toString());
        // And some by which Python asks Java about classes that it has not seen yet.
        long callbacks = after.callbacks() - before.callbacks();
        assertTrue(callbacks >= 100 && callbacks < 110, after.toString());
        assertEquals(1, after.errors() - before.errors());
        assertTrue(after.bytesToPython() - before.bytesToPython() > 100_000, after.toString());
        assertTrue(after.bytesToJava() - before.bytesToJava() > 100_000, after.toString());
    }

    @Test
    void heldFunctionsAreCountedToTheCall() {
        try (PyFunction inc = interp.function("inc")) {
            inc.callLong(1);
            long before = KraitMetrics.now().calls();
            for (int i = 0; i < 1000; i++) {
                inc.callLong(i);
            }
            assertEquals(1000, KraitMetrics.now().calls() - before);
        }
    }

    @Test
    void countsOfThreadsThatEndedAreKept() throws InterruptedException {
        interp.invoke("inc", 1);
        long before = KraitMetrics.now().calls();
        for (int i = 0; i < 20; i++) {
            Thread thread = new Thread(() -> interp.invoke("inc", 1));
            thread.start();
            thread.join();
        }
        System.gc();
        assertEquals(20, KraitMetrics.now().calls() - before);
    }

    @Test
    void objectsInterpretersAndThreadStatesAreCounted() throws InterruptedException {
        KraitMetrics before = KraitMetrics.now();
        PyObject object = interp.get("inc", PyObject.class);
        assertEquals(1, KraitMetrics.now().pythonObjects() - before.pythonObjects());
        object.close();
        assertEquals(0, KraitMetrics.now().pythonObjects() - before.pythonObjects());

        Object[] callbacks = new Object[2];
        for (int i = 0; i < 2; i++) {
            int added = i;
            Function<Object, Object> callback = x -> x + " " + added;
            callbacks[i] = callback;
        }
        interp.set("callback", callbacks[0]);
        long javaObjects = KraitMetrics.now().javaObjects();
        interp.set("another", callbacks[1]);
        assertEquals(1, KraitMetrics.now().javaObjects() - javaObjects);

        try (PythonInterpreter other = PythonInterpreter.builder().isolation(Isolation.SUB_INTERPRETER).build()) {
            assertFalse(other.isClosed());
            assertEquals(1, KraitMetrics.now().interpreters() - before.interpreters());
        }
        assertEquals(0, KraitMetrics.now().interpreters() - before.interpreters());

        CountDownLatch called = new CountDownLatch(1);
        CountDownLatch seen = new CountDownLatch(1);
        Thread thread = new Thread(() -> {
            interp.invoke("inc", 1);
            called.countDown();
            try {
                seen.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        thread.start();
        called.await();
        long during = KraitMetrics.now().threadStates();
        seen.countDown();
        thread.join();
        assertTrue(during >= 2, "this thread's and that one's");
        // The thread's end in the JVM comes before its end in the system.
        for (int i = 0; i < 500 && KraitMetrics.now().threadStates() >= during; i++) {
            Thread.sleep(10);
        }
        assertTrue(KraitMetrics.now().threadStates() < during, "freed with its thread");
    }

    @Test
    void waitsForTheGilAreMeasuredOnRequest() throws Exception {
        interp.invoke("inc", 1);
        assertFalse(KraitMetrics.now().isGilWaitMeasured());
        KraitMetrics.measureGilWait(true);
        try {
            assertTrue(KraitMetrics.now().isGilWaitMeasured());
            long before = KraitMetrics.now().gilWait().toNanos();
            CompletableFuture<Void> busy = CompletableFuture.runAsync(
                    () -> interp.exec("end = time.monotonic() + 0.3\nwhile time.monotonic() < end: pass\n"));
            Thread.sleep(50);
            interp.invoke("inc", 1);
            busy.get();
            long waited = KraitMetrics.now().gilWait().toNanos() - before;
            assertTrue(waited > 1_000_000, "the switch interval is 5 ms, but " + waited + " ns were waited");
            assertTrue(waited < 5_000_000_000L, waited + " ns");
        } finally {
            KraitMetrics.measureGilWait(false);
        }
        long before = KraitMetrics.now().gilWait().toNanos();
        interp.invoke("inc", 1);
        assertEquals(before, KraitMetrics.now().gilWait().toNanos());
    }

    @Test
    void theStacksOfAllThreadsAreDumpedWhileTheyRun() throws Exception {
        CountDownLatch stop = new CountDownLatch(1);
        interp.exec("go = threading.Event()\n"
                + "def waits(): go.wait()\n"
                + "thread = threading.Thread(target=waits, name='of-python', daemon=True)\nthread.start()\n");
        Thread spinning = new Thread(() -> interp.invoke("spin",
                (java.util.function.Supplier<Object>) () -> stop.getCount() == 0), "spinning");
        spinning.start();
        Thread.sleep(100);
        String dump = interp.dumpStacks();
        stop.countDown();
        spinning.join();
        interp.exec("go.set()\nthread.join()");
        assertTrue(dump.contains("Java thread \"spinning\" #" + spinning.getId()), dump);
        assertTrue(dump.contains(", in spin\n"), dump);
        assertTrue(dump.contains("Python thread \"of-python\" daemon"), dump);
        assertTrue(dump.contains(", in waits\n"), dump);
        assertFalse(dump.contains("_threads.py"), dump);
    }

    @Test
    void aThreadInCCodeThatNoPythonCodeCalledIsInTheDump() throws Exception {
        CompletableFuture<Object> sleeping = CompletableFuture.supplyAsync(() -> interp.invoke("time.sleep", 1));
        Thread.sleep(200);
        String dump = interp.dumpStacks();
        assertTrue(Pattern.compile("Java thread \".+\" #\\d+ 0x[0-9a-f]+, in C code:\n").matcher(dump).find(), dump);
        assertFalse(dump.contains("on its way"), dump);
        sleeping.get();
    }

    @Test
    void aThreadThatWasInterruptedMayAskForADump() {
        interp.exec("thread = threading.Thread(target=time.sleep, args=(2,), name='of-python')\nthread.start()");
        Thread.currentThread().interrupt();
        String dump = interp.dumpStacks();
        assertTrue(Thread.interrupted(), "the flag is left to the caller");
        assertTrue(dump.contains("Python thread \"of-python\""), dump);
    }

    @Test
    void whoeverInterruptsTheCallsDoesNotMeanADump() throws Exception {
        interp.exec("thread = threading.Thread(target=time.sleep, args=(60,), name='of-python', daemon=True)\nthread.start()");
        AtomicBoolean over = new AtomicBoolean();
        Thread interrupts = new Thread(() -> {
            while (!over.get()) {
                interp.interrupt();
                LockSupport.parkNanos(100_000);
            }
        });
        interrupts.start();
        try {
            for (int i = 0; i < 100; i++) {
                String dump = interp.dumpStacks();
                assertTrue(dump.contains("Python thread \"of-python\""), dump);
            }
        } finally {
            over.set(true);
            interrupts.join();
        }
    }

    @Test
    void aDumpFromACallbackShowsTheCallsAroundIt() {
        String dump = interp.invoke(String.class, "outer",
                (java.util.function.Supplier<Object>) () -> interp.dumpStacks());
        assertTrue(dump.contains(Thread.currentThread().getName()), dump);
        assertTrue(dump.contains("in a call of Java"), dump);
        assertTrue(dump.indexOf(", in outer\n") < dump.indexOf(", in inner\n"), dump);
        assertTrue(dump.contains(", in outer\n"), dump);
    }

    @Test
    void aDumpHasTheThreadsOfOtherInterpreters() throws Exception {
        try (PythonInterpreter other = PythonInterpreter.builder().isolation(Isolation.SUB_INTERPRETER).build()) {
            other.exec("def apart(f): return f()");
            String dump = other.invoke(String.class, "apart",
                    (java.util.function.Supplier<Object>) () -> interp.dumpStacks());
            assertTrue(dump.contains(", in apart\n"), dump);
        }
    }

    @Test
    void aGilThatCCodeKeepsIsNamedInTheDump() throws Exception {
        needs(interp, "_ctypes");
        interp.exec("import ctypes\ndef keep(): ctypes.PyDLL(None).usleep(3_000_000)");
        CompletableFuture<Object> keeping = CompletableFuture.supplyAsync(() -> interp.invoke("keep"));
        Thread.sleep(200);
        String dump = interp.dumpStacks();
        assertTrue(dump.startsWith("An interpreter whose GIL was not to be had for 2 s"), dump);
        keeping.get();
    }

    @Test
    void aCallThatBlocksWithoutTheGilDoesNotSlowOthers() throws Exception {
        CompletableFuture<Object> blocking = CompletableFuture.supplyAsync(() -> interp.invoke("time.sleep", 1.5));
        Thread.sleep(100);
        long begin = System.nanoTime();
        for (int i = 0; i < 10_000; i++) {
            assertEquals(i + 1L, interp.invoke("inc", i));
        }
        long millis = (System.nanoTime() - begin) / 1_000_000;
        assertFalse(blocking.isDone(), () -> "10,000 calls took " + millis + " ms");
        blocking.get();
    }

    @Test
    void aClosedInterpreterDumpsNothing() {
        interp.close();
        assertThrows(IllegalStateException.class, () -> interp.dumpStacks());
    }

    @Test
    void pythonSeesJavasThreadNamesWhereItIsAsked() throws InterruptedException {
        try (PythonInterpreter named = PythonInterpreter.builder().nameThreads(true).build()) {
            named.exec("import threading\ndef name(): return threading.current_thread().name\n");
            String[] seen = new String[2];
            Thread thread = new Thread(() -> {
                seen[0] = named.invoke(String.class, "name");
                Thread.currentThread().setName("renamed");
                seen[1] = named.invoke(String.class, "name");
            }, "payments-7");
            thread.start();
            thread.join();
            assertEquals("payments-7", seen[0]);
            assertEquals("renamed", seen[1]);
            named.exec("seen = []\nown = threading.Thread(target=lambda: seen.append(name()), name='of-python')\n"
                    + "own.start()\nown.join()\n");
            assertEquals("of-python", named.eval("seen[0]"), "threads that Python made keep their names");
        }
    }

    @Test
    void manyShortThreadsLeaveNoThreadObjectsInPython() throws InterruptedException {
        try (PythonInterpreter named = PythonInterpreter.builder().nameThreads(true).build()) {
            named.exec("import threading\ndef name(): return threading.current_thread().name\n"
                    + "def known(): return len(threading._active)\n");
            long before = (Long) named.invoke("known");
            for (int i = 0; i < 10_000; i += 100) {
                Thread[] threads = new Thread[100];
                for (int j = 0; j < threads.length; j++) {
                    String name = "short-" + (i + j);
                    threads[j] = new Thread(() -> {
                        if (!name.equals(named.invoke("name"))) {
                            throw new AssertionError("another name than " + name);
                        }
                    }, name);
                    threads[j].start();
                }
                for (Thread thread : threads) {
                    thread.join();
                }
            }
            long after = (Long) named.invoke("known");
            for (int i = 0; i < 500 && after > before; i++) {
                Thread.sleep(10);
                after = (Long) named.invoke("known");
            }
            assertTrue(after <= before, before + " threads before, " + after + " after");
        }
    }
}
