package dev.krait.internal;

import dev.krait.ConversionException;
import java.lang.reflect.Type;

/** What Python code gives to Java code: converted to the type that is wanted there, as far as the class filter allows. */
final class Given {
    private Given() {
    }

    static boolean isPython(Object value) {
        return value != null && Api.get().sessionOf(value) != null;
    }

    /** What a Python object may be passed as: see {@link Fits#pythonKind}. */
    static int kind(Session session, Object pyObject) {
        return (int) (long) (Long) Requests.helper(session, 0, "argument_kind", pyObject);
    }

    /** The class, if the filter allows it. */
    static Class<?> allowed(Session session, Class<?> type) {
        if (!session.classes().allows(type)) {
            throw new PythonError("PermissionError", "the class filter denies " + type.getTypeName());
        }
        return type;
    }

    /** Refuses what would reach around the class filter. */
    static void check(Session session, Members members, int index, Object[] args) {
        if (!session.classes().allowsAll()) {
            FilterChecks.check(session.classes(), members, members.group(index).name(), args);
        }
    }

    /** Whether a Python object is wanted where an argument crossed as a value; {@code live} has a bit for what did not. */
    static boolean isValueForObject(Object[] args, int index, long live, Class<?> wanted) {
        Object arg = args[index];
        return wanted == dev.krait.PyObject.class && arg != null && (live & 1L << index) == 0 && !isPython(arg);
    }

    /** Asks for such an argument as the object that it is. */
    static void askForObject(Object[] args, int index, long live, Class<?> wanted) {
        if (isValueForObject(args, index, live, wanted)) {
            throw new ObjectsWanted(1L << index);
        }
    }

    /** Converts what Python gives for a field or an element, functions too. */
    static Object convert(Session session, Object value, Type type) {
        try {
            return convert(session, value, Types.raw(type), type);
        } catch (ConversionException | NullPointerException e) {
            throw new PythonError("TypeError", e.getMessage());
        }
    }

    /** Converts what Python gives for a type of Java's, functions too. */
    static Object convert(Session session, Object value, Class<?> type, Type generic) {
        if (type.isInterface() && isPython(value) && Callables.onlyAbstract(type) != null && isCallable(session, value)) {
            return PythonProxy.function(session, value, type, generic);
        }
        return session.convert(value, generic);
    }

    private static boolean isCallable(Session session, Object pyObject) {
        return (Boolean) Requests.helper(session, 0, "is_callable", pyObject);
    }
}
