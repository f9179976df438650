package dev.krait.internal;

import java.math.BigDecimal;
import java.math.BigInteger;

/** Conversions of numbers. None of them changes a number's value, but for a float, which rounds as the type says. */
final class NumberConversions {
    private NumberConversions() {
    }

    /** A number of the class asked for, or null if the value or the class is none that this knows. */
    static Object convert(Object value, Class<?> target) {
        if (target == Long.class) {
            return isInt(value) ? (Object) integer(value, target, Long.MIN_VALUE, Long.MAX_VALUE) : null;
        }
        if (target == Integer.class) {
            return isInt(value) ? (Object) (int) integer(value, target, Integer.MIN_VALUE, Integer.MAX_VALUE) : null;
        }
        if (target == Short.class) {
            return isInt(value) ? (Object) (short) integer(value, target, Short.MIN_VALUE, Short.MAX_VALUE) : null;
        }
        if (target == Byte.class) {
            return isInt(value) ? (Object) (byte) integer(value, target, Byte.MIN_VALUE, Byte.MAX_VALUE) : null;
        }
        if (target == Double.class) {
            return toDouble(value);
        }
        if (target == Float.class) {
            return toFloat(value);
        }
        if (target == BigInteger.class) {
            return isInt(value) ? big(value) : null;
        }
        return target == BigDecimal.class ? toBigDecimal(value) : null;
    }

    /** Not Byte: the members of a byte[] are bytes, whose sign Python and Java see differently. */
    private static boolean isInt(Object value) {
        return value instanceof Long || value instanceof Integer || value instanceof Short
                || value instanceof BigInteger || value instanceof Character;
    }

    private static BigInteger big(Object value) {
        return value instanceof BigInteger ? (BigInteger) value : BigInteger.valueOf(low(value));
    }

    /** The lower 64 bits. A char is an int of Python's, from an array of 16 bits without a sign: a str is none. */
    private static long low(Object value) {
        return value instanceof Character ? (Character) value : ((Number) value).longValue();
    }

    private static long integer(Object value, Class<?> target, long least, long most) {
        long number = low(value);
        boolean fits = !(value instanceof BigInteger) || ((BigInteger) value).bitLength() <= 63;
        if (!fits || number < least || number > most) {
            throw new Mismatch(value, target, text(value) + " is outside " + least + " to " + most);
        }
        return number;
    }

    private static Double toDouble(Object value) {
        if (value instanceof Float) {
            return ((Float) value).doubleValue();
        }
        if (!isInt(value)) {
            return null;
        }
        BigInteger exact = big(value);
        double number = exact.doubleValue();
        if (Double.isInfinite(number) || !new BigDecimal(number).toBigInteger().equals(exact)) {
            throw new Mismatch(value, Double.class, text(value) + " has no exact double");
        }
        return number;
    }

    private static Float toFloat(Object value) {
        if (value instanceof Double) {
            double number = (Double) value;
            float rounded = (float) number;
            if (Float.isInfinite(rounded) && !Double.isInfinite(number)) {
                throw new Mismatch(value, Float.class, number + " is outside the range of float");
            }
            return rounded;
        }
        if (!isInt(value)) {
            return null;
        }
        BigInteger exact = big(value);
        float number = exact.floatValue();
        if (Float.isInfinite(number) || !new BigDecimal(number).toBigInteger().equals(exact)) {
            throw new Mismatch(value, Float.class, text(value) + " has no exact float");
        }
        return number;
    }

    private static BigDecimal toBigDecimal(Object value) {
        if (value instanceof Double) {
            double number = (Double) value;
            if (Double.isNaN(number) || Double.isInfinite(number)) {
                throw new Mismatch(value, BigDecimal.class, "BigDecimal has no " + number);
            }
            // The shortest digits that give the same double back: 0.1, not 0.1000000000000000055….
            return BigDecimal.valueOf(number);
        }
        return isInt(value) ? new BigDecimal(big(value)) : null;
    }

    private static String text(Object value) {
        // A large number's digits take a time that grows with their square.
        return value instanceof BigInteger && ((BigInteger) value).bitLength() > 256
                ? "a number of " + ((BigInteger) value).bitLength() + " bits" : big(value).toString();
    }
}
