package dev.krait.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Time;
import java.sql.Timestamp;
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
import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Values that are written into a frame and read from it. */
class FrameRoundTripTest {
    private static void same(Object value) {
        becomes(value, value);
    }

    private static void becomes(Object expected, Object value) {
        Object read = FakeContext.roundTrip(value);
        assertEquals(expected, read);
        if (expected != null && !(expected instanceof List) && !(expected instanceof Set) && !(expected instanceof Map)
                && !(expected instanceof Map.Entry)) {
            assertSame(expected.getClass(), read.getClass());
        }
    }

    @Test
    void numbersKeepTheirValue() {
        becomes(-128L, (byte) -128);
        becomes(32767L, (short) 32767);
        becomes(Long.valueOf(Integer.MIN_VALUE), Integer.MIN_VALUE);
        same(Long.MIN_VALUE);
        same(Long.MAX_VALUE);
        same(BigInteger.TWO.pow(100));
        same(BigInteger.TWO.pow(100).negate());
        same(BigInteger.ZERO);
        becomes(1.5, 1.5f);
        same(-0.0);
        same(Double.NaN);
        same(Double.NEGATIVE_INFINITY);
        same(Double.MIN_VALUE);
        same(true);
        same(false);
        same(new BigDecimal("1.10"));
        same(new BigDecimal("1E+1000000"));
        same(new BigDecimal(BigInteger.ONE, Integer.MAX_VALUE));
        same(new BigDecimal(BigInteger.ONE, Integer.MIN_VALUE + 1));
    }

    @Test
    void stringsKeepEveryUnit() {
        for (String text : List.of("", "a", "ä", "\0", "a\0b", "\uFEFFx", "\uFFFEx", "\uFFFD", "ÃÂ\u00A9\u00FD", "\u01FD",
                "\uD800", "\uDC00\uD800", "😀", "?\uD83F")) {
            same(text);
            // Each path of the writer: short, probed, and found out late.
            same("x".repeat(100) + text);
            same(text + "x".repeat(100));
            same("x".repeat(3000) + text);
            same("x".repeat((1 << 20) + 5) + text);
        }
        same("ж".repeat(5000));
        same("what?".repeat(50));
    }

    @Test
    void aLoneSurrogateAmongAsciiIsNoQuestionMark() {
        // Its UTF-8 by Java has one byte, '?', so that the lengths are equal.
        same("x".repeat(50) + "\uD83F" + "?".repeat(50));
        same("x".repeat(50) + "\uDC3F");
    }

    @Test
    void charactersStayCharacters() {
        same('x');
        same('\uD800');
    }

    @Test
    void primitiveArraysComeBackAsTheyWere() {
        for (int n : new int[] {0, 1, 3, 20_000}) {
            byte[] bytes = new byte[n];
            short[] shorts = new short[n];
            int[] ints = new int[n];
            long[] longs = new long[n];
            float[] floats = new float[n];
            double[] doubles = new double[n];
            char[] chars = new char[n];
            boolean[] booleans = new boolean[n];
            for (int i = 0; i < n; i++) {
                bytes[i] = (byte) i;
                shorts[i] = (short) (i * 7);
                ints[i] = i * -70_001;
                longs[i] = i * 7_000_000_001L;
                floats[i] = i / 3f;
                doubles[i] = i / 3d;
                chars[i] = (char) (i * 5);
                booleans[i] = i % 3 == 0;
            }
            assertArrayEquals(bytes, (byte[]) FakeContext.roundTrip(bytes));
            assertArrayEquals(shorts, (short[]) FakeContext.roundTrip(shorts));
            assertArrayEquals(ints, (int[]) FakeContext.roundTrip(ints));
            assertArrayEquals(longs, (long[]) FakeContext.roundTrip(longs));
            assertArrayEquals(floats, (float[]) FakeContext.roundTrip(floats));
            assertArrayEquals(doubles, (double[]) FakeContext.roundTrip(doubles));
            assertArrayEquals(chars, (char[]) FakeContext.roundTrip(chars));
            assertArrayEquals(booleans, (boolean[]) FakeContext.roundTrip(booleans));
        }
    }

    @Test
    void arraysOfObjectsStayArraysAndCollectionsStayCollections() {
        assertArrayEquals(new Object[] {"a", new Object[] {1L, null}},
                (Object[]) FakeContext.roundTrip(new Object[] {"a", new Integer[] {1, null}}));
        becomes(List.of(1L, "b"), new ArrayDeque<>(List.of(1, "b")));
        assertSame(ArrayList.class, FakeContext.roundTrip(Collections.unmodifiableList(List.of(1))).getClass());
        becomes(new ArrayList<>(), Collections.emptyList());
    }

