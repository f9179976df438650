package dev.krait.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.krait.PythonInterpreter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a close does where a call in another thread had got past the refusal, and begins just then. */
final class LifecycleTest {
    @Test
    void anInterpreterIsNotEndedWhileACallRunsInAnotherThread() throws Exception {
        PythonInterpreter interp = PythonInterpreter.create();
        interp.exec("def tick(): return 5\ndef call(f):\n    f()\n    return tick()\n");
        Session session = Api.get().interpreterSession(interp);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<Object> call = new CompletableFuture<>();
        Runnable callback = () -> {
            begun.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        new Thread(() -> call.complete(interp.invoke("call", callback)), "calls").start();
        begun.await();
        assertFalse(Lifecycle.end(session, session.namespace()));
        go.countDown();
        assertEquals(5L, call.get(20, TimeUnit.SECONDS));
        interp.close();
        assertThrows(IllegalStateException.class, () -> interp.invoke("tick"));
    }

    @Test
    void aCallThatWaitedForTheGilWhileItsInterpreterClosedIsDoneOrToldOfThat() throws Exception {
        Executor threads = task -> new Thread(task, "calls").start();
        try (PythonInterpreter other = PythonInterpreter.create()) {
            other.exec("import ctypes\ndef hold(begun, usleep=ctypes.PyDLL(None).usleep):\n    begun()\n    usleep(100_000)\n");
            for (int i = 0; i < 10; i++) {
                PythonInterpreter interp = PythonInterpreter.create();
                interp.exec("def tick(): return 5");
                assertEquals(5L, interp.invoke("tick"));
                CountDownLatch begun = new CountDownLatch(1);
                CompletableFuture<Object> holder = CompletableFuture.supplyAsync(
                        () -> other.invoke("hold", (Runnable) begun::countDown), threads);
                begun.await();
                Thread.sleep(30);
                CompletableFuture<Object> call = CompletableFuture.supplyAsync(() -> interp.invoke("tick"), threads);
                Thread.sleep(30);
                interp.close();
                holder.get(20, TimeUnit.SECONDS);
                try {
                    // Whoever gets the GIL first.
                    assertEquals(5L, call.get(20, TimeUnit.SECONDS));
                } catch (ExecutionException e) {
                    assertEquals("the interpreter was closed", e.getCause().getMessage());
                }
            }
        }
    }
}
