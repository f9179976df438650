package dev.krait;

import dev.krait.internal.Operations;
import dev.krait.internal.Requests;
import dev.krait.internal.Session;
import org.jspecify.annotations.Nullable;

/**
 * The operators of Python objects. Each gives a {@link PyObject}, whatever the result is, so that they can be written
 * one after the other: {@code a.add(b).mul(2).as(double.class)}.
 */
abstract class PyOperators extends PyHandle {
    PyOperators(Session session, long handle) {
        super(session, handle);
    }

    /**
     * {@code this + other}.
     *
     * @param other the right operand, any value that can cross
     * @return the result
     * @throws PythonException what Python raises: TypeError where the operands do not go together
     */
    public PyObject add(@Nullable Object other) {
        return raw(Operations.ADD, other);
    }

    /**
     * {@code this - other}.
     *
     * @param other the right operand
     * @return the result
     */
    public PyObject sub(@Nullable Object other) {
        return raw(Operations.SUB, other);
    }

    /**
     * {@code this * other}.
     *
     * @param other the right operand
     * @return the result
     */
    public PyObject mul(@Nullable Object other) {
        return raw(Operations.MUL, other);
    }

    /**
     * {@code this @ other}.
     *
     * @param other the right operand
     * @return the result
     */
    public PyObject matMul(@Nullable Object other) {
        return raw(Operations.MAT_MUL, other);
    }

    /**
     * {@code this / other}.
     *
     * @param other the right operand
     * @return the result
     */
    public PyObject trueDiv(@Nullable Object other) {
        return raw(Operations.TRUE_DIV, other);
    }

    /**
     * {@code this // other}.
     *
     * @param other the right operand
     * @return the result
     */
    public PyObject floorDiv(@Nullable Object other) {
        return raw(Operations.FLOOR_DIV, other);
    }

    /**
     * {@code this % other}.
     *
     * @param other the right operand
     * @return the result
     */
    public PyObject mod(@Nullable Object other) {
        return raw(Operations.MOD, other);
    }

    /**
     * {@code divmod(this, other)}.
     *
     * @param other the right operand
     * @return the result, a tuple
     */
    public PyObject divMod(@Nullable Object other) {
        return raw(Operations.DIV_MOD, other);
    }

    /**
     * {@code this ** other}.
     *
     * @param other the right operand
     * @return the result
     */
    public PyObject pow(@Nullable Object other) {
        return raw(Operations.POW, other);
    }

    /**
     * {@code this << other}.
     *
     * @param other the right operand
     * @return the result
     */
    public PyObject leftShift(@Nullable Object other) {
        return raw(Operations.LEFT_SHIFT, other);
    }

    /**
     * {@code this >> other}.
     *
     * @param other the right operand
     * @return the result
     */
    public PyObject rightShift(@Nullable Object other) {
        return raw(Operations.RIGHT_SHIFT, other);
    }

    /**
     * {@code this & other}.
     *
     * @param other the right operand
     * @return the result
     */
    public PyObject and(@Nullable Object other) {
        return raw(Operations.AND, other);
    }

    /**
     * {@code this | other}.
     *
     * @param other the right operand
     * @return the result
     */
    public PyObject or(@Nullable Object other) {
        return raw(Operations.OR, other);
    }

    /**
     * {@code this ^ other}.
     *
     * @param other the right operand
     * @return the result
     */
    public PyObject xor(@Nullable Object other) {
        return raw(Operations.XOR, other);
    }

    /**
     * {@code -this}.
     *
     * @return the result
     */
    public PyObject neg() {
        return raw(Operations.NEG);
    }

    /**
     * {@code +this}.
     *
     * @return the result
     */
    public PyObject pos() {
        return raw(Operations.POS);
    }

    /**
     * {@code abs(this)}.
     *
     * @return the result
     */
    public PyObject abs() {
        return raw(Operations.ABS);
    }

    /**
     * {@code ~this}.
     *
     * @return the result
     */
    public PyObject invert() {
        return raw(Operations.INVERT);
    }

    /**
     * Whether Python says {@code this == other}; unlike {@code equals} with values of any kind.
     *
     * @param other the value to compare with
     * @return whether {@code ==} gives something true
     */
    public boolean isEqualTo(@Nullable Object other) {
        return isTrue(Operations.EQUAL, other);
    }

    /**
     * Whether Python says {@code this < other}.
     *
     * @param other the value to compare with
     * @return whether {@code <} gives something true
     * @throws PythonException TypeError where the two have no order
     */
    public boolean isLess(@Nullable Object other) {
        return isTrue(Operations.LESS, other);
    }

    /**
     * Whether Python says {@code this <= other}.
     *
     * @param other the value to compare with
     * @return whether {@code <=} gives something true
     * @throws PythonException TypeError where the two have no order
     */
    public boolean isLessOrEqual(@Nullable Object other) {
        return isTrue(Operations.LESS_OR_EQUAL, other);
    }

    /**
     * Whether Python says {@code this > other}.
     *
     * @param other the value to compare with
     * @return whether {@code >} gives something true
     * @throws PythonException TypeError where the two have no order
     */
    public boolean isGreater(@Nullable Object other) {
        return isTrue(Operations.GREATER, other);
    }

    /**
     * Whether Python says {@code this >= other}.
     *
     * @param other the value to compare with
     * @return whether {@code >=} gives something true
     * @throws PythonException TypeError where the two have no order
     */
    public boolean isGreaterOrEqual(@Nullable Object other) {
        return isTrue(Operations.GREATER_OR_EQUAL, other);
    }

    private boolean isTrue(int comparison, Object other) {
        Object result = comparison(comparison, other);
        if (result instanceof PyObject) {
            try (PyObject object = (PyObject) result) {
                return object.truth();
            }
        }
        if (result instanceof Boolean) {
            return (Boolean) result;
        }
        // A value that is no bool: Python says how true it is.
        return (Boolean) Requests.helper(session(), 0, "truth", result);
    }
}
