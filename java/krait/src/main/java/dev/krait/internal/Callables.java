package dev.krait.internal;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which classes are functions to Python: those that implement one functional interface. */
final class Callables {
    /** A function of Krait's own for Python. */
    interface Target {
        /** Does it. */
        Object call(Object... args) throws Exception;
    }

    private static final String NONE = "none";
    /** Methods, or {@link #NONE}: nothing of ours, which would tie our class loader to every class it is kept for. */
    private static final ClassValue<Object> ONLY = new ClassValue<Object>() {
        @Override
        protected Object computeValue(Class<?> type) {
            Method found = findOnly(type);
            return found == null ? NONE : found;
        }
    };

    private Callables() {
    }

    /** The one abstract method of an interface that has no more, or null. */
    static Method onlyAbstract(Class<?> type) {
        if (!type.isInterface()) {
            return null;
        }
        Object known = ONLY.get(type);
        return known == NONE ? null : (Method) known;
    }

    private static Method findOnly(Class<?> type) {
        Method only = null;
        for (Method method : type.getMethods()) {
            if (!Modifier.isAbstract(method.getModifiers()) || isOfObject(method)) {
                continue;
            }
            // The same method may come from several interfaces.
            if (only != null && !only.getName().equals(method.getName())
                    || only != null && only.getParameterCount() != method.getParameterCount()) {
                return null;
            }
            if (only == null || only.getReturnType().isAssignableFrom(method.getReturnType())) {
                only = method;
            }
        }
        return only;
    }

    /** The method that calling an object of a class means: that of the one functional interface it implements, or null. */
    static Method functionalMethod(Class<?> type) {
        if (Target.class.isAssignableFrom(type)) {
            return Target.class.getDeclaredMethods()[0];
        }
        Map<String, Method> found = new LinkedHashMap<>();
        if (type.isInterface()) {
            add(type, found);
        }
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            collect(at, found);
        }
        return found.size() == 1 ? found.values().iterator().next() : null;
    }

    private static void collect(Class<?> type, Map<String, Method> found) {
        for (Class<?> declared : type.getInterfaces()) {
            add(declared, found);
            collect(declared, found);
        }
    }

    private static void add(Class<?> type, Map<String, Method> found) {
        // Comparable and the like are marks of a value, not what it does; so is what enums and boxes are from Java 12 on.
        boolean mark = Iterable.class.isAssignableFrom(type) || type == Comparable.class
                || AutoCloseable.class.isAssignableFrom(type) || type.getPackageName().equals("java.lang.constant");
        Method only = mark ? null : onlyAbstract(type);
        if (only != null) {
            found.putIfAbsent(only.getName() + only.getParameterCount(), only);
        }
    }

    static boolean isOfObject(Method method) {
        try {
            return Modifier.isPublic(Object.class.getMethod(method.getName(), method.getParameterTypes()).getModifiers());
        } catch (NoSuchMethodException e) {
            return false;
        }
    }
}
