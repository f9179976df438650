package dev.krait.pemja;

import dev.krait.PythonException;
import dev.krait.internal.Forms;
import dev.krait.internal.Items;
import dev.krait.internal.Session;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pemja.core.object.PyObject;

/** The forms in which values cross in PEMJA 0.5.7. */
final class PemjaForms extends Forms {
    static final PemjaForms FORMS = new PemjaForms();

    /** Java's own classes that are values to PEMJA; besides, arrays, lists, maps, numbers and the dates of {@code java.sql}. */
    private static final Set<Class<?>> VALUES = Set.of(Boolean.class, Byte.class, Short.class, Integer.class, Long.class,
            Float.class, Double.class, Character.class, String.class);
    private static final long DAY = 86_400_000;

    private PemjaForms() {
    }

    @Override
    protected boolean crosses(Class<?> type) {
        return VALUES.contains(type) || type.isArray() || Number.class.isAssignableFrom(type)
                || List.class.isAssignableFrom(type) || Date.class.isAssignableFrom(type)
                || Map.class.isAssignableFrom(type) && !Collection.class.isAssignableFrom(type);
    }

    @Override
    protected Object object(Session session, Object object, boolean generator) {
        return PyObject.of(session, (dev.krait.PyObject) object, generator);
    }

    @Override
    protected Object generator(Session session, Object generator, Items items) {
        return PyObject.generator(session, (dev.krait.PyObject) generator, items);
    }

    /**
     * A time of day is a {@code java.sql.Time} of as many milliseconds, whatever the zone: so PEMJA has it, and Flink counts
     * on it.
     */
    @Override
    protected Object time(Object time) {
        if (time instanceof LocalDateTime) {
            return java.sql.Timestamp.valueOf((LocalDateTime) time);
        }
        if (time instanceof LocalDate) {
            return java.sql.Date.valueOf((LocalDate) time);
        }
        if (time instanceof LocalTime) {
            return time((LocalTime) time);
        }
        if (time instanceof OffsetTime) {
            return time(((OffsetTime) time).toLocalTime());
        }
        if (time instanceof Instant) {
            return java.sql.Timestamp.from((Instant) time);
        }
        if (time instanceof OffsetDateTime) {
            return java.sql.Timestamp.from(((OffsetDateTime) time).toInstant());
        }
        return time instanceof ZonedDateTime ? java.sql.Timestamp.from(((ZonedDateTime) time).toInstant()) : time;
    }

    private static java.sql.Time time(LocalTime time) {
        return new java.sql.Time(time.toNanoOfDay() / 1_000_000);
    }

    @Override
    protected Object javaTime(Object time) {
        if (!(time instanceof java.sql.Time)) {
            return time;
        }
        return LocalTime.ofNanoOfDay(Math.floorMod(((java.sql.Time) time).getTime(), DAY) * 1_000_000);
    }

    /** What Python raised, with PEMJA's message and stack; the cause has everything. */
    @Override
    protected Throwable failure(PythonException exception, Throwable throwable) {
        String type = exception.typeName();
        pemja.core.PythonException failure = new pemja.core.PythonException(
                type.isEmpty() ? exception.getMessage() : "<class '" + type + "'>: " + exception.pythonMessage());
        failure.setStackTrace(Arrays.stream(exception.getStackTrace())
                .filter(frame -> !frame.getClassName().startsWith("dev.krait."))
                .map(PemjaForms::frame).toArray(StackTraceElement[]::new));
        failure.initCause(throwable != null ? throwable : exception);
        return failure;
    }

    /** PEMJA names the file where Java has the class. */
    private static StackTraceElement frame(StackTraceElement frame) {
        String file = frame.getFileName();
        if (file == null || !frame.getClassName().equals("<python>")) {
            return frame;
        }
        int dot = file.lastIndexOf('.');
        return new StackTraceElement(dot < 0 ? file : file.substring(0, dot), frame.getMethodName(),
                file.substring(file.lastIndexOf('/') + 1), frame.getLineNumber());
    }
}
