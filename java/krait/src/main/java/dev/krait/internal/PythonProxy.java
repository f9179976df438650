package dev.krait.internal;

import dev.krait.ConversionException;
import dev.krait.PythonException;
import java.lang.ref.Reference;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;

/**
 * A Python object as Java interfaces: a function as a functional interface, or an object whose class says what it implements.
 * Calls may come from any thread.
 */
final class PythonProxy implements InvocationHandler, PythonBacked {
    private static final Object[] NO_ARGUMENTS = {};

    /** The kind of a {@code krait.view} of a Python collection. */
    static final Opaque VIEW = new Opaque() { };

    private final Session session;
    private final Object target;
    /** The method that a call of the function is, or null for an object that implements by methods. */
    private final Method function;
    /** What the function must give. */
    private final Type result;

    private PythonProxy(Session session, Object target, Method function, Type result) {
        this.session = session;
        this.target = target;
        this.function = function;
        this.result = result;
    }

    /** The interfaces that a Python class implements. */
    static final class Kind implements Opaque {
        private final Class<?>[] interfaces;
        private final ClassLoader loader;

        Kind(Object[] types) {
            interfaces = new Class<?>[types.length];
            for (int i = 0; i < types.length; i++) {
                if (!(types[i] instanceof Class) || !((Class<?>) types[i]).isInterface()) {
                    throw new PythonError("TypeError", "krait.implements takes Java interfaces, not " + types[i]);
                }
                interfaces[i] = (Class<?>) types[i];
            }
            loader = loader(interfaces);
        }
    }

    /** A function as a functional interface, whose arguments say what it must give: {@code Function<String, Integer>}. */
    static Object function(Session session, Object function, Class<?> type, Type generic) {
        Method method = Callables.onlyAbstract(type);
        if (method == null) {
            throw new PythonError("TypeError", type.getTypeName() + " is no functional interface: a Python function cannot be"
                    + " one; krait.implements makes classes that can");
        }
        Type result = Generics.resolve(method.getGenericReturnType(), generic);
        PythonProxy handler = new PythonProxy(session, function, method, result);
        return Proxy.newProxyInstance(loader(type), new Class<?>[] {type}, handler);
    }

    /** An object of a class that implements interfaces. */
    static Object implement(Session session, Object object, Kind kind) {
        return Proxy.newProxyInstance(kind.loader, kind.interfaces, new PythonProxy(session, object, null, null));
    }

    @Override
    public Object pythonObject() {
        return target;
    }

    private static ClassLoader loader(Class<?>... interfaces) {
        for (Class<?> type : interfaces) {
            boolean all = true;
            for (Class<?> other : interfaces) {
                all &= sees(type.getClassLoader(), other);
            }
            if (all) {
                return type.getClassLoader();
            }
        }
        throw new PythonError("TypeError", "no class loader sees all of the interfaces");
    }

    private static boolean sees(ClassLoader loader, Class<?> type) {
        try {
            return Class.forName(type.getName(), false, loader) == type;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] given) throws Throwable {
        Object[] args = given == null ? NO_ARGUMENTS : given;
        if (method.getDeclaringClass() == Object.class) {
            return ofObject(proxy, method, args);
        }
        if (function != null) {
            // A bridge leads to it; any other default method of its name is an overload.
            boolean isTheFunction = method.getName().equals(function.getName())
                    && method.getParameterCount() == function.getParameterCount()
                    && (!method.isDefault() || method.isBridge());
            return isTheFunction ? result(call(args, Operations.givesObject(result)), method, result) : viaDefault(proxy, method, args);
        }
        Type wanted = resultOf(method, proxy);
        Object[] answer = ask("implement", method.getName(), args, Operations.givesObject(wanted));
        if ((Boolean) answer[0]) {
            return result(answer[1], method, wanted);
        }
        if (method.isDefault()) {
            return viaDefault(proxy, method, args);
        }
        throw new UnsupportedOperationException(answer[1] + " implements " + method.getDeclaringClass().getTypeName()
                + " without the method " + method.getName() + "()");
    }

    /** What a method must give, by the interface that has it. */
    private static Type resultOf(Method method, Object proxy) {
        Type given = method.getGenericReturnType();
        if (given instanceof Class) {
            return given;
        }
        for (Class<?> type : proxy.getClass().getInterfaces()) {
            if (method.getDeclaringClass().isAssignableFrom(type)) {
                return Generics.resolve(given, type);
            }
        }
        throw new AssertionError("Krait: no interface of the proxy has " + method);
    }

    private Object call(Object[] args, boolean asObject) {
        try {
            return FunctionCalls.call(session, Operations.raw(Op.CALL, asObject), Api.get().handleOf(target), args, null, null);
        } finally {
            Reference.reachabilityFence(target);
        }
    }

    /** (true, result), or (false, name of the class) where it has no such method. */
    private Object[] ask(String helper, String name, Object[] args, boolean asObject) {
        Object[] all = new Object[args.length + 2];
        all[0] = target;
        all[1] = name;
        System.arraycopy(args, 0, all, 2, args.length);
        if (!asObject) {
            return (Object[]) Requests.helper(session, 0, helper, all);
        }
        Object answer = Requests.helper(session, Operations.raw(0, true), helper, all);
        long handle = Api.get().handleOf(answer);
        try {
            boolean has = (Boolean) Requests.onObject(session, Op.GET_ITEM, handle, 0);
            return new Object[] {has, Requests.onObject(session, Operations.raw(Op.GET_ITEM, has), handle, 1)};
        } finally {
            Reference.reachabilityFence(answer);
        }
    }

    private Object result(Object value, Method method, Type type) {
        if (type == void.class) {
            return null;
        }
        if (type == boolean.class) {
            return Requests.truth(session, value);
        }
        if (Operations.givesObject(type) && (Boolean) Requests.helper(session, 0, "is_none", value)) {
            return null;
        }
        try {
            return Given.convert(session, value, Types.raw(type), type);
        } catch (ConversionException | NullPointerException e) {
            // A NullPointerException tells of a None where Java has a primitive type.
            String who = function != null ? String.valueOf(target)
                    : "a " + Requests.onObject(session, Op.TYPE_NAME, Api.get().handleOf(target));
            throw new ConversionException("what " + who + " gave for "
                    + method.getDeclaringClass().getTypeName() + "." + method.getName() + "(): " + e.getMessage(), e);
        }
    }

    private Object ofObject(Object proxy, Method method, Object[] args) {
        if (function == null) {
            Object[] answer = ask("implement_of_object", method.getName(), args, false);
            if ((Boolean) answer[0]) {
                return result(answer[1], method, method.getReturnType());
            }
        }
        switch (method.getName()) {
            case "equals":
                return proxy == args[0] || args[0] instanceof Proxy && isSame(Proxy.getInvocationHandler(args[0]));
            case "hashCode":
                try {
                    return target.hashCode();
                } catch (PythonException e) {
                    // Not hashable: equal objects must have the same number all the same.
                    return 0;
                }
            default:
                return target.toString();
        }
    }

    private boolean isSame(InvocationHandler other) {
        return other instanceof PythonBacked && target.equals(((PythonBacked) other).pythonObject());
    }

    private static Object viaDefault(Object proxy, Method method, Object[] args) throws Throwable {
        if (!method.isDefault()) {
            throw new UnsupportedOperationException("a Python function has no method " + method.getName() + "()");
        }
        return DefaultMethods.of(method).call(proxy, args.length == 0 ? null : args);
    }
}
