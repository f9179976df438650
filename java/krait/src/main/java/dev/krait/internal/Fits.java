package dev.krait.internal;

import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

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
    /** A Python object that can be called, nobody knows with how many arguments. */
    static final Class<?> CALLABLE = Callable.class;
    /** A Python object that can be iterated over. */
    static final Class<?> ITERABLE = Iterates.class;
    /** A Python object that is a number in its own way. */
    static final Class<?> NUMBER = Counts.class;
    /** An ArrayList that is Java's own: as such, and not as a list of Python's, it is no list of arguments. */
    static final Class<?> JAVA_LIST = JavaList.class;
    /** A Python function that takes as many arguments as its index says. */
    private static final Class<?>[] FUNCTIONS = {
        Callable0.class, Callable1.class, Callable2.class, Callable3.class, Callable4.class};

    private static final Class<?> PYTHON = dev.krait.PyObject.class;
    private static final int EXACT = 0;
    private static final int WIDENED = 1;
    private static final int NARROWED = 5;
    private static final int FUNCTION = 7;
    private static final int BOXED = 10;
    private static final int OBJECT = 18;
    private static final int CONVERTED = 20;

    private Fits() {
    }

    private static class Callable {
    }

    private static final class Callable0 extends Callable {
    }

    private static final class Callable1 extends Callable {
    }

    private static final class Callable2 extends Callable {
    }

    private static final class Callable3 extends Callable {
    }

    private static final class Callable4 extends Callable {
    }

    private static final class Iterates {
    }

    private static final class Counts {
    }

    /** Of the class, so that it fits what that fits. */
    private abstract static class JavaList extends ArrayList<Object> {
        private static final long serialVersionUID = 1L;
    }

    /** The kind of a Python object, by what {@code krait._bridge.argument_kind} says of it. */
    static Class<?> pythonKind(int code) {
        switch (code) {
            case 0:
                return dev.krait.PyObject.class;
            case 1:
                return ITERABLE;
            case 2:
                return NUMBER;
            default:
                return code - 4 >= 0 && code - 4 < FUNCTIONS.length ? FUNCTIONS[code - 4] : CALLABLE;
        }
    }

    /** Whether a kind is that of something that can be called. */
    static boolean isFunction(Class<?> kind) {
        return Callable.class.isAssignableFrom(kind);
    }

    /** Whether a kind is that of a Python object that cannot be called, as far as is known. */
    static boolean isPython(Class<?> kind) {
        return kind == ITERABLE || kind == NUMBER;
    }

    /** Whether a parameter asks to know more of a Python object than that it is one. */
    static boolean looksInto(Class<?> parameter) {
        return parameter.isArray() && !parameter.getComponentType().isAssignableFrom(PYTHON)
                || Iterable.class.isAssignableFrom(parameter) || Iterator.class.isAssignableFrom(parameter);
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
        if (isFunction(kind)) {
            if (parameter.isInterface()) {
                return function(kind, Callables.onlyAbstract(parameter));
            }
            return parameter == dev.krait.PyFunction.class ? FUNCTION - 1
                    : parameter.isAssignableFrom(PYTHON) ? OBJECT : python(PYTHON, parameter);
        }
        if (isPython(kind)) {
            return parameter.isAssignableFrom(dev.krait.PyObject.class) ? OBJECT : python(kind, parameter);
        }
        if (kind == parameter || kind == JAVA_LIST && parameter == ArrayList.class) {
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

    /** A function of another number of arguments may be meant all the same: what it gets, it will say itself. */
    private static int function(Class<?> kind, Method only) {
        if (only == null) {
            return NOT;
        }
        int count = only.getParameterCount();
        boolean known = kind != CALLABLE;
        return !known || count < FUNCTIONS.length && FUNCTIONS[count] == kind ? FUNCTION : FUNCTION + 1;
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
        return kind == PYTHON ? CONVERTED + 5 : NOT;
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
        if (elements && (parameter == Iterator.class || parameter == Stream.class)) {
            return CONVERTED + 2;
        }
        if (kind == Object[].class && Map.Entry.class.isAssignableFrom(parameter)) {
            return CONVERTED + 2;
        }
        if (kind == String.class && (parameter.isEnum() || parameter == char[].class)) {
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
        if (kind == PYTHON) {
            return python(kind, parameter);
        }
        return optional(parameter);
    }

    /** Python objects that say of themselves what they are, or have an interface's methods. */
    private static int python(Class<?> kind, Class<?> parameter) {
        if (Number.class.isAssignableFrom(parameter) || parameter.isPrimitive() || parameter == Boolean.class) {
            return kind == ITERABLE ? NOT : CONVERTED + 5;
        }
        if (parameter.isArray() || Collection.class.isAssignableFrom(parameter)) {
            return kind == NUMBER ? NOT : CONVERTED + 5;
        }
        if (parameter.isEnum()) {
            return CONVERTED + 5;
        }
        return parameter.isInterface() ? CONVERTED + 7 : optional(parameter);
    }

    private static int optional(Class<?> parameter) {
        return parameter == Optional.class || parameter == OptionalInt.class || parameter == OptionalLong.class
                || parameter == OptionalDouble.class ? CONVERTED + 9 : NOT;
    }
}
