package dev.krait.values;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.ConversionException;
import dev.krait.Kwargs;
import dev.krait.PyFunction;
import dev.krait.PythonException;
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
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dates, times, zones and durations. */
class TimesTest extends Crossing {
    @Test
    void datesAreDates() {
        becomes(LocalDate.of(2024, 2, 29), "datetime.date", "datetime.date(2024, 2, 29)");
        roundTrips(LocalDate.of(2024, 2, 29));
        roundTrips(LocalDate.of(1, 1, 1));
        roundTrips(LocalDate.of(9999, 12, 31));
        roundTrips(LocalDate.of(1582, 10, 10));
    }

    @Test
    void yearsThatPythonDoesNotHaveAreAClearError() {
        for (Object value : List.of(LocalDate.of(0, 12, 31), LocalDate.of(10_000, 1, 1), LocalDate.MIN, LocalDate.MAX,
                LocalDateTime.MAX, Instant.MAX, Instant.MIN, OffsetDateTime.MAX, Instant.parse("0000-12-31T23:59:59Z"),
                new Date(Long.MAX_VALUE))) {
            ConversionException error = assertThrows(ConversionException.class, () -> same(value), value::toString);
            assertTrue(error.getMessage().contains("argument 1") && error.getMessage().contains("9999"), error.getMessage());
        }
    }

    @Test
    void anArgumentThatPythonCannotMakeIsNamedWithItsClassAndPythonsType() {
        py.exec("def many(*args, **kwargs): return len(args)");
        PyFunction many = py.function("many");
        LocalDate never = LocalDate.of(10_000, 1, 1);
        String date = " (java.time.LocalDate, as a Python datetime.date): ";
        refused("argument 1 of 1" + date, () -> many.call(never));
        refused("argument 3 of 3" + date, () -> many.call(1, "a", never));
        refused("argument 2 of 2" + date, () -> py.invoke("many", 1, never));
        refused("keyword argument 'b'" + date, () -> many.call(1, Kwargs.of("a", 2).and("b", never)));
        refused("argument 1 of 1 (java.util.Date, as a Python datetime.datetime): ",
                () -> many.call(new Date(Long.MAX_VALUE)));
        refused("argument 1 of 1 (java.util.ArrayList, as a Python list): ",
                () -> many.call(new ArrayList<>(List.of(never))));
        refused("argument 2 of 2" + date, () -> many.invokeMethod("__call__", 1, never));
        refused("argument 1 of 1" + date, () -> many.map(List.of(1, never)).forEach(result -> { }));
        refused("argument 2 of 2" + date,
                () -> many.callBatch(List.of(new Object[] {1}, new Object[] {1, never})).forEach(result -> { }));
        Object[] named = {1, Kwargs.of("a", 2).and("b", never)};
        refused("keyword argument 'b'" + date, () -> many.callBatch(List.of(new Object[] {1}, named)).forEach(result -> { }));
        assertEquals(2L, many.call(1, 2));
    }

    private static void refused(String message, Executable call) {
        ConversionException error = assertThrows(ConversionException.class, call);
        assertTrue(error.getMessage().contains(message) && error.getMessage().contains("9999"), error.getMessage());
    }

    @Test
    void timesAreTimes() {
        becomes(LocalTime.of(23, 59, 58, 123_456_000), "datetime.time", "datetime.time(23, 59, 58, 123456)");
        roundTrips(LocalTime.MIDNIGHT);
        roundTrips(LocalTime.of(23, 59, 59, 999_999_000));
        comesBackAs(LocalTime.of(23, 59, 59, 999_999_000), LocalTime.MAX);
        roundTrips(OffsetTime.of(LocalTime.of(1, 2, 3), ZoneOffset.ofHoursMinutes(-3, -30)));
        roundTrips(OffsetTime.of(LocalTime.of(1, 2, 3), ZoneOffset.UTC));
    }

    @Test
    void localDateTimesAreNaive() {
        becomes(LocalDateTime.of(2024, 1, 2, 3, 4, 5, 6_000), "datetime.datetime", "datetime.datetime(2024, 1, 2, 3, 4, 5, 6)");
        roundTrips(LocalDateTime.of(2024, 1, 2, 3, 4));
        roundTrips(LocalDateTime.of(1, 1, 1, 0, 0));
        roundTrips(LocalDateTime.of(9999, 12, 31, 23, 59, 59, 999_999_000));
    }

    @Test
    void nanosecondsAreCutTowardsThePast() {
        comesBackAs(LocalDateTime.of(2024, 1, 1, 0, 0, 0, 1_000), LocalDateTime.of(2024, 1, 1, 0, 0, 0, 1_999));
        comesBackAs(Instant.ofEpochSecond(-1, 1_000), Instant.ofEpochSecond(-1, 1_999));
        comesBackAs(Duration.ofNanos(-1_000), Duration.ofNanos(-1));
        comesBackAs(Duration.ofNanos(1_000), Duration.ofNanos(1_999));
    }

