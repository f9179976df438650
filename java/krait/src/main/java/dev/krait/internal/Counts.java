package dev.krait.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the calls of one stack of frames add up to. One thread at a time counts, with plain fields, since a call is too
 * short for a shared counter; whoever asks adds all of them up.
 */
final class Counts {
    private static final VarHandle CALLS = field("calls");
    private static final VarHandle NUMBERS = field("numbers");
    private static final VarHandle UP_CALLS = field("upCalls");
    private static final VarHandle ERRORS = field("errors");
    private static final VarHandle TO_PYTHON = field("toPython");
    private static final VarHandle TO_JAVA = field("toJava");
    private static final VarHandle WAITED = field("waited");

    private static final Set<Entry> ENTRIES = ConcurrentHashMap.newKeySet();
    private static final ReferenceQueue<Object> GONE = new ReferenceQueue<>();
    /** What counters counted whose owners are gone; guarded by the class. */
    private static final Counts PAST = new Counts();

    /** Calls from Java to Python but for those in {@link #numbers}. */
    long calls;
    /** Calls from Java to Python with a number of eight bytes in and one out. */
    long numbers;
    /** Calls from Python to Java. */
    long upCalls;
    /** Calls to Python that ended with an exception. */
    long errors;
    /** Bytes of operands. */
    long toPython;
    /** Bytes of results. */
    long toJava;
    /** Nanoseconds waited for the GIL, while that was measured. */
    long waited;

    private Counts() {
    }

    private static final class Entry extends WeakReference<Object> {
        final Counts counts;

        Entry(Object owner, Counts counts) {
            super(owner, GONE);
            this.counts = counts;
        }
    }

    /** Counters that count for as long as their owner is reachable, and are remembered then. */
    static Counts of(Object owner) {
        sweep();
        Counts counts = new Counts();
        ENTRIES.add(new Entry(owner, counts));
        return counts;
    }

    /** {@return the sum over all threads, a moment's picture} */
    static synchronized Counts total() {
        sweep();
        Counts total = new Counts();
        total.add(PAST);
        for (Entry entry : ENTRIES) {
            total.add(entry.counts);
        }
        return total;
    }

    private static synchronized void sweep() {
        for (Object gone = GONE.poll(); gone != null; gone = GONE.poll()) {
            Entry entry = (Entry) gone;
            if (ENTRIES.remove(entry)) {
                PAST.add(entry.counts);
            }
        }
    }

    private void add(Counts other) {
        long others = (long) NUMBERS.getOpaque(other);
        calls += others + (long) CALLS.getOpaque(other);
        upCalls += (long) UP_CALLS.getOpaque(other);
        errors += (long) ERRORS.getOpaque(other);
        toPython += others * Long.BYTES + (long) TO_PYTHON.getOpaque(other);
        toJava += others * Long.BYTES + (long) TO_JAVA.getOpaque(other);
        waited += (long) WAITED.getOpaque(other);
    }

    private static VarHandle field(String name) {
        try {
            return MethodHandles.lookup().findVarHandle(Counts.class, name, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
