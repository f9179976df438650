package dev.krait;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** A task of a pool with its future. Completing the future from outside, by cancelling say, stops the call that runs. */
final class PoolTask<T> implements Runnable {
    final CompletableFuture<T> future = new CompletableFuture<>();
    private final Supplier<T> task;
    private Thread runner;

    PoolTask(Supplier<T> task) {
        this.task = task;
        future.whenComplete((result, failure) -> stop());
    }

    @Override
    public void run() {
        synchronized (this) {
            if (future.isDone()) {
                return;
            }
            runner = Thread.currentThread();
        }
        T result = null;
        Throwable failure = null;
        try {
            result = task.get();
        } catch (Throwable e) {
            failure = e;
        }
        synchronized (this) {
            runner = null;
            // An interrupt that came too late must not hit the next task.
            Thread.interrupted();
        }
        if (failure == null) {
            future.complete(result);
        } else {
            future.completeExceptionally(failure);
        }
    }

    private synchronized void stop() {
        if (runner != null) {
            runner.interrupt();
        }
    }
}
