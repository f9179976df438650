package dev.krait.internal;

import java.lang.ref.SoftReference;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Stops calls whose deadline has passed, or whose thread or interpreter was interrupted: a daemon thread that looks at the
 * frames in use every few milliseconds, and sleeps while there are none.
 */
final class CallWatch {
    static final long NO_DEADLINE = Long.MAX_VALUE;

    private static final System.Logger LOG = System.getLogger("dev.krait");
    private static final long TICK = 10_000_000;
    private static final int IDLE_TICKS = 100;
    /** After the first stop, Python code gets this long to clean up before it is stopped again; then longer. */
    private static final long FIRST_PAUSE = 200_000_000;
    private static final long LONGEST_PAUSE = 5_000_000_000L;
    /** A call that runs on for so long sits in C code. */
    private static final long STUCK = 1_000_000_000L;

    private static final Queue<WeakReference<Frame>> FRAMES = new ConcurrentLinkedQueue<>();
    /** The stacks of all threads, held as long as memory is not short: a thread itself must not hold what is of this class. */
    private static final Queue<SoftReference<FrameStack>> STACKS = new ConcurrentLinkedQueue<>();
    private static final BackgroundThread THREAD = new BackgroundThread("krait-watch", CallWatch::watch,
            Interpreters::areAlive);
    private static volatile boolean awake;
    /** Loaded now, and not when the first call is stopped: by then the class loader may have been closed under it. */
    private static final Class<?> NEEDED_LATER = Stopping.class;

    /** What the watch remembers of a frame; only its thread uses it. */
    static final class Notes {
        private long seen;
        private long stopped;
        private long since;
        private long pause;
        private Stopping last;
        private boolean told;
    }

    /** Which call the user of an interpreter wants to be stopped. */
    static final class Interrupt {
        private final long namespace;
        private final long sequence;

        private Interrupt(long namespace, long sequence) {
            this.namespace = namespace;
            this.sequence = sequence;
        }
    }

    /** Stops a call, on a thread of its own: that needs the GIL, which a stuck call may hold. */
    private static final class Stopping implements Runnable {
        private final long binding;
        private final long namespace;
        private final long address;
        private final long sequence;
        private final boolean late;
        /** It did not find the call, which waits for the GIL to begin or has just ended. */
        private boolean missed;
        private long ended;
        /** What stands above is true. */
        private volatile boolean over;

        Stopping(Frame frame, long binding, long sequence, boolean late) {
            this.binding = binding;
            namespace = frame.namespace();
            address = frame.addressGiven();
            this.sequence = sequence;
            this.late = late;
        }

        @Override
        public void run() {
            try {
                missed = Native.stop(binding, namespace, address, sequence, late ? 1 : 0) == 0;
            } finally {
                ended = System.nanoTime();
                over = true;
            }
        }

        void couldNotRun() {
            missed = true;
            over = true;
        }

        /** Whether the call is to be stopped once more, if it still runs after a pause. */
        boolean isToBeRepeated(long now, long pause) {
            return over && (missed || now - ended >= pause);
        }
    }

    private static final ExecutorService STOPPERS = new ThreadPoolExecutor(0, 64, 5, TimeUnit.SECONDS, new SynchronousQueue<>(),
            task -> BackgroundThread.daemon(task, "krait-stop"), (task, pool) -> ((Stopping) task).couldNotRun());

    private CallWatch() {
    }

    /** Makes a frame known for as long as it lives. */
    static void register(Frame frame) {
        FRAMES.add(new WeakReference<>(frame));
    }

    /** Keeps the stack of a thread for as long as the thread lives. */
    static void keep(FrameStack stack) {
        STACKS.add(new SoftReference<>(stack));
    }

    /** Makes sure that the watch looks. Cheap when it does already. */
    static void wake() {
        if (!awake) {
            awake = true;
            lookUp();
            THREAD.wake();
        }
    }

    /** Has the thread look whether it is still needed. */
    static void lookUp() {
        LockSupport.unpark(THREAD.thread());
    }

