package dev.krait.internal;

import java.util.AbstractList;
import java.util.RandomAccess;

/** A Python {@code range} as a read-only list of Long that takes no memory for its elements. */
public final class RangeList extends AbstractList<Long> implements RandomAccess {
    private final long start;
    private final long step;
    private final int size;

    private RangeList(long start, long step, int size) {
        this.start = start;
        this.step = step;
        this.size = size;
    }

    /**
     * Makes the list of {@code range(start, stop, step)}.
     *
     * @param start the first element
     * @param stop the bound that is not reached
     * @param step the distance of two elements, not 0
     * @return the list
     * @throws IllegalArgumentException if the step is 0 or there are more than 2³¹−1 elements
     */
    public static RangeList of(long start, long stop, long step) {
        if (step == 0) {
            throw new IllegalArgumentException("the step of a range is 0");
        }
        boolean empty = step > 0 ? start >= stop : start <= stop;
        if (empty) {
            return new RangeList(start, step, 0);
        }
        // The distance may need 64 bits without a sign, and so may the negation of the lowest step.
        long last = step > 0
                ? Long.divideUnsigned(stop - 1 - start, step)
                : Long.divideUnsigned(start - 1 - stop, -step);
        if (Long.compareUnsigned(last, Integer.MAX_VALUE) >= 0) {
            throw new IllegalArgumentException("a range of more than 2,147,483,647 elements");
        }
        return new RangeList(start, step, (int) last + 1);
    }

    @Override
    public Long get(int index) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("index " + index + " of a range of " + size);
        }
        return start + index * step;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int indexOf(Object element) {
        if (size == 0 || !(element instanceof Long)) {
            return -1;
        }
        long value = (Long) element;
        long last = start + (size - 1) * step;
        if (value < Math.min(start, last) || value > Math.max(start, last)) {
            return -1;
        }
        long distance = step > 0 ? value - start : start - value;
        long width = step > 0 ? step : -step;
        return Long.remainderUnsigned(distance, width) == 0 ? (int) Long.divideUnsigned(distance, width) : -1;
    }

    @Override
    public int lastIndexOf(Object element) {
        return indexOf(element);
    }

    @Override
    public boolean contains(Object element) {
        return indexOf(element) >= 0;
    }
}
