package dev.krait.internal;

/** What the rows of {@link Op#MAP} are; the same numbers stand in {@code native/frame/tag.rs}. */
final class RowKind {
    static final int VALUES = 0;
    /** The arguments of a call each. */
    static final int ARGUMENTS = 1;
    /** Whole numbers, eight bytes each; so are the results as long as they are such, too. */
    static final int LONGS = 2;
    /** The same with doubles. */
    static final int DOUBLES = 3;

    private RowKind() {
    }

    /** The kind of rows that are such a value each; rows of other classes are {@link #VALUES}. */
    static int of(Object row) {
        return row instanceof Long || row instanceof Integer ? LONGS : row instanceof Double ? DOUBLES : VALUES;
    }

    /** Whether rows are eight bytes each. */
    static boolean isNumber(int kind) {
        return kind == LONGS || kind == DOUBLES;
    }

    /** A number of one of the two kinds. */
    static Object number(int kind, long bits) {
        return kind == LONGS ? (Object) bits : (Object) Double.longBitsToDouble(bits);
    }

    /** The eight bytes of a row. */
    static long bits(int kind, Object row) {
        if (row instanceof Long) {
            return (Long) row;
        }
        return kind == LONGS ? (Integer) row : Double.doubleToRawLongBits((Double) row);
    }
}
