package dev.krait.internal;

import dev.krait.ConversionException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneRulesException;
import java.util.Date;

/**
 * Dates and times in a frame. What Python's {@code datetime} cannot hold, years outside 1 to 9999 and
 * durations of more
 * than 999,999,999 days, is refused here; nanoseconds are cut by native code.
 */
final class TimeCodec {
    private static final long FIRST_SECOND = LocalDate.of(1, 1, 1).toEpochDay() * 86_400;
    private static final long LAST_SECOND = LocalDate.of(10_000, 1, 1).toEpochDay() * 86_400 - 1;
    private static final long MOST_DAYS = 999_999_999L;

    private TimeCodec() {
    }

    /** Writes a value of one of the kinds DATE to SQL_TIMESTAMP. */
    static void write(FrameOutput out, Object value, int kind) {
        switch (kind) {
            case ValueKind.DATE:
                writeDate(out, (LocalDate) value);
                break;
            case ValueKind.TIME:
                writeTime(out, (LocalTime) value);
                break;
            case ValueKind.OFFSET_TIME:
                writeOffsetTime(out, (OffsetTime) value);
                break;
            case ValueKind.DATETIME:
                writeDateTime(out, (LocalDateTime) value);
                break;
            case ValueKind.OFFSET_DATETIME:
                writeOffsetDateTime(out, (OffsetDateTime) value);
                break;
            case ValueKind.ZONED_DATETIME:
                writeZonedDateTime(out, (ZonedDateTime) value);
                break;
            case ValueKind.INSTANT:
                writeInstant(out, (Instant) value);
                break;
            case ValueKind.UTIL_DATE:
                writeInstant(out, ((Date) value).toInstant());
                break;
            case ValueKind.DURATION:
                writeDuration(out, (Duration) value);
                break;
            case ValueKind.SQL_DATE:
                writeDate(out, SqlValues.toDate(value));
                break;
            case ValueKind.SQL_TIME:
                writeTime(out, SqlValues.toTime(value));
                break;
            case ValueKind.SQL_TIMESTAMP:
                writeDateTime(out, SqlValues.toDateTime(value));
                break;
            default:
                throw new AssertionError("Krait: no time of kind " + kind);
        }
    }

    private static void writeDate(FrameOutput out, LocalDate date) {
        out.tag(Tag.DATE);
        date(out, date, date);
    }

    private static void writeTime(FrameOutput out, LocalTime time) {
        out.tagged(Tag.TIME, time.toNanoOfDay());
    }

    private static void writeOffsetTime(FrameOutput out, OffsetTime time) {
        out.tagged(Tag.OFFSET_TIME, time.toLocalTime().toNanoOfDay());
        out.putInt(time.getOffset().getTotalSeconds());
    }

    private static void writeDateTime(FrameOutput out, LocalDateTime dateTime) {
        out.tag(Tag.DATETIME);
        dateTime(out, dateTime, dateTime);
    }

    private static void writeOffsetDateTime(FrameOutput out, OffsetDateTime dateTime) {
        out.tag(Tag.OFFSET_DATETIME);
        dateTime(out, dateTime.toLocalDateTime(), dateTime);
        out.putInt(dateTime.getOffset().getTotalSeconds());
    }

    private static void writeZonedDateTime(FrameOutput out, ZonedDateTime dateTime) {
        ZoneId zone = dateTime.getZone();
        if (zone instanceof ZoneOffset || isPrefixedOffset(zone.getId())) {
            writeOffsetDateTime(out, dateTime.toOffsetDateTime());
            return;
        }
        out.tag(Tag.ZONED_DATETIME);
        dateTime(out, dateTime.toLocalDateTime(), dateTime);
        ZoneOffset offset = dateTime.getOffset();
        out.putInt(offset.getTotalSeconds());
        out.putByte(dateTime.withEarlierOffsetAtOverlap().getOffset().equals(offset) ? 0 : 1);
        TextCodec.write(out, zone.getId());
    }

    /** Names such as "UTC+01:00" are Java's own: no tz database has them, and their offset says it all. */
    private static boolean isPrefixedOffset(String id) {
        if (!id.startsWith("UT") && !id.startsWith("GMT")) {
            return false;
        }
        return id.equals("UT") || id.indexOf('+') > 0 || id.indexOf('-') > 0;
    }

