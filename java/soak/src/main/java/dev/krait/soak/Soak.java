package dev.krait.soak;

import dev.krait.Isolation;
import dev.krait.KraitMetrics;
import dev.krait.PythonInterpreter;
import dev.krait.PythonPool;
import dev.krait.PythonSetupException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Mixes calls of all kinds on random threads with faults, and compares every result with the one that must come. Arguments:
 * minutes (2), seed (a new one), threads (6). Prints calls made, faults injected, values lost; exits with 1 when one was
 * lost or something was left behind, with 2 when nothing moves any more.
 *
 * <p>The same seed makes the same choices on each thread. How the threads meet is the machine's.
 */
public final class Soak {
    /** Python keeps what it knows of Java classes, an object for each. */
    private static final int MIRRORED = 60;
    private static final long STUCK = TimeUnit.SECONDS.toNanos(90);

    private final Tally tally = new Tally();
    private final AtomicReferenceArray<Target> targets;
    private final List<Worker> workers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Loaders loaders = new Loaders();
    private final PythonPool pool;
    private final long seed;
    private volatile boolean over;

    private Soak(long seed, int count) {
        this.seed = seed;
        List<Isolation> kinds = new ArrayList<>(List.of(Isolation.SHARED, Isolation.SHARED, Isolation.SHARED, Isolation.SUB_INTERPRETER));
        targets = new AtomicReferenceArray<>(kinds.size() + 1);
        for (int i = 0; i < kinds.size(); i++) {
            targets.set(i, new Target(kinds.get(i)));
        }
        targets.set(kinds.size(), apart());
        pool = PythonPool.builder().size(2).setUp(Target.functions()).build();
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int i = 0; i < count; i++) {
            workers.add(new Worker(this, i, seeds.nextLong()));
        }
    }

    /** With a GIL of its own where this Python can. */
    private static Target apart() {
        try {
            return new Target(Isolation.OWN_GIL);
        } catch (PythonSetupException e) {
            return new Target(Isolation.SUB_INTERPRETER);
        }
    }

    /** The program. */
    public static void main(String[] arguments) throws InterruptedException {
        double minutes = arguments.length > 0 ? Double.parseDouble(arguments[0]) : 2;
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.nanoTime() & 0xffff_ffffL;
        int threads = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 6;
        System.exit(new Soak(seed, threads).run(minutes) ? 0 : 1);
    }

    Tally tally() {
        return tally;
    }

    boolean isOver() {
        return over;
    }

    int targets() {
        return targets.length();
    }

    Target target(int index) {
        return targets.get(index);
    }

    int workers() {
        return workers.size();
    }

    Worker worker(int index) {
        return workers.get(index);
    }

    PythonPool pool() {
        return pool;
    }

    /** Closes an interpreter under those who use it, and opens another in its place. */
    void replace(Target target) {
        for (int i = 0; i < targets.length(); i++) {
            if (targets.get(i) == target) {
                Target fresh = new Target(target.isolation);
                if (targets.compareAndSet(i, target, fresh)) {
                    target.close();
                } else {
                    fresh.close();
                }
                return;
            }
        }
    }

    private boolean run(double minutes) throws InterruptedException {
        System.out.printf("seed %d, %s minutes, %d threads, Python %s, Java %s%n", seed, minutes, workers.size(),
                target(0).interpreter.eval("__import__('platform').python_version()"), Runtime.version());
        for (Worker worker : workers) {
            Thread thread = new Thread(worker, "worker-" + threads.size());
            threads.add(thread);
            thread.start();
        }
        long end = System.nanoTime() + (long) (minutes * 60e9);
        watch(end);
        over = true;
        for (Thread thread : threads) {
            thread.join(TimeUnit.NANOSECONDS.toMillis(STUCK));
            if (thread.isAlive()) {
                stuck();
            }
        }
        tally.print(System.out);
        boolean clean = close();
        System.out.println(tally.line());
        return clean && tally.lost() == 0;
    }

    /** Drops class loaders, tells how it goes, and sees to it that something moves. */
    private void watch(long end) throws InterruptedException {
        SplittableRandom random = new SplittableRandom(seed + 1);
        long[] seen = new long[workers.size()];
        long[] since = new long[workers.size()];
        long told = System.nanoTime();
        for (long now = told; now < end; now = System.nanoTime()) {
            Thread.sleep(500 + random.nextInt(1_500));
            loaders.visit(random, tally);
            for (int i = 0; i < seen.length; i++) {
                long steps = workers.get(i).steps;
                if (steps != seen[i]) {
                    seen[i] = steps;
                    since[i] = now;
                } else if (since[i] != 0 && now - since[i] > STUCK) {
                    stuck();
                }
            }
            if (now - told > TimeUnit.SECONDS.toNanos(30)) {
                told = now;
                System.out.println(tally.line());
            }
        }
    }

    private void stuck() {
        System.out.println("STUCK: a worker has not come on for " + TimeUnit.NANOSECONDS.toSeconds(STUCK) + " s");
        for (Map.Entry<Thread, StackTraceElement[]> entry : Thread.getAllStackTraces().entrySet()) {
            System.out.println(entry.getKey());
            for (StackTraceElement element : entry.getValue()) {
                System.out.println("    at " + element);
            }
        }
        System.out.println(target(0).interpreter.dumpStacks());
        Runtime.getRuntime().halt(2);
    }

    /** Closes everything; whether nothing is left behind. */
    private boolean close() throws InterruptedException {
        pool.close();
        for (int i = 0; i < targets.length(); i++) {
            targets.get(i).close();
            targets.set(i, null);
        }
        workers.clear();
        threads.clear();
        boolean clean = false;
        for (int i = 0; i < 100 && !clean; i++) {
            System.gc();
            Thread.sleep(100);
            // What Python let go of, Java learns with the answer of a call. What is in cycles goes when CPython looks for those.
            try (PythonInterpreter last = PythonInterpreter.create()) {
                last.exec("import gc\ngc.collect()");
                Faults.alive(last);
            }
            clean = left() + loaders.left() == 0;
        }
        KraitMetrics now = KraitMetrics.now();
        System.out.printf("left behind: %d Python objects, %d Java objects, %d interpreters, %d class loaders%n",
                now.pythonObjects(), now.javaObjects(), now.interpreters(), loaders.left());
        return clean;
    }

    private static long left() {
        KraitMetrics now = KraitMetrics.now();
        return now.pythonObjects() + Math.max(0, now.javaObjects() - MIRRORED) + now.interpreters();
    }
}
