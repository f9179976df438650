package dev.krait.internal;

import java.lang.reflect.Member;

/** What a class filter refuses besides classes by name: the ways around it by reflection. */
final class FilterChecks {
    private FilterChecks() {
    }

    /** Refuses an object that stands for a class, or for a part of one, which the filter denies. */
    static void check(Classes classes, Object object) {
        if (object instanceof Class && !classes.allows((Class<?>) object)) {
            throw denied(((Class<?>) object).getTypeName());
        }
        if (object instanceof Member && !classes.allows(((Member) object).getDeclaringClass())) {
            throw denied(((Member) object).getDeclaringClass().getTypeName());
        }
        // Handles and look-ups say nothing of what they reach. Their own classes are not public ones.
        if (object.getClass().getName().startsWith("java.lang.invoke.") && !classes.allows("java.lang.invoke.MethodHandle")) {
            throw denied("java.lang.invoke");
        }
    }

    /** Refuses to look a denied class up by its name, before it is loaded. */
    static void check(Classes classes, Members members, String method, Object[] args) {
        boolean byName = members.type == Class.class && method.equals("forName")
                || ClassLoader.class.isAssignableFrom(members.type) && method.equals("loadClass");
        if (byName) {
            for (Object arg : args) {
                if (arg instanceof String && !classes.allows((String) arg)) {
                    throw denied((String) arg);
                }
            }
        }
    }

    private static PythonError denied(String name) {
        return new PythonError("PermissionError", "the class filter denies " + name);
    }
}
