package dev.krait.flink;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;

/** How a function of SQL gets its batches. */
final class Batching implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final ConfigOption<Columns> COLUMNS =
            ConfigOptions.key("krait.batch.columns").enumType(Columns.class).defaultValue(Columns.LISTS);
    private static final ConfigOption<Integer> ROWS =
            ConfigOptions.key("krait.batch.rows").intType().defaultValue(PythonBatchBuilder.ROWS);
    private static final ConfigOption<Long> BYTES =
            ConfigOptions.key("krait.batch.bytes").longType().defaultValue(PythonBatchBuilder.BYTES);
    private static final ConfigOption<Duration> DELAY =
            ConfigOptions.key("krait.batch.delay").durationType().defaultValue(PythonBatchBuilder.DELAY);
    /** Flink 1.20 knows it by its second name. */
    private static final ConfigOption<Integer> CAPACITY =
            ConfigOptions.key("table.exec.async-scalar.max-concurrent-operations").intType().defaultValue(10)
                    .withFallbackKeys("table.exec.async-scalar.buffer-capacity");

    final Columns columns;
    final ArrayList<String> names;
    final Bounds bounds;
    /** How many rows Flink lets be on their way. */
    final int capacity;

    Batching(Columns columns, ArrayList<String> names, Bounds bounds) {
        this(columns, names, bounds, 1);
    }

    private Batching(Columns columns, ArrayList<String> names, Bounds bounds, int capacity) {
        this.columns = columns;
        this.names = names;
        this.bounds = bounds;
        this.capacity = capacity;
    }

    static Batching of(ReadableConfig configuration) {
        return new Batching(configuration.get(COLUMNS), null,
                new Bounds(configuration.get(ROWS), configuration.get(BYTES), configuration.get(DELAY)));
    }

    Batching within(ReadableConfig configuration) {
        return new Batching(columns, names, bounds, configuration.get(CAPACITY));
    }

}
