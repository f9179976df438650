package dev.krait.internal;

import java.util.function.BooleanSupplier;

/**
 * A daemon thread that runs while this class loader has open interpreters, and a moment longer: a thread holds the loader of
 * the code that it runs, which could never be unloaded else. It starts again when it is needed again.
 */
final class BackgroundThread {
    /** Interpreters often open and close one after the other: a thread is not worth so little time. */
    static final long LINGER_MILLIS = 1_000;

    private static final System.Logger LOG = System.getLogger("dev.krait");

    private final String name;
    private final Task task;
    private final BooleanSupplier needed;
    /** Null while none runs; written under this. */
    private volatile Thread thread;

    /** What it does, until {@link #ends}. */
    interface Task {
        /** Does it. */
        void run() throws InterruptedException;
    }

    BackgroundThread(String name, Task task, BooleanSupplier needed) {
        this.name = name;
        this.task = task;
        this.needed = needed;
    }

    /** Sees to it that it runs. Cheap where it does. */
    void wake() {
        if (thread == null) {
            start();
        }
    }

    boolean isRunning() {
        return thread != null;
    }

    /** The thread, or null. */
    Thread thread() {
        return thread;
    }

    private synchronized void start() {
        if (thread != null) {
            return;
        }
        Thread made = daemon(this::run, name);
        thread = made;
        made.start();
    }

    private void run() {
        try {
            task.run();
        } catch (InterruptedException e) {
            // Nobody has a reason to interrupt it: whoever needs it next starts it anew.
            LOG.log(System.Logger.Level.DEBUG, "Krait's thread was interrupted", e);
            stopped();
        } catch (LinkageError e) {
            stopped();
            if (needed.getAsBoolean()) {
                throw e;
            }
            LOG.log(System.Logger.Level.DEBUG, "Krait's class loader was closed", e);
        } catch (RuntimeException | Error e) {
            stopped();
            throw e;
        }
    }

    private synchronized void stopped() {
        thread = null;
    }

    /** Whether the thread, which asks, must end now: nothing of this class loader needs it. */
    synchronized boolean ends() {
        if (needed.getAsBoolean()) {
            return false;
        }
        thread = null;
        return true;
    }

    /** A daemon thread that knows nothing of who starts it. */
    static Thread daemon(Runnable task, String name) {
        Thread made = new Thread(null, task, name, 0, false);
        made.setDaemon(true);
        made.setContextClassLoader(null);
        return made;
    }
}
