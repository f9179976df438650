package dev.krait.internal;

/** The operations that {@code dev.krait} names; the codes are those of {@link Op}. */
public final class Operations {
    /** {@code getattr}. */
    public static final int GET_ATTR = Op.GET_ATTR;
    /** {@code setattr}. */
    public static final int SET_ATTR = Op.SET_ATTR;
    /** {@code delattr}. */
    public static final int DEL_ATTR = Op.DEL_ATTR;
    /** A call. */
    public static final int CALL = Op.CALL;
    /** A method's call. */
    public static final int INVOKE_METHOD = Op.INVOKE_METHOD;
    /** A call by name. */
    public static final int INVOKE = Op.INVOKE;
    /** A statement or more. */
    public static final int EXEC = Op.EXEC;
    /** An expression. */
    public static final int EVAL = Op.EVAL;
    /** A file. */
    public static final int RUN = Op.RUN;
    /** A module. */
    public static final int IMPORT = Op.IMPORT;
    /** What a name stands for. */
    public static final int GET = Op.GET;
    /** A callable by name. */
    public static final int FUNCTION = Op.FUNCTION;
    /** The object as a value. */
    public static final int VALUE = Op.VALUE;
    /** {@code len}. */
    public static final int LENGTH = Op.LENGTH;
    /** {@code bool}. */
    public static final int TRUTH = Op.TRUTH;
    /** {@code str}. */
    public static final int STR = Op.STR;
    /** {@code repr}. */
    public static final int REPR = Op.REPR;
    /** {@code hash}. */
    public static final int HASH = Op.HASH;
    /** The class's name. */
    public static final int TYPE_NAME = Op.TYPE_NAME;
    /** The comparison {@code ==}. */
    public static final int EQUAL = 2;

    private Operations() {
    }

    /**
     * The operation with its result as a Python object, whatever it is.
     *
     * @param operation the operation
     * @param asObject whether that is wanted
     * @return the code
     */
    public static int raw(int operation, boolean asObject) {
        return asObject ? operation | Op.RAW : operation;
    }
}
