package dev.krait.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.Isolation;
import dev.krait.PythonPool;
import dev.krait.testing.Pythons;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How the interpreters of a pool come and go. */
@Timeout(60)
final class PoolMembersTest {
    @Test
    void aCheckedExceptionOfJavaCodeMayBreakAnInterpreterToo() {
        Callable<Object> failing = () -> {
            throw new IOException("no disk");
        };
        try (PythonPool pool = PythonPool.builder().size(1).setUp("def call(f): return f()")
                .replaceAfter(e -> e instanceof IOException).build()) {
            assertThrows(IOException.class, () -> pool.invoke("call", failing));
            assertEquals(1, pool.replaced());
            assertEquals(5L, pool.invoke("call", (Callable<Object>) () -> 5L));
        }
    }

    /** A pool of one interpreter, which takes half a second to end. */
    private static PythonPool slowToEnd(Runnable atItsEnd) {
        return PythonPool.builder().size(1).isolation(Isolation.SUB_INTERPRETER).setUp(member -> {
            member.set("at_its_end", atItsEnd);
            member.exec(Pythons.lines("import atexit, time", "def end():", "    time.sleep(0.5)", "    at_its_end()",
                    "atexit.register(end)"));
        }).build();
    }

    @Test
    void closeWaitsUntilTheLastInterpreterIsClosed() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        PythonPool pool = slowToEnd(() -> ended.set(true));
        CountDownLatch inside = new CountDownLatch(1);
        CompletableFuture<Void> call = CompletableFuture.runAsync(() -> pool.call(member -> {
            inside.countDown();
            while (!pool.isClosed()) {
                LockSupport.parkNanos(1_000_000);
            }
            // What closes the pool waits for this call by now.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
            return null;
        }));
        inside.await();
        pool.close();
        assertTrue(ended.get(), "the thread of the last call closes the interpreter");
        call.get();
    }

    @Test
    void codeThatRunsAtAnInterpretersEndMayCloseThePool() throws Exception {
        AtomicReference<PythonPool> pool = new AtomicReference<>();
        pool.set(slowToEnd(() -> pool.get().close()));
        CompletableFuture.runAsync(() -> pool.get().call(member -> {
            member.close();
            return null;
        })).get();
        assertTrue(pool.get().isClosed());
    }

    @Test
    void aPoolMayBeClosedWhileItReplacesAnInterpreter() throws Exception {
        AtomicInteger set = new AtomicInteger();
        CountDownLatch replacing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        PythonPool pool = PythonPool.builder().size(1).setUp(member -> {
            member.exec("def inc(x): return x + 1");
            if (set.incrementAndGet() == 2) {
                replacing.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }).build();
        pool.call(member -> {
            member.close();
            return null;
        });
        CompletableFuture<Object> call = CompletableFuture.supplyAsync(() -> pool.invoke("inc", 1));
        replacing.await();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(pool::close);
        assertThrows(java.util.concurrent.TimeoutException.class, () -> closing.get(300, TimeUnit.MILLISECONDS));
        assertFalse(call.isDone());
        goOn.countDown();
        try {
            assertEquals(2L, call.get());
        } catch (ExecutionException e) {
            assertEquals(IllegalStateException.class, e.getCause().getClass(), e::toString);
        }
        closing.get();
        assertEquals(2, set.get());
    }
}
