package dev.krait.bench;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Threads;

/** {@code inc(long)} on one interpreter from several threads at once. */
public class Together {
    @Benchmark
    @Threads(1)
    public long inc1(Python python) {
        return python.inc.callLong(41_000);
    }

    @Benchmark
    @Threads(2)
    @Goal(throughput = 0.8)
    public long inc2(Python python) {
        return python.inc.callLong(41_000);
    }

    @Benchmark
    @Threads(4)
    @Goal(throughput = 0.6)
    public long inc4(Python python) {
        return python.inc.callLong(41_000);
    }

    @Benchmark
    @Threads(1)
    public long inc1Floor(Python python, FloorThread floor) {
        return Floor.callLong(floor.state, floor.inc, 41_000);
    }

    @Benchmark
    @Threads(2)
    public long inc2Floor(Python python, FloorThread floor) {
        return Floor.callLong(floor.state, floor.inc, 41_000);
    }

    @Benchmark
    @Threads(4)
    public long inc4Floor(Python python, FloorThread floor) {
        return Floor.callLong(floor.state, floor.inc, 41_000);
    }
}
