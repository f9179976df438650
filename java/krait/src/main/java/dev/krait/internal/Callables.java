package dev.krait.internal;

import dev.krait.ConversionException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.LinkedHashMap;
import java.util.Map;

/** Calls a Java object as Python does: by the one abstract method of the functional interface that its class implements. */
final class Callables {
    /** A target of Krait's own. */
    interface Target {
        /** Does it. */
        Object call(Object[] args) throws Exception;
    }

    private static final ClassValue<Method> METHODS = new ClassValue<Method>() {
        @Override
        protected Method computeValue(Class<?> type) {
            return find(type);
        }
    };

    private Callables() {
    }

    static Object call(Object target, Object[] args) throws Throwable {
        if (target instanceof Target) {
            return ((Target) target).call(args);
        }
        Method method = METHODS.get(target.getClass());
        if (method == null) {
            throw new ConversionException(target.getClass().getTypeName()
                    + " is not callable: it does not implement exactly one functional interface");
        }
        Class<?>[] types = method.getParameterTypes();
        if (types.length != args.length) {
            throw new ConversionException(method + " takes " + types.length + " arguments, not " + args.length);
        }
        Object[] converted = new Object[args.length];
        for (int i = 0; i < args.length; i++) {
            converted[i] = Converter.convert(args[i], types[i], null);
        }
        try {
            return method.invoke(target, converted);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** The one abstract method of all interfaces of a class, or null. */
    private static Method find(Class<?> type) {
        Map<String, Method> found = new LinkedHashMap<>();
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            collect(at, found);
        }
        return found.size() == 1 ? found.values().iterator().next() : null;
    }

    private static void collect(Class<?> type, Map<String, Method> found) {
        for (Class<?> declared : type.getInterfaces()) {
            if (Modifier.isPublic(declared.getModifiers())) {
                Method only = onlyAbstract(declared);
                if (only != null) {
                    found.putIfAbsent(only.getName() + only.getParameterCount(), only);
                }
            }
            collect(declared, found);
        }
    }

    private static Method onlyAbstract(Class<?> type) {
        Method only = null;
        for (Method method : type.getMethods()) {
            if (!Modifier.isAbstract(method.getModifiers()) || isOfObject(method)) {
                continue;
            }
            if (only != null) {
                return null;
            }
            only = method;
        }
        return only;
    }

    private static boolean isOfObject(Method method) {
        try {
            Object.class.getMethod(method.getName(), method.getParameterTypes());
            return true;
        } catch (NoSuchMethodException e) {
            return false;
        }
    }
}