    @Test
    void offsetsAreTimezones() {
        OffsetDateTime half = OffsetDateTime.of(2024, 1, 2, 3, 4, 5, 0, ZoneOffset.ofHoursMinutes(5, 30));
        becomes(half, "datetime.datetime", "datetime.datetime(2024, 1, 2, 3, 4, 5,"
                + " tzinfo=datetime.timezone(datetime.timedelta(seconds=19800)))");
        roundTrips(half);
        roundTrips(half.withOffsetSameLocal(ZoneOffset.ofHours(-18)));
        roundTrips(half.withOffsetSameLocal(ZoneOffset.ofHours(18)));
        roundTrips(half.withOffsetSameLocal(ZoneOffset.ofTotalSeconds(3_601)));
        roundTrips(half.withOffsetSameLocal(ZoneOffset.ofTotalSeconds(-3_601)));
    }

    @Test
    void anOffsetOfZeroIsNotAnInstant() {
        OffsetDateTime zero = OffsetDateTime.of(2024, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC);
        roundTrips(zero);
        assertEquals(0L, py.invoke("int", ((Duration) py.invoke("datetime.datetime.utcoffset", zero)).getSeconds()));
        roundTrips(zero.toInstant());
    }

    @Test
    void anOffsetThatJavaDoesNotHaveIsAClearError() {
        py.exec("from datetime import *\nfar = datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=23)))\n"
                + "fine = datetime(2024, 1, 1, tzinfo=timezone(timedelta(microseconds=1)))");
        assertTrue(assertThrows(ConversionException.class, () -> py.get("far")).getMessage().contains("18"));
        assertThrows(PythonException.class, () -> py.get("fine"));
        assertEquals("next", same("next"));
    }

    @Test
    void instantsAreUtc() {
        becomes(Instant.ofEpochSecond(0), "datetime.datetime",
                "datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)");
        roundTrips(Instant.EPOCH);
        roundTrips(Instant.parse("0001-01-01T00:00:00Z"));
        roundTrips(Instant.parse("9999-12-31T23:59:59.999999Z"));
        roundTrips(Instant.parse("1969-12-31T23:59:59.999999Z"));
        assertEquals(1_700_000_000.25, py.invoke("datetime.datetime.timestamp", Instant.ofEpochMilli(1_700_000_000_250L)));
    }

    private void needsZones() {
        org.junit.jupiter.api.Assumptions.assumeTrue(py.eval(boolean.class,
                "'Europe/Berlin' in __import__('zoneinfo').available_timezones()"), "this machine has no tz database for Python");
    }

    @Test
    void zonesAreZoneInfos() {
        needsZones();
        ZonedDateTime berlin = ZonedDateTime.of(2024, 7, 1, 12, 0, 0, 0, ZoneId.of("Europe/Berlin"));
        becomes(berlin, "datetime.datetime",
                "datetime.datetime(2024, 7, 1, 12, 0, tzinfo=zoneinfo.ZoneInfo(key='Europe/Berlin'))");
        roundTrips(berlin);
        assertEquals(Duration.ofHours(2), py.invoke("datetime.datetime.utcoffset", berlin));
        for (String zone : List.of("America/New_York", "Asia/Kathmandu", "Pacific/Apia", "UTC", "Etc/GMT+5", "GMT")) {
            roundTrips(berlin.withZoneSameInstant(ZoneId.of(zone)));
        }
    }

    @Test
    void bothSidesOfAnOverlapStayApart() {
        needsZones();
        // 2024-10-27 02:30 was there twice in Berlin.
        ZonedDateTime first = ZonedDateTime.ofLocal(LocalDateTime.of(2024, 10, 27, 2, 30), ZoneId.of("Europe/Berlin"), ZoneOffset.ofHours(2));
        ZonedDateTime second = first.withLaterOffsetAtOverlap();
        assertEquals(0L, py.invoke("getattr", first, "fold"));
        assertEquals(1L, py.invoke("getattr", second, "fold"));
        roundTrips(first);
        roundTrips(second);
        assertEquals(ZoneOffset.ofHours(1), ((ZonedDateTime) same(second)).getOffset());
    }

    @Test
    void aTimeThatTheClocksSkippedMeansAnInstant() {
        needsZones();
        py.exec("from datetime import *\nfrom zoneinfo import ZoneInfo\n"
                + "gap = datetime(2024, 3, 31, 2, 30, tzinfo=ZoneInfo('Europe/Berlin'))\n"
                + "late = gap.replace(fold=1)");
        for (String name : List.of("gap", "late")) {
            ZonedDateTime read = (ZonedDateTime) py.get(name);
            assertEquals(py.eval(name + ".timestamp()"), (double) read.toEpochSecond());
            assertEquals(ZoneId.of("Europe/Berlin"), read.getZone());
        }
    }

    @Test
    void aFixedZoneKeepsItsOffset() {
        ZonedDateTime fixed = ZonedDateTime.of(2024, 7, 1, 12, 0, 0, 0, ZoneOffset.ofHours(3));
        assertEquals(fixed.toOffsetDateTime(), same(fixed));
        assertEquals(fixed.toOffsetDateTime(), same(fixed.withZoneSameLocal(ZoneId.of("UTC+03:00"))));
    }

