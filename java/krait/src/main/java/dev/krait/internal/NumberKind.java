package dev.krait.internal;

/** What crosses as a number in a register, when Python calls Java; the same numbers stand in {@code native/frame/tag.rs}. */
final class NumberKind {
    /** No argument; of a result, that it is in the frame. */
    static final int NONE = 0;
    /** A whole number that fits 32 bits. */
    static final int INT = 1;
    /** Any other whole number of 64 bits. */
    static final int LONG = 2;
    /** The bits of a number. */
    static final int DOUBLE = 3;
    /** 0 or 1. */
    static final int BOOLEAN = 4;
    /** Of a result: there is none. */
    static final int VOID = 5;

    private NumberKind() {
    }
}
