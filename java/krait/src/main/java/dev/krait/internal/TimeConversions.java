package dev.krait.internal;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Date;

/**
 * Conversions among the types of {@code java.time} and to those before it, where a value says all that the
 * other type needs.
 */
final class TimeConversions {
    private TimeConversions() {
    }

    /** A value of the type asked for, or null if this value makes none. */
    static Object convert(Object value, Class<?> target) {
        Instant instant = instant(value);
        if (instant != null) {
            if (target == Instant.class) {
                return instant;
            }
            if (target == OffsetDateTime.class) {
                return value instanceof ZonedDateTime
                        ? ((ZonedDateTime) value).toOffsetDateTime() : instant.atOffset(ZoneOffset.UTC);
            }
            if (target == ZonedDateTime.class) {
                return value instanceof OffsetDateTime
                        ? ((OffsetDateTime) value).toZonedDateTime() : instant.atZone(ZoneOffset.UTC);
            }
            if (target == Date.class) {
                return Date.from(instant);
            }
        }
        return target.getName().startsWith("java.sql.") ? SqlValues.from(value, target) : null;
    }

    /** The point in time that a value is, or null if it is none. */
    static Instant instant(Object value) {
        if (value instanceof Instant) {
            return (Instant) value;
        }
        if (value instanceof OffsetDateTime) {
            return ((OffsetDateTime) value).toInstant();
        }
        return value instanceof ZonedDateTime ? ((ZonedDateTime) value).toInstant() : null;
    }
}
