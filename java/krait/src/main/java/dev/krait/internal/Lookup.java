package dev.krait.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Finds values of Python's in Java collections, where an int may be any of the whole numbers and a str a char. */
final class Lookup {
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

    static boolean contains(Collection<?> collection, Object value) {
        for (Object variant : variants(value)) {
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

    /** The key that is in the map, or the value itself. */
    static Object key(Map<?, ?> map, Object value) {
        Object key = find(map, value);
        return key == ABSENT ? value : key;
    }

    /** The key that is in the map, or {@link #ABSENT}. */
    static Object find(Map<?, ?> map, Object value) {
        for (Object variant : variants(value)) {
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
