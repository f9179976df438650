package dev.krait.internal;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import jdk.jfr.Timespan;

/** Krait's events. Each is off until a recording switches it on. */
final class FlightEvents extends Flight {
    /** Shorter waits are in the metrics only: an event costs more than they do. */
    private static final long WAIT_THRESHOLD = 10_000;

    // Asked instead of new ones: a question allocates nothing.
    private static final CallEvent CALL = new CallEvent();
    private static final GilWaitEvent GIL_WAIT = new GilWaitEvent();
    private static final OpenEvent OPEN = new OpenEvent();
    private static final CloseEvent CLOSE = new CloseEvent();
    private static final StackEvent STACK = new StackEvent();

    /** What {@link GilWaits} was told last. */
    private boolean recordsWaits;

    /** A call from Java to Python. */
    @Name("dev.krait.Call")
    @Label("Python Call")
    @Description("A call from Java to Python, with the Java code that runs meanwhile")
    @Category("Krait")
    @Enabled(false)
    @Threshold("1 ms")
    static final class CallEvent extends Event {
        @Label("Operation")
        String operation;

        @Label("Name")
        @Description("What was called, where it was called by name")
        String name;

        @Label("Failed")
        boolean failed;

        @Label("Bytes to Python")
        @DataAmount
        long bytesToPython;

        @Label("Bytes to Java")
        @DataAmount
        long bytesToJava;

        @Label("GIL Wait")
        @Description("How much of it was waiting for the GIL; 0 unless dev.krait.GilWait is on")
        @Timespan
        long gilWait;
    }

    /** A wait for the GIL. */
    @Name("dev.krait.GilWait")
    @Label("GIL Wait")
    @Description("A call that waited for Python's global interpreter lock, at its end")
    @Category("Krait")
    @Enabled(false)
    static final class GilWaitEvent extends Event {
        @Label("Operation")
        String operation;

        @Label("Name")
        String name;

        @Label("Waited")
        @Timespan
        long waited;
    }

    /** An interpreter opens. */
    @Name("dev.krait.InterpreterOpen")
    @Label("Python Interpreter Open")
    @Category("Krait")
    @Enabled(false)
    static final class OpenEvent extends Event {
        @Label("Isolation")
        String isolation;

        @Label("Open Interpreters")
        int open;
    }

    /** An interpreter closes. */
    @Name("dev.krait.InterpreterClose")
    @Label("Python Interpreter Close")
    @Description("Closing an interpreter, with the wait for its calls")
    @Category("Krait")
    @Enabled(false)
    static final class CloseEvent extends Event {
        @Label("Open Interpreters")
        int open;
    }

    /** The Python stack of a thread. */
    @Name("dev.krait.PythonStacks")
    @Label("Python Stack")
    @Description("What a thread runs in Python")
    @Category("Krait")
    @Enabled(false)
    @Period("endChunk")
    @StackTrace(false)
    static final class StackEvent extends Event {
        @Label("Thread")
        String thread;

        @Label("Stack")
        String stack;
    }

    /** What a recorded call takes along. */
    private static final class Begun {
        final CallEvent event;
        final int op;
        final String name;
        final long toPython;

        Begun(CallEvent event, int op, String name, long toPython) {
            this.event = event;
            this.op = op;
            this.name = name;
            this.toPython = toPython;
        }
    }

    @Override
    boolean recordsCalls() {
        if (GIL_WAIT.isEnabled() != recordsWaits) {
            updateWaits();
        }
        return recordsWaits || CALL.isEnabled();
    }

    /** One thread at a time, or the last word could be that of who looked first. */
    private synchronized void updateWaits() {
        recordsWaits = GIL_WAIT.isEnabled();
        GilWaits.record(recordsWaits);
    }

    @Override
    Object begin(int op, String name, long toPython) {
        CallEvent event = null;
        if (CALL.isEnabled()) {
            event = new CallEvent();
            event.begin();
        }
        return new Begun(event, op, name, toPython);
    }

    @Override
    void end(Object begun, boolean failed, long toJava, long waited) {
        Begun call = (Begun) begun;
        CallEvent event = call.event;
        if (event != null) {
            event.end();
            if (event.shouldCommit()) {
                event.operation = OperationNames.of(call.op);
                event.name = call.name;
                event.failed = failed;
                event.bytesToPython = call.toPython;
                event.bytesToJava = toJava;
                event.gilWait = waited;
                event.commit();
            }
        }
        if (waited >= WAIT_THRESHOLD && GIL_WAIT.isEnabled()) {
            GilWaitEvent wait = new GilWaitEvent();
            wait.operation = OperationNames.of(call.op);
            wait.name = call.name;
            wait.waited = waited;
            wait.commit();
        }
    }

    @Override
    Object opening() {
        if (!OPEN.isEnabled()) {
            return null;
        }
        OpenEvent event = new OpenEvent();
        event.begin();
        return event;
    }

    @Override
    void opened(Object begun, String isolation) {
        if (begun != null) {
            OpenEvent event = (OpenEvent) begun;
            event.isolation = isolation;
            event.open = Interpreters.open();
            event.commit();
        }
    }

    @Override
    Object closing() {
        if (!CLOSE.isEnabled()) {
            return null;
        }
        CloseEvent event = new CloseEvent();
        event.begin();
        return event;
    }

    @Override
    void closed(Object begun) {
        if (begun != null) {
            CloseEvent event = (CloseEvent) begun;
            event.open = Interpreters.open();
            event.commit();
        }
    }

    @Override
    void addStacks(Runnable hook) {
        FlightRecorder.addPeriodicEvent(StackEvent.class, hook);
    }

    @Override
    void removeStacks(Runnable hook) {
        FlightRecorder.removePeriodicEvent(hook);
    }

    @Override
    void stack(String thread, String stack) {
        StackEvent event = new StackEvent();
        event.thread = thread;
        event.stack = stack;
        event.commit();
    }

    @Override
    boolean recordsStacks() {
        return STACK.isEnabled();
    }
}
