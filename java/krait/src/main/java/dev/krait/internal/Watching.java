package dev.krait.internal;

/** Makes Krait known to those who watch JVMs: the MBean server and the flight recorder. Once, and after the start is over. */
final class Watching {
    private static final String JMX = "krait.jmx";
    /** Both cost tens of milliseconds to be woken, and a short program is never watched. */
    private static final long DELAY_MILLIS = 1_000;

    private static final System.Logger LOG = System.getLogger("dev.krait");

    /** What the flight recorder calls; it goes with this class loader. */
    private static Runnable stacks;

    private Watching() {
    }

    static void start() {
        Thread thread = new Thread(null, Watching::begin, "krait-watching", 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.start();
    }

    private static void begin() {
        try {
            Thread.sleep(DELAY_MILLIS);
        } catch (InterruptedException e) {
            // The JVM ends, or somebody wants the thread gone.
            return;
        }
        if (Flight.RECORDER != null) {
            stacks = Watching::record;
            Flight.RECORDER.addStacks(Weakly.runnable(stacks));
        }
        if (!"false".equals(System.getProperty(JMX))) {
            manage();
        }
    }

    private static void manage() {
        try {
            Class.forName("javax.management.MBeanServer");
            Management.register();
        } catch (ClassNotFoundException | LinkageError e) {
            LOG.log(System.Logger.Level.DEBUG, "This JVM has no module java.management: Krait has no MBean");
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
