package dev.krait.internal;

/** The flight recorder as calls see it: nothing where the JVM has no module jdk.jfr. */
abstract class Flight {
    /** Null where there is no flight recorder. */
    static final Flight RECORDER = find();

    private static Flight find() {
        try {
            Class.forName("jdk.jfr.FlightRecorder");
            return new FlightEvents();
        } catch (ClassNotFoundException | LinkageError e) {
            return null;
        }
    }

    /** {@return whether calls are recorded now} */
    static boolean isOn() {
        return RECORDER != null && RECORDER.recordsCalls();
    }

    /** Whether any event of a call is switched on: a look at a field or two. */
    abstract boolean recordsCalls();

    /** A call begins; what is given here, {@link #end} gets. */
    abstract Object begin(int op, String name, long toPython);

    /** The call has ended. */
    abstract void end(Object begun, boolean failed, long toJava, long waited);

    /** An interpreter is being opened; what is given here, {@link #opened} gets. */
    abstract Object opening();

    /** It is open. */
    abstract void opened(Object begun, String isolation);

    /** An interpreter is being closed; what is given here, {@link #closed} gets. */
    abstract Object closing();

    /** It is closed. */
    abstract void closed(Object begun);

    /** Adds what records the Python stacks. */
    abstract void addStacks(Runnable hook);

    /** Removes it. */
    abstract void removeStacks(Runnable hook);

    /** Records the stack of one thread. */
    abstract void stack(String thread, String stack);

    /** {@return whether the stacks are to be recorded} */
    abstract boolean recordsStacks();
}
