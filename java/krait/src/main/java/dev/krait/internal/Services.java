package dev.krait.internal;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What {@code krait._java} asks of Java by name: classes, fields, and the manners of collections. */
final class Services {
    private Services() {
    }

    /** Does one; the arguments come after the name. */
    static Object perform(Session session, String name, Object[] args) throws Throwable {
        switch (name) {
            case "len":
                return Manners.length(args[1]);
            case "get":
                return new Manners.Element(Manners.get(args[1], Manners.index(args[1], args[2])));
            case "set":
                Manners.set(session, args[1], Manners.index(args[1], args[2]), args[3]);
                return null;
            case "iterate":
                return new Manners.Iteration(args[1], false);
            case "iterate_items":
                return new Manners.Iteration(args[1], true);
            case "number":
                return Manners.number((Number) args[1]);
            case "message":
                return Thrown.message((Throwable) args[1]);
            case "next":
                return ((Manners.Iteration) args[1]).next();
            case "map_get":
                return entry((Map<?, ?>) args[1], args[2]);
            case "map_set":
                put(args[1], args[2], args[3]);
                return null;
            case "map_delete":
                return remove((Map<?, ?>) args[1], args[2]);
            case "map_contains":
                return Manners.find((Map<?, ?>) args[1], args[2]) != Manners.ABSENT;
            case "contains":
                return Manners.contains((Collection<?>) args[1], args[2]);
            case "slice":
                return new Manners.Elements(Manners.slice(args[1], (Long) args[2], (Long) args[3], (Long) args[4]));
            case "delete":
                Manners.delete((List<?>) args[1], (Long) args[2], (Long) args[3], (Long) args[4]);
                return null;
            case "replace":
                Manners.replace((List<?>) args[1], (Long) args[2], (Long) args[3], (Collection<?>) args[4]);
                return null;
            case "field":
                return field((Members) args[1], args[2]).get(args[3]);
            case "set_field":
                Field field = field((Members) args[1], args[2]);
                field.set(args[3], session.argument(args[4], field.getType()));
                return null;
            default:
                return ofClasses(session, name, args);
        }
    }

    private static int index(Object value) {
        return (int) (long) (Long) value;
    }

    private static Field field(Members members, Object index) {
        return members.field(index(index));
    }

    private static Object[] entry(Map<?, ?> map, Object wanted) {
        Object key = Manners.find(map, wanted);
        return key == Manners.ABSENT ? new Object[0] : new Object[] {new Manners.Element(map.get(key))};
    }

    @SuppressWarnings("unchecked")
    private static void put(Object map, Object key, Object value) {
        ((Map<Object, Object>) map).put(Manners.key((Map<?, ?>) map, key), value);
    }

    private static boolean remove(Map<?, ?> map, Object wanted) {
        Object key = Manners.find(map, wanted);
        if (key != Manners.ABSENT) {
            map.remove(key);
        }
        return key != Manners.ABSENT;
    }

    private static Object ofClasses(Session session, String name, Object[] args) throws Throwable {
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
                return (long) session.classes().number(session.allowed(type(args[1])));
            case "describe":
                return Classes.members(index(args[1])).describe();
            case "nested":
                return (long) session.classes().number(((Members) args[1]).nested((String) args[2]));
            case "is_subclass":
                return ((Members) args[2]).type.isAssignableFrom(((Members) args[1]).type);
            case "is_instance":
                return ((Members) args[2]).type.isInstance(args[1] instanceof Members ? ((Members) args[1]).type : args[1]);
            case "class_object":
                return ((Members) args[1]).type;
            case "class_of":
                return session.allowed(args[1].getClass());
            case "proxy_kind":
                return new PythonProxy.Kind(types(args, 1));
            case "view_kind":
                return PythonProxy.VIEW;
            case "new_array":
                return array(session, type(args[1]), args[2]);
            case "find_overload":
                return (long) ((Members) args[1]).group(index(args[2])).find(types(args, 3));
            case "signatures":
                return ((Members) args[1]).group(index(args[2])).signatures();
            case "method_name":
                return ((Members) args[1]).group(index(args[2])).title();
            case "method_repr":
                return "<Java method " + ((Members) args[1]).group(index(args[2])).title() + ">";
            case "method_doc":
                return String.join("\n", ((Members) args[1]).group(index(args[2])).signatures());
            case "copy":
                return new Copy(args[1]);
            default:
                throw new AssertionError("Krait: unknown service " + name);
        }
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
            for (Class<?> primitive : new Class<?>[] {boolean.class, byte.class, char.class, short.class, int.class,
                long.class, float.class, double.class}) {
                if (primitive.getName().equals(value)) {
                    return primitive;
                }
            }
        }
        throw new PythonError("TypeError", "a Java class, or the name of a primitive type, is wanted, not " + value);
    }

    /** A new array: of a length, or with elements. */
    private static Object array(Session session, Class<?> component, Object content) {
        session.allowed(component);
        Class<?> type = Array.newInstance(component, 0).getClass();
        Object array = content instanceof Long
                ? Array.newInstance(component, Math.toIntExact((Long) content)) : session.argument(content, type);
        return new Live(array);
    }

    /** A result that is a Java object in Python whatever it is. */
    static final class Live {
        final Object object;

        Live(Object object) {
            this.object = object;
        }
    }

    /** A result that is a copy. */
    static final class Copy {
        final Object object;

        Copy(Object object) {
            this.object = object;
        }
    }
}
