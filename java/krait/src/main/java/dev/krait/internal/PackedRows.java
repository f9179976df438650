package dev.krait.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Rows that are numbers and texts: taken from their source, and then replaced by their results. All rows have as many
 * columns, and a column has values of one kind. A value takes eight bytes, which are the number, or how long the text is:
 * what is in the texts stands elsewhere, one after the other.
 */
final class PackedRows {
    /** More columns are no such rows; Python has no loop for more arguments, either. */
    static final int MOST_COLUMNS = 32;

    /** Longer texts are no values of such rows. */
    private static final int MOST_TEXT = 1 << 15;
    /** When there are so many units of texts, no more rows are taken. */
    private static final int MOST_UNITS = 1 << 17;
    /** The length of a text that is null. */
    private static final long NO_TEXT = -1;

    /** Memory that nobody uses at the moment: new one for each stream would be in no cache. */
    private static final AtomicReference<Memory> SPARE = new AtomicReference<>();

    private static final class Memory {
        private final long[] numbers;
        private final char[] units;
        private final byte[] texts;

        Memory(long[] numbers, char[] units, byte[] texts) {
            this.numbers = numbers;
            this.units = units;
            this.texts = texts;
        }
    }

    /** Whether a row is an array of arguments, rather than one number. */
    private final boolean arrays;
    /** What the columns are, {@link Tag#LONG}, {@link Tag#DOUBLE} or {@link Tag#UTF16}. */
    private byte[] kinds = {Tag.LONG};
    private long[] numbers = {};
    /** The texts of the rows that are not answered. */
    private char[] units = {};
    private int unitsFrom;
    private int unitsEnd;
    /** The texts of the results, and where the next one stands. */
    private byte[] texts = {};
    private int nextText;
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

    /** A result, for its user: asked for once, one after the other. */
    Object result(int index) {
        return resultKind == Tag.UTF16 ? resultText(numbers[index]) : box(resultKind, numbers[index]);
    }

    /** The next text of the results: twice its length, plus 1 where a character takes two bytes. */
    private String resultText(long code) {
        if (code == NO_TEXT) {
            return null;
        }
        int length = (int) (code >> 1);
        if ((code & 1) == 0) {
            nextText += length;
            return new String(texts, nextText - length, length, StandardCharsets.ISO_8859_1);
        }
        int at = (nextText + 1) / 2;
        nextText = 2 * (at + length);
        char[] wide = new char[length];
        CharBuffer all = ByteBuffer.wrap(texts).order(ByteOrder.LITTLE_ENDIAN).asCharBuffer();
        all.position(at);
        all.get(wide);
        return new String(wide);
    }

