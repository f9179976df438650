package dev.krait.internal;

import dev.krait.PythonInterruptedException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The interpreters of this class loader that are open, and what all their threads run in Python. */
public final class Interpreters {
    /** A GIL that is held longer than this by one call keeps its threads' stacks out of a dump. */
    private static final long PATIENCE_MILLIS = 2_000;

    private static final System.Logger LOG = System.getLogger("dev.krait");

    private static final ConcurrentLinkedQueue<WeakReference<InterpreterState>> OPEN = new ConcurrentLinkedQueue<>();
    private static final AtomicInteger COUNT = new AtomicInteger();
    /** Open, or closed but not yet let go of. */
    private static final AtomicInteger ALIVE = new AtomicInteger();

    private Interpreters() {
    }

    static void opened(InterpreterState state) {
        ALIVE.incrementAndGet();
        COUNT.incrementAndGet();
        OPEN.add(new WeakReference<>(state));
        Watching.interpreterOpened();
    }

    static void closed(InterpreterState state) {
        COUNT.decrementAndGet();
        CommonSettings.release(state);
        OPEN.removeIf(known -> known.get() == state || known.get() == null);
    }

    /** A closed interpreter has been let go of. With the last one this class loader may go: see {@link BackgroundThread}. */
    static void left() {
        if (ALIVE.decrementAndGet() == 0) {
            Watching.interpretersGone();
            CallWatch.lookUp();
            Cleanup.lookUp();
        }
    }

    /** Whether this class loader has any interpreter. */
    static boolean areAlive() {
        return ALIVE.get() != 0;
    }

    /** {@return the number of interpreters that were opened and not closed} */
    public static int open() {
        return COUNT.get();
    }

    /** One thread's stack. */
    static final class Stack {
        final String thread;
        final String stack;

        Stack(String thread, String stack) {
            this.thread = thread;
            this.stack = stack;
        }
    }

    /**
     * What all threads run in Python now, interpreter by interpreter.
     *
     * @return the stacks, as text
     */
    public static String dump() {
        StringBuilder text = new StringBuilder();
        for (Stack stack : stacks()) {
            text.append(stack.thread).append('\n').append(stack.stack).append('\n');
        }
        return text.length() == 0 ? "No thread runs Python code.\n" : text.toString();
    }

    /** The stacks, each with its thread's heading. */
    static List<Stack> stacks() {
        // Who was interrupted wants to see why all the same: nothing here takes long.
        boolean interrupted = Thread.interrupted();
        List<Stack> stacks = new ArrayList<>();
        for (Session session : states()) {
            // On a thread of its own: the GIL may be held by a call that never gives it back.
            Dumper dumper = new Dumper(session);
            dumper.start();
            interrupted |= dumper.await();
            stacks.addAll(dumper.result());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return stacks;
    }

    /** One session for each Python interpreter: those that share one have the same threads. */
    private static List<Session> states() {
        Map<Long, Session> sessions = new LinkedHashMap<>();
        for (WeakReference<InterpreterState> known : OPEN) {
            InterpreterState state = known.get();
            if (state != null && state.namespace != 0) {
                sessions.putIfAbsent(state.binding, new Session(state, CallWatch.NO_DEADLINE));
            }
        }
        return new ArrayList<>(sessions.values());
    }

    private static final class Dumper extends Thread {
        private final Session session;
        private volatile List<Stack> found;

        Dumper(Session session) {
            super(null, null, "krait-stacks", 0, false);
            this.session = session;
            setDaemon(true);
            setContextClassLoader(null);
        }

        @Override
        public void run() {
            while (found == null) {
                try {
                    found = dumped();
                } catch (PythonInterruptedException e) {
                    LOG.log(System.Logger.Level.DEBUG, "A dump of stacks is made anew: who interrupted the interpreter's calls "
                            + "did not mean it", e);
                } catch (IllegalStateException e) {
                    // Closed meanwhile: it has no stacks any more.
                    found = List.of();
                }
            }
        }

        private List<Stack> dumped() {
            Map<Object, String> threads = CallWatch.threadsByFrame(session.binding());
            List<Stack> stacks = new ArrayList<>();
            for (Object row : (List<?>) Requests.helper(session, 0, "dump_stacks", threads)) {
                Object[] pair = (Object[]) row;
                stacks.add(new Stack((String) pair[0], (String) pair[1]));
            }
            return stacks;
        }

        /** Waits until it is done, or its time is over; whether the calling thread was interrupted meanwhile. */
        boolean await() {
            boolean interrupted = false;
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
            for (long left = PATIENCE_MILLIS; left > 0 && isAlive(); left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime())) {
                try {
                    join(left);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            return interrupted;
        }

        List<Stack> result() {
            List<Stack> stacks = found;
            if (stacks != null) {
                return stacks;
            }
            return List.of(new Stack("An interpreter whose GIL was not to be had for "
                    + TimeUnit.MILLISECONDS.toSeconds(PATIENCE_MILLIS) + " s, say by C code that keeps it:", ""));
        }
    }
}
