package dev.krait.internal;

import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Rows that are numbers, eight bytes each: taken from their source, and then replaced by their results. All rows have as many
 * columns, and a column has numbers of one kind.
 */
final class PackedRows {
    /** More columns are no rows of numbers; Python has no loop for more arguments, either. */
    static final int MOST_COLUMNS = 32;

    /** An array that nobody uses at the moment: new memory for each stream would be in no cache. */
    private static final AtomicReference<long[]> SPARE = new AtomicReference<>();

    /** Whether a row is an array of arguments, rather than one number. */
    private final boolean arrays;
    /** What the columns are, {@link Tag#LONG} or {@link Tag#DOUBLE}. */
    private byte[] kinds = {Tag.LONG};
    private long[] numbers = {};
    /** How many results there are, which stand first. */
    private int answered;
    private byte resultKind = Tag.LONG;
    /** Where the rows stand that are not answered yet. */
    private int from;
    private int end;

    PackedRows(boolean arrays) {
        this.arrays = arrays;
    }

    /** How many rows are not answered. */
    int count() {
        return (end - from) / kinds.length;
    }

    /** How many results there are. */
    int answered() {
        return answered;
    }

    /** A result, for its user. */
    Object result(int index) {
        return box(resultKind, numbers[index]);
    }

    /** Drops the results, which were used. */
    void dropResults() {
        end -= from;
        System.arraycopy(numbers, from, numbers, 0, end);
        from = 0;
        answered = 0;
    }

    /**
     * Takes rows from their source up to a number of them. There are no results.
     *
     * @param source the rows
     * @param most how many there are then at most
     * @return a row that is none of such numbers, after which no more were taken; else this object
     */
    Object take(Iterator<?> source, int most) {
        while (true) {
            Object row = takeCommon(source, most);
            if (row == this || !put(row, most)) {
                return row;
            }
        }
    }

    /**
     * Takes rows in a loop for their shape. That for any columns takes twice as long for pairs of Longs as theirs.
     *
     * @return a row that is not of that shape, or the first of all, which is not in yet; else this object
     */
    private Object takeCommon(Iterator<?> source, int most) {
        if (!arrays) {
            return kinds[0] == Tag.LONG ? takeLongs(source, most) : takeDoubles(source, most);
        }
        if (kinds.length == 2 && kinds[0] == Tag.LONG && kinds[1] == Tag.LONG) {
            return takePairs(source, most);
        }
        if (end == 0) {
            // It says what the columns are.
            return source.hasNext() ? source.next() : this;
        }
        return takeRows(source, most);
    }

    private Object takeLongs(Iterator<?> source, int most) {
        // In variables, which need no memory.
        long[] into = numbers;
        int at = end;
        try {
            while (at < most && source.hasNext()) {
                Object row = source.next();
                if (at == into.length) {
                    into = grow(most);
                }
                if (row instanceof Long) {
                    into[at++] = (Long) row;
                } else if (row instanceof Integer) {
                    into[at++] = (Integer) row;
                } else {
                    return row;
                }
            }
            return this;
        } finally {
            end = at;
        }
    }

    private Object takeDoubles(Iterator<?> source, int most) {
        long[] into = numbers;
        int at = end;
        try {
            while (at < most && source.hasNext()) {
                Object row = source.next();
                if (!(row instanceof Double)) {
                    return row;
                }
                if (at == into.length) {
                    into = grow(most);
                }
                into[at++] = Double.doubleToRawLongBits((Double) row);
            }
            return this;
        } finally {
            end = at;
        }
    }

    private Object takePairs(Iterator<?> source, int most) {
        long[] into = numbers;
        int at = end;
        try {
            while (at < 2 * most && source.hasNext()) {
                Object row = source.next();
                if (!(row instanceof Object[]) || ((Object[]) row).length != 2) {
                    return row;
                }
                Object first = ((Object[]) row)[0];
                Object second = ((Object[]) row)[1];
                if (!(first instanceof Long && second instanceof Long)) {
                    return row;
                }
                if (at + 2 > into.length) {
                    into = grow(most);
                }
                into[at] = (Long) first;
                into[at + 1] = (Long) second;
                at += 2;
            }
            return this;
        } finally {
            end = at;
        }
    }

