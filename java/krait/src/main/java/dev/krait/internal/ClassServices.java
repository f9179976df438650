package dev.krait.internal;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;

/** What the {@code krait} package asks of Java by name about classes, packages and methods. */
final class ClassServices {
    private ClassServices() {
    }

    /** Does one; the arguments come after the name. */
    static Object perform(Session session, String name, Object[] args) throws Throwable {
        switch (name) {
            case "find_class":
                Class<?> found = session.finder().find((String) args[1]);
                return found == null ? null : (Object) (long) session.classes().number(found);
            case "why_not":
                return session.finder().whyNot((String) args[1]);
            case "is_package":
                return session.finder().isPackage((String) args[1]);
            case "list_package":
                return new ArrayList<>(session.finder().list((String) args[1]));
            case "class_number":
                return (long) session.classes().number(Given.allowed(session, type(args[1])));
            case "describe":
                return Classes.members(Services.index(args[1])).describe();
            case "nested":
                return (long) session.classes().number(((Members) args[1]).nested((String) args[2]));
            case "is_subclass":
                return ((Members) args[1]).type.isAssignableFrom(((Members) args[2]).type);
            case "is_instance":
                return ((Members) args[1]).type.isInstance(args[2] instanceof Members ? ((Members) args[2]).type : args[2]);
            case "class_object":
                return ((Members) args[1]).type;
            case "class_of":
                return Given.allowed(session, args[1].getClass());
            case "proxy_kind":
                return new PythonProxy.Kind(types(args, 1));
            case "view_kind":
                return PythonProxy.VIEW;
            case "default_methods":
                return ((Members) args[1]).defaultMethods();
            case "call_proxy":
                return callProxy(session, args);
            case "new_array":
                return array(session, type(args[1]), args);
            case "find_overload":
                return (long) group(args).find(types(args, 3));
            case "signatures":
                return group(args).signatures();
            case "method_name":
                return group(args).title();
            case "method_repr":
                return "<Java method " + group(args).title() + ">";
            case "method_doc":
                return String.join("\n", group(args).signatures());
            case "copy":
                return new Results.Copy(args[1]);
            default:
                throw new AssertionError("Krait: unknown service " + name);
        }
    }

    private static MethodGroup group(Object[] args) {
        return ((Members) args[1]).group(Services.index(args[2]));
    }

    /** Calls a method of an interface on the Python object that implements it: (name, members, index, object, arguments). */
    private static Object callProxy(Session session, Object[] args) throws Throwable {
        Members members = (Members) args[1];
        if (!members.type.isInstance(args[3])) {
            throw new PythonError("TypeError", group(args).title() + "() needs an object of its class as the first argument");
        }
        Object[] given = types(args, 4);
        Given.check(session, members, Services.index(args[2]), given);
        MethodGroup group = group(args);
        return Services.given(session, group.call(session, group.choose(session, args[3], given, 0, -1), args[3], given, 0));
    }

    private static Object[] types(Object[] args, int from) {
        Object[] types = new Object[args.length - from];
        for (int i = from; i < args.length; i++) {
            types[i - from] = args[i] instanceof Members ? ((Members) args[i]).type : args[i];
        }
        return types;
    }

    private static Class<?> type(Object value) {
        if (value instanceof Members) {
            return ((Members) value).type;
        }
        if (value instanceof Class) {
            return (Class<?>) value;
        }
        if (value instanceof String) {
            String text = (String) value;
            if (text.endsWith("[]")) {
                return Array.newInstance(type(text.substring(0, text.length() - 2)), 0).getClass();
            }
            for (Class<?> primitive : List.of(boolean.class, byte.class, char.class, short.class, int.class, long.class,
                    float.class, double.class)) {
                if (primitive.getName().equals(text)) {
                    return primitive;
                }
            }
        }
        throw new PythonError("TypeError", "a Java class, or the name of a primitive type, is wanted, not " + value);
    }

    /** A new array: of a length, or of several for arrays in arrays, or with elements. */
    private static Object array(Session session, Class<?> component, Object[] args) {
        Given.allowed(session, component);
        if (!(args[2] instanceof Long)) {
            return new Results.Live(Given.convert(session, args[2], Array.newInstance(component, 0).getClass()));
        }
        int[] lengths = new int[args.length - 2];
        for (int i = 0; i < lengths.length; i++) {
            if (!(args[i + 2] instanceof Long)) {
                throw new PythonError("TypeError", "an array's lengths are whole numbers, not " + Mismatch.pythonType(args[i + 2]));
            }
            long length = (Long) args[i + 2];
            if (length != (int) length || length < 0) {
                throw new PythonError("ValueError", "an array cannot have a length of " + length);
            }
            lengths[i] = (int) length;
        }
        return new Results.Live(Array.newInstance(component, lengths));
    }
}
