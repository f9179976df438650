package dev.krait.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Applies a function to all rows of an input, in order.
 *
 * <p>The calling thread reads batches, hands them to the workers and writes the results in the order of the rows; a
 * bounded number of batches is under way, so memory does not grow with the input.
 */
final class RowMapper {
    private static final int MAX_BATCH_ROWS = 256;
    private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final RowFunction function;
    private final OnError onError;
    private final int threads;
    // Grows for quick functions, shrinks for slow ones, so that no worker sits on rows that others could take.
    private int batchRows = 1;

    RowMapper(RowFunction function, OnError onError, int threads) {
        this.function = function;
        this.onError = onError;
        this.threads = threads;
    }

    /**
     * Maps all rows.
     *
     * @return whether every row was mapped, skipped or made empty; false when a row failed with {@link OnError#FAIL}
     */
    boolean run(RowReader reader, OutputStream out, ErrorSink errors, Progress progress) throws IOException {
        ExecutorService workers = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "krait-map");
            thread.setDaemon(true);
            return thread;
        });
        try {
            return run(reader, out, errors, progress, workers);
        } finally {
            progress.stop();
            workers.shutdownNow();
        }
    }

    private boolean run(RowReader reader, OutputStream out, ErrorSink errors, Progress progress,
            ExecutorService workers) throws IOException {
        Queue<Future<RowBatch>> underWay = new ArrayDeque<>();
        int limit = 2 * threads + 1;
        boolean more = true;
        while (more || !underWay.isEmpty()) {
            // A slow producer must not hold back rows that are done.
            while (!underWay.isEmpty() && (!more || underWay.size() >= limit || !reader.ready())) {
                if (!write(finished(underWay.remove()), out, errors)) {
                    return false;
                }
                if (underWay.isEmpty() && more && !reader.ready()) {
                    out.flush();
                }
            }
            if (more) {
                RowBatch batch = reader.next(batchRows);
                more = batch != null;
                if (more) {
                    underWay.add(workers.submit(() -> batch.map(function, onError, progress)));
                }
            }
        }
        out.flush();
        return true;
    }

    private boolean write(RowBatch batch, OutputStream out, ErrorSink errors) throws IOException {
        batch.output().writeTo(out);
        for (RowError error : batch.errors()) {
            errors.add(error);
        }
        if (batch.nanos() < SHORT_NANOS) {
            batchRows = Math.min(MAX_BATCH_ROWS, Math.max(batchRows, 2 * batch.rows()));
        } else if (batch.nanos() > LONG_NANOS) {
            batchRows = Math.max(1, batchRows / 2);
        }
        return onError != OnError.FAIL || batch.errors().isEmpty();
    }

    private static RowBatch finished(Future<RowBatch> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while rows were under way", e);
        } catch (ExecutionException e) {
            // Whatever a row throws is in the batch.
            throw new IllegalStateException("a worker died: " + e.getCause(), e.getCause());
        }
    }

    /** Where failed rows go, in their order. */
    interface ErrorSink {
        /** Takes the next failed row. */
        void add(RowError error) throws IOException;
    }
}
