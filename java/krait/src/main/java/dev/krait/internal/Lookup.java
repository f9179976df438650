package dev.krait.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds values of Python's in Java collections, where an int may be any of the whole numbers, a str a char, and a tuple a list. */
public final class Lookup {
    /** No key. */
    static final Object ABSENT = new Object();

    private Lookup() {
    }

    /** What a value of Python's may be in a Java collection: an int is any of the whole numbers, a str maybe a char. */
    static List<Object> variants(Object value) {
        List<Object> variants = new ArrayList<>(4);
        variants.add(value);
        if (value instanceof Long) {
            long number = (Long) value;
            if (number == (int) number) {
                variants.add((int) number);
            }
            if (number == (short) number) {
                variants.add((short) number);
            }
            if (number == (byte) number) {
                variants.add((byte) number);
            }
        } else if (value instanceof Double && (double) (float) (double) (Double) value == (Double) value) {
            variants.add((float) (double) (Double) value);
        } else if (value instanceof String && ((String) value).length() == 1) {
            variants.add(((String) value).charAt(0));
        }
        return variants;
    }

    /** What it may be as a key or a member of a set. */
    private static List<Object> keys(Object value) {
        List<Object> keys = variants(value);
        if (value instanceof Object[]) {
            keys.add(withEquality(value));
        }
        return keys;
    }

    /**
     * A key or a member of a set as it came from Python, with equality: a tuple as a list, all the way down.
     *
     * @param key the key
     * @return the key, or what equals it
     */
    public static Object withEquality(Object key) {
        if (!(key instanceof Object[])) {
            return key;
        }
        Object[] parts = (Object[]) key;
        Object[] made = new Object[parts.length];
        for (int i = 0; i < parts.length; i++) {
            made[i] = withEquality(parts[i]);
        }
        List<Object> list = Arrays.asList(made);
        return Collections.unmodifiableList(list);
    }

    static boolean contains(Collection<?> collection, Object value) {
        for (Object variant : collection instanceof Set ? keys(value) : variants(value)) {
            try {
                if (collection.contains(variant)) {
                    return true;
                }
            } catch (ClassCastException | NullPointerException e) {
                // Sorted collections compare, and some take no null: then it is not in there.
                continue;
            }
        }
        return false;
    }

    /** The key that is in the map, or the value itself, which may be an array of Java's own. */
    static Object key(Map<?, ?> map, Object value, boolean isLive) {
        Object key = find(map, value);
        return key != ABSENT ? key : isLive ? value : withEquality(value);
    }

    /** The key that is in the map, or {@link #ABSENT}. */
    static Object find(Map<?, ?> map, Object value) {
        for (Object variant : keys(value)) {
            try {
                if (map.containsKey(variant)) {
                    return variant;
                }
            } catch (ClassCastException | NullPointerException e) {
                // Sorted maps compare, and some take no null: then it is not in there.
                continue;
            }
        }
        return ABSENT;
    }
}
