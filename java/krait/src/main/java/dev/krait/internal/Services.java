package dev.krait.internal;

import java.lang.reflect.Field;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What the {@code krait} package asks of Java by name: fields, and the manners of objects. */
final class Services {
    private Services() {
    }

    /** Does one; the arguments come after the name, with a bit for each that is a Java object of Python's, not a value. */
    static Object perform(Session session, String name, Object[] args, long live) throws Throwable {
        switch (name) {
            case "len":
                return Sequences.length(args[1]);
            case "get":
                return new Results.Element(Sequences.get(args[1], Sequences.index(args[1], args[2])));
            case "set":
                Given.askForObject(args, 3, live, args[1].getClass().getComponentType());
                Sequences.set(session, args[1], Sequences.index(args[1], args[2]), args[3]);
                return null;
            case "iterate":
                return new Iteration(args[1], false);
            case "iterate_items":
                return new Iteration(args[1], true);
            case "number":
                return Manners.number((Number) args[1]);
            case "message":
                return Thrown.message((Throwable) args[1]);
            case "causes":
                return Thrown.causes((Throwable) args[1]);
            case "java_stack":
                return Thrown.stack((Throwable) args[1]);
            case "next":
                return ((Iteration) args[1]).next();
            case "map_get":
                return entry((Map<?, ?>) args[1], args[2]);
            case "map_set":
                put(args[1], args[2], (live & 1L << 2) != 0, args[3]);
                return null;
            case "map_delete":
                return remove((Map<?, ?>) args[1], args[2]);
            case "map_contains":
                return Lookup.find((Map<?, ?>) args[1], args[2]) != Lookup.ABSENT;
            case "contains":
                return Lookup.contains((Collection<?>) args[1], args[2]);
            case "slice":
                return new Results.Elements(Sequences.slice(args[1], (Long) args[2], (Long) args[3], (Long) args[4]));
            case "delete":
                Sequences.delete((List<?>) args[1], (Long) args[2], (Long) args[3], (Long) args[4]);
                return null;
            case "clone":
                return new Results.Live(Sequences.copy(args[1]));
            case "replace":
                Sequences.replace((List<?>) args[1], (Long) args[2], (Long) args[3], (Collection<?>) args[4]);
                return null;
            case "field":
                return given(session, field((Members) args[1], args[2]).get(args[3]));
            case "field_view":
                return new Results.Element(field((Members) args[1], args[2]).get(args[3]));
            case "set_field":
                setField(session, args, live);
                return null;
            default:
                return ClassServices.perform(session, name, args);
        }
    }

    /** What Java code gives, as the interpreter was told: a live view or a copy. */
    static Object given(Session session, Object value) {
        return session.form() == Form.VIEW ? new Results.Element(value) : value;
    }

    static int index(Object value) {
        return (int) (long) (Long) value;
    }

    private static Field field(Members members, Object index) {
        return members.field(index(index));
    }

    /** Sets one, as (name, members, index, object, value). */
    private static void setField(Session session, Object[] args, long live) throws IllegalAccessException {
        Members members = (Members) args[1];
        Field field = field(members, args[2]);
        Given.askForObject(args, 4, live, field.getType());
        boolean isLive = (live & 1L << 4) != 0;
        boolean isOne = (isLive || Given.isPython(args[4])) && field.getType().isInstance(args[4]);
        // What Python made of its own is given the elements that the field's type asks for.
        Object value = isOne ? args[4] : Given.convert(session, args[4], Generics.resolve(field.getGenericType(), members.type));
        field.set(args[3], value);
    }

    private static Object[] entry(Map<?, ?> map, Object wanted) {
        Object key = Lookup.find(map, wanted);
        return key == Lookup.ABSENT ? new Object[0] : new Object[] {new Results.Element(map.get(key))};
    }

    @SuppressWarnings("unchecked")
    private static void put(Object map, Object key, boolean isLive, Object value) {
        ((Map<Object, Object>) map).put(Lookup.key((Map<?, ?>) map, key, isLive), value);
    }

    private static boolean remove(Map<?, ?> map, Object wanted) {
        Object key = Lookup.find(map, wanted);
        if (key != Lookup.ABSENT) {
            map.remove(key);
        }
        return key != Lookup.ABSENT;
    }
}
