package dev.krait.internal;

/** Refuses that a function which is called for a stream's rows takes from that stream itself. For one thread at a time. */
public final class OwnStream {
    private boolean taking;

    /**
     * Takes rows, unless that is being done.
     *
     * @param rows takes them, and may call functions for them
     * @throws IllegalStateException if called from there
     */
    public void take(Runnable rows) {
        if (taking) {
            throw new IllegalStateException("a function that is called for a stream's rows takes from that stream itself: "
                    + "take from another one");
        }
        taking = true;
        try {
            rows.run();
        } finally {
            taking = false;
        }
    }
}
