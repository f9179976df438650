package dev.krait.internal;

import dev.krait.PyObject;
import java.lang.reflect.Array;
import java.lang.reflect.Type;
import java.util.AbstractMap;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Converts a value as {@link FrameReader} makes it to the Java type that a user asks for. Nothing is lost
 * silently: a number
 * that does not fit, or two elements of a set that become equal, is an error. Any thread may use it.
 */
public final class Converter {
    private static final Map<Class<?>, Class<?>> BOXES = Map.of(
            boolean.class, Boolean.class, byte.class, Byte.class, short.class, Short.class, int.class, Integer.class,
            long.class, Long.class, float.class, Float.class, double.class, Double.class, char.class, Character.class,
            void.class, Void.class);

    private final ObjectConversion objects;

    private Converter(ObjectConversion objects) {
        this.objects = objects;
    }

    /**
     * Converts a value.
     *
     * @param value a value as it was read from a frame, or null
     * @param target the type asked for; variables and wildcards stand for their bounds
     * @param objects converts Python objects; null where there are none
     * @return the value as an instance of the type; for a primitive type, of its box
     * @throws dev.krait.ConversionException if there is no way; the message says where in the value, and why
     * @throws NullPointerException if None meets a primitive type
     */
    public static Object convert(Object value, Type target, ObjectConversion objects) {
        if (target instanceof Class && ((Class<?>) target).isInstance(value)) {
            return value;
        }
        try {
            return new Converter(objects).to(value, target);
        } catch (Mismatch e) {
            throw e.toException(objects);
        }
    }

    private Object to(Object value, Type wanted) {
        Type type = Types.bound(wanted);
        Class<?> raw = Types.raw(type);
        if (value == null) {
            return none(raw);
        }
        Class<?> box = raw.isPrimitive() ? BOXES.get(raw) : raw;
        // A class without arguments says all; of a generic type it is only half the truth.
        if (box.isInstance(value) && (type instanceof Class || !isContainer(raw) || isOfObjects(type, raw))) {
            return value;
        }
        if (box == Void.class) {
            return null;
        }
        Object converted;
        if (raw == char[].class && value instanceof String) {
            converted = ((String) value).toCharArray();
        } else if (raw.isArray()) {
            converted = array(value, type);
        } else if (Map.class.isAssignableFrom(raw)) {
            converted = map(value, type, raw);
        } else if (raw == Iterator.class || raw == Stream.class) {
            converted = stream(value, type, raw);
        } else if (raw == Iterable.class || Collection.class.isAssignableFrom(raw)) {
            converted = collection(value, type, raw);
        } else {
            converted = single(value, type, box);
        }
        if (converted == null && objects != null) {
            converted = objects.convert(value, type);
        }
        if (converted == null) {
            throw new Mismatch(value, type, why(value, raw));
        }
        return converted;
    }

    private static String why(Object value, Class<?> raw) {
        if (raw == PyObject.class) {
            return "it was copied with what holds it; that one as a PyObject has asList and asMap, which give objects";
        }
        return value instanceof Byte && (raw.isPrimitive() || Number.class.isAssignableFrom(raw))
                ? "a byte[] does not say whether its numbers had a sign in Python" : null;
    }

    private static Object none(Class<?> raw) {
        if (raw.isPrimitive() && raw != void.class) {
            throw new Mismatch(null, raw, null);
        }
        if (raw == Optional.class) {
            return Optional.empty();
        } else if (raw == OptionalInt.class) {
            return OptionalInt.empty();
        } else if (raw == OptionalLong.class) {
            return OptionalLong.empty();
        } else if (raw == OptionalDouble.class) {
            return OptionalDouble.empty();
        }
        return null;
    }

    private static boolean isContainer(Class<?> raw) {
        return raw.isArray() || raw == Iterable.class || Collection.class.isAssignableFrom(raw)
                || Map.class.isAssignableFrom(raw) || Map.Entry.class.isAssignableFrom(raw) || raw == Optional.class;
    }

