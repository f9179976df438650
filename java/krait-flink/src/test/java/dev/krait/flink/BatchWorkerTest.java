package dev.krait.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.table.types.logical.BigIntType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rows that wait for a batch in SQL: one thread brings them, and it or another one, by the time, answers them. */
@Timeout(60)
class BatchWorkerTest {
    private static final ClassLoader LOADER = BatchWorkerTest.class.getClassLoader();

    private VectorFunction function;

    private BatchWorker worker(String name, int rows, long bytes, Duration delay) {
        PythonDefinition definition = new PythonDefinition().with(FunctionSpec.parse("python/udfs.py:" + name), LOADER);
        function = VectorFunction.open(definition, Surroundings.client(LOADER), Columns.LISTS, List.of(new BigIntType()), null,
                new BigIntType(), value -> value);
        return new BatchWorker(function, new Bounds(rows, bytes, delay), 1_000, name, LOADER);
    }

    @AfterEach
    void close() {
        function.close();
    }

    private static CompletableFuture<Object> add(BatchWorker worker, long x) {
        CompletableFuture<Object> result = new CompletableFuture<>();
        worker.add(new Object[] {x}, result);
        return result;
    }

    @Test
    void everyRowIsAnsweredWhoeverCallsAndWheneverItComes() throws Exception {
        Random random = new Random(7);
        List<CompletableFuture<Object>> results = new ArrayList<>();
        try (BatchWorker worker = worker("plus_one", 50, 1 << 20, Duration.ofMillis(1))) {
            for (int burst = 0; burst < 2_000; burst++) {
                for (int row = random.nextInt(80); row >= 0; row--) {
                    results.add(add(worker, results.size()));
                }
                // About as long as a row may wait: rows come while the other thread answers, falls asleep and wakes.
                LockSupport.parkNanos(random.nextInt(2_000_000));
            }
            for (int i = 0; i < results.size(); i++) {
                assertEquals(i + 1L, results.get(i).get(10, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void aBatchHasNoMoreRowsAndBytesThanItMay() throws Exception {
        try (BatchWorker worker = worker("sized", 7, 1 << 20, Duration.ofHours(1))) {
            List<CompletableFuture<Object>> results = new ArrayList<>();
            for (int i = 0; i < 15; i++) {
                results.add(add(worker, i));
            }
            assertTrue(results.subList(0, 14).stream().allMatch(result -> result.join().equals(7L)));
            assertTrue(!results.get(14).isDone());
        }
        function.close();
        // Of 16 bytes each, roughly: the third makes it full.
        try (BatchWorker worker = worker("sized", 7, 40, Duration.ofHours(1))) {
            add(worker, 1);
            add(worker, 2);
            assertEquals(3L, add(worker, 3).getNow(null));
        }
    }

    @Test
    void aRowThatComesAfterALongPauseWaitsForOthersAndNoLongerThanTheDelay() throws Exception {
        try (BatchWorker worker = worker("sized", 100, 1 << 20, Duration.ofMillis(200))) {
            for (int round = 0; round < 2; round++) {
                Thread.sleep(500);
                long begin = System.nanoTime();
                CompletableFuture<Object> first = add(worker, 1);
                CompletableFuture<Object> second = add(worker, 2);
                assertEquals(2L, first.get(10, TimeUnit.SECONDS));
                assertEquals(2L, second.get(10, TimeUnit.SECONDS));
                long waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
                assertTrue(waited >= 190, "after " + waited + " ms");
            }
        }
    }

    @Test
    void anErrorIsThatOfItsBatchAlone() throws Exception {
        try (BatchWorker worker = worker("fails_at_seven", 2, 1 << 20, Duration.ofHours(1))) {
            CompletableFuture<Object> six = add(worker, 6);
            CompletableFuture<Object> seven = add(worker, 7);
            for (CompletableFuture<Object> failed : List.of(six, seven)) {
                ExecutionException e = assertThrows(ExecutionException.class, () -> failed.get(10, TimeUnit.SECONDS));
                assertTrue(e.getMessage().contains("failed on a batch of 2 rows: ValueError: seven came"), e.getMessage());
            }
            CompletableFuture<Object> eight = add(worker, 8);
            add(worker, 9);
            assertTrue(eight.isDone() && !eight.isCompletedExceptionally());
        }
    }

    @Test
    void rowsThatWaitWhenTheFunctionClosesAreGivenUp() {
        CompletableFuture<Object> waiting;
        BatchWorker worker = worker("plus_one", 100, 1 << 20, Duration.ofHours(1));
        try (worker) {
            waiting = add(worker, 1);
        }
        assertThrows(CancellationException.class, waiting::join);
        assertThrows(CancellationException.class, add(worker, 2)::join);
    }
}
