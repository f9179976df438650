package dev.krait.lifetime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.PythonInterpreter;
import dev.krait.PythonInterruptedException;
import dev.krait.PythonTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Deadlines, interrupts and closing while calls run. */
@Timeout(60)
final class StoppingTest {
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
    }

    @Test
    void aDeadlineStopsPythonCodeAndTheInterpreterGoesOn() {
        long begin = System.nanoTime();
        assertThrows(PythonTimeoutException.class, () -> interp.invoke(Duration.ofMillis(100), "spin"));
        assertTrue(System.nanoTime() - begin >= 100_000_000, "not before the deadline");
        assertEquals(2L, interp.invoke("inc", 1));
    }

    @Test
    void exceptExceptionDoesNotCatchADeadline() {
        assertThrows(PythonTimeoutException.class,
                () -> interp.function("stubborn").withDeadline(Duration.ofMillis(50)).call());
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
            CompletableFuture<Object> others = CompletableFuture.supplyAsync(() -> other.invoke("wait"));
            CompletableFuture<Void> first = CompletableFuture.runAsync(() -> interp.invoke("spin"));
            CompletableFuture<Void> second = CompletableFuture.runAsync(() -> interp.invoke("spin"));
            Thread.sleep(200);
            interp.interrupt();
            for (CompletableFuture<Void> stopped : java.util.List.of(first, second)) {
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
    void closeWaitsForCallsInOtherThreadsAndRefusesNewOnes() throws Exception {
        interp.exec("import time\ndef slow():\n    time.sleep(0.3)\n    return inc(1)\n");
        CompletableFuture<Object> running = CompletableFuture.supplyAsync(() -> interp.invoke("slow"));
        Thread.sleep(100);
        interp.close();
        assertTrue(running.isDone() || running.get(1, TimeUnit.SECONDS) != null);
        assertEquals(2L, running.get());
        assertThrows(IllegalStateException.class, () -> interp.invoke("inc", 1));
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

    @Test
    void aDeadlineOfNothingIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> interp.withDeadline(Duration.ZERO));
    }
}
