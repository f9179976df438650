package dev.krait.internal;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZonedDateTime;
import java.util.Collection;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/** How a class of values is written, found once per class. */
final class ValueKind {
    static final int OBJECT = 0;
    static final int BOOLEAN = 1;
    static final int INTEGRAL = 2;
    static final int BIG_INTEGER = 3;
    static final int FLOATING = 4;
    static final int CHARACTER = 5;
    static final int STRING = 6;
    static final int BIG_DECIMAL = 7;
    static final int BYTES = 8;
    static final int SHORTS = 9;
    static final int INTS = 10;
    static final int LONGS = 11;
    static final int FLOATS = 12;
    static final int DOUBLES = 13;
    static final int CHARS = 14;
    static final int BOOLEANS = 15;
    static final int OBJECTS = 16;
    static final int COLLECTION = 17;
    static final int SET = 18;
    static final int MAP = 19;
    static final int ENTRY = 20;
    static final int OPTIONAL = 21;
    static final int OPTIONAL_INT = 22;
    static final int OPTIONAL_LONG = 23;
    static final int OPTIONAL_DOUBLE = 24;
    static final int DATE = 25;
    static final int TIME = 26;
    static final int OFFSET_TIME = 27;
    static final int DATETIME = 28;
    static final int OFFSET_DATETIME = 29;
    static final int ZONED_DATETIME = 30;
    static final int INSTANT = 31;
    static final int DURATION = 32;
    static final int UTIL_DATE = 33;
    static final int SQL_DATE = 34;
    static final int SQL_TIME = 35;
    static final int SQL_TIMESTAMP = 36;
    static final int UUID_VALUE = 37;

    /** Integers, because a value of a class of ours would tie our class loader to every class it is kept for. */
    private static final ClassValue<Integer> KINDS = new ClassValue<>() {
        @Override
        protected Integer computeValue(Class<?> type) {
            return find(type);
        }
    };

    private static final Map<Class<?>, Integer> EXACT = Map.ofEntries(
            Map.entry(Boolean.class, BOOLEAN),
            Map.entry(Byte.class, INTEGRAL),
            Map.entry(Short.class, INTEGRAL),
            Map.entry(Integer.class, INTEGRAL),
            Map.entry(Long.class, INTEGRAL),
            Map.entry(Float.class, FLOATING),
            Map.entry(Double.class, FLOATING),
            Map.entry(Character.class, CHARACTER),
            Map.entry(String.class, STRING),
            Map.entry(byte[].class, BYTES),
            Map.entry(short[].class, SHORTS),
            Map.entry(int[].class, INTS),
            Map.entry(long[].class, LONGS),
            Map.entry(float[].class, FLOATS),
            Map.entry(double[].class, DOUBLES),
            Map.entry(char[].class, CHARS),
            Map.entry(boolean[].class, BOOLEANS),
            Map.entry(Optional.class, OPTIONAL),
            Map.entry(OptionalInt.class, OPTIONAL_INT),
            Map.entry(OptionalLong.class, OPTIONAL_LONG),
            Map.entry(OptionalDouble.class, OPTIONAL_DOUBLE),
            Map.entry(LocalDate.class, DATE),
            Map.entry(LocalTime.class, TIME),
            Map.entry(OffsetTime.class, OFFSET_TIME),
            Map.entry(LocalDateTime.class, DATETIME),
            Map.entry(OffsetDateTime.class, OFFSET_DATETIME),
            Map.entry(ZonedDateTime.class, ZONED_DATETIME),
            Map.entry(Instant.class, INSTANT),
            Map.entry(Duration.class, DURATION),
            Map.entry(UUID.class, UUID_VALUE));

    private ValueKind() {
    }

    static int of(Class<?> type) {
        return KINDS.get(type);
    }

    /** Whether a live view of such values makes sense: collections, maps, arrays. */
    static boolean isView(int kind) {
        return kind == COLLECTION || kind == SET || kind == MAP || kind >= BYTES && kind <= OBJECTS;
    }

    private static int find(Class<?> type) {
        Integer exact = EXACT.get(type);
        if (exact != null) {
            return exact;
        }
        if (type.isArray()) {
            return OBJECTS;
        }
        if (PythonBacked.class.isAssignableFrom(type)) {
            return OBJECT;
        }
        if (Map.class.isAssignableFrom(type)) {
            return MAP;
        }
        if (Collection.class.isAssignableFrom(type)) {
            return Set.class.isAssignableFrom(type) ? SET : COLLECTION;
        }
        if (Map.Entry.class.isAssignableFrom(type)) {
            return ENTRY;
        }
        if (BigInteger.class.isAssignableFrom(type)) {
            return BIG_INTEGER;
        }
        if (BigDecimal.class.isAssignableFrom(type)) {
            return BIG_DECIMAL;
        }
        return Date.class.isAssignableFrom(type) ? date(type) : OBJECT;
    }

    /** By name, so that nothing of java.sql is loaded where it may be absent. */
    private static int date(Class<?> type) {
        for (Class<?> c = type; c != Date.class; c = c.getSuperclass()) {
            switch (c.getName()) {
                case "java.sql.Date":
                    return SQL_DATE;
                case "java.sql.Time":
                    return SQL_TIME;
                case "java.sql.Timestamp":
                    return SQL_TIMESTAMP;
                default:
                    break;
            }
        }
        return UTIL_DATE;
    }
}
