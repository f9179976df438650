package dev.krait.internal;

import java.sql.Date;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;

/**
 * The types of {@code java.sql}, in the JVM's default zone. Apart from the rest, because a JVM may lack that
 * module: only a value or a target of such a type loads this class.
 */
final class SqlValues {
    private SqlValues() {
    }

    static LocalDate toDate(Object date) {
        return ((Date) date).toLocalDate();
    }

    static LocalTime toTime(Object time) {
        Time value = (Time) time;
        // toLocalTime drops them.
        int millis = (int) Math.floorMod(value.getTime(), 1000L);
        return value.toLocalTime().withNano(millis * 1_000_000);
    }

    static LocalDateTime toDateTime(Object timestamp) {
        return ((Timestamp) timestamp).toLocalDateTime();
    }

    /** A value of the {@code java.sql} type that is asked for, or null if this value makes none. */
    static Object from(Object value, Class<?> target) {
        if (target == Date.class && value instanceof LocalDate) {
            return Date.valueOf((LocalDate) value);
        }
        if (target == Time.class && value instanceof LocalTime) {
            LocalTime time = (LocalTime) value;
            return new Time(Time.valueOf(time).getTime() + time.getNano() / 1_000_000);
        }
        if (target == Timestamp.class) {
            if (value instanceof LocalDateTime) {
                return Timestamp.valueOf((LocalDateTime) value);
            }
            Instant instant = TimeConversions.instant(value);
            return instant == null ? null : Timestamp.from(instant);
        }
        return null;
    }
}
