package dev.krait.internal;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.BaseStream;

/** What Python's own syntax means for Java objects: {@code len}, {@code in}, {@code []}, {@code for}, comparisons. */
final class Manners {
    private static final int ITERABLE = 1;
    private static final int COLLECTION = 2;
    private static final int LIST = 4;
    private static final int MAP = 8;
    private static final int ITERATOR = 16;
    private static final int STREAM = 32;
    private static final int CLOSEABLE = 64;
    private static final int ARRAY = 128;
    private static final int THROWABLE = 256;
    private static final int TEXT = 512;
    private static final int NUMBER = 1024;
    private static final int INTERFACE = 2048;
    private static final int ENTRY = 4096;
    private static final int ENUM = 8192;
    private static final int BOOLEAN = 16384;
    private static final int AWAITABLE = 32768;

    /** No key. */
    static final Object ABSENT = new Object();

    private Manners() {
    }

    /** The manners of a class; {@code krait._java_manners} has the same numbers. */
    static int flags(Class<?> type) {
        return flag(type, ITERABLE, Iterable.class) | flag(type, COLLECTION, Collection.class)
                | flag(type, LIST, List.class) | flag(type, MAP, Map.class)
                | flag(type, ITERATOR, Iterator.class) | flag(type, ITERATOR, Enumeration.class)
                | flag(type, STREAM, BaseStream.class) | flag(type, CLOSEABLE, AutoCloseable.class)
                | (type.isArray() ? ARRAY : 0) | flag(type, THROWABLE, Throwable.class)
                | flag(type, TEXT, CharSequence.class) | flag(type, NUMBER, Number.class)
                | (type.isInterface() ? INTERFACE : 0) | flag(type, ENTRY, Map.Entry.class) | (type.isEnum() ? ENUM : 0)
                | (type == Boolean.class ? BOOLEAN : 0) | flag(type, AWAITABLE, CompletionStage.class);
    }

    private static int flag(Class<?> type, int flag, Class<?> parent) {
        return parent.isAssignableFrom(type) ? flag : 0;
    }

    // ---- text and order

    static String str(Object target) {
        return target.getClass().isArray() ? arrayText(target) : String.valueOf(target);
    }

    static String repr(Object target) {
        if (target instanceof Opaque) {
            return "<krait handle>";
        }
        return "<" + target.getClass().getTypeName() + " " + str(target) + ">";
    }

    private static String arrayText(Object array) {
        StringBuilder text = new StringBuilder("[");
        int length = Array.getLength(array);
        for (int i = 0; i < length; i++) {
            text.append(i == 0 ? "" : ", ").append(Array.get(array, i));
        }
        return text.append(']').toString();
    }

    /** Java's {@code equals}; for a value of Python's whether the numbers, texts or elements are the same. Null: unknown. */
    static Boolean equalTo(Object target, Object other, boolean live) {
        if (live) {
            return Objects.equals(target, other);
        }
        return same(target, other) ? Boolean.TRUE : Api.get().sessionOf(other) != null ? null : Boolean.FALSE;
    }

    private static boolean same(Object one, Object other) {
        if (Objects.equals(one, other)) {
            return true;
        }
        if (one instanceof Number && other instanceof Number) {
            BigDecimal first = exact((Number) one);
            BigDecimal second = exact((Number) other);
            return first != null && second != null && first.compareTo(second) == 0;
        }
        if (one instanceof Character || other instanceof Character) {
            return String.valueOf(one).equals(String.valueOf(other)) && isText(one) && isText(other);
        }
        if (one instanceof List && other instanceof List) {
            Iterator<?> second = ((List<?>) other).iterator();
            for (Object element : (List<?>) one) {
                if (!second.hasNext() || !same(element, second.next())) {
                    return false;
                }
            }
            return !second.hasNext();
        }
        if (one instanceof Set && other instanceof Set) {
            Set<?> set = (Set<?>) one;
            return set.size() == ((Set<?>) other).size() && ((Set<?>) other).stream().allMatch(member -> contains(set, member));
        }
        if (one instanceof Map && other instanceof Map) {
            Map<?, ?> map = (Map<?, ?>) one;
            return map.size() == ((Map<?, ?>) other).size() && ((Map<?, ?>) other).entrySet().stream().allMatch(entry -> {
                Object key = find(map, entry.getKey());
                return key != ABSENT && same(map.get(key), entry.getValue());
            });
        }
        return false;
    }

