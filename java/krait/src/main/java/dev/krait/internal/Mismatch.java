package dev.krait.internal;

import dev.krait.ConversionException;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetTime;
import java.time.temporal.Temporal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * A conversion that failed, on its way out of the containers around the value: each adds its part of the path, so that
 * conversions that succeed pay nothing for it.
 */
final class Mismatch extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int MOST_OF_A_KEY = 40;

    private final transient Object value;
    private final transient Type target;
    private final String detail;
    private final transient StringBuilder path = new StringBuilder();

    /**
     * Makes one.
     *
     * @param detail why, or null if the two types say it all
     */
    Mismatch(Object value, Type target, String detail, Throwable cause) {
        super(null, cause, false, false);
        this.value = value;
        this.target = target;
        this.detail = detail;
    }

    Mismatch(Object value, Type target, String detail) {
        this(value, target, detail, null);
    }

    /** Adds the container's part of the path. */
    Mismatch in(String step) {
        path.insert(0, step);
        return this;
    }

    static String index(int index) {
        return "[" + index + "]";
    }

    static String key(Object key) {
        if (!(key instanceof String)) {
            return "[" + shortened(String.valueOf(key)) + "]";
        }
        return "[\"" + shortened((String) key) + "\"]";
    }

    static String shortened(String text) {
        return text.length() <= MOST_OF_A_KEY ? text : text.substring(0, MOST_OF_A_KEY) + "…";
    }

    /** The exception for the user; a NullPointerException where there is nothing but None to tell of. */
    RuntimeException toException(ObjectConversion objects) {
        StringBuilder message = new StringBuilder();
        if (path.length() > 0) {
            message.append("at ").append(path).append(": ");
        }
        if (value == null && detail == null) {
            return new NullPointerException(message + "None cannot become " + target.getTypeName());
        }
        String what = value == null ? "None"
                : "Python " + pythonType(value, objects) + " (" + value.getClass().getTypeName() + ")";
        message.append(what).append(" cannot become ")
                .append(target.getTypeName());
        if (detail != null) {
            message.append(": ").append(detail);
        }
        return getCause() == null
                ? new ConversionException(message.toString())
                : new ConversionException(message.toString(), getCause());
    }

    /** What a value is to Python: the type that it came from, or its Java class. */
    static String pythonType(Object value) {
        String name = Api.get().sessionOf(value) != null ? "a Python object" : pythonType(value, null);
        return name.equals("krait.JavaObject") ? value.getClass().getTypeName() : name;
    }

    /** The Python type that a value came from. */
    private static String pythonType(Object value, ObjectConversion objects) {
        if (value instanceof String) {
            return "str";
        } else if (value instanceof Long || value instanceof Integer || value instanceof Short
                || value instanceof BigInteger || value instanceof Character) {
            return "int";
        } else if (value instanceof Double || value instanceof Float) {
            return "float";
        } else if (value instanceof Boolean) {
            return "bool";
        } else if (value instanceof byte[] || value instanceof Byte) {
            return "bytes";
        } else if (value instanceof Object[]) {
            return "tuple";
        } else if (value.getClass().isArray()) {
            return "array";
        } else if (value instanceof RangeList) {
            return "range";
        } else if (value instanceof List) {
            return "list";
        } else if (value instanceof Set) {
            return "set";
        } else if (value instanceof Map) {
            return "dict";
        } else if (value instanceof Map.Entry) {
            return "krait.Entry";
        } else if (value instanceof BigDecimal) {
            return "decimal.Decimal";
        } else if (value instanceof LocalDate) {
            return "datetime.date";
        } else if (value instanceof LocalTime || value instanceof OffsetTime) {
            return "datetime.time";
        } else if (value instanceof Temporal) {
            return "datetime.datetime";
        } else if (value instanceof Duration) {
            return "datetime.timedelta";
        } else if (value instanceof UUID) {
            return "uuid.UUID";
        }
        String name = objects == null ? null : objects.typeName(value);
        return name == null ? "krait.JavaObject" : name;
    }
}