    private static boolean isOfObjects(Type type, Class<?> raw) {
        if (raw.isArray() || raw == Optional.class) {
            return false;
        }
        if (Map.class.isAssignableFrom(raw) || Map.Entry.class.isAssignableFrom(raw)) {
            Class<?> pair = Map.class.isAssignableFrom(raw) ? Map.class : Map.Entry.class;
            return Types.argument(type, pair, 0) == Object.class && Types.argument(type, pair, 1) == Object.class;
        }
        return Types.argument(type, Iterable.class, 0) == Object.class;
    }

    /** Conversions to what is neither an array nor a collection or map; null if there is none. */
    private Object single(Object value, Type type, Class<?> target) {
        if (target == Optional.class) {
            return Optional.ofNullable(to(value, Types.argument(type, Optional.class, 0)));
        } else if (target == OptionalInt.class) {
            return OptionalInt.of((Integer) to(value, int.class));
        } else if (target == OptionalLong.class) {
            return OptionalLong.of((Long) to(value, long.class));
        } else if (target == OptionalDouble.class) {
            return OptionalDouble.of((Double) to(value, double.class));
        } else if (Map.Entry.class.isAssignableFrom(target)) {
            return entry(value, type, target);
        } else if (target == Character.class) {
            return value instanceof String ? character((String) value) : null;
        } else if (target.isAssignableFrom(String.class)) {
            return value instanceof Character ? value.toString() : null;
        } else if (Enum.class.isAssignableFrom(target)) {
            return value instanceof String ? constant((String) value, target) : null;
        }
        Object number = NumberConversions.convert(value, target);
        return number == null ? TimeConversions.convert(value, target) : number;
    }

    private static Character character(String text) {
        if (text.length() != 1) {
            throw new Mismatch(text, char.class, "it has " + text.length() + " UTF-16 units, not one");
        }
        return text.charAt(0);
    }

    private static Object constant(String name, Class<?> type) {
        Object[] constants = type.getEnumConstants();
        if (constants == null) {
            return null;
        }
        for (Object constant : constants) {
            if (((Enum<?>) constant).name().equals(name)) {
                return constant;
            }
        }
        throw new Mismatch(name, type, "it has no constant named " + Mismatch.shortened(name));
    }

    private Object entry(Object value, Type type, Class<?> target) {
        Object key;
        Object held;
        if (value instanceof Map.Entry) {
            key = ((Map.Entry<?, ?>) value).getKey();
            held = ((Map.Entry<?, ?>) value).getValue();
        } else if (value instanceof Object[] && ((Object[]) value).length == 2) {
            key = ((Object[]) value)[0];
            held = ((Object[]) value)[1];
        } else {
            return null;
        }
        try {
            key = to(key, Types.argument(type, Map.Entry.class, 0));
        } catch (Mismatch e) {
            throw e.in("[0]");
        }
        try {
            held = to(held, Types.argument(type, Map.Entry.class, 1));
        } catch (Mismatch e) {
            throw e.in("[1]");
        }
        if (target.isAssignableFrom(AbstractMap.SimpleImmutableEntry.class)) {
            return new AbstractMap.SimpleImmutableEntry<>(key, held);
        }
        return target == AbstractMap.SimpleEntry.class ? new AbstractMap.SimpleEntry<>(key, held) : null;
    }

    private Object array(Object value, Type type) {
        Object[] elements = elements(value);
        if (elements == null) {
            return null;
        }
        Type component = Types.component(type);
        Object array = Array.newInstance(Types.raw(component), elements.length);
        int i = 0;
        try {
            // Loops of their own for what is common and long: Array.set is slow.
            if (array instanceof long[]) {
                for (; i < elements.length; i++) {
                    ((long[]) array)[i] = (Long) to(elements[i], component);
                }
            } else if (array instanceof int[]) {
                for (; i < elements.length; i++) {
                    ((int[]) array)[i] = (Integer) to(elements[i], component);
                }
            } else if (array instanceof double[]) {
                for (; i < elements.length; i++) {
                    ((double[]) array)[i] = (Double) to(elements[i], component);
                }
            } else if (array instanceof Object[]) {
                for (; i < elements.length; i++) {
                    ((Object[]) array)[i] = to(elements[i], component);
                }
            } else {
                for (; i < elements.length; i++) {
                    Array.set(array, i, to(elements[i], component));
                }
            }
        } catch (Mismatch e) {
            throw e.in(Mismatch.index(i));
        }
        return array;
    }

