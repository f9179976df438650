package dev.krait.internal;

/** How a batch ended, where no row failed; the same numbers stand in {@code native/frame/tag.rs}. */
final class BatchEnd {
    static final int DONE = 0;
    static final int PAUSED = 3;
    /** One row more gave something of another kind, which follows as a value: the rest of the rows is to come again. */
    static final int OTHER = 4;

    private BatchEnd() {
    }
}
