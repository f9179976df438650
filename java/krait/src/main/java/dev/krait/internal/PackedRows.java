package dev.krait.internal;

import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicReference;

/** Rows that are numbers of one kind, eight bytes each: taken from their source, and then replaced by their results. */
final class PackedRows {
    /** An array that nobody uses at the moment: new memory for each stream would be in no cache. */
    private static final AtomicReference<long[]> SPARE = new AtomicReference<>();

    private long[] numbers = {};
    /** Before it stand results, from it on rows that are not answered yet. */
    private int answered;
    private int end;
    private int kind = RowKind.LONGS;

    /** How many rows are not answered. */
    int count() {
        return end - answered;
    }

    int kind() {
        return kind;
    }

    /** How many results there are. */
    int answered() {
        return answered;
    }

    /** A result, for its user. */
    Object result(int index) {
        return RowKind.number(kind, numbers[index]);
    }

    /** Drops the results, which were used. */
    void dropResults() {
        end -= answered;
        System.arraycopy(numbers, answered, numbers, 0, end);
        answered = 0;
    }

    /**
     * Takes rows from their source up to a number of them. There are no results.
     *
     * @param source the rows
     * @param most how many there are then at most
     * @return a row that is no such number, after which no more were taken; else this object
     */
    Object take(Iterator<?> source, int most) {
        long[] into = numbers;
        int at = end;
        try {
            while (at < most && source.hasNext()) {
                Object row = source.next();
                int itsKind = RowKind.of(row);
                if (itsKind != kind) {
                    if (at > 0 || !RowKind.isNumber(itsKind)) {
                        return row;
                    }
                    kind = itsKind;
                }
                if (at == into.length) {
                    into = grow(most);
                }
                into[at++] = RowKind.bits(itsKind, row);
            }
            return this;
        } finally {
            end = at;
        }
    }

    private long[] grow(int most) {
        long[] spare = SPARE.getAndSet(null);
        long[] larger = spare != null && spare.length >= most ? spare : new long[most];
        System.arraycopy(numbers, 0, larger, 0, numbers.length);
        numbers = larger;
        return larger;
    }

    /** Gives the memory back: there are no rows and no results any more. */
    void end() {
        SPARE.set(numbers);
        numbers = new long[0];
        answered = 0;
        end = 0;
    }

    void write(FrameWriter writer) {
        writer.putLongs(numbers, 0, end);
    }

    /** Reads the results of the first rows. */
    void answer(FrameReader reader, int done) {
        reader.longs(numbers, 0, done);
        answered = done;
    }

    /**
     * Takes the rows out that are not answered, as objects.
     *
     * @param into where they go, from 0 on; has room
     * @param from the first that is wanted, counted from the first result on
     * @return how many they were
     */
    int unpack(Object[] into, int from) {
        int unpacked = end - from;
        for (int i = 0; i < unpacked; i++) {
            into[i] = RowKind.number(kind, numbers[from + i]);
        }
        end = answered;
        return unpacked;
    }
}
