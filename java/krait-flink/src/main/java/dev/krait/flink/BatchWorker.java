package dev.krait.flink;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/**
 * Collects rows that come one by one, and calls a function for batches of them on a thread of its own. A batch goes when it
 * is full, when its first row has waited long enough, or when no more rows can come before an answer: Flink lets no more
 * than {@code capacity} rows be on their way.
 */
final class BatchWorker implements AutoCloseable {
    private final VectorFunction function;
    private final Bounds bounds;
    private final int capacity;
    private final Thread thread;
    private ColumnBatch filling;
    private List<CompletableFuture<Object>> waiting = new ArrayList<>();
    private ColumnBatch spare;
    private long first;
    private int running;
    private boolean closed;

    BatchWorker(VectorFunction function, Bounds bounds, int capacity, String name, ClassLoader loader) {
        this.function = function;
        this.bounds = bounds;
        this.capacity = capacity;
        this.filling = function.newBatch();
        this.spare = function.newBatch();
        thread = new Thread(this::run, "krait-batch " + name);
        thread.setDaemon(true);
        thread.setContextClassLoader(loader);
        thread.start();
    }

    /** Adds a row; its result, or what went wrong with its batch, completes the future. */
    synchronized void add(Object[] values, CompletableFuture<Object> result) {
        while (!closed && filling.isFull(bounds)) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                result.completeExceptionally(new CancellationException("interrupted"));
                return;
            }
        }
        if (closed) {
            result.completeExceptionally(new CancellationException("The function is closed."));
            return;
        }
        if (waiting.isEmpty()) {
            first = System.nanoTime();
        }
        filling.add(values);
        waiting.add(result);
        if (waiting.size() == 1 || isDue()) {
            notifyAll();
        }
    }

    private boolean isDue() {
        return filling.isFull(bounds) || running + waiting.size() >= capacity;
    }

    private void run() {
        while (true) {
            ColumnBatch batch;
            List<CompletableFuture<Object>> results;
            synchronized (this) {
                try {
                    awaitBatch();
                } catch (InterruptedException e) {
                    // Only close() interrupts this thread.
                    return;
                }
                if (closed) {
                    return;
                }
                batch = filling;
                results = waiting;
                filling = spare;
                waiting = new ArrayList<>(results.size());
                running = results.size();
                notifyAll();
            }
            answer(batch, results);
            batch.clear();
            synchronized (this) {
                spare = batch;
                running = 0;
            }
        }
    }

    private synchronized void awaitBatch() throws InterruptedException {
        while (!closed && (waiting.isEmpty() || !isDue())) {
            if (waiting.isEmpty()) {
                wait();
                continue;
            }
            long left = first + bounds.delay.toNanos() - System.nanoTime();
            if (left <= 0) {
                return;
            }
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
    }

    /** Completes each row's future: with its result, or all with the error of their batch. */
    private void answer(ColumnBatch batch, List<CompletableFuture<Object>> results) {
        Object[] values;
        try {
            values = function.call(batch);
        } catch (Throwable e) {
            results.forEach(result -> result.completeExceptionally(e));
            return;
        }
        for (int i = 0; i < values.length; i++) {
            results.get(i).complete(values[i]);
        }
    }

    /** Ends the thread, also while it is in Python. Rows that wait are given up: Flink closes only when none is needed. */
    @Override
    public void close() {
        List<CompletableFuture<Object>> left;
        synchronized (this) {
            closed = true;
            left = waiting;
            waiting = new ArrayList<>();
            notifyAll();
        }
        left.forEach(result -> result.completeExceptionally(new CancellationException("The function is closed.")));
        boolean interrupted = false;
        while (thread.isAlive()) {
            thread.interrupt();
            try {
                thread.join(100);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