    private Object collection(Object value, Type type, Class<?> raw) {
        Object[] elements = elements(value);
        if (elements == null) {
            return null;
        }
        Type element = Types.argument(type, Iterable.class, 0);
        Collection<Object> made = Containers.collection(raw, Types.raw(element), elements.length);
        if (made == null) {
            throw new Mismatch(value, type, "Krait cannot make a " + raw.getTypeName()
                    + "; a public constructor without parameters is needed");
        }
        for (int i = 0; i < elements.length; i++) {
            try {
                Object converted = to(elements[i], element);
                if (!added(made, converted, elements[i], type)) {
                    throw new Mismatch(elements[i], type, "it equals an element before it");
                }
            } catch (Mismatch e) {
                throw e.in(Mismatch.index(i));
            }
        }
        return made;
    }

    /** A list's elements as an iterator or a stream; null for what has none at hand. */
    private Object stream(Object value, Type type, Class<?> raw) {
        Object[] elements = elements(value);
        if (elements == null) {
            return null;
        }
        Type element = Types.argument(type, raw, 0);
        Object[] converted = new Object[elements.length];
        for (int i = 0; i < elements.length; i++) {
            try {
                converted[i] = to(elements[i], element);
            } catch (Mismatch e) {
                throw e.in(Mismatch.index(i));
            }
        }
        return raw == Stream.class ? Arrays.stream(converted) : Arrays.asList(converted).iterator();
    }

    private static boolean added(Collection<Object> made, Object converted, Object element, Type type) {
        try {
            return made.add(converted);
        } catch (RuntimeException e) {
            throw refused(element, type, e);
        }
    }

    private Object map(Object value, Type type, Class<?> raw) {
        if (!(value instanceof Map)) {
            return null;
        }
        Map<?, ?> entries = (Map<?, ?>) value;
        Type keyType = Types.argument(type, Map.class, 0);
        Type valueType = Types.argument(type, Map.class, 1);
        Map<Object, Object> made = Containers.map(raw, Types.raw(keyType));
        if (made == null) {
            throw new Mismatch(value, type, "Krait cannot make a " + raw.getTypeName()
                    + "; a public constructor without parameters is needed");
        }
        for (Map.Entry<?, ?> entry : entries.entrySet()) {
            String place = "";
            try {
                place = " (a key)";
                Object key = to(entry.getKey(), keyType);
                place = "";
                Object held = to(entry.getValue(), valueType);
                put(made, key, held, entry, type);
            } catch (Mismatch e) {
                throw e.in(Mismatch.key(entry.getKey()) + place);
            }
        }
        return made;
    }

    private static void put(Map<Object, Object> made, Object key, Object held, Map.Entry<?, ?> entry, Type type) {
        int before = made.size();
        try {
            made.put(key, held);
        } catch (RuntimeException e) {
            throw refused(held == null ? null : entry.getKey(), type, e);
        }
        if (made.size() == before) {
            throw new Mismatch(entry.getKey(), type, "the key equals one before it");
        }
    }

    private static Mismatch refused(Object element, Type type, RuntimeException e) {
        String why = e instanceof NullPointerException ? "it takes no None"
                : e instanceof ClassCastException ? "it cannot order its elements" : e.toString();
        return new Mismatch(element, type, why, e);
    }

    /** The elements of a sequence or a set, or null if the value is neither. */
    private static Object[] elements(Object value) {
        if (value instanceof Object[]) {
            return (Object[]) value;
        }
        if (value instanceof Collection) {
            return ((Collection<?>) value).toArray();
        }
        if (!value.getClass().isArray()) {
            return null;
        }
        Object[] elements = new Object[Array.getLength(value)];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = Array.get(value, i);
        }
        return elements;
    }
}
