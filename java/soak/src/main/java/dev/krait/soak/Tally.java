package dev.krait.soak;

import java.io.PrintStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What all workers did: calls by kind, faults by kind, and what came out wrong. Any thread may write to it. */
final class Tally {
    /** More are counted, not told. */
    private static final int TOLD = 20;

    private final Map<String, LongAdder> calls = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> faults = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> stories = new ConcurrentLinkedQueue<>();
    private final AtomicLong lost = new AtomicLong();

    /** A call was made and gave what it was to give. */
    void called(String kind) {
        calls.computeIfAbsent(kind, key -> new LongAdder()).increment();
    }

    /** A fault was injected. */
    void injected(String kind) {
        faults.computeIfAbsent(kind, key -> new LongAdder()).increment();
    }

    /** A value did not come out as it was to. */
    void lost(String story, Throwable why) {
        if (lost.incrementAndGet() <= TOLD) {
            stories.add(story + ": " + why);
            synchronized (System.err) {
                System.err.println("LOST: " + story);
                why.printStackTrace();
            }
        }
    }

    long lost() {
        return lost.get();
    }

    long calls() {
        return sum(calls);
    }

    private static long sum(Map<String, LongAdder> counts) {
        return counts.values().stream().mapToLong(LongAdder::sum).sum();
    }

    String line() {
        return String.format("calls made %,d, faults injected %,d, values lost %,d", calls(), sum(faults), lost());
    }

    void print(PrintStream out) {
        print(out, "calls", calls);
        print(out, "faults", faults);
        stories.forEach(out::println);
    }

    private static void print(PrintStream out, String title, Map<String, LongAdder> counts) {
        out.println(title + ":");
        new TreeMap<>(counts).forEach((kind, count) -> out.printf("  %-32s %,12d%n", kind, count.sum()));
    }
}
