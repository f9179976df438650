package dev.krait.flink;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;

/** Passes numbers on, slowly enough for checkpoints, and fails once some time after the first of them. */
public final class FailingOnce extends RichMapFunction<Long, Long> implements CheckpointListener {
    private static final long serialVersionUID = 1L;
    private static final Map<String, AtomicLong> FAILURES = new ConcurrentHashMap<>();

    private final String name;
    private transient long seen;
    private transient long failAt;

    FailingOnce(String name) {
        this.name = name;
    }

    static long failures(String name) {
        return FAILURES.getOrDefault(name, new AtomicLong()).get();
    }

    @Override
    public Long map(Long value) throws Exception {
        seen++;
        if (seen % 20 == 0) {
            Thread.sleep(1);
        }
        if (failAt > 0 && seen >= failAt && FAILURES.computeIfAbsent(name, key -> new AtomicLong()).compareAndSet(0, 1)) {
            throw new IllegalStateException("as planned");
        }
        return value;
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
        if (failAt == 0) {
            failAt = seen + 117;
        }
    }
}
