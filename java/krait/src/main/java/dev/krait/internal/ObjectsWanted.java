package dev.krait.internal;

/** Arguments are wanted as the Python objects that they are, not as the values that they crossed as: Python calls again. */
final class ObjectsWanted extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A bit for each such argument. */
    final long which;

    ObjectsWanted(long which) {
        super(null, null, false, false);
        this.which = which;
    }
}
