package dev.krait.internal;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.temporal.TemporalAccessor;
import java.util.Collection;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How well arguments fit parameters. An argument is known by its kind, which is its class, or for some values one of the
 * classes below; a rank is better the lower it is.
 *
 * <p>The order of {@code docs/java-in-python.md}: exact, widening and supertypes, boxing, conversions.
 */
final class Fits {
    /** Never. */
    static final int NOT = -1;

    /** None. */
    static final Class<?> NULL = void.class;
    /** An int of Python that fits 32 bits. */
    static final Class<?> INT = int.class;
    /** An int of Python that fits 64 bits only. */
    static final Class<?> LONG = long.class;
    /** A str of one UTF-16 unit. */
    static final Class<?> CHAR = char.class;
    /** A Python object that can be called. */
    static final Class<?> CALLABLE = Callable.class;

    private static final int EXACT = 0;
    private static final int WIDENED = 1;
    private static final int NARROWED = 5;
    private static final int FUNCTION = 7;
    private static final int BOXED = 10;
    private static final int OBJECT = 18;
    private static final int CONVERTED = 20;

    private Fits() {
    }

    private static final class Callable {
    }

    /** The kind of a value as {@link FrameReader} gives it. */
    static Class<?> kind(Object value) {
        if (value == null) {
            return NULL;
        }
        Class<?> type = value.getClass();
        if (type == Long.class) {
            long number = (Long) value;
            return number == (int) number ? INT : LONG;
        }
        return type == String.class && ((String) value).length() == 1 ? CHAR : type;
    }

    /** The rank of an argument of this kind for a parameter. */
    static int rank(Class<?> kind, Class<?> parameter) {
        if (kind == NULL) {
            return parameter.isPrimitive() ? NOT : EXACT;
        }
        if (kind == INT || kind == LONG) {
            return whole(kind == INT, parameter);
        }
        if (kind == CHAR) {
            return parameter == char.class ? WIDENED + 1 : parameter == Character.class ? BOXED + 1
                    : rank(String.class, parameter);
        }
        if (kind == CALLABLE) {
            if (parameter.isInterface()) {
                return Callables.onlyAbstract(parameter) == null ? NOT : FUNCTION;
            }
            return parameter.isAssignableFrom(dev.krait.PyFunction.class) ? OBJECT : python(parameter);
        }
        if (kind == parameter) {
            return EXACT;
        }
        if (parameter.isPrimitive()) {
            return unboxed(kind, parameter);
        }
        if (parameter.isAssignableFrom(kind)) {
            return parameter == Object.class ? OBJECT : WIDENED;
        }
        return converted(kind, parameter);
    }

    private static int whole(boolean fitsInt, Class<?> parameter) {
        if (parameter == int.class) {
            return fitsInt ? EXACT : NOT;
        } else if (parameter == long.class) {
            return fitsInt ? WIDENED : EXACT;
        } else if (parameter == double.class) {
            return WIDENED + 1;
        } else if (parameter == float.class) {
            return WIDENED + 2;
        } else if (parameter == short.class || parameter == byte.class) {
            return fitsInt ? parameter == short.class ? NARROWED : NARROWED + 1 : NOT;
        } else if (parameter == Integer.class) {
            return fitsInt ? BOXED : NOT;
        } else if (parameter == Long.class) {
            return BOXED + 1;
        } else if (parameter == BigInteger.class) {
            return BOXED + 2;
        } else if (parameter == Double.class || parameter == BigDecimal.class) {
            return BOXED + 3;
        } else if (parameter == Float.class) {
            return BOXED + 4;
        } else if (parameter == Short.class || parameter == Byte.class) {
            return fitsInt ? BOXED + 5 : NOT;
        } else if (parameter == Object.class) {
            return OBJECT;
        }
        return parameter.isAssignableFrom(Long.class) ? OBJECT - 1 : optional(parameter);
    }

    private static int unboxed(Class<?> kind, Class<?> parameter) {
        if (kind == Boolean.class) {
            return parameter == boolean.class ? EXACT : NOT;
        } else if (kind == Double.class) {
            return parameter == double.class ? EXACT : parameter == float.class ? NARROWED : NOT;
        } else if (kind == Character.class) {
            return parameter == char.class ? EXACT : NOT;
        } else if (kind == BigInteger.class) {
            return parameter == double.class ? CONVERTED + 4 : NOT;
        } else if (Number.class.isAssignableFrom(kind)) {
            // Boxes that Python was given as objects.
            return box(kind, parameter);
        }
        return kind == dev.krait.PyObject.class ? CONVERTED + 5 : NOT;
    }

    private static int box(Class<?> kind, Class<?> parameter) {
        java.lang.invoke.MethodType boxed = java.lang.invoke.MethodType.methodType(kind).unwrap();
        Class<?> primitive = boxed.returnType();
        if (primitive == parameter) {
            return EXACT;
        }
        Class<?>[] order = {byte.class, short.class, int.class, long.class, float.class, double.class};
        int from = -1;
        int to = -1;
        for (int i = 0; i < order.length; i++) {
            from = order[i] == primitive ? i : from;
            to = order[i] == parameter ? i : to;
        }
        return from >= 0 && to > from ? WIDENED : NOT;
    }

    /** Conversions that {@link Converter} knows. */
    private static int converted(Class<?> kind, Class<?> parameter) {
        boolean elements = kind.isArray() || Collection.class.isAssignableFrom(kind);
        if (elements && parameter.isArray()) {
            return CONVERTED;
        }
        if (elements && (Collection.class.isAssignableFrom(parameter) || parameter == Iterable.class)) {
            return CONVERTED + 1;
        }
        if (Map.class.isAssignableFrom(kind) && Map.class.isAssignableFrom(parameter)) {
            return CONVERTED + 1;
        }
        if (kind == Object[].class && Map.Entry.class.isAssignableFrom(parameter)) {
            return CONVERTED + 2;
        }
        if (kind == String.class && parameter.isEnum()) {
            return CONVERTED;
        }
        if (kind == Double.class && (parameter == Float.class || parameter == BigDecimal.class)) {
            return BOXED + 2;
        }
        if (kind == BigInteger.class && (parameter == Double.class || parameter == BigDecimal.class)) {
            return BOXED + 2;
        }
        if (TemporalAccessor.class.isAssignableFrom(kind)
                && (TemporalAccessor.class.isAssignableFrom(parameter) || Date.class.isAssignableFrom(parameter))) {
            return CONVERTED + 3;
        }
        if (kind == dev.krait.PyObject.class) {
            return python(parameter);
        }
        return optional(parameter);
    }

    /** Python objects that say of themselves what they are, or have an interface's methods. */
    private static int python(Class<?> parameter) {
        return parameter.isArray() || parameter.isEnum() || Number.class.isAssignableFrom(parameter)
                || parameter.isPrimitive() || parameter == Boolean.class
                || Collection.class.isAssignableFrom(parameter) ? CONVERTED + 5
                : parameter.isInterface() ? CONVERTED + 7 : optional(parameter);
    }

    private static int optional(Class<?> parameter) {
        return parameter == Optional.class || parameter == OptionalInt.class || parameter == OptionalLong.class
                || parameter == OptionalDouble.class ? CONVERTED + 9 : NOT;
    }
}
