package dev.krait.internal;

import java.util.concurrent.locks.LockSupport;

/** Opens and closes interpreters. */
public final class Lifecycle {
    /** How long a close waits for calls of other threads before it looks again; twice as long each time. */
    private static final long FIRST_PAUSE_NANOS = 50_000;
    private static final long LONGEST_PAUSE_NANOS = 5_000_000;
    /** How long closes wait for calls while the JVM ends, all together: the call that ends it comes back no more. */
    private static final long ENDING_NANOS = 1_000_000_000;
    private static final Thread NO_HOOK = new Thread("krait-no-hook");

    /** When the JVM was seen to end first, as {@link System#nanoTime} counts; 0 before. */
    private static volatile long ending;

    private Lifecycle() {
    }

    /** Opens an interpreter with globals of its own. */
    static Session open(long binding, boolean isMain, JavaAccess java, Runnable end) {
        InterpreterState state = new InterpreterState(binding, isMain, java, end);
        Session session = new Session(state, CallWatch.NO_DEADLINE);
        Frame frame = session.acquire();
        try {
            Crossing.perform(session, frame, frame.write(session), Op.OPEN | Op.RAW);
            state.namespace = Answers.handle(session, frame);
            state.first = session;
            Sessions.add(session);
        } finally {
            FrameStack.release(frame);
        }
        Native.opened(binding, state.namespace);
        Interpreters.opened(state);
        return session;
    }

    /**
     * Closes an interpreter: refuses new calls, waits for those that run in other threads, and lets go of its globals. From
     * inside a call of it, what is left is done when the last call ends. A second time is harmless.
     *
     * @param session the interpreter
     */
    public static void close(Session session) {
        InterpreterState state = session.state();
        long open;
        synchronized (state) {
            open = state.namespace;
            if (open == 0) {
                return;
            }
            state.namespace = 0;
        }
        Object closing = Flight.RECORDER == null ? null : Flight.RECORDER.closing();
        Interpreters.closed(state);
        boolean ended = false;
        while (!ended) {
            if (waitForOthers(state.binding, open) != 0) {
                state.leaving = open;
                break;
            }
            ended = end(session, open);
        }
        if (closing != null) {
            Flight.RECORDER.closed(closing);
        }
    }

    /** Gives the calls that still run: none, or some among which is the calling thread's own. */
    private static int waitForOthers(long binding, long open) {
        long pause = FIRST_PAUSE_NANOS;
        boolean interrupted = false;
        int running = Native.runs(binding, open);
        while ((running & 1) != 0 && (running & 2) == 0 && !isJvmOver()) {
            LockSupport.parkNanos(pause);
            // Who is interrupted does not park.
            interrupted |= Thread.interrupted();
            pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
            running = Native.runs(binding, open);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return running;
    }

    /** {@return whether the JVM ends, and has had its time for calls that still run} */
    public static boolean isJvmOver() {
        try {
            Runtime.getRuntime().removeShutdownHook(NO_HOOK);
            return false;
        } catch (IllegalStateException e) {
            long now = System.nanoTime();
            if (ending == 0) {
                ending = now | 1;
            }
            return now - ending > ENDING_NANOS;
        }
    }

    /** Does what is left of a close from inside a call, once no call runs. */
    static void leave(Session session) {
        InterpreterState state = session.state();
        for (long open = takeLeaving(state); open != 0 && !end(session, open); open = takeLeaving(state)) {
            // The call that had begun does it at its end; where that has passed, this one does.
            state.leaving = open;
        }
    }

    private static long takeLeaving(InterpreterState state) {
        synchronized (state) {
            long open = state.leaving;
            if (open == 0 || Native.runs(state.binding, open) != 0) {
                return 0;
            }
            state.leaving = 0;
            return open;
        }
    }

    /** Lets go of all that an interpreter has; false where a call in another thread had begun before it was refused. */
    static boolean end(Session session, long open) {
        InterpreterState state = session.state();
        long binding = state.binding;
        state.names.release(binding);
        state.cleanup.cleanAll();
        boolean ended = true;
        Frame frame = session.acquire();
        try {
            FrameWriter writer = frame.write(session);
            writer.finish();
            Object[] refs = (Object[]) Native.call(binding, open, Op.CLOSE, frame.address(), frame.capacity(), null);
            ended = (Boolean) Answers.value(session, frame, writer, refs);
        } finally {
            FrameStack.release(frame);
            if (ended) {
                // Not before: what Python does at the end may call Java, to flush a stream.
                Sessions.remove(session, open);
                Native.closed(binding, open);
                state.end();
                Interpreters.left();
            }
        }
        return ended;
    }
}
