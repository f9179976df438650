package dev.krait.bench;

import dev.krait.Isolation;
import dev.krait.PythonPool;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Prints how much more a pool of interpreters with a GIL each gets done than one interpreter, with a function that only
 * computes. Arguments: the size of the pool (2), seconds for each measurement (3). Needs CPython 3.12 and an idle machine;
 * exits with 1 below nine tenths of the processors it could use.
 */
public final class PoolThroughput {
    private static final String CODE = "def work(seed):\n"
            + "    total = seed\n"
            + "    for i in range(20000):\n"
            + "        total = (total * 31 + i) % 1000003\n"
            + "    return total\n";
    private static final int ROUNDS = 3;

    private PoolThroughput() {
    }

    public static void main(String[] arguments) {
        int size = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 2;
        double seconds = arguments.length > 1 ? Double.parseDouble(arguments[1]) : 3;
        try (PythonPool one = pool(1); PythonPool many = pool(size)) {
            double best = 0;
            for (int round = 0; round < ROUNDS; round++) {
                double alone = rate(one, seconds);
                double together = rate(many, seconds);
                best = Math.max(best, together / alone);
                System.out.printf(Locale.ROOT, "1 interpreter %.0f calls/s, %d interpreters %.0f calls/s: %.2f times%n",
                        alone, size, together, together / alone);
            }
            double wanted = 0.9 * Math.min(size, Runtime.getRuntime().availableProcessors());
            System.out.printf(Locale.ROOT, "best %.2f, wanted %.2f%n", best, wanted);
            if (best < wanted) {
                System.exit(1);
            }
        }
    }

    private static PythonPool pool(int size) {
        return PythonPool.builder().size(size).isolation(Isolation.OWN_GIL).setUp(CODE).build();
    }

    /** Calls a second; the results are compared with Java's own. */
    private static double rate(PythonPool pool, double seconds) {
        long begin = System.nanoTime();
        int done = 0;
        while (System.nanoTime() - begin < seconds * 1e9) {
            int from = done;
            int[] results = pool.map(Integer.class, IntStream.range(from, from + 200).boxed(), "work")
                    .mapToInt(Integer::intValue).toArray();
            if (results[7] != work(from + 7)) {
                throw new AssertionError("row " + (from + 7) + " gave " + results[7]);
            }
            done += results.length;
        }
        return done / ((System.nanoTime() - begin) / 1e9);
    }

    private static int work(int seed) {
        long total = seed;
        for (int i = 0; i < 20000; i++) {
            total = (total * 31 + i) % 1_000_003;
        }
        return (int) total;
    }
}
