package dev.krait.bench;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** Calls with little to carry. */
public class Calls {
    private static final int TIMES = 1000;

    @Benchmark
    public Object empty(Python python) {
        return python.nothing.call();
    }

    @Benchmark
    public void emptyFloor(Python python, FloorThread floor) {
        Floor.empty(floor.state, floor.nothing);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public Object emptyPlain(Python python) {
        return python.repeat.call(TIMES, python.nothing);
    }

    @Benchmark
    @Goal(of = "Floor", atMost = 1.3)
    public long inc(Python python) {
        return python.inc.callLong(41_000);
    }

    @Benchmark
    public long incFloor(Python python, FloorThread floor) {
        return Floor.callLong(floor.state, floor.inc, 41_000);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public Object incPlain(Python python) {
        return python.repeat.call(TIMES, python.inc, 41_000L);
    }

    @Benchmark
    public Object incByCall(Python python) {
        return python.inc.call(41_000L);
    }

    @Benchmark
    public Object incByName(Python python) {
        return python.interpreter.invoke("inc", 41_000L);
    }
}
