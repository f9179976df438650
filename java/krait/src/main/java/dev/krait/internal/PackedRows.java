package dev.krait.internal;

import java.util.Arrays;
import java.util.Iterator;

/** Rows that are numbers of one kind, taken from their source and not answered yet: eight bytes each. */
final class PackedRows {
    private long[] numbers = {};
    private int count;
    private int kind = RowKind.LONGS;

    int count() {
        return count;
    }

    int kind() {
        return kind;
    }

    /**
     * Takes rows from their source up to a number of them.
     *
     * @param source the rows
     * @param most how many there are then at most
     * @return a row that is no such number, after which no more were taken; else this object
     */
    Object take(Iterator<?> source, int most) {
        if (numbers.length < most) {
            numbers = Arrays.copyOf(numbers, most);
        }
        while (count < most && source.hasNext()) {
            Object row = source.next();
            int itsKind = RowKind.of(row);
            if (itsKind != kind) {
                if (count > 0 || !RowKind.isNumber(itsKind)) {
                    return row;
                }
                kind = itsKind;
            }
            numbers[count++] = RowKind.bits(itsKind, row);
        }
        return this;
    }

    void write(FrameWriter writer) {
        writer.putLongs(numbers, 0, count);
    }

    /** Drops the first rows, which are answered. */
    void drop(int answered) {
        count -= answered;
        System.arraycopy(numbers, answered, numbers, 0, count);
    }

    /**
     * Takes all rows out, as objects.
     *
     * @param into where they go, from 0 on; has room
     * @return how many they were
     */
    int unpack(Object[] into) {
        for (int i = 0; i < count; i++) {
            into[i] = RowKind.number(kind, numbers[i]);
        }
        int unpacked = count;
        count = 0;
        return unpacked;
    }
}
