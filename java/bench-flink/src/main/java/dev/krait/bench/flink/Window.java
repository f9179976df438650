package dev.krait.bench.flink;

import java.util.Arrays;
import java.util.Locale;

/** What was measured between the opening of the gate and the moment when nothing was in flight any more. */
final class Window {
    /** Latencies of one row in so many are taken, so that the clock costs next to nothing. */
    static final int SAMPLED = 16;

    private static final int MOST_SAMPLES = 1 << 18;

    private final long began = System.nanoTime();
    private final long cpuBegan;
    private final CpuClock cpu;
    private final long[] latencies = new long[MOST_SAMPLES];
    private int samples;

    Window(CpuClock cpu) {
        this.cpu = cpu;
        cpuBegan = cpu.nanos();
    }

    void latency(long nanos) {
        if (samples < MOST_SAMPLES) {
            latencies[samples++] = nanos;
        }
    }

    /** The result as JSON; {@code rows} went in at the source and came out at the sink. */
    String close(long rows, boolean drained) {
        long nanos = System.nanoTime() - began;
        long cpuNanos = cpu.nanos() - cpuBegan;
        Arrays.sort(latencies, 0, samples);
        return String.format(Locale.ROOT,
            "{\"rows\": %d, \"nanos\": %d, \"cpu\": %d, \"drained\": %b, \"p50\": %d, \"p99\": %d}",
            rows, nanos, cpuNanos, drained, percentile(50), percentile(99));
    }

    private long percentile(int percent) {
        return samples == 0 ? 0 : latencies[(int) ((long) (samples - 1) * percent / 100)];
    }
}
