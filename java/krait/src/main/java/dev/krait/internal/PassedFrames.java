package dev.krait.internal;

/** The stack that a Python exception had when it came from Java into Python: kept for when it comes back to Java. */
public final class PassedFrames implements Opaque {
    private final StackTraceElement[] frames;

    PassedFrames(StackTraceElement[] frames) {
        this.frames = frames;
    }

    /** {@return the frames, the innermost first} */
    public StackTraceElement[] frames() {
        return frames;
    }
}
