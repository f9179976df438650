package dev.krait.internal;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is to be done when an object cannot be reached any more, or when its interpreter is closed, whichever is first.
 *
 * <p>Not the JDK's Cleaner: its thread would hold what is registered, and so this class's loader, for as long as anything of the
 * loader's can be reached. The thread here ends a moment after the loader's last interpreter was closed, when nothing is left
 * to be done.
 */
public final class Cleanup {
    private static final ReferenceQueue<Object> QUEUE = new ReferenceQueue<>();
    private static final BackgroundThread THREAD =
            new BackgroundThread("krait-cleanup", Cleanup::clean, Cleanup::isNeeded);
    /**
     * What outlives its interpreter: whoever reads memory of Python's. The thread, and so this class's loader, stays as long as
     * there is any.
     */
    public static final Cleanup OUTLIVING = new Cleanup();

    /** Those that have something to do, held until it is done: their interpreter may be forgotten, too. */
    private static final Set<Cleanup> ALL = ConcurrentHashMap.newKeySet();

    private Entry first;
    private boolean known;
    private boolean over;

    /** Something to be done. */
    public interface Action {
        /**
         * Does it.
         *
         * @param forgotten whether the object became unreachable before anyone asked
         */
        void run(boolean forgotten);
    }

    /** One object's. */
    public static final class Entry extends PhantomReference<Object> {
        private final Action action;
        /** Changes once at most, under the lock of the old one, before others know the entry but by it. */
        private volatile Cleanup owner;
        private Runnable afterwards;
        private Entry previous;
        private Entry next;
        private boolean done;

        private Entry(Object object, Action action, Cleanup owner) {
            super(object, QUEUE);
            this.action = action;
            this.owner = owner;
        }

        /** Does it now, unless it was done. */
        public void clean() {
            clean(false);
        }

        private void clean(boolean forgotten) {
            if (leave()) {
                clear();
                action.run(forgotten);
                if (afterwards != null) {
                    afterwards.run();
                }
            }
        }

        /**
         * Lets the interpreter's end leave it alone. To be called by whoever registered, before anyone else has the object.
         *
         * @param then what to do after the action
         */
        public void outlive(Runnable then) {
            synchronized (owner) {
                if (done) {
                    return;
                }
                owner.remove(this);
                afterwards = then;
                owner = OUTLIVING;
            }
            synchronized (OUTLIVING) {
                OUTLIVING.add(this);
            }
        }

        /** Whether it had not been done. */
        private boolean leave() {
            Cleanup group = owner;
            synchronized (group) {
                boolean mine = !done;
                done = true;
                group.remove(this);
                return mine;
            }
        }
    }

    /**
     * Registers an object.
     *
     * @param object the object, which the action must not hold
     * @param action what to do, once; at once where all was done already
     * @return its entry
     */
    public Entry register(Object object, Action action) {
        Entry entry = new Entry(object, action, this);
        boolean late;
        synchronized (this) {
            late = over;
            if (!late && !known) {
                known = ALL.add(this);
            }
            if (!late) {
                add(entry);
            }
        }
        if (late) {
            entry.clean();
        } else {
            THREAD.wake();
        }
        return entry;
    }

    /** Does all that is left, and at once what is registered from now on. */
    void cleanAll() {
        while (true) {
            Entry entry;
            synchronized (this) {
                over = true;
                entry = first;
            }
            if (entry == null) {
                ALL.remove(this);
                return;
            }
            entry.clean();
        }
    }

    /** Guarded by this. */
    private void add(Entry entry) {
        entry.next = first;
        if (first != null) {
            first.previous = entry;
        }
        first = entry;
    }

    /** Guarded by this. */
    private void remove(Entry entry) {
        if (entry.previous != null) {
            entry.previous.next = entry.next;
        } else if (first == entry) {
            first = entry.next;
        }
        if (entry.next != null) {
            entry.next.previous = entry.previous;
        }
        entry.previous = null;
        entry.next = null;
        if (this == OUTLIVING && first == null) {
            lookUp();
        }
    }

    private static boolean isNeeded() {
        if (Interpreters.areAlive()) {
            return true;
        }
        synchronized (OUTLIVING) {
            return OUTLIVING.first != null;
        }
    }

    /** The thread waits for objects; this has it look whether it is still needed. */
    static void lookUp() {
        if (THREAD.isRunning()) {
            new WeakReference<>(Cleanup.class, QUEUE).enqueue();
        }
    }

    private static void clean() throws InterruptedException {
        while (true) {
            Reference<?> found = isNeeded() ? QUEUE.remove() : QUEUE.remove(BackgroundThread.LINGER_MILLIS);
            if (found instanceof Entry) {
                ((Entry) found).clean(true);
            } else if (found == null && THREAD.ends()) {
                return;
            }
        }
    }
}
