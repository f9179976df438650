package dev.krait;

import dev.krait.internal.Metrics;
import java.time.Duration;

/**
 * What Krait has done so far and what it holds: numbers for a monitoring system.
 *
 * <pre>{@code
 * KraitMetrics now = KraitMetrics.now();
 * System.out.println(now.calls() + " calls, " + now.errors() + " errors, " + now.interpreters() + " interpreters");
 * }</pre>
 *
 * <p>An instance is one moment's picture and never changes; any thread may take one at any time, also before the first
 * interpreter is opened. Counters begin at 0 when Krait is loaded and only grow; they cost a call next to nothing, since each
 * thread counts for itself. A call that runs while they are added up may be in one number and not yet in another. They are
 * those of the Krait that this class loader loaded, unless said otherwise.
 */
public final class KraitMetrics {
    private final Metrics numbers;

    private KraitMetrics(Metrics numbers) {
        this.numbers = numbers;
    }

    /**
     * The numbers now.
     *
     * @return a picture
     */
    public static KraitMetrics now() {
        return new KraitMetrics(Metrics.now());
    }

    /**
     * Switches on or off measuring how long calls wait for the GIL. It is off at first unless system property {@code
     * krait.metrics.gilWait} is {@code true}; measuring adds two readings of the clock, some 50 ns, to each call. A
     * recording of the flight recorder that has {@code dev.krait.GilWait} switches it on as long as it runs.
     *
     * @param on whether to measure
     */
    public static void measureGilWait(boolean on) {
        Metrics.measureGilWait(on);
    }

    /**
     * Calls from Java to Python: every operation that entered CPython, so also one that looks at an object or fetches the
     * next items of an iterator.
     *
     * @return how many began
     */
    public long calls() {
        return numbers.calls;
    }

    /**
     * Calls from Python to Java.
     *
     * @return how many began
     */
    public long callbacks() {
        return numbers.callbacks;
    }

    /**
     * Calls from Java to Python that ended with an exception, of Python's or of Krait's.
     *
     * @return how many ended so
     */
    public long errors() {
        return numbers.errors;
    }

    /**
     * The bytes of all operands that went to Python with calls, as they are encoded to cross.
     *
     * @return the number of bytes
     */
    public long bytesToPython() {
        return numbers.bytesToPython;
    }

    /**
     * The bytes of all results that came back from Python, as they are encoded to cross.
     *
     * @return the number of bytes
     */
    public long bytesToJava() {
        return numbers.bytesToJava;
    }

    /**
     * How long calls waited for the GIL, all threads together, while that was measured.
     *
     * @return the time, to the nanosecond
     */
    public Duration gilWait() {
        return Duration.ofNanos(numbers.gilWaitNanos);
    }

    /**
     * Whether {@link #gilWait} grows.
     *
     * @return whether waits are measured
     */
    public boolean isGilWaitMeasured() {
        return numbers.gilWaitMeasured;
    }

    /**
     * Python objects that Java holds, in all interpreters of the process: each open {@link PyObject}, and what Krait holds
     * for itself, an object for each interpreter and for each name that was called.
     *
     * @return how many
     */
    public long pythonObjects() {
        return numbers.pythonObjects;
    }

    /**
     * Java objects that Python holds, such as callbacks, and one for each Java class that Python knows. One that Python lets
     * go of is counted until some thread's next call.
     *
     * @return how many
     */
    public long javaObjects() {
        return numbers.javaObjects;
    }

    /**
     * Interpreters that were opened and not closed.
     *
     * @return how many
     */
    public int interpreters() {
        return numbers.interpreters;
    }

    /**
     * Thread states that Krait made in CPython, in the whole process: one for each thread and Python interpreter that it has
     * called, freed when the thread ends.
     *
     * @return how many there are
     */
    public long threadStates() {
        return numbers.threadStates;
    }

    /** The numbers in one line. */
    @Override
    public String toString() {
        return numbers.toString();
    }
}
