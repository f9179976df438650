package dev.krait.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs that fail after a checkpoint and go on from it: nothing is lost, nothing doubled. */
class RestoreTest {
    private static final long COUNT = 20_000;

    private static StreamExecutionEnvironment env(String backend) {
        Configuration configuration = Cluster.client();
        configuration.setString("execution.checkpointing.interval", "50 ms");
        configuration.setString("restart-strategy.type", "fixed-delay");
        configuration.setString("restart-strategy.fixed-delay.attempts", "3");
        configuration.setString("restart-strategy.fixed-delay.delay", "10 ms");
        configuration.setString("state.backend.type", backend);
        return new StreamExecutionEnvironment(configuration);
    }

    private static DataStream<Long> failing(StreamExecutionEnvironment env, String name) {
        return env.fromSequence(1, COUNT).map(new FailingOnce(name)).returns(Types.LONG);
    }

    @Test
    void batchesLoseAndDoubleNothing() throws Exception {
        StreamExecutionEnvironment env = env("hashmap");
        DataStream<Long> results = PythonBatches.builder().file("python/udfs.py").function("plus_one").rows(64).delay(Duration.ofMillis(5))
                .apply(failing(env, "batches"), Types.LONG);
        List<Long> all = new ArrayList<>();
        try (CloseableIterator<Long> collected = results.executeAndCollect()) {
            collected.forEachRemaining(all::add);
        }
        assertEquals(1, FailingOnce.failures("batches"));
        assertEquals(COUNT, all.size());
        for (int i = 0; i < COUNT; i++) {
            assertEquals(i + 2L, all.get(i));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hashmap", "rocksdb"})
    void accumulatorsLoseAndDoubleNothing(String backend) throws Exception {
        StreamExecutionEnvironment env = env(backend);
        StreamTableEnvironment tables = StreamTableEnvironment.create(env);
        tables.createTemporaryView("numbers", failing(env, backend));
        tables.createTemporarySystemFunction("mean", PythonAggregateFunction.of("python/udfs.py:Mean"));
        tables.createTemporarySystemFunction("py_batch", PythonVectorizedFunction.class);
        // Rows that are on their way to an asynchronous function are part of the checkpoint, too.
        Map<Object, Row> last = new HashMap<>();
        try (CloseableIterator<Row> rows = tables.executeSql("SELECT MOD(n, 7) AS k, mean(CAST(n AS DOUBLE)), COUNT(*) FROM"
                + " (SELECT py_batch('python/udfs.py:plus_one -> BIGINT', f0) - 1 AS n FROM numbers) GROUP BY MOD(n, 7)").collect()) {
            rows.forEachRemaining(row -> {
                if (row.getKind() == RowKind.INSERT || row.getKind() == RowKind.UPDATE_AFTER) {
                    last.put(row.getField(0), row);
                }
            });
        }
        assertEquals(1, FailingOnce.failures(backend));
        assertEquals(7, last.size());
        for (int k = 0; k < 7; k++) {
            long sum = 0;
            long count = 0;
            for (long n = 1; n <= COUNT; n++) {
                if (n % 7 == k) {
                    sum += n;
                    count++;
                }
            }
            assertEquals(count, last.get(k).getField(2), "rows of " + k);
            assertEquals(sum / (double) count, last.get(k).getField(1), "mean of " + k);
        }
    }
}