    @Test
    void setsAndMapsKeepTheirOrder() {
        Set<Object> set = new LinkedHashSet<>(Arrays.asList("z", 1L, null, "a"));
        assertEquals(new ArrayList<>(set), new ArrayList<>((Set<?>) FakeContext.roundTrip(set)));
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put("z", 1L);
        map.put(null, null);
        map.put("a", List.of("x"));
        Map<?, ?> read = (Map<?, ?>) FakeContext.roundTrip(map);
        assertEquals(new ArrayList<>(map.entrySet()), new ArrayList<>(read.entrySet()));
        assertSame(LinkedHashMap.class, read.getClass());
        becomes(Map.of("k", 1L), new TreeMap<>(Map.of("k", 1)));
    }

    @Test
    void keysKeepTheirEquality() {
        Map<?, ?> read = (Map<?, ?>) FakeContext.roundTrip(Map.of(List.of(1L, List.of("x")), "v"));
        assertEquals("v", read.get(List.of(1L, List.of("x"))));
        assertEquals("v", ((Map<?, ?>) FakeContext.roundTrip(Map.of(Set.of(1L), "v"))).get(Set.of(1L)));
        Object[] tuple = {1L, new Object[] {"x"}};
        Set<?> set = (Set<?>) FakeContext.roundTrip(Collections.singleton(tuple));
        assertTrue(set.contains(List.of(1L, List.of("x"))));
    }

    @Test
    void entriesAndOptionals() {
        becomes(new AbstractMap.SimpleImmutableEntry<>("k", 1L), Map.entry("k", 1));
        becomes("x", Optional.of(Optional.of("x")));
        becomes(3L, OptionalInt.of(3));
        becomes(4L, OptionalLong.of(4));
        becomes(0.5, OptionalDouble.of(0.5));
        assertNull(FakeContext.roundTrip(Optional.empty()));
        assertNull(FakeContext.roundTrip(OptionalInt.empty()));
        assertNull(FakeContext.roundTrip(null));
    }

    @Test
    void datesAndTimes() {
        same(LocalDate.of(1, 1, 1));
        same(LocalDate.of(9999, 12, 31));
        same(LocalTime.of(23, 59, 59, 999_999_999));
        same(OffsetTime.of(LocalTime.NOON, ZoneOffset.ofTotalSeconds(-64_800)));
        same(LocalDateTime.of(2024, 2, 29, 1, 2, 3, 4));
        same(OffsetDateTime.of(LocalDateTime.of(2024, 2, 29, 1, 2), ZoneOffset.ofHoursMinutes(5, 45)));
        same(ZonedDateTime.of(LocalDateTime.of(2024, 7, 1, 12, 0), ZoneId.of("Europe/Berlin")));
        becomes(OffsetDateTime.parse("2024-07-01T12:00:00+02:00"), ZonedDateTime.parse("2024-07-01T12:00:00+02:00"));
        becomes(OffsetDateTime.parse("2024-07-01T12:00:00+02:00"),
                ZonedDateTime.of(LocalDateTime.of(2024, 7, 1, 12, 0), ZoneId.of("UTC+02:00")));
        same(Instant.parse("0001-01-01T00:00:00Z"));
        same(Instant.parse("9999-12-31T23:59:59.999999999Z"));
        same(Duration.ofSeconds(-1, 5));
        same(Duration.ofDays(999_999_999));
        same(Duration.ofDays(-999_999_999));
    }

    @Test
    void bothTimesOfTheHourThatComesTwice() {
        ZonedDateTime first = ZonedDateTime.of(LocalDateTime.of(2024, 10, 27, 2, 30), ZoneId.of("Europe/Berlin"));
        ZonedDateTime second = first.withLaterOffsetAtOverlap();
        same(first);
        same(second);
        byte[] early = new FakeContext().bytes(first);
        byte[] late = new FakeContext().bytes(second);
        assertEquals(0, early[19]);
        assertEquals(1, late[19]);
    }

    @Test
    void theOldDateTypesUseTheDefaultZone() {
        TimeZone before = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
            becomes(Instant.ofEpochMilli(-1), new Date(-1));
            becomes(LocalDate.of(2024, 2, 29), java.sql.Date.valueOf("2024-02-29"));
            becomes(LocalTime.of(1, 2, 3, 45_000_000), new Time(Time.valueOf("01:02:03").getTime() + 45));
            becomes(LocalTime.of(5, 29, 59, 999_000_000), new Time(-1));
            becomes(LocalDateTime.of(2024, 2, 29, 1, 2, 3, 123_456_789),
                    Timestamp.valueOf("2024-02-29 01:02:03.123456789"));
        } finally {
            TimeZone.setDefault(before);
        }
    }

    @Test
    void subclassesOfTheOldDateTypes() {
        class MyStamp extends Timestamp {
            private static final long serialVersionUID = 1L;

            MyStamp() {
                super(0);
            }
        }

        assertSame(LocalDateTime.class, FakeContext.roundTrip(new MyStamp()).getClass());
    }

    @Test
    void objectsComeBackAsTheSame() {
        FakeContext context = new FakeContext();
        Object object = new Object();
        assertSame(object, context.through(object));
        assertSame(Thread.State.NEW, context.through(Thread.State.NEW));
        assertEquals(2, context.handles.live());
        assertEquals(new FakeContext.Py(77), context.through(new FakeContext.Py(77)));
        same(UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"));
    }
}
