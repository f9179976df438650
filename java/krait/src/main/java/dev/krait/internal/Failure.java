package dev.krait.internal;

/** Why Krait refuses a call; the same numbers stand in {@code native/frame/tag.rs}. */
public final class Failure {
    /** The interpreter or the object is closed. */
    public static final int CLOSED = 1;
    /** A value cannot cross. */
    public static final int CONVERSION = 2;
    /** A fault of Krait itself. */
    public static final int INTERNAL = 3;
    /** Python cannot be started or set up. */
    public static final int SETUP = 4;
    /** An argument of the call makes no sense. */
    public static final int ARGUMENT = 5;

    private Failure() {
    }
}
