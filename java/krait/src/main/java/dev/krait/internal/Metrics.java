package dev.krait.internal;

/** Krait's numbers at one moment. */
public final class Metrics {
    /** Calls from Java to Python. */
    public final long calls;
    /** Calls from Python to Java. */
    public final long callbacks;
    /** Calls that ended with an exception. */
    public final long errors;
    /** Bytes of operands. */
    public final long bytesToPython;
    /** Bytes of results. */
    public final long bytesToJava;
    /** Time waited for the GIL, while measured. */
    public final long gilWaitNanos;
    /** Whether it is measured. */
    public final boolean gilWaitMeasured;
    /** Python objects that Java holds. */
    public final long pythonObjects;
    /** Java objects that Python holds. */
    public final long javaObjects;
    /** Interpreters that are open. */
    public final int interpreters;
    /** Thread states that Krait made. */
    public final long threadStates;

    private Metrics() {
        Counts total = Counts.total();
        calls = total.calls;
        callbacks = total.upCalls;
        errors = total.errors;
        bytesToPython = total.toPython;
        bytesToJava = total.toJava;
        gilWaitNanos = total.waited;
        gilWaitMeasured = GilWaits.areMeasured();
        boolean started = KraitRuntime.isRunning();
        pythonObjects = started ? Native.count(0) : 0;
        threadStates = started ? Native.count(1) : 0;
        javaObjects = Session.liveJavaObjects();
        interpreters = Interpreters.open();
    }

    /** {@return the numbers now} */
    public static Metrics now() {
        return new Metrics();
    }

    /**
     * Switches measuring the waits for the GIL on or off.
     *
     * @param on whether to measure
     */
    public static void measureGilWait(boolean on) {
        GilWaits.ask(on);
    }

    @Override
    public String toString() {
        return "calls=" + calls + ", callbacks=" + callbacks + ", errors=" + errors + ", bytesToPython=" + bytesToPython
                + ", bytesToJava=" + bytesToJava + ", gilWaitNanos=" + (gilWaitMeasured ? gilWaitNanos : "not measured")
                + ", pythonObjects=" + pythonObjects + ", javaObjects=" + javaObjects + ", interpreters=" + interpreters
                + ", threadStates=" + threadStates;
    }
}
