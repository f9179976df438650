package dev.krait;

import dev.krait.internal.DefaultMethods;
import dev.krait.internal.Generics;
import dev.krait.internal.PythonBacked;
import dev.krait.internal.Requests;
import dev.krait.internal.Session;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

/** A Java interface whose methods a Python object has: each is looked up by its name when it is called. */
final class PyProxy implements InvocationHandler, PythonBacked {
    private static final Object[] NO_ARGUMENTS = {};

    private final PyObject target;
    private final Class<?> type;
    private final Map<Method, Body> bodies;

    /** What a method does. */
    private interface Body {
        Object call(Object proxy, Object[] args) throws Throwable;
    }

    private PyProxy(PyObject target, Class<?> type, Map<Method, Body> bodies) {
        this.target = target;
        this.type = type;
        this.bodies = bodies;
    }

    /**
     * Binds an interface.
     *
     * @param target the Python object, which the proxy owns
     * @param type the interface, maybe generic
     * @param raw the interface's class
     * @throws ConversionException if methods are missing or cannot be called: all of them
     */
    static Object bind(PyObject target, Type type, Class<?> raw) {
        target.leave();
        Method[] methods = raw.getMethods();
        Map<String, Object> found = names(target, methods);
        boolean callable = onlyName(methods) && target.isCallable();
        Map<Method, Body> bodies = new HashMap<>();
        List<String> missing = new ArrayList<>();
        for (Method method : methods) {
            if (Modifier.isStatic(method.getModifiers())) {
                continue;
            }
            Object attribute = found.get(method.getName());
            Body body;
            if (isOfObject(method)) {
                continue;
            } else if (method.isDefault() && (method.isBridge() || !"".equals(attribute))) {
                body = DefaultMethods.of(method)::call;
            } else if ("".equals(attribute)) {
                body = method(target, method, type, true);
            } else if (callable) {
                body = method(target, method, type, false);
            } else if (attribute == null && isClose(method)) {
                body = (proxy, args) -> close(target);
            } else {
                missing.add(signature(method) + (attribute == null ? "" : " (it has a " + attribute
                        + " of that name, which cannot be called)"));
                continue;
            }
            bodies.put(method, body);
        }
        if (!missing.isEmpty()) {
            throw new ConversionException(target.repr() + " cannot be used as " + raw.getTypeName()
                    + ": it does not have " + String.join(", ", missing));
        }
        ClassLoader loader = raw.getClassLoader() == null ? PyProxy.class.getClassLoader() : raw.getClassLoader();
        return Proxy.newProxyInstance(loader, new Class<?>[] {raw}, new PyProxy(target, raw, bodies));
    }

    /** The names that the object has: with "" those that can be called, with their types the others. */
    @SuppressWarnings("unchecked")
    private static Map<String, Object> names(PyObject target, Method[] methods) {
        Set<String> names = new HashSet<>();
        for (Method method : methods) {
            names.add(method.getName());
        }
        return (Map<String, Object>) Requests.helper(target.session(), 0, "callable_names", target, new ArrayList<>(names));
    }

    /** Whether all abstract methods have one name, so that a callable may stand for the interface. */
    private static boolean onlyName(Method[] methods) {
        Set<String> names = new HashSet<>();
        for (Method method : methods) {
            if (Modifier.isAbstract(method.getModifiers()) && !isOfObject(method)) {
                names.add(method.getName());
            }
        }
        return names.size() == 1;
    }

    private static boolean isOfObject(Method method) {
        try {
            Object.class.getMethod(method.getName(), method.getParameterTypes());
            return true;
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    private static boolean isClose(Method method) {
        return method.getName().equals("close") && method.getParameterCount() == 0
                && AutoCloseable.class.isAssignableFrom(method.getDeclaringClass());
    }

    private static Object close(PyObject target) {
        target.close();
        return null;
    }

    private static String signature(Method method) {
        List<String> types = new ArrayList<>();
        for (Class<?> parameter : method.getParameterTypes()) {
            types.add(parameter.getSimpleName());
        }
        return method.getName() + "(" + String.join(", ", types) + ")";
    }

    private static Body method(PyObject target, Method method, Type context, boolean named) {
        String name = method.getName();
        Type result = Generics.resolve(method.getGenericReturnType(), context);
        boolean asObject = result instanceof Class && Calls.wantsObject((Class<?>) result);
        // A class without arguments needs no conversion of its instances.
        Class<?> plain = result instanceof Class ? MethodType.methodType((Class<?>) result).wrap().returnType() : null;
        boolean spread = method.isVarArgs();
        Class<?>[] parameters = method.getParameterTypes();
        boolean keywords = parameters.length > 0 && parameters[parameters.length - 1] == Kwargs.class;
        String place = method.getDeclaringClass().getSimpleName() + "." + name + "()";
        return (proxy, args) -> {
            Object[] given = args == null ? NO_ARGUMENTS : args;
            if (spread) {
                given = spread(given);
            } else if (keywords && given[given.length - 1] == null) {
                given = Arrays.copyOf(given, given.length - 1);
            }
            Object value = named ? target.invokeMethod(asObject, name, given) : target.call(asObject, given);
            if (plain != null && plain.isInstance(value)) {
                return value;
            }
            return convert(target.session(), value, result, place);
        };
    }

    /** Variable arguments as positional ones. */
    private static Object[] spread(Object[] given) {
        Object last = given[given.length - 1];
        int count = last == null ? 0 : java.lang.reflect.Array.getLength(last);
        Object[] all = Arrays.copyOf(given, given.length - 1 + count);
        for (int i = 0; i < count; i++) {
            all[given.length - 1 + i] = java.lang.reflect.Array.get(last, i);
        }
        return all;
    }

    private static Object convert(Session session, Object value, Type type, String place) {
        if (type == boolean.class) {
            return Requests.truth(session, value);
        }
        if (value == null && isFuture(type)) {
            return CompletableFuture.completedFuture(null);
        }
        try {
            return type == void.class ? null : session.convert(value, type);
        } catch (ConversionException e) {
            throw new ConversionException("the result of " + place + ": " + e.getMessage(), e);
        } catch (NullPointerException e) {
            NullPointerException named = new NullPointerException("the result of " + place + ": " + e.getMessage());
            named.initCause(e);
            throw named;
        }
    }

    private static boolean isFuture(Type type) {
        Type raw = type instanceof ParameterizedType ? ((ParameterizedType) type).getRawType() : type;
        return raw == CompletableFuture.class || raw == CompletionStage.class || raw == Future.class;
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] args) throws Throwable {
        Body body = bodies.get(method);
        if (body != null) {
            return body.call(proxy, args);
        }
        switch (method.getName()) {
            case "equals":
                return equalsProxy(args[0]);
            case "hashCode":
                return target.hashCode();
            default:
                return target.toString();
        }
    }

    private boolean equalsProxy(Object other) {
        if (!(other instanceof Proxy) || !(Proxy.getInvocationHandler(other) instanceof PyProxy)) {
            return false;
        }
        PyProxy proxy = (PyProxy) Proxy.getInvocationHandler(other);
        return proxy == this || proxy.type == type && proxy.target.equals(target);
    }

    @Override
    public Object pythonObject() {
        return target;
    }
}
