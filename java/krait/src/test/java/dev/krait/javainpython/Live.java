package dev.krait.javainpython;

import dev.krait.internal.Session;

/** Counts what is held across the border. */
public final class Live {
    private Live() {
    }

    /** How many Java objects Python holds. */
    public static int objects() {
        return Session.liveJavaObjects();
    }
}
