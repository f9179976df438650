package dev.krait.internal;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** What {@code ==} and {@code <} in Python mean for Java objects. */
final class Comparisons {
    private Comparisons() {
    }

    /** Java's {@code equals}; for a value of Python's whether the numbers, texts or elements are the same. Null: unknown. */
    static Boolean equalTo(Object target, Object other, boolean live) {
        if (live) {
            return Objects.equals(target, other);
        }
        if (isNan(target)) {
            return Boolean.FALSE;
        }
        return same(target, other) ? Boolean.TRUE : Api.get().sessionOf(other) != null ? null : Boolean.FALSE;
    }

    private static boolean same(Object one, Object other) {
        if (Objects.equals(one, other)) {
            return true;
        }
        if (one == null || other == null) {
            return false;
        }
        if (one instanceof Number && other instanceof Number) {
            Integer order = order((Number) one, (Number) other);
            return order != null && order == 0;
        }
        if (one instanceof Character || other instanceof Character) {
            return String.valueOf(one).equals(String.valueOf(other)) && isText(one) && isText(other);
        }
        if (one.getClass().isArray()) {
            return isSequence(other) && sameElements(one, other);
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
            return set.size() == ((Set<?>) other).size() && ((Set<?>) other).stream().allMatch(member -> Lookup.contains(set, member));
        }
        if (one instanceof Map && other instanceof Map) {
            Map<?, ?> map = (Map<?, ?>) one;
            return map.size() == ((Map<?, ?>) other).size() && ((Map<?, ?>) other).entrySet().stream().allMatch(entry -> {
                Object key = Lookup.find(map, entry.getKey());
                return key != Lookup.ABSENT && same(map.get(key), entry.getValue());
            });
        }
        return false;
    }

    private static boolean isSequence(Object value) {
        return value instanceof List || value.getClass().isArray();
    }

    /** Whether an array of Java's has the elements of a list, tuple or array of Python's. */
    private static boolean sameElements(Object array, Object other) {
        int length = Array.getLength(array);
        boolean same = length == (other instanceof List ? ((List<?>) other).size() : Array.getLength(other));
        for (int i = 0; same && i < length; i++) {
            Object second = other instanceof List ? ((List<?>) other).get(i) : Array.get(other, i);
            same = same(Array.get(array, i), second);
        }
        return same;
    }

    private static boolean isText(Object value) {
        return value instanceof Character || value instanceof String;
    }

    private static boolean isNan(Object value) {
        return (value instanceof Double || value instanceof Float) && Double.isNaN(((Number) value).doubleValue());
    }

    /** The order of two numbers, as Python has it; null where there is none, or a number is of an unknown class. */
    private static Integer order(Number one, Number other) {
        BigDecimal first = exact(one);
        BigDecimal second = exact(other);
        if (first != null && second != null) {
            return first.compareTo(second);
        }
        double beyond = beyond(one, first);
        double beyondOther = beyond(other, second);
        return Double.isNaN(beyond) || Double.isNaN(beyondOther) ? null : (Integer) Double.compare(beyond, beyondOther);
    }

    /** An infinite number, 0 for one that is exact, or NaN. */
    private static double beyond(Number number, BigDecimal exact) {
        return exact != null ? 0 : number instanceof Double || number instanceof Float ? number.doubleValue() : Double.NaN;
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

    /** {@code compareTo}, or null where there is no order between the two; {@code _java_numbers.py} looks for NaN then. */
    @SuppressWarnings("unchecked")
    static Long compare(Object target, Object other) {
        if (target instanceof Number && other instanceof Number) {
            Integer order = order((Number) target, (Number) other);
            if (order != null) {
                return (long) order;
            }
        }
        if (!(target instanceof Comparable)) {
            return numbers(target, other);
        }
        if (other == null || isNan(target) || isNan(other)) {
            return null;
        }
        for (Object variant : Lookup.variants(other)) {
            try {
                return (long) ((Comparable<Object>) target).compareTo(variant);
            } catch (ClassCastException e) {
                continue;
            }
        }
        return null;
    }

    /** The order of numbers that Java has none for, an AtomicLong's say. */
    private static Long numbers(Object target, Object other) {
        if (!(target instanceof Number) || !(other instanceof Number)) {
            return null;
        }
        Integer order = order(Manners.number((Number) target), Manners.number((Number) other));
        return order == null ? null : (Long) (long) order;
    }
}
