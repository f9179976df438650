package dev.krait.bench;

import java.util.Arrays;
import java.util.Locale;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Prints what a row of a batch takes in times of the same in plain CPython. Each batch runs right after CPython's
 * comprehension, and the ratio is the median of those of the pairs: on a machine that is twice as fast in one second as in
 * the next, JMH's runs, which are minutes apart, say little. Argument: how many rounds are counted (4,000).
 */
public final class BatchRatios {
    private BatchRatios() {
    }

    /** A batch beside the comprehension, with the times of both in each round. */
    private static final class Pair {
        private final String name;
        private final Runnable plain;
        private final Runnable batch;
        private final long[] plainNanos;
        private final long[] batchNanos;

        Pair(String name, int rounds, Runnable plain, Runnable batch) {
            this.name = name;
            this.plain = plain;
            this.batch = batch;
            plainNanos = new long[rounds];
            batchNanos = new long[rounds];
        }

        void run(int round) {
            long begin = System.nanoTime();
            plain.run();
            long between = System.nanoTime();
            batch.run();
            long end = System.nanoTime();
            if (round >= 0) {
                plainNanos[round] = between - begin;
                batchNanos[round] = end - between;
            }
        }

        void print() {
            double[] ratios = new double[plainNanos.length];
            Arrays.setAll(ratios, i -> (double) batchNanos[i] / plainNanos[i]);
            Arrays.sort(ratios);
            System.out.printf(Locale.ROOT, "%-20s%10.1f%10.1f%10.2f%8.2f – %.2f%n", name, quick(batchNanos), quick(plainNanos),
                    ratios[ratios.length / 2], ratios[ratios.length / 4], ratios[3 * ratios.length / 4]);
        }

        /** The 10th percentile, for one row. */
        private static double quick(long[] nanos) {
            long[] sorted = nanos.clone();
            Arrays.sort(sorted);
            return (double) sorted[sorted.length / 10] / Batches.ROWS;
        }
    }

    public static void main(String[] arguments) {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 4_000;
        Blackhole hole = new Blackhole("Today's password is swordfish. I understand instantiating Blackholes directly is dangerous.");
        Python python = new Python();
        Batches batches = new Batches();
        batches.make(python);
        Pair[] pairs = {
            new Pair("mapLongs", rounds, () -> hole.consume(batches.mapLongsPlain(python)), () -> hole.consume(batches.mapLongs(python))),
            new Pair("mapDoubles", rounds, () -> hole.consume(batches.mapDoublesPlain(python)), () -> hole.consume(batches.mapDoubles(python))),
            new Pair("map", rounds, () -> hole.consume(batches.mapPlain(python)), () -> batches.map(python, hole)),
            new Pair("callBatch", rounds, () -> hole.consume(batches.callBatchPlain(python)), () -> batches.callBatch(python, hole)),
            new Pair("mapJsonValueLower", rounds, () -> hole.consume(batches.mapJsonValueLowerPlain(python)), () -> batches.mapJsonValueLower(python, hole)),
            new Pair("mapNames", rounds, () -> hole.consume(batches.mapNamesPlain(python)), () -> batches.mapNames(python, hole)),
            new Pair("callBatchNames", rounds, () -> hole.consume(batches.callBatchNamesPlain(python)), () -> batches.callBatchNames(python, hole)),
        };
        for (int round = -rounds; round < rounds; round++) {
            for (Pair pair : pairs) {
                pair.run(round);
            }
        }
        System.out.println("                    ns, a row     plain     ratio  quartiles");
        for (Pair pair : pairs) {
            pair.print();
        }
        python.close();
    }
}
