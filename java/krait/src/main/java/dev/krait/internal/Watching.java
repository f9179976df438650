package dev.krait.internal;

/**
 * Makes Krait known to those who watch JVMs, the MBean server and the flight recorder, when an interpreter has been open for a
 * while.
 */
final class Watching {
    private static final String JMX = "krait.jmx";
    /** Both cost tens of milliseconds to be woken, and a short program is never watched. */
    private static final long DELAY_MILLIS = 1_000;

    private static final System.Logger LOG = System.getLogger("dev.krait");

    /** Known, or about to be. */
    private static volatile boolean known;
    private static boolean managed;
    /** What the flight recorder calls, and what it was given to call; null where that is nothing. */
    private static Runnable stacks;
    private static Runnable hook;

    private Watching() {
    }

    /** An interpreter was opened. */
    static void interpreterOpened() {
        if (!known) {
            begin();
        }
    }

    private static synchronized void begin() {
        if (!known) {
            known = true;
            BackgroundThread.daemon(Watching::makeKnownLater, "krait-watching").start();
        }
    }

    /** The last interpreter is gone: the flight recorder would hold this class's loader, by whoever gave it something to call. */
    static synchronized void interpretersGone() {
        if (hook != null && !Interpreters.areAlive()) {
            Flight.RECORDER.removeStacks(hook);
            hook = null;
            known = false;
        }
    }

    private static void makeKnownLater() {
        try {
            Thread.sleep(DELAY_MILLIS);
        } catch (InterruptedException e) {
            // The JVM ends, or somebody wants the thread gone.
            return;
        }
        try {
            makeKnown();
        } catch (LinkageError e) {
            LOG.log(System.Logger.Level.DEBUG, "Krait is not watched: its class loader was closed", e);
        }
    }

    private static synchronized void makeKnown() {
        if (!Interpreters.areAlive()) {
            // The next one, if any: this class loader may be about to go.
            known = false;
            return;
        }
        if (Flight.RECORDER != null) {
            stacks = Watching::record;
            hook = Weakly.runnable(stacks);
            Flight.RECORDER.addStacks(hook);
        }
        if (!managed && !"false".equals(System.getProperty(JMX))) {
            managed = true;
            manage();
        }
    }

    private static void manage() {
        try {
            Class.forName("javax.management.MBeanServer");
            Management.register();
        } catch (ClassNotFoundException | LinkageError e) {
            LOG.log(System.Logger.Level.DEBUG, "Krait has no MBean: this JVM has no module java.management, or Krait's class "
                    + "loader was closed", e);
        } catch (Exception e) {
            LOG.log(System.Logger.Level.WARNING, "Krait's MBean could not be registered", e);
        }
    }

    private static void record() {
        if (Flight.RECORDER.recordsStacks()) {
            for (Interpreters.Stack stack : Interpreters.stacks()) {
                Flight.RECORDER.stack(stack.thread, stack.stack);
            }
        }
    }
}
