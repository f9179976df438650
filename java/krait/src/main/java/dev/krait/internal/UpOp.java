package dev.krait.internal;

/** The operations of up-calls. The source is {@code native/frame/tag.rs}. */
final class UpOp {
    static final int SERVICE = 1;
    static final int STR = 2;
    static final int EQUALS = 3;
    static final int HASH = 4;
    static final int CALL_METHOD = 5;
    static final int COMPARE = 6;
    static final int REPR = 7;
    static final int BUFFER = 8;

    private UpOp() {
    }
}