    @Test
    void aZoneThatPythonDoesNotKnowIsAClearError() {
        needsZones();
        ZonedDateTime odd = ZonedDateTime.of(2024, 7, 1, 12, 0, 0, 0, ZoneId.of("SystemV/PST8PDT"));
        if (py.eval(boolean.class, "'SystemV/PST8PDT' in __import__('zoneinfo').available_timezones()")) {
            roundTrips(odd);
            return;
        }
        ConversionException error = assertThrows(ConversionException.class, () -> same(odd));
        assertTrue(error.getMessage().contains("SystemV/PST8PDT"), error.getMessage());
        assertEquals("next", same("next"));
    }

    @Test
    void aTimeInAnotherKindOfZoneKeepsItsOffset() {
        py.exec("from datetime import *\nclass Odd(tzinfo):\n  def utcoffset(self, dt): return timedelta(hours=4)\n"
                + "  def dst(self, dt): return None\n  def tzname(self, dt): return 'odd'\n"
                + "class Bad(tzinfo):\n  def utcoffset(self, dt): raise ValueError('no offset')\n"
                + "odd = datetime(2024, 1, 1, tzinfo=Odd())\nbad = datetime(2024, 1, 1, tzinfo=Bad())\n");
        assertEquals(OffsetDateTime.of(2024, 1, 1, 0, 0, 0, 0, ZoneOffset.ofHours(4)), py.get("odd"));
        assertTrue(assertThrows(PythonException.class, () -> py.get("bad")).getMessage().contains("no offset"));
        assertEquals("next", same("next"));
    }

    @Test
    void durationsAreTimedeltas() {
        becomes(Duration.ofSeconds(86_401, 5_000), "datetime.timedelta", "datetime.timedelta(days=1, seconds=1, microseconds=5)");
        for (Duration each : List.of(Duration.ZERO, Duration.ofDays(999_999_999).plusSeconds(86_399).plusNanos(999_999_000),
                Duration.ofDays(-999_999_999), Duration.ofSeconds(-1), Duration.ofMillis(-1), Duration.ofNanos(-86_400_000_001_000L))) {
            roundTrips(each);
        }
        assertThrows(ConversionException.class, () -> same(Duration.ofDays(1_000_000_000)));
        assertThrows(ConversionException.class, () -> same(Duration.ofSeconds(Long.MAX_VALUE)));
        assertThrows(ConversionException.class, () -> same(Duration.ofSeconds(Long.MIN_VALUE)));
    }

    @Test
    void utilDatesAreInstants() {
        Date date = new Date(1_700_000_000_123L);
        comesBackAs(date.toInstant(), date);
        assertEquals(date, py.invoke(Date.class, "same", date));
    }

    @ParameterizedTest
    @ValueSource(strings = {"America/New_York", "Asia/Kolkata", "Pacific/Kiritimati", "UTC"})
    void sqlTypesMeanTheDefaultZone(String zone) {
        TimeZone before = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone(zone));
            java.sql.Date date = java.sql.Date.valueOf("2024-03-31");
            java.sql.Time time = java.sql.Time.valueOf("13:14:15");
            java.sql.Timestamp timestamp = java.sql.Timestamp.valueOf("2024-03-31 13:14:15.123456");
            becomes(date, "datetime.date", "datetime.date(2024, 3, 31)");
            becomes(time, "datetime.time", "datetime.time(13, 14, 15)");
            becomes(timestamp, "datetime.datetime", "datetime.datetime(2024, 3, 31, 13, 14, 15, 123456)");
            comesBackAs(LocalDate.of(2024, 3, 31), date);
            comesBackAs(LocalTime.of(13, 14, 15), time);
            comesBackAs(timestamp.toLocalDateTime(), timestamp);
            assertEquals(date, py.invoke(java.sql.Date.class, "same", date));
            assertEquals(time, py.invoke(java.sql.Time.class, "same", time));
            assertEquals(timestamp, py.invoke(java.sql.Timestamp.class, "same", timestamp));
        } finally {
            TimeZone.setDefault(before);
        }
    }

    @Test
    void subclassesOfDatesAreDates() {
        py.exec("import datetime\nclass D(datetime.datetime): pass\nclass E(datetime.date): pass\n");
        assertEquals(LocalDateTime.of(2024, 1, 2, 3, 4), py.eval("D(2024, 1, 2, 3, 4)"));
        assertEquals(LocalDate.of(2024, 1, 2), py.eval("E(2024, 1, 2)"));
    }

    @Test
    void timesInContainers() {
        LocalDate date = LocalDate.of(2024, 1, 2);
        Instant instant = Instant.EPOCH;
        assertEquals(Map.of(date, List.of(instant)), same(Map.of(date, List.of(instant))));
        assertEquals(Set.of(date), same(Set.of(date)));
    }

    @Test
    void uuidsAreUuids() {
        UUID uuid = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
        becomes(uuid, "uuid.UUID", "UUID('00112233-4455-6677-8899-aabbccddeeff')");
        roundTrips(uuid);
        roundTrips(new UUID(-1, -1));
        roundTrips(new UUID(0, 0));
    }
}
