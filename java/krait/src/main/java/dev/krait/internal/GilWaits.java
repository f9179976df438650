package dev.krait.internal;

/** Whether calls measure how long they wait for the GIL: on request, since reading the clock twice is felt by short calls. */
public final class GilWaits {
    private static final String PROPERTY = "krait.metrics.gilWait";

    /** Read by every call; a call may see a change a moment later. */
    static boolean measured;
    private static boolean asked = Boolean.getBoolean(PROPERTY);
    private static boolean recorded;
    private static boolean ready;

    private GilWaits() {
    }

    /** The natives are there. */
    static synchronized void ready() {
        ready = true;
        update();
    }

    /**
     * Switches measuring on or off for the metrics.
     *
     * @param on whether to measure
     */
    public static synchronized void ask(boolean on) {
        asked = on;
        update();
    }

    /** {@return whether waits are measured} */
    public static synchronized boolean areMeasured() {
        return asked || recorded;
    }

    /** Switches measuring on or off for recordings. */
    static synchronized void record(boolean on) {
        recorded = on;
        update();
    }

    private static void update() {
        boolean wanted = asked || recorded;
        if (ready && wanted != measured) {
            measured = wanted;
            Native.measure(wanted ? 1 : 0);
        }
    }
}
