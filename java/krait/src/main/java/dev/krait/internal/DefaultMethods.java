package dev.krait.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/** Calls default methods of interfaces on proxies. */
public final class DefaultMethods {
    /** {@code InvocationHandler.invokeDefault} of JDK 16 and later, else null. */
    private static final Method INVOKE_DEFAULT = invokeDefault();

    /** Calls one default method. */
    public interface Call {
        /**
         * Calls it.
         *
         * @param proxy the object
         * @param args the arguments, or null for none
         * @return the result
         * @throws Throwable what the method throws
         */
        Object call(Object proxy, Object[] args) throws Throwable;
    }

    private DefaultMethods() {
    }

    /**
     * Finds a way to call a default method.
     *
     * @param method the method, of an interface that the proxies implement
     * @return how to call it
     * @throws IllegalArgumentException if Java does not allow it
     */
    public static Call of(Method method) {
        Class<?> declaring = method.getDeclaringClass();
        try {
            DefaultMethods.class.getModule().addReads(declaring.getModule());
            MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(declaring, MethodHandles.lookup());
            return spread(lookup.unreflectSpecial(method, declaring));
        } catch (IllegalAccessException e) {
            // The interface's module is not open to Krait: the JDK's, say.
            if (INVOKE_DEFAULT != null) {
                return (proxy, args) -> invokeDefault(proxy, method, args);
            }
        }
        try {
            MethodType type = MethodType.methodType(method.getReturnType(), method.getParameterTypes());
            return spread(MethodHandles.lookup().findSpecial(declaring, method.getName(), type, declaring));
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("the default method " + method + " cannot be called", e);
        }
    }

    private static Call spread(MethodHandle handle) {
        MethodHandle generic = handle.asFixedArity();
        return (proxy, args) -> args == null
                ? generic.invokeWithArguments(proxy)
                : generic.bindTo(proxy).invokeWithArguments(args);
    }

    private static Object invokeDefault(Object proxy, Method method, Object[] args) throws Throwable {
        try {
            return INVOKE_DEFAULT.invoke(null, proxy, method, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static Method invokeDefault() {
        try {
            return InvocationHandler.class.getMethod("invokeDefault", Object.class, Method.class, Object[].class);
        } catch (NoSuchMethodException e) {
            return null;
        }
    }
}
