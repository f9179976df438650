package dev.krait.javainpython;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.krait.PyFunction;
import dev.krait.PythonInterpreter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls both ways from many threads. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class StressTest extends JavaInPython {
    private static final int THREADS = 8;
    private static final int DEPTH = 10;

    @Test
    void eightThreadsCallBothWaysTenDeepWithoutDeadlock() throws Exception {
        callBothWays(3);
    }

    @Test
    @Tag("slow")
    void eightThreadsCallBothWaysTenDeepForAMinuteWithoutDeadlock() throws Exception {
        callBothWays(60);
    }

    private void callBothWays(int seconds) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        run("from java.util import ArrayList",
                "def down(n, step):",
                "    l = ArrayList()", "    l.add(n)",
                "    return 0 if n == 0 else l[0] - n + 1 + step.applyAsLong(n - 1)");
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try (PyFunction down = py.function("down")) {
            List<Future<Long>> results = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                results.add(pool.submit((Callable<Long>) () -> {
                    long calls = 0;
                    while (System.nanoTime() < end) {
                        assertEquals((long) DEPTH, new Step(down).applyAsLong(DEPTH));
                        calls++;
                    }
                    return calls;
                }));
            }
            long calls = 0;
            for (Future<Long> result : results) {
                calls += result.get(170, TimeUnit.SECONDS);
            }
            assertEquals(true, calls > THREADS, calls + " calls");
        } finally {
            pool.shutdownNow();
        }
    }

    /** Java's half of the recursion. */
    public static final class Step implements LongUnaryOperator {
        private final PyFunction down;

        Step(PyFunction down) {
            this.down = down;
        }

        @Override
        public long applyAsLong(long n) {
            return (Long) down.call(n, this);
        }
    }

    @Test
    void aJavaMethodThatWaitsForALockLeavesPythonToOthers() throws Exception {
        ReentrantLock lock = new ReentrantLock();
        py.set("lock", lock);
        run("def locked():", "    lock.lock()", "    try: return sum(range(100))", "    finally: lock.unlock()");
        lock.lock();
        ExecutorService pool = Executors.newFixedThreadPool(1);
        try {
            Future<Object> waiting = pool.submit(() -> py.invoke("locked"));
            while (!lock.hasQueuedThreads()) {
                Thread.sleep(1);
            }
            assertEquals(4950L, py.eval("sum(range(100))"));
            lock.unlock();
            assertEquals(4950L, waiting.get(30, TimeUnit.SECONDS));
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void javaObjectsThatPythonDropsAreReleasedWhileItRuns() {
        try (PythonInterpreter other = PythonInterpreter.create()) {
            other.exec("from java.util import ArrayList\nArrayList()");
            int before = Live.objects();
            other.set("live", (java.util.function.IntSupplier) Live::objects);
            other.exec("for _ in range(10000): ArrayList()\nmost = live()");
            assertEquals(true, (Long) other.get("most") < before + 100, other.get("most") + " after " + before);
        }
    }
}
