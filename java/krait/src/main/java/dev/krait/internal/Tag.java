package dev.krait.internal;

/** The first byte of every value in a frame; the same numbers stand in {@code native/frame/tag.rs}. */
public final class Tag {
    /** No data. */
    public static final byte NULL = 0;
    /** No data. */
    public static final byte FALSE = 1;
    /** No data. */
    public static final byte TRUE = 2;
    /** i64. */
    public static final byte LONG = 3;
    /** u32 n, n bytes of two's complement, big endian. */
    public static final byte BIG = 4;
    /** f64. */
    public static final byte DOUBLE = 5;
    /** One UTF-16 unit. */
    public static final byte CHAR = 6;
    /** u32 n, n bytes below 0x80. */
    public static final byte ASCII = 7;
    /** u32 n, n UTF-16 units. */
    public static final byte UTF16 = 8;
    /** u32 n, n bytes. */
    public static final byte BYTES = 9;
    /** u8 type code, u32 n, n elements. */
    public static final byte ARRAY = 10;
    /** u32 index of the array in refs, u32 n. */
    public static final byte BYTES_REF = 11;
    /** u8 type code, u32 index of the array in refs, u32 n. */
    public static final byte ARRAY_REF = 12;
    /** u32 n, n values. */
    public static final byte LIST = 13;
    /** u32 n, n values. */
    public static final byte TUPLE = 14;
    /** u32 n, n values. */
    public static final byte SET = 15;
    /** u32 n, n values. */
    public static final byte FROZENSET = 16;
    /** u32 n, n pairs of values. */
    public static final byte DICT = 17;
    /** Two values. */
    public static final byte ENTRY = 18;
    /** u32 n, n ASCII bytes. */
    public static final byte DECIMAL = 19;
    /** i32 year, u8 month, u8 day. */
    public static final byte DATE = 20;
    /** i64 nanoseconds of the day. */
    public static final byte TIME = 21;
    /** TIME, i32 offset in seconds. */
    public static final byte OFFSET_TIME = 22;
    /** DATE, TIME. */
    public static final byte DATETIME = 23;
    /** DATETIME, i32 offset in seconds. */
    public static final byte OFFSET_DATETIME = 24;
    /** DATETIME, i32 offset in seconds, u8 fold, a string value. */
    public static final byte ZONED_DATETIME = 25;
    /** i64 epoch seconds, i32 nanoseconds. */
    public static final byte INSTANT = 26;
    /** i64 seconds, i32 nanoseconds. */
    public static final byte DURATION = 27;
    /** i64 most, i64 least significant bits. */
    public static final byte UUID = 28;
    /** i64 start, i64 stop, i64 step. */
    public static final byte RANGE = 29;
    /** i64 handle. */
    public static final byte PYOBJECT = 30;
    /** i32 slot. */
    public static final byte JAVAOBJECT = 31;
    /** i64 handle, i32 slot of the interfaces that it implements. */
    public static final byte PYPROXY = 32;
    /** i64 handle. */
    public static final byte GENERATOR = 33;

    private Tag() {
    }
}