    /** Has all calls stopped that run in an interpreter now, or wait for its GIL. */
    static void interrupt(long binding, long namespace) {
        for (WeakReference<Frame> known : FRAMES) {
            Frame frame = known.get();
            if (frame != null && frame.binding() == binding && frame.namespace() == namespace) {
                frame.interrupt = new Interrupt(namespace, frame.sequence());
            }
        }
        wake();
        lookUp();
    }

    private static boolean isInterrupted(Frame frame, long sequence) {
        Interrupt wanted = frame.interrupt;
        // Both: the call that was seen in the interpreter may have ended before its number was taken, and be another one's.
        return wanted != null && wanted.sequence == sequence && wanted.namespace == frame.namespace();
    }

    private static void watch() {
        try {
            watchOn();
        } finally {
            // Whoever finds it asleep starts it.
            awake = false;
        }
    }

    private static void watchOn() {
        int idle = 0;
        while (true) {
            if (idle < IDLE_TICKS) {
                LockSupport.parkNanos(TICK);
            } else {
                awake = false;
                // A call that began before this looks unwatched; the look below finds it and stays awake.
                if (!look(System.nanoTime())) {
                    if (THREAD.ends()) {
                        // For who thought that it was awake before it ended.
                        if (awake) {
                            THREAD.wake();
                        }
                        return;
                    }
                    LockSupport.park();
                }
                awake = true;
                idle = 0;
            }
            try {
                idle = look(System.nanoTime()) ? 0 : idle + 1;
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "Krait's watch failed once", e);
            }
        }
    }

    /** Looks at all frames; whether any is in use. */
    private static boolean look(long now) {
        boolean used = false;
        for (Iterator<WeakReference<Frame>> all = FRAMES.iterator(); all.hasNext();) {
            Frame frame = all.next().get();
            if (frame == null) {
                all.remove();
                continue;
            }
            long binding = frame.binding();
            if (binding != 0) {
                used = true;
                look(frame, binding, now);
            }
        }
        STACKS.removeIf(CallWatch::isGone);
        return used;
    }

    private static boolean isGone(SoftReference<FrameStack> held) {
        FrameStack stack = held.get();
        return stack == null || stack.owner.get() == null;
    }

    /** The threads that run calls of a Python interpreter now, each by the addresses of its calls' frames. */
    static Map<Object, String> threadsByFrame(long binding) {
        Map<Object, String> threads = new HashMap<>();
        for (WeakReference<Frame> known : FRAMES) {
            Frame frame = known.get();
            Thread user = frame == null || frame.binding() != binding ? null : frame.thread();
            if (user != null) {
                threads.put(frame.addressGiven(), '"' + user.getName() + "\" #" + user.getId());
            }
        }
        return threads;
    }

    private static void look(Frame frame, long binding, long now) {
        Notes notes = frame.notes;
        long sequence = frame.sequence();
        long deadline = frame.deadline();
        boolean late = deadline != NO_DEADLINE && now - deadline >= 0;
        Thread user = frame.thread();
        // Seen at two ticks: a short call ends by itself, before it could be stopped.
        boolean interrupted = notes.seen == sequence && user != null && user.isInterrupted();
        notes.seen = sequence;
        if (!late && !interrupted && !isInterrupted(frame, sequence)) {
            return;
        }
        if (notes.stopped != sequence) {
            notes.stopped = sequence;
            notes.since = now;
            notes.pause = FIRST_PAUSE;
            notes.last = null;
            notes.told = false;
        }
        if (notes.last == null || notes.last.isToBeRepeated(now, notes.pause)) {
            if (notes.last != null && !notes.last.missed) {
                notes.pause = Math.min(2 * notes.pause, LONGEST_PAUSE);
            }
            notes.last = new Stopping(frame, binding, sequence, late);
            STOPPERS.execute(notes.last);
        }
        if (!notes.told && now - notes.since > STUCK) {
            notes.told = true;
            LOG.log(System.Logger.Level.WARNING, "A Python call of thread " + (user == null ? "?" : user.getName())
                    + " was to be stopped a second ago (" + (late ? "its deadline has passed" : "interrupted")
                    + ") and still runs: it is in C code, imports a module, catches what stops it, or waits for the "
                    + "GIL, for Java code that it called, or in a greenlet. Its thread comes back when that is over; Krait never abandons a running "
                    + "call, since its stack is in use.");
        }
    }
}
