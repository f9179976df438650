package dev.krait.internal;

/** What the rows of {@link Op#MAP} are; the same numbers stand in {@code native/frame/tag.rs}. */
final class RowKind {
    /** As many values each, which are the positional arguments. */
    static final int VALUES = 0;
    /** The arguments of a call each. */
    static final int ARGUMENTS = 1;
    /** As many numbers and texts each; so are the results as long as they are of one kind. */
    static final int COLUMNS = 2;

    private RowKind() {
    }
}
