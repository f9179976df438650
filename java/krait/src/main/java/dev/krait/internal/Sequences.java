package dev.krait.internal;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;

/** What {@code len}, {@code []} and {@code del} in Python mean for lists, arrays and texts of Java. */
final class Sequences {
    private Sequences() {
    }

    static long length(Object target) {
        if (target instanceof Collection) {
            return ((Collection<?>) target).size();
        } else if (target instanceof Map) {
            return ((Map<?, ?>) target).size();
        } else if (target instanceof CharSequence) {
            return ((CharSequence) target).length();
        }
        return Array.getLength(target);
    }

    /** An index as Python counts, from the end where it is below 0. */
    static int index(Object target, Object value) {
        long length = length(target);
        long index = value instanceof Long ? (Long) value : Long.MAX_VALUE;
        long counted = index < 0 ? index + length : index;
        if (counted < 0 || counted >= length) {
            throw new PythonError("IndexError", "index " + value + " of a length of " + length);
        }
        return (int) counted;
    }

    /** An element. */
    static Object get(Object target, int index) {
        if (target instanceof List) {
            return ((List<?>) target).get(index);
        } else if (target instanceof CharSequence) {
            return String.valueOf(((CharSequence) target).charAt(index));
        }
        return Array.get(target, index);
    }

    @SuppressWarnings("unchecked")
    static void set(Session session, Object target, int index, Object value) {
        if (target instanceof List) {
            ((List<Object>) target).set(index, value);
        } else {
            Array.set(target, index, Given.convert(session, value, target.getClass().getComponentType()));
        }
    }

    /** Some of the elements, by Python's slice. */
    static List<Object> slice(Object target, long start, long count, long step) {
        List<Object> elements = new ArrayList<>((int) count);
        if (step == 1 && target instanceof List && !(target instanceof RandomAccess)) {
            elements.addAll(((List<?>) target).subList((int) start, (int) (start + count)));
            return elements;
        }
        for (long i = 0; i < count; i++) {
            elements.add(get(target, (int) (start + i * step)));
        }
        return elements;
    }

    static void delete(List<?> list, long start, long count, long step) {
        if (step == 1) {
            list.subList((int) start, (int) (start + count)).clear();
            return;
        }
        // From the end, so that the indices before stay right.
        long first = step > 0 ? start : start + (count - 1) * step;
        for (long i = count - 1; i >= 0; i--) {
            list.remove((int) (first + i * Math.abs(step)));
        }
    }

    /** A copy of an array, as its {@code clone()} makes it. */
    static Object copy(Object array) {
        int length = Array.getLength(array);
        Object copy = Array.newInstance(array.getClass().getComponentType(), length);
        System.arraycopy(array, 0, copy, 0, length);
        return copy;
    }

    @SuppressWarnings("unchecked")
    static void replace(List<?> list, long start, long count, Collection<?> values) {
        List<Object> part = ((List<Object>) list).subList((int) start, (int) (start + count));
        part.clear();
        part.addAll(values);
    }
}
