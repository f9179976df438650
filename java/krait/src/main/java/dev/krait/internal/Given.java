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

    /** Asks for an argument as the Python object that it is, where that is wanted and it crossed as a value. */
    static void askForObject(Object value, Class<?> type, int index) {
        if (type == dev.krait.PyObject.class && value != null && !isPython(value)) {
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