    private static boolean isText(Object value) {
        return value instanceof Character || value instanceof String;
    }

    private static BigDecimal exact(Number number) {
        if (number instanceof BigDecimal) {
            return (BigDecimal) number;
        } else if (number instanceof BigInteger) {
            return new BigDecimal((BigInteger) number);
        } else if (number instanceof Double || number instanceof Float) {
            double value = number.doubleValue();
            return Double.isNaN(value) || Double.isInfinite(value) ? null : new BigDecimal(value);
        } else if (number instanceof Long || number instanceof Integer || number instanceof Short || number instanceof Byte) {
            return BigDecimal.valueOf(number.longValue());
        }
        return null;
    }

    /** {@code compareTo}, or null where there is no order between the two. */
    @SuppressWarnings("unchecked")
    static Long compare(Object target, Object other) {
        if (target instanceof Number && other instanceof Number) {
            BigDecimal first = exact((Number) target);
            BigDecimal second = exact((Number) other);
            if (first != null && second != null) {
                return (long) first.compareTo(second);
            }
        }
        if (!(target instanceof Comparable) || other == null) {
            return null;
        }
        for (Object variant : variants(other)) {
            try {
                return (long) ((Comparable<Object>) target).compareTo(variant);
            } catch (ClassCastException e) {
                continue;
            }
        }
        return null;
    }

    // ---- collections

    /** What a value of Python's may be in a Java collection: an int is any of the whole numbers, a str maybe a char. */
    private static List<Object> variants(Object value) {
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

    /** A number as Python's int or float. */
    static Number number(Number number) {
        if (number instanceof Double || number instanceof Float || number instanceof BigDecimal
                || number instanceof BigInteger) {
            return number;
        }
        long whole = number.longValue();
        // Of other kinds of numbers, what says that it has a fraction is a float.
        return number.doubleValue() == whole || number.getClass().getName().startsWith("java.") ? (Number) whole
                : (Number) number.doubleValue();
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
            Array.set(target, index, session.argument(value, target.getClass().getComponentType()));
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

    @SuppressWarnings("unchecked")
    static void replace(List<?> list, long start, long count, Collection<?> values) {
        List<Object> part = ((List<Object>) list).subList((int) start, (int) (start + count));
        part.clear();
        part.addAll(values);
    }

    /** Iterates for Python: in portions where nothing but the collection itself can notice. */
    static final class Iteration implements Opaque {
        private final Iterator<?> iterator;
        private final int portion;

        private final boolean pairs;

        Iteration(Object target, boolean items) {
            pairs = items;
            if (target instanceof Map) {
                iterator = items ? ((Map<?, ?>) target).entrySet().iterator() : ((Map<?, ?>) target).keySet().iterator();
            } else if (target instanceof Iterable) {
                iterator = ((Iterable<?>) target).iterator();
            } else if (target instanceof BaseStream) {
                iterator = ((BaseStream<?, ?>) target).iterator();
            } else if (target instanceof Enumeration) {
                iterator = ((Enumeration<?>) target).asIterator();
            } else {
                iterator = (Iterator<?>) target;
            }
            portion = target instanceof Collection || target instanceof Map ? 512 : 1;
        }

        /** The next elements; none at the end. */
        Elements next() {
            List<Object> next = new ArrayList<>(Math.min(portion, 64));
            while (next.size() < portion && iterator.hasNext()) {
                Object element = iterator.next();
                if (pairs) {
                    next.add(((Map.Entry<?, ?>) element).getKey());
                    next.add(((Map.Entry<?, ?>) element).getValue());
                } else {
                    next.add(element);
                }
            }
            return new Elements(next);
        }
    }

    /** A result that is a list of Python's with each element as it is taken out of a live collection. */
    static final class Elements {
        final List<Object> elements;

        Elements(List<Object> elements) {
            this.elements = elements;
        }
    }

    /** A result that is one element taken out of a live collection. */
    static final class Element {
        final Object element;

        Element(Object element) {
            this.element = element;
        }
    }
}
