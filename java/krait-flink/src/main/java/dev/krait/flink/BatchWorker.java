package dev.krait.flink;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Collects rows that come one by one, and calls a function for batches of them. Whoever brings the row that makes a batch
 * full calls, and so answers all of its rows: Flink's own part for each row is then not shared between two threads, which
 * costs more than it takes. A batch is full, too, when no more rows can come before an answer: Flink lets no more than
 * {@code capacity} rows be on their way. What is not full when its first row has waited long enough is called for by a thread of its own.
 */
final class BatchWorker implements AutoCloseable {
    private final VectorFunction function;
    private final Bounds bounds;
    private final int capacity;
    private final long delay;
    private final Thread thread;
    /** Who has it adds rows, or calls for them. */
    private final ReentrantLock turn = new ReentrantLock();
    private final Condition begun = turn.newCondition();
    private final ColumnBatch batch;
    private final List<CompletableFuture<Object>> waiting = new ArrayList<>();
    private long first;
    /** The thread has found no row, and is to be told of the next one. */
    private boolean idle;
    private volatile boolean closed;

    BatchWorker(VectorFunction function, Bounds bounds, int capacity, String name, ClassLoader loader) {
        this.function = function;
        this.bounds = bounds;
        this.capacity = capacity;
        this.delay = bounds.delay.toNanos();
        this.batch = function.newBatch();
        thread = new Thread(this::run, "krait-batch " + name);
        thread.setDaemon(true);
        thread.setContextClassLoader(loader);
        thread.start();
    }

    /** Adds a row; its result, or what went wrong with its batch, completes the future. */
    void add(Object[] values, CompletableFuture<Object> result) {
        try {
            turn.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            result.completeExceptionally(new CancellationException("interrupted"));
            return;
        }
        try {
            if (closed) {
                result.completeExceptionally(new CancellationException("The function is closed."));
                return;
            }
            if (waiting.isEmpty()) {
                first = System.nanoTime();
                if (idle) {
                    idle = false;
                    begun.signal();
                }
            }
            batch.add(values);
            waiting.add(result);
            if (batch.isFull(bounds) || waiting.size() >= capacity) {
                answer();
            }
        } finally {
            turn.unlock();
        }
    }

    /** One look at a time: what was begun since it was waited for is waited for in turn. */
    private void run() {
        try {
            turn.lockInterruptibly();
            try {
                while (!closed) {
                    long left = first + delay - System.nanoTime();
                    if (waiting.isEmpty()) {
                        idle = true;
                        begun.await();
                    } else if (left > 0) {
                        begun.awaitNanos(left);
                    } else {
                        answer();
                    }
                }
            } finally {
                turn.unlock();
            }
        } catch (InterruptedException e) {
            // Only close() interrupts this thread.
        }
    }

    /** Completes each row's future: with its result, or all with the error of their batch. */
    private void answer() {
        try {
            Object[] values = function.call(batch);
            for (int i = 0; i < values.length; i++) {
                waiting.get(i).complete(values[i]);
            }
        } catch (Throwable e) {
            waiting.forEach(result -> result.completeExceptionally(e));
        } finally {
            waiting.clear();
            batch.clear();
        }
    }

    /** Ends the thread, also while it is in Python. Rows that wait are given up: Flink closes only when none is needed. */
    @Override
    public void close() {
        closed = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            thread.interrupt();
            try {
                thread.join(100);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        turn.lock();
        try {
            waiting.forEach(result -> result.completeExceptionally(new CancellationException("The function is closed.")));
            waiting.clear();
        } finally {
            turn.unlock();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