    private Object takeRows(Iterator<?> source, int most) {
        long[] into = numbers;
        byte[] columns = kinds;
        int at = end;
        try {
            while (at < most * columns.length && source.hasNext()) {
                Object row = source.next();
                if (!(row instanceof Object[]) || ((Object[]) row).length != columns.length) {
                    return row;
                }
                Object[] values = (Object[]) row;
                if (at + columns.length > into.length) {
                    into = grow(most);
                }
                for (int i = 0; i < columns.length; i++) {
                    Object value = values[i];
                    if (kind(value) != columns[i]) {
                        return row;
                    }
                    into[at + i] = bits(value);
                }
                at += columns.length;
            }
            return this;
        } finally {
            end = at;
        }
    }

    /** Takes a row, if it is of such numbers; the first one says what the columns are. */
    private boolean put(Object row, int most) {
        Object[] values = !arrays ? new Object[] {row} : row instanceof Object[] ? (Object[]) row : new Object[0];
        if (end == 0 && !begin(values) || values.length != kinds.length) {
            return false;
        }
        if (end + values.length > numbers.length) {
            grow(most);
        }
        for (int i = 0; i < values.length; i++) {
            if (kind(values[i]) != kinds[i]) {
                return false;
            }
            numbers[end + i] = bits(values[i]);
        }
        end += values.length;
        return true;
    }

    /** Has a row say what the columns are, if it has only numbers. */
    private boolean begin(Object[] row) {
        if (row.length == 0 || row.length > MOST_COLUMNS) {
            return false;
        }
        byte[] columns = new byte[row.length];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = kind(row[i]);
            if (columns[i] == Tag.NULL) {
                return false;
            }
        }
        kinds = columns;
        return true;
    }

    private long[] grow(int most) {
        int wanted = most * kinds.length;
        long[] spare = SPARE.getAndSet(null);
        long[] larger = spare != null && spare.length >= wanted ? spare : new long[wanted];
        System.arraycopy(numbers, 0, larger, 0, numbers.length);
        numbers = larger;
        return larger;
    }

    /** What a column of such a value is; {@link Tag#NULL} where it is no number of eight bytes. */
    private static byte kind(Object value) {
        return value instanceof Long || value instanceof Integer ? Tag.LONG : value instanceof Double ? Tag.DOUBLE : Tag.NULL;
    }

    private static long bits(Object number) {
        if (number instanceof Long) {
            return (Long) number;
        }
        return number instanceof Integer ? (Integer) number : Double.doubleToRawLongBits((Double) number);
    }

    private static Object box(byte kind, long bits) {
        return kind == Tag.LONG ? (Object) bits : (Object) Double.longBitsToDouble(bits);
    }

    /** Gives the memory back: there are no rows and no results any more. */
    void end() {
        SPARE.set(numbers);
        numbers = new long[0];
        answered = 0;
        from = 0;
        end = 0;
    }

    /** Writes what the columns are, and the rows, of which there are no results. */
    void write(FrameWriter writer) {
        writer.putByte(kinds.length);
        for (byte kind : kinds) {
            writer.putByte(kind);
        }
        writer.putInt(count());
        writer.putLongs(numbers, 0, end);
    }

    /** Reads the results of the first rows. */
    void answer(FrameReader reader, int done) {
        resultKind = reader.byteValue();
        reader.longs(numbers, 0, done);
        answered = done;
        from = done * kinds.length;
    }

    /**
     * Takes the rows out that are not answered, as objects.
     *
     * @param into where they go, from 0 on; has room
     * @param first the first that is wanted, counted from the first that was written on
     * @return how many they were
     */
    int unpack(Object[] into, int first) {
        int unpacked = 0;
        for (int at = first * kinds.length; at < end; at += kinds.length) {
            into[unpacked++] = arrays ? row(at) : box(kinds[0], numbers[at]);
        }
        end = from;
        return unpacked;
    }

    private Object[] row(int at) {
        Object[] row = new Object[kinds.length];
        Arrays.setAll(row, i -> box(kinds[i], numbers[at + i]));
        return row;
    }
}
