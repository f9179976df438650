package dev.krait.flink.job;

import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.types.Row;

/** Counts results, how long those after the first fifth took, and the sum of numbers or lengths; the job's result has all. */
final class Rate<T> extends RichMapFunction<T, Long> {
    static final String ROWS = "rows";
    static final String NANOS = "nanos";
    static final String SUM = "sum";

    private static final long serialVersionUID = 1L;

    private final long all;
    private transient long seen;
    private transient long begin;
    private transient long sum;

    Rate(long all) {
        this.all = all;
    }

    @Override
    public void open(OpenContext context) {
        getRuntimeContext().addAccumulator(ROWS, new LongCounter());
        getRuntimeContext().addAccumulator(NANOS, new LongCounter());
        getRuntimeContext().addAccumulator(SUM, new LongCounter());
    }

    @Override
    public Long map(T value) {
        seen++;
        Object result = value instanceof Row ? ((Row) value).getField(0) : value;
        sum += result instanceof Long ? (Long) result : ((String) result).length();
        if (seen == all / 5) {
            begin = System.nanoTime();
        } else if (seen == all) {
            getRuntimeContext().getLongCounter(ROWS).add(all - all / 5);
            getRuntimeContext().getLongCounter(NANOS).add(System.nanoTime() - begin);
            getRuntimeContext().getLongCounter(SUM).add(sum);
        }
        return seen;
    }
}
