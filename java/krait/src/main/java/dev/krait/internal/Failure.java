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
    /** Python cannot make an argument, whose index stands above the code. */
    public static final int UNMADE = 6;
    /** Too little is left of the thread's stack. */
    public static final int STACK = 7;
    /** There is no memory for a stack. */
    public static final int MEMORY = 8;
    /** The bits of a code. */
    public static final int CODE = 0xff;
    /** Where an index begins above it. */
    public static final int INDEX = 8;

    private Failure() {
    }
}
