package dev.krait.internal;

/** The operations of down-calls. The source is {@code native/frame/tag.rs}. */
final class Op {
    static final int EXEC = 1;
    static final int EVAL = 2;
    static final int RUN = 3;
    static final int IMPORT = 4;
    static final int SET = 5;
    static final int GET = 6;
    static final int INVOKE = 7;
    static final int CALL = 8;
    static final int FUNCTION = 9;
    static final int GET_ATTR = 10;
    static final int SET_ATTR = 11;
    static final int DEL_ATTR = 12;
    static final int GET_ITEM = 13;
    static final int SET_ITEM = 14;
    static final int DEL_ITEM = 15;
    static final int LENGTH = 16;
    static final int TRUTH = 17;
    static final int STR = 18;
    static final int REPR = 19;
    static final int HASH = 20;
    static final int COMPARE = 21;
    static final int TYPE_NAME = 22;
    static final int IS_INSTANCE = 23;
    static final int ITER = 24;
    static final int DIR = 26;
    static final int INVOKE_METHOD = 27;
    static final int BUFFER = 28;
    static final int VALUE = 29;
    static final int MAP = 30;
    static final int MAP_LONGS = 31;
    static final int MAP_DOUBLES = 32;
    static final int INVOKE_ON = 33;
    static final int INVOKE_ITEMS = 34;
    static final int OPEN = 40;
    static final int CLOSE = 41;
    static final int NAME = 42;
    static final int HELPER = 44;
    static final int CONTAINS = 50;
    static final int ORDER = 51;
    static final int BUFFER_INFO = 52;
    static final int CALLABLE = 53;
    static final int ADD = 60;
    static final int SUB = 61;
    static final int MUL = 62;
    static final int MAT_MUL = 63;
    static final int TRUE_DIV = 64;
    static final int FLOOR_DIV = 65;
    static final int MOD = 66;
    static final int DIV_MOD = 67;
    static final int POW = 68;
    static final int LEFT_SHIFT = 69;
    static final int RIGHT_SHIFT = 70;
    static final int AND = 71;
    static final int OR = 72;
    static final int XOR = 73;
    static final int NEG = 74;
    static final int POS = 75;
    static final int ABS = 76;
    static final int INVERT = 77;
    static final int RAW = 0x100;

    private Op() {
    }
}