    /** Drops the results, which were used. */
    void dropResults() {
        unitsEnd -= unitsFrom;
        System.arraycopy(units, unitsFrom, units, 0, unitsEnd);
        unitsFrom = 0;
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
     * @return a row that has other values, after which no more were taken; else this object
     */
    Object take(Iterator<?> source, int most) {
        Memory spare = numbers.length > 0 ? null : SPARE.getAndSet(null);
        if (spare != null) {
            numbers = spare.numbers;
            units = spare.units;
            texts = spare.texts;
        }
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
            return kinds[0] == Tag.LONG ? takeLongs(source, most)
                    : kinds[0] == Tag.DOUBLE ? takeDoubles(source, most) : takeTexts(source, most);
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

    private Object takeTexts(Iterator<?> source, int most) {
        long[] into = numbers;
        int at = end;
        try {
            while (at < most && unitsEnd < MOST_UNITS && source.hasNext()) {
                Object row = source.next();
                if (!isOf(Tag.UTF16, row)) {
                    return row;
                }
                if (at == into.length) {
                    into = grow(most);
                }
                into[at++] = putText((String) row);
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
            while (at < most * columns.length && unitsEnd < MOST_UNITS && source.hasNext()) {
                Object row = source.next();
                if (!(row instanceof Object[]) || ((Object[]) row).length != columns.length) {
                    return row;
                }
                Object[] values = (Object[]) row;
                if (at + columns.length > into.length) {
                    into = grow(most);
                }
                if (!putRow(values, columns, into, at)) {
                    return row;
                }
                at += columns.length;
            }
            return this;
        } finally {
            end = at;
        }
    }

    /** Takes a row, if it has such values; the first one says what the columns are. */
    private boolean put(Object row, int most) {
        Object[] values = !arrays ? new Object[] {row} : row instanceof Object[] ? (Object[]) row : new Object[0];
        if (end == 0 && !begin(values) || values.length != kinds.length) {
            return false;
        }
        if (end + values.length > numbers.length) {
            grow(most);
        }
        if (!putRow(values, kinds, numbers, end)) {
            return false;
        }
        end += values.length;
        return true;
    }

    /** Puts a row of as many values as there are columns to a place in the array; false where one is of another kind. */
    private boolean putRow(Object[] values, byte[] columns, long[] into, int at) {
        int begin = unitsEnd;
        for (int i = 0; i < columns.length; i++) {
            Object value = values[i];
            if (!isOf(columns[i], value)) {
                unitsEnd = begin;
                return false;
            }
            into[at + i] = columns[i] == Tag.UTF16 ? putText((String) value) : bits(value);
        }
        return true;
    }

    /** Puts a text to the others; how long it is. */
    private long putText(String text) {
        if (text == null) {
            return NO_TEXT;
        }
        int begin = unitsEnd;
        int length = text.length();
        if (units.length - begin < length) {
            units = Arrays.copyOf(units, Math.max(begin + length, 2 * units.length));
        }
        text.getChars(0, length, units, begin);
        unitsEnd = begin + length;
        return length;
    }

    /** How many units the texts have in a range of the array. */
    private int countUnits(int begin, int limit) {
        int count = 0;
        for (int at = begin; at < limit; at++) {
            if (kinds[at % kinds.length] == Tag.UTF16 && numbers[at] != NO_TEXT) {
                count += numbers[at];
            }
        }
        return count;
    }

    /** Has a row say what the columns are, if it has only numbers and texts. */
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
        numbers = Arrays.copyOf(numbers, most * kinds.length);
        return numbers;
    }

    /** What a column of such a value is; {@link Tag#NULL} where it is none for a column. */
    private static byte kind(Object value) {
        return value instanceof Long || value instanceof Integer ? Tag.LONG
                : value instanceof Double ? Tag.DOUBLE
                : value instanceof String && ((String) value).length() <= MOST_TEXT ? Tag.UTF16 : Tag.NULL;
    }

    /** Whether a column can have a value. */
    private static boolean isOf(byte column, Object value) {
        return value == null ? column == Tag.UTF16 : kind(value) == column;
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
        SPARE.set(new Memory(numbers, units, texts));
        numbers = new long[0];
        units = new char[0];
        unitsFrom = 0;
        unitsEnd = 0;
        texts = new byte[0];
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
        writer.putUnits(units, unitsEnd);
    }

    /** Reads the results of the first rows. */
    void answer(FrameReader reader, int done) {
        resultKind = reader.byteValue();
        from = done * kinds.length;
        // Before the results replace how long the texts were.
        unitsFrom = from == end ? unitsEnd : countUnits(0, from);
        reader.longs(numbers, 0, done);
        if (resultKind == Tag.UTF16) {
            int length = reader.count(1);
            if (texts.length < length) {
                texts = new byte[length];
            }
            reader.bytes(texts, length);
            nextText = 0;
        }
        answered = done;
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
        int unit = unitsFrom + countUnits(from, first * kinds.length);
        Object[] row = new Object[kinds.length];
        for (int at = first * kinds.length; at < end; at += kinds.length) {
            for (int i = 0; i < kinds.length; i++) {
                long bits = numbers[at + i];
                if (kinds[i] != Tag.UTF16) {
                    row[i] = box(kinds[i], bits);
                } else if (bits == NO_TEXT) {
                    row[i] = null;
                } else {
                    row[i] = new String(units, unit, (int) bits);
                    unit += bits;
                }
            }
            into[unpacked++] = arrays ? row.clone() : row[0];
        }
        end = from;
        unitsEnd = unitsFrom;
        return unpacked;
    }
}
