package dev.krait.soak;

import dev.krait.PythonInterruptedException;
import dev.krait.PythonTimeoutException;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;

/**
 * A thread that makes random calls and checks what comes of each. Its choices follow from the seed; what the other threads
 * do meanwhile does not.
 */
final class Worker implements Runnable {
    private final Soak soak;
    private final int number;
    private final Values values;
    private final SplittableRandom random;
    private final Calls calls;
    private final Faults faults;
    private final Object interrupting = new Object();

    private Thread thread;
    /** Whether the present step may be interrupted; guarded by {@code interrupting}, as is the interrupt itself. */
    private boolean interruptible;
    private boolean interrupted;
    volatile long steps;

    Worker(Soak soak, int number, long seed) {
        this.soak = soak;
        this.number = number;
        random = new SplittableRandom(seed);
        values = new Values(random.split());
        calls = new Calls(random.split(), values, soak.tally());
        faults = new Faults(soak, random.split(), values);
    }

    /** What a step does: it throws what came out wrong. */
    interface Step {
        void run(Target target);
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        while (!soak.isOver()) {
            Target target = soak.target(random.nextInt(soak.targets()));
            boolean fault = random.nextInt(8) == 0;
            step(target, fault ? faults.next() : calls.next());
            steps++;
        }
    }

    private void step(Target target, Step step) {
        long mark = target.mark();
        synchronized (interrupting) {
            interruptible = true;
            interrupted = false;
        }
        Throwable thrown = null;
        try {
            step.run(target);
        } catch (Throwable e) {
            thrown = e;
        }
        boolean wasInterrupted;
        synchronized (interrupting) {
            interruptible = false;
            wasInterrupted = interrupted;
            // What came too late for its call must not hit the next one: only the flag is left of it.
            Thread.interrupted();
        }
        if (thrown != null && !isExpected(thrown, target, wasInterrupted || target.interruptedSince(mark))) {
            soak.tally().lost("worker " + number + ", step " + steps + ", " + target.isolation, thrown);
        }
    }

    private static boolean isExpected(Throwable thrown, Target target, boolean interrupted) {
        if (thrown instanceof CompletionException && thrown.getCause() != null) {
            return isExpected(thrown.getCause(), target, interrupted);
        }
        if (thrown instanceof PythonInterruptedException && !(thrown instanceof PythonTimeoutException)) {
            return interrupted;
        }
        // Python code that goes on after it was interrupted, or in which Java was, may raise what it wants.
        return target.isClosing() && thrown instanceof IllegalStateException && String.valueOf(thrown.getMessage()).contains("closed");
    }

    /** Interrupts the worker's present step, if it is in one. Whether it was. */
    boolean interrupt() {
        synchronized (interrupting) {
            if (!interruptible || thread == null || thread == Thread.currentThread()) {
                return false;
            }
            interrupted = true;
            thread.interrupt();
            return true;
        }
    }
}
