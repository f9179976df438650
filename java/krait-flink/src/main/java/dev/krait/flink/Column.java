package dev.krait.flink;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.apache.flink.table.types.logical.LogicalType;

/** The values of one argument in a batch, as they cross to Python: numbers as one array, what is no number as a list. */
abstract class Column {
    private static final long SMALL = 16;

    /** Where a value is NULL; null as long as none is. */
    private byte[] nulls;
    private int count;

    /**
     * A column for values of a type.
     *
     * @param arrays whether Python wants arrays of numbers; else it gets lists
     */
    static Column of(LogicalType type, boolean arrays) {
        if (arrays) {
            switch (type.getTypeRoot()) {
                case TINYINT:
                case SMALLINT:
                case INTEGER:
                case BIGINT:
                    return new Longs(value -> ((Number) value).longValue());
                case FLOAT:
                case DOUBLE:
                    return new Doubles();
                case BOOLEAN:
                    return new Longs(value -> (Boolean) value ? 1 : 0);
                case DATE:
                    return new Longs(value -> ((LocalDate) value).toEpochDay());
                case TIMESTAMP_WITHOUT_TIME_ZONE:
                    return new Longs(value -> micros(((LocalDateTime) value).toInstant(ZoneOffset.UTC)));
                case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                    return new Longs(value -> micros((Instant) value));
                default:
                    break;
            }
        }
        return new Objects(ToPython.of(type));
    }

    /** What {@code columns.py} calls a column of that type. */
    static String code(LogicalType type) {
        switch (type.getTypeRoot()) {
            case TINYINT:
                return "int8";
            case SMALLINT:
                return "int16";
            case INTEGER:
                return "int32";
            case BIGINT:
                return "int64";
            case FLOAT:
                return "float32";
            case DOUBLE:
                return "float64";
            case BOOLEAN:
                return "bool";
            case DATE:
                return "date";
            case TIMESTAMP_WITHOUT_TIME_ZONE:
                return "timestamp";
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return "instant";
            case CHAR:
            case VARCHAR:
                return "str";
            case ROW:
                return "row";
            default:
                return "object";
        }
    }

    private static long micros(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1000);
    }

    /** Adds a value; roughly what it takes on its way, in bytes. */
    final long add(Object value) {
        if (value == null) {
            if (nulls == null) {
                nulls = new byte[Math.max(16, count + 1)];
            }
            nulls = count < nulls.length ? nulls : Arrays.copyOf(nulls, 2 * count);
            nulls[count] = 1;
        }
        put(count++, value);
        return size(value);
    }

    /** The values, as an array or a list. */
    abstract Object values(int count);

    abstract void put(int index, Object value);

    /** What a value takes: exact where it may be large. */
    long size(Object value) {
        return SMALL;
    }

    /** Where values are NULL, or null for nowhere. */
    byte[] nulls(int rows) {
        return nulls == null ? null : Arrays.copyOf(nulls, rows);
    }

    final int count() {
        return count;
    }

    void clear() {
        nulls = null;
        count = 0;
    }

    private static final class Longs extends Column {
        private final ToLongFunction<Object> number;
        private long[] values = new long[64];

        Longs(ToLongFunction<Object> number) {
            this.number = number;
        }

        @Override
        void put(int index, Object value) {
            if (index == values.length) {
                values = Arrays.copyOf(values, 2 * index);
            }
            values[index] = value == null ? 0 : number.applyAsLong(value);
        }

        @Override
        Object values(int count) {
            return Arrays.copyOf(values, count);
        }
    }

    private static final class Doubles extends Column {
        private double[] values = new double[64];

        @Override
        void put(int index, Object value) {
            if (index == values.length) {
                values = Arrays.copyOf(values, 2 * index);
            }
            values[index] = value == null ? Double.NaN : ((Number) value).doubleValue();
        }

        @Override
        Object values(int count) {
            return Arrays.copyOf(values, count);
        }
    }

    private static final class Objects extends Column {
        private final ToPython converter;
        private List<Object> values = new ArrayList<>();

        Objects(ToPython converter) {
            this.converter = converter;
        }

        @Override
        void put(int index, Object value) {
            values.add(converter.convert.apply(value));
        }

        @Override
        Object values(int count) {
            return values;
        }

        /** As it was converted: rows are arrays by now. */
        @Override
        long size(Object value) {
            return sizeOf(values.get(values.size() - 1));
        }

        private static long sizeOf(Object value) {
            if (value instanceof String) {
                return SMALL + ((String) value).length();
            } else if (value instanceof byte[]) {
                return SMALL + ((byte[]) value).length;
            } else if (value instanceof Object[]) {
                return Arrays.stream((Object[]) value).mapToLong(Objects::sizeOf).sum() + SMALL;
            } else if (value instanceof Collection) {
                return ((Collection<?>) value).stream().mapToLong(Objects::sizeOf).sum() + SMALL;
            } else if (value instanceof Map) {
                return ((Map<?, ?>) value).entrySet().stream()
                        .mapToLong(entry -> sizeOf(entry.getKey()) + sizeOf(entry.getValue())).sum() + SMALL;
            }
            return SMALL;
        }

        /** Python's lists have their NULLs in them. */
        @Override
        byte[] nulls(int rows) {
            return null;
        }

        @Override
        void clear() {
            super.clear();
            values = new ArrayList<>();
        }
    }
}
