package dev.krait.flink;

import dev.krait.PyObject;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.types.CollectionDataType;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import org.apache.flink.types.Row;

/** How what Krait brings back from Python becomes a value of a SQL type, or an error that says why it cannot. */
interface FromPython {
    /** The value, or a {@link Misfit}. */
    Object convert(Object value);

    /** A value that is not of the type; the message says which and where. */
    final class Misfit extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Misfit(String message) {
            super(message, null, false, true);
        }
    }

    static FromPython of(DataType type) {
        FromPython notNull = notNull(type);
        LogicalType logical = type.getLogicalType();
        if (logical.isNullable()) {
            return value -> value == null || isMissing(value) ? null : notNull.convert(value);
        }
        return value -> {
            if (value == null || isMissing(value)) {
                throw new Misfit("None where " + logical.asSummaryString() + " is declared");
            }
            return notNull.convert(value);
        };
    }

    /** What pandas and numpy's masked arrays have for one value that is not there. */
    private static boolean isMissing(Object value) {
        if (!(value instanceof PyObject)) {
            return false;
        }
        String type = ((PyObject) value).typeName();
        return type.endsWith(".NAType") || type.endsWith(".MaskedConstant");
    }

    private static FromPython notNull(DataType type) {
        LogicalType logical = type.getLogicalType();
        switch (logical.getTypeRoot()) {
            case BOOLEAN:
                return value -> value instanceof Boolean ? value : misfit(value, logical);
            case TINYINT:
                return value -> (byte) whole(value, Byte.MIN_VALUE, Byte.MAX_VALUE, logical);
            case SMALLINT:
                return value -> (short) whole(value, Short.MIN_VALUE, Short.MAX_VALUE, logical);
            case INTEGER:
                return value -> (int) whole(value, Integer.MIN_VALUE, Integer.MAX_VALUE, logical);
            case BIGINT:
                return value -> value instanceof Long ? value : misfit(value, logical);
            case FLOAT:
                return value -> single(value, logical);
            case DOUBLE:
                return value -> value instanceof Double ? value : (Object) real(value, logical);
            case DECIMAL:
                return logical == StreamTypes.DECIMAL ? value -> number(value, logical) : value -> decimal(value, (DecimalType) logical);
            case CHAR:
            case VARCHAR:
                return text(logical, logical.getTypeRoot() == LogicalTypeRoot.CHAR);
            case BINARY:
            case VARBINARY:
                return bytes(logical, logical.getTypeRoot() == LogicalTypeRoot.BINARY);
            case DATE:
                return value -> value instanceof LocalDate ? value : misfit(value, logical);
            case TIME_WITHOUT_TIME_ZONE:
                return cut(logical, value -> value instanceof LocalTime ? value : misfit(value, logical));
            case TIMESTAMP_WITHOUT_TIME_ZONE:
                return cut(logical, value -> value instanceof LocalDateTime ? value : misfit(value, logical));
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return cut(logical, value -> instant(value, logical));
            case INTERVAL_DAY_TIME:
                return value -> value instanceof Duration ? value : misfit(value, logical);
            case INTERVAL_YEAR_MONTH:
                return value -> Period.ofMonths((int) whole(value, Integer.MIN_VALUE, Integer.MAX_VALUE, logical)).normalized();
            case ARRAY:
                return array(type);
            case MAP:
                return map(type, of(type.getChildren().get(1)));
            case MULTISET:
                return map(type, of(DataTypes.INT().notNull()));
            case ROW:
                return row(type);
            case NULL:
                return value -> misfit(value, logical);
            default:
                return value -> type.getConversionClass().isInstance(value) ? value : misfit(value, logical);
        }
    }

    private static Object misfit(Object value, LogicalType type) {
        throw new Misfit(shown(value) + " is no " + type.asSummaryString());
    }

    /** The value's Python type and how it looks, shortened. */
    private static String shown(Object value) {
        String kind;
        if (value instanceof PyObject) {
            kind = ((PyObject) value).typeName();
        } else if (value instanceof Boolean) {
            kind = "bool";
        } else if (value instanceof Long || value instanceof BigInteger) {
            kind = "int";
        } else if (value instanceof Double) {
            kind = "float";
        } else if (value instanceof String) {
            kind = "str";
        } else if (value instanceof byte[]) {
            kind = "bytes";
        } else if (value instanceof List) {
            kind = "list";
        } else if (value instanceof Object[]) {
            kind = "tuple";
        } else if (value instanceof Map) {
            kind = "dict";
        } else if (value instanceof LocalDateTime) {
            kind = "datetime without a zone";
        } else if (value instanceof Instant || value instanceof OffsetDateTime || value instanceof ZonedDateTime) {
            kind = "datetime with a zone";
        } else if (value instanceof BigDecimal) {
            kind = "Decimal";
        } else if (value instanceof LocalDate) {
            kind = "date";
        } else if (value instanceof LocalTime || value instanceof OffsetTime) {
            kind = "time";
        } else if (value instanceof Duration) {
            kind = "timedelta";
        } else {
            kind = value.getClass().getSimpleName();
        }
        String text = value instanceof Object[] ? Arrays.deepToString((Object[]) value)
                : value instanceof byte[] ? "of " + ((byte[]) value).length : String.valueOf(value);
        return kind + " " + (text.length() > 60 ? text.substring(0, 60) + "…" : text);
    }

    private static long whole(Object value, long least, long most, LogicalType type) {
        if (value instanceof Long && (Long) value >= least && (Long) value <= most) {
            return (Long) value;
        }
        misfit(value, type);
        return 0;
    }

    /** A text of at most the declared length; where that is fixed, padded as SQL's CAST does. */
    private static FromPython text(LogicalType type, boolean padded) {
        int most = LogicalTypeChecks.getLength(type);
        return value -> {
            if (!(value instanceof String)) {
                return misfit(value, type);
            }
            String text = (String) value;
            // Java's characters are as many as Unicode's or more.
            if (text.length() > most || padded) {
                int length = text.codePointCount(0, text.length());
                return length > most ? misfit(value, type) : padded ? text + " ".repeat(most - length) : text;
            }
            return text;
        };
    }

    private static FromPython bytes(LogicalType type, boolean padded) {
        int most = LogicalTypeChecks.getLength(type);
        return value -> {
            if (!(value instanceof byte[]) || ((byte[]) value).length > most) {
                return misfit(value, type);
            }
            return padded ? Arrays.copyOf((byte[]) value, most) : value;
        };
    }

    /** The nearest float, as Krait itself gives it; an int has to be one. */
    private static float single(Object value, LogicalType type) {
        double number = real(value, type);
        float rounded = (float) number;
        if (value instanceof Double ? Float.isInfinite(rounded) && !Double.isInfinite(number) : rounded != number) {
            misfit(value, type);
        }
        return rounded;
    }

    private static double real(Object value, LogicalType type) {
        if (value instanceof Double) {
            return (Double) value;
        }
        if (value instanceof Long) {
            double number = (Long) value;
            // 2^63 is no long: the cast gives the largest one.
            if ((long) number == (Long) value && number != 0x1p63) {
                return number;
            }
        }
        misfit(value, type);
        return 0;
    }

    private static BigDecimal number(Object value, LogicalType type) {
        if (value instanceof BigDecimal) {
            return (BigDecimal) value;
        }
        if (value instanceof Long) {
            return BigDecimal.valueOf((Long) value);
        }
        return value instanceof BigInteger ? new BigDecimal((BigInteger) value) : (BigDecimal) misfit(value, type);
    }

    private static BigDecimal decimal(Object value, DecimalType type) {
        BigDecimal number = number(value, type);
        // As many as 2^31: no number is written out that does not fit, or of which nothing is left.
        long before = number.signum() == 0 ? 0 : (long) number.precision() - number.scale();
        int most = type.getPrecision() - type.getScale();
        if (before <= most) {
            BigDecimal rounded = number.signum() == 0 || before < -type.getScale()
                    ? BigDecimal.valueOf(0, type.getScale()) : number.setScale(type.getScale(), RoundingMode.HALF_UP);
            if (rounded.precision() <= type.getPrecision()) {
                return rounded;
            }
        }
        throw new Misfit(shown(value) + " is no " + type.asSummaryString() + ", which has " + most
                + " digits before the point: declare a larger one, or return None");
    }

    /** Times with as many digits as are declared, as SQL's CAST makes them: Flink counts on that where it compares, groups and sorts. */
    private static FromPython cut(LogicalType type, FromPython time) {
        int unit = IntStream.range(LogicalTypeChecks.getPrecision(type), 9).reduce(1, (power, digit) -> 10 * power);
        return value -> {
            Temporal exact = (Temporal) time.convert(value);
            int rest = exact.get(ChronoField.NANO_OF_SECOND) % unit;
            return rest == 0 ? exact : exact.minus(rest, ChronoUnit.NANOS);
        };
    }

    private static Instant instant(Object value, LogicalType type) {
        if (value instanceof Instant) {
            return (Instant) value;
        }
        if (value instanceof OffsetDateTime) {
            return ((OffsetDateTime) value).toInstant();
        }
        return value instanceof ZonedDateTime ? ((ZonedDateTime) value).toInstant() : (Instant) misfit(value, type);
    }

    private static FromPython array(DataType type) {
        DataType itemType = ((CollectionDataType) type).getElementDataType();
        FromPython item = of(itemType);
        // ARRAY<INT> is an Integer[] for Flink, unless the type was bridged to another class.
        Class<?> component = type.getConversionClass().isArray()
                ? type.getConversionClass().getComponentType() : itemType.getConversionClass();
        return value -> {
            List<?> items = items(value);
            if (items == null) {
                return misfit(value, type.getLogicalType());
            }
            Object all = Array.newInstance(component, items.size());
            for (int i = 0; i < items.size(); i++) {
                Array.set(all, i, item.convert(items.get(i)));
            }
            return List.class.isAssignableFrom(type.getConversionClass()) ? Arrays.asList((Object[]) all) : all;
        };
    }

    /** The items of a sequence, or null for what is none: lists, tuples, arrays of numbers, numpy's arrays, named tuples. */
    private static List<?> items(Object value) {
        if (value instanceof List) {
            return (List<?>) value;
        }
        if (value instanceof Object[]) {
            return Arrays.asList((Object[]) value);
        }
        if (value.getClass().isArray() && !(value instanceof byte[])) {
            List<Object> items = new ArrayList<>();
            for (int i = 0; i < Array.getLength(value); i++) {
                // The array of unsigned shorts is Java's of char.
                Object item = value instanceof char[] ? (Object) (int) ((char[]) value)[i] : Array.get(value, i);
                items.add(item instanceof Float ? (Object) ((Float) item).doubleValue()
                        : item instanceof Number && !(item instanceof Double) ? (Object) ((Number) item).longValue() : item);
            }
            return items;
        }
        if (value instanceof PyObject) {
            PyObject object = (PyObject) value;
            if (object.hasAttr("tolist")) {
                // Of numpy's times, tolist() makes ints where they have nanoseconds.
                Object list = object.typeName().equals("numpy.ndarray") ? object.as(List.class) : object.invokeMethod("tolist");
                return list instanceof List ? (List<?>) list : null;
            }
            return object.hasAttr("_fields") ? object.as(List.class) : null;
        }
        return null;
    }

    private static FromPython map(DataType type, FromPython item) {
        FromPython key = of(type.getChildren().get(0));
        return value -> {
            if (!(value instanceof Map)) {
                return misfit(value, type.getLogicalType());
            }
            Map<Object, Object> all = new LinkedHashMap<>();
            ((Map<?, ?>) value).forEach((k, v) -> all.put(key.convert(k), item.convert(v)));
            if (all.size() < ((Map<?, ?>) value).size()) {
                throw new Misfit(shown(value) + " has keys that are equal where " + type.getLogicalType().asSummaryString() + " is declared");
            }
            return all;
        };
    }

    private static FromPython row(DataType type) {
        RowType logical = (RowType) type.getLogicalType();
        if (type.getConversionClass() != Row.class) {
            throw new ValidationException("A Python function's rows are " + Row.class.getName() + ", not " + type.getConversionClass() + ".");
        }
        List<String> names = logical.getFieldNames();
        List<FromPython> fields = new ArrayList<>();
        type.getChildren().forEach(child -> fields.add(of(child)));
        return value -> {
            Row row = Row.withPositions(fields.size());
            if (value instanceof Map) {
                Map<?, ?> map = (Map<?, ?>) value;
                for (int i = 0; i < fields.size(); i++) {
                    if (!map.containsKey(names.get(i))) {
                        throw new Misfit(shown(value) + " has no " + names.get(i) + " where " + logical.asSummaryString() + " is declared");
                    }
                    row.setField(i, field(names.get(i), fields.get(i), map.get(names.get(i))));
                }
                return row;
            }
            List<?> items = items(value);
            if (items == null && value instanceof PyObject) {
                PyObject object = (PyObject) value;
                for (int i = 0; i < fields.size(); i++) {
                    if (!object.hasAttr(names.get(i))) {
                        return misfit(value, logical);
                    }
                    row.setField(i, field(names.get(i), fields.get(i), object.getAttr(names.get(i))));
                }
                return row;
            }
            if (items == null) {
                return misfit(value, logical);
            }
            if (items.size() != fields.size()) {
                throw new Misfit(shown(value) + " has " + items.size() + " fields where " + logical.asSummaryString() + " is declared");
            }
            for (int i = 0; i < fields.size(); i++) {
                row.setField(i, field(names.get(i), fields.get(i), items.get(i)));
            }
            return row;
        };
    }

    private static Object field(String name, FromPython field, Object value) {
        try {
            return field.convert(value);
        } catch (Misfit e) {
            throw new Misfit("field " + name + ": " + e.getMessage());
        }
    }
}
