package dev.krait.flink;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What Python functions that are called for batches of rows can be told besides: what their arguments are, and when a
 * batch is full.
 *
 * @param <B> the builder's own type
 */
public abstract class PythonBatchBuilder<B extends PythonBatchBuilder<B>> extends PythonFunctionBuilder<B> {
    static final int ROWS = 1_000;
    static final long BYTES = 4 << 20;
    static final Duration DELAY = Duration.ofMillis(10);

    Columns columns = Columns.LISTS;
    ArrayList<String> names;
    private int rows = ROWS;
    private long bytes = BYTES;
    private Duration delay = DELAY;

    PythonBatchBuilder() {
    }

    /**
     * What the function gets its arguments as. Without it, {@link Columns#LISTS}.
     *
     * @param columns lists, arrays, or a DataFrame
     * @return this builder
     */
    public B columns(Columns columns) {
        this.columns = Objects.requireNonNull(columns, "columns");
        return self();
    }

    /**
     * The names of a DataFrame's columns. Without it, those of a stream's fields, or {@code f0}, {@code f1}, ….
     *
     * @param names a name for each argument
     * @return this builder
     */
    public B names(String... names) {
        this.names = new ArrayList<>(List.of(names));
        return self();
    }

    /**
     * The most rows of a batch. Without it, 1,000.
     *
     * @param most a number from 1
     * @return this builder
     */
    public B rows(int most) {
        rows = most;
        return self();
    }

    /**
     * How large a batch may get before it is called for. Without it, 4 MiB.
     *
     * @param most bytes of arguments, roughly
     * @return this builder
     */
    public B bytes(long most) {
        bytes = most;
        return self();
    }

    /**
     * How long a row may wait for others. Without it, 10 ms.
     *
     * @param most the time
     * @return this builder
     */
    public B delay(Duration most) {
        delay = Objects.requireNonNull(most, "most");
        return self();
    }

    Bounds bounds() {
        return new Bounds(rows, bytes, delay);
    }
}
