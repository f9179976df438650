package dev.krait.bench.flink;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import java.util.stream.Collectors;

/** The CPU time of this JVM and of the processes below it, which are Flink's Python workers. */
final class CpuClock {
    /** Linux counts the time of processes in ticks of 1/100 s. */
    private static final long NANOS_OF_TICK = 10_000_000;

    private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private final List<Path> children;

    /** Looks for the processes once: they are there before rows flow. */
    CpuClock() {
        children = ProcessHandle.current().descendants()
            .map(child -> Paths.get("/proc", Long.toString(child.pid()), "stat"))
            .collect(Collectors.toList());
    }

    long nanos() {
        return system.getProcessCpuTime() + children.stream().mapToLong(CpuClock::of).sum();
    }

    private static long of(Path stat) {
        String line;
        try {
            line = Files.readString(stat);
        } catch (NoSuchFileException e) {
            throw new IllegalStateException("a Python worker ended while it was measured", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // After the name in parentheses: state is field 3, utime and stime are fields 14 and 15 of proc(5).
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[14 - 3]) + Long.parseLong(fields[15 - 3])) * NANOS_OF_TICK;
    }
}