    private static void writeInstant(FrameOutput out, Instant instant) {
        long seconds = instant.getEpochSecond();
        if (seconds < FIRST_SECOND || seconds > LAST_SECOND) {
            throw yearOutside(instant);
        }
        out.tagged(Tag.INSTANT, seconds);
        out.putInt(instant.getNano());
    }

    private static void writeDuration(FrameOutput out, Duration duration) {
        long days = Math.floorDiv(duration.getSeconds(), 86_400L);
        if (days < -MOST_DAYS || days > MOST_DAYS) {
            throw new ConversionException("Python's timedelta covers up to 999,999,999 days, not " + duration);
        }
        out.tagged(Tag.DURATION, duration.getSeconds());
        out.putInt(duration.getNano());
    }

    private static void dateTime(FrameOutput out, LocalDateTime dateTime, Object whole) {
        date(out, dateTime.toLocalDate(), whole);
        out.putLong(dateTime.toLocalTime().toNanoOfDay());
    }

    private static void date(FrameOutput out, LocalDate date, Object whole) {
        int year = date.getYear();
        if (year < 1 || year > 9999) {
            throw yearOutside(whole);
        }
        out.putInt(year);
        out.putByte(date.getMonthValue());
        out.putByte(date.getDayOfMonth());
    }

    private static ConversionException yearOutside(Object value) {
        return new ConversionException("Python's dates cover the years 1 to 9999, not " + value);
    }

    /** Reads what follows one of the tags DATE to DURATION. */
    static Object read(FrameReader in, byte tag) {
        int start = in.position;
        try {
            switch (tag) {
                case Tag.DATE:
                    return LocalDate.of(in.intValue(), in.byteValue(), in.byteValue());
                case Tag.TIME:
                    return LocalTime.ofNanoOfDay(in.longValue());
                case Tag.OFFSET_TIME:
                    int timeAt = in.skip(12);
                    return OffsetTime.of(LocalTime.ofNanoOfDay(in.buffer.getLong(timeAt)), offset(in, timeAt + 8));
                case Tag.DATETIME:
                    return dateTime(in, in.skip(14));
                case Tag.OFFSET_DATETIME:
                    int at = in.skip(18);
                    return OffsetDateTime.of(dateTime(in, at), offset(in, at + 14));
                case Tag.ZONED_DATETIME:
                    int zonedAt = in.skip(19);
                    String zone = in.readString();
                    // By the instant: a time that the clocks skipped exists in Python, and means this one.
                    return ZonedDateTime.ofInstant(dateTime(in, zonedAt), offset(in, zonedAt + 14), zone(zone));
                case Tag.INSTANT:
                    int instantAt = in.skip(12);
                    return Instant.ofEpochSecond(in.buffer.getLong(instantAt), in.buffer.getInt(instantAt + 8));
                default:
                    int durationAt = in.skip(12);
                    return Duration.ofSeconds(in.buffer.getLong(durationAt), in.buffer.getInt(durationAt + 8));
            }
        } catch (DateTimeException | ArithmeticException e) {
            throw (AssertionError) Refusals.corrupt("no date or time: " + e.getMessage(), start).initCause(e);
        }
    }

    private static LocalDateTime dateTime(FrameInput in, int at) {
        LocalDate date = LocalDate.of(in.buffer.getInt(at), in.buffer.get(at + 4), in.buffer.get(at + 5));
        return LocalDateTime.of(date, LocalTime.ofNanoOfDay(in.buffer.getLong(at + 6)));
    }

    private static ZoneOffset offset(FrameInput in, int at) {
        int seconds = in.buffer.getInt(at);
        if (seconds < -64_800 || seconds > 64_800) {
            throw new ConversionException("Java's offsets from UTC cover 18 hours, not " + seconds + " seconds");
        }
        return ZoneOffset.ofTotalSeconds(seconds);
    }

    private static ZoneId zone(String key) {
        try {
            // The short ids stand in for EST, HST and MST, which Python has and Java has only there.
            return ZoneId.of(key, ZoneId.SHORT_IDS);
        } catch (ZoneRulesException e) {
            throw new ConversionException("Java's tz database has no zone " + key, e);
        } catch (DateTimeException e) {
            throw new ConversionException("Java takes no zone by the name of " + key, e);
        }
    }
}
