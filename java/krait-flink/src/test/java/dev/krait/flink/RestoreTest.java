package dev.krait.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.krait.PythonInterpreter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.Schema;
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

    /** It fails once, in a thread of a checkpoint's, which has rows to hand over as windows look at their values late. */
    private static final String ELSEWHERE = "import sys, threading\nclass Count:\n"
            + "    def __init__(self):\n        self.task = threading.get_ident()\n"
            + "    def create_accumulator(self):\n        return [0]\n"
            + "    def accumulate(self, acc, n):\n"
            + "        if threading.get_ident() != self.task and not hasattr(sys, '_failed_elsewhere'):\n"
            + "            sys._failed_elsewhere = True\n            raise ValueError('in a checkpoint')\n"
            + "        acc[0] += 1\n"
            + "    def get_value(self, acc) -> int:\n        return acc[0]\n";

    @Test
    void rowsThatACheckpointFailedToAddAreNotLost() throws Exception {
        Configuration configuration = Configuration.fromMap(env("hashmap").getConfiguration().toMap());
        configuration.setString("execution.checkpointing.tolerable-failed-checkpoints", "1000");
        StreamExecutionEnvironment env = new StreamExecutionEnvironment(configuration);
        StreamTableEnvironment tables = StreamTableEnvironment.create(env);
        tables.createTemporaryView("numbers", env.fromSequence(1, COUNT).map(n -> {
            if (n % 20 == 0) {
                Thread.sleep(1);
            }
            return n;
        }).returns(Types.LONG), Schema.newBuilder().column("f0", "BIGINT").columnByExpression("ts", "TO_TIMESTAMP_LTZ(f0, 3)")
                .watermark("ts", "ts").build());
        tables.createTemporarySystemFunction("counted", PythonAggregateFunction.builder().source(ELSEWHERE).function("Count").build());
        long sum = 0;
        try (CloseableIterator<Row> rows = tables.executeSql("SELECT counted(f0) FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(ts),"
                + " INTERVAL '5' SECOND)) GROUP BY window_start, window_end").collect()) {
            while (rows.hasNext()) {
                sum += (Long) rows.next().getField(0);
            }
        }
        try (PythonInterpreter interp = PythonInterpreter.create()) {
            assertEquals(true, interp.eval("hasattr(__import__('sys'), '_failed_elsewhere')"));
        }
        assertEquals(COUNT, sum);
    }
}
