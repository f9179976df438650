package dev.krait.internal;

/** What the argument of a simple call is, besides some of {@link Tag}; the same numbers stand in {@code native/frame/tag.rs}. */
final class SimpleTag {
    /** There is none. */
    static final int NOTHING = 125;
    /** A flag: what is called is named by a str's handle, not by its own. */
    static final int BY_NAME = 128;

    private SimpleTag() {
    }
}
