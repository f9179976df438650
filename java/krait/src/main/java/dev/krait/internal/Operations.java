package dev.krait.internal;

import dev.krait.PyFunction;
import dev.krait.PyObject;
import java.lang.reflect.Type;

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
    /** The operator {@code in}. */
    public static final int CONTAINS = Op.CONTAINS;
    /** How two objects are ordered. */
    public static final int ORDER = Op.ORDER;
    /** What a buffer is. */
    public static final int BUFFER_INFO = Op.BUFFER_INFO;
    /** {@code callable}. */
    public static final int CALLABLE = Op.CALLABLE;
    /** {@code +}. */
    public static final int ADD = Op.ADD;
    /** {@code -}. */
    public static final int SUB = Op.SUB;
    /** {@code *}. */
    public static final int MUL = Op.MUL;
    /** {@code @}. */
    public static final int MAT_MUL = Op.MAT_MUL;
    /** {@code /}. */
    public static final int TRUE_DIV = Op.TRUE_DIV;
    /** {@code //}. */
    public static final int FLOOR_DIV = Op.FLOOR_DIV;
    /** {@code %}. */
    public static final int MOD = Op.MOD;
    /** {@code divmod}. */
    public static final int DIV_MOD = Op.DIV_MOD;
    /** {@code **}. */
    public static final int POW = Op.POW;
    /** {@code <<}. */
    public static final int LEFT_SHIFT = Op.LEFT_SHIFT;
    /** {@code >>}. */
    public static final int RIGHT_SHIFT = Op.RIGHT_SHIFT;
    /** {@code &}. */
    public static final int AND = Op.AND;
    /** {@code |}. */
    public static final int OR = Op.OR;
    /** {@code ^}. */
    public static final int XOR = Op.XOR;
    /** The unary {@code -}. */
    public static final int NEG = Op.NEG;
    /** The unary {@code +}. */
    public static final int POS = Op.POS;
    /** {@code abs}. */
    public static final int ABS = Op.ABS;
    /** {@code ~}. */
    public static final int INVERT = Op.INVERT;
    /** {@code obj[key]}. */
    public static final int GET_ITEM = Op.GET_ITEM;
    /** {@code obj[key] = value}. */
    public static final int SET_ITEM = Op.SET_ITEM;
    /** {@code del obj[key]}. */
    public static final int DEL_ITEM = Op.DEL_ITEM;
    /** {@code iter}. */
    public static final int ITER = Op.ITER;
    /** {@code dir}. */
    public static final int DIR = Op.DIR;
    /** {@code isinstance}. */
    public static final int IS_INSTANCE = Op.IS_INSTANCE;
    /** The comparison {@code <}. */
    public static final int LESS = 0;
    /** The comparison {@code <=}. */
    public static final int LESS_OR_EQUAL = 1;
    /** The comparison {@code ==}. */
    public static final int EQUAL = 2;
    /** The comparison {@code !=}. */
    public static final int NOT_EQUAL = 3;
    /** The comparison {@code >}. */
    public static final int GREATER = 4;
    /** The comparison {@code >=}. */
    public static final int GREATER_OR_EQUAL = 5;

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

    /**
     * Whether a result of a type is asked for as a Python object, whatever it is.
     *
     * @param type the type
     * @return whether it is that of Python objects, or of those that can be called
     */
    public static boolean givesObject(Type type) {
        return type == PyObject.class || type == PyFunction.class;
    }
}
