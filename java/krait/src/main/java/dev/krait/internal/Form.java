package dev.krait.internal;

/** How a result crosses to Python; the same numbers stand in {@code krait._java}. */
final class Form {
    /** As the interpreter was told. */
    static final int DEFAULT = 0;
    /** Collections, maps and arrays as they are. */
    static final int VIEW = 1;
    /** Collections, maps and arrays as copies. */
    static final int COPY = 2;
    /** Whatever it is as a Java object. */
    static final int OBJECT = 3;

    private Form() {
    }
}
