package dev.krait.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.ConversionException;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What native code may write and Java reads, up to what it must not write. */
class FrameReaderTest {
    private final FakeContext context = new FakeContext();

    /** A payload under construction. */
    private static final class Bytes {
        private final ByteBuffer buffer = ByteBuffer.allocate(100_000).order(ByteOrder.LITTLE_ENDIAN);

        Bytes tag(byte tag) {
            buffer.put(tag);
            return this;
        }

        Bytes tag(byte tag, int count) {
            buffer.put(tag).putInt(count);
            return this;
        }

        Bytes i32(int value) {
            buffer.putInt(value);
            return this;
        }

        Bytes i64(long value) {
            buffer.putLong(value);
            return this;
        }

        Bytes text(byte tag, String text) {
            tag(tag, text.length());
            buffer.put(text.getBytes(StandardCharsets.US_ASCII));
            return this;
        }

        Bytes dateTime(LocalDateTime dateTime) {
            buffer.putInt(dateTime.getYear()).put((byte) dateTime.getMonthValue()).put((byte) dateTime.getDayOfMonth());
            buffer.putLong(dateTime.toLocalTime().toNanoOfDay());
            return this;
        }

        byte[] done() {
            return Arrays.copyOf(buffer.array(), buffer.position());
        }
    }

    private static Bytes bytes() {
        return new Bytes();
    }

    private Object decimal(String text) {
        return context.read(bytes().text(Tag.DECIMAL, text).done());
    }

    @Test
    void decimalsThatAreNoNumbersBecomeDoubles() {
        assertEquals(new BigDecimal("-1.50"), decimal("-1.50"));
        assertEquals(Double.NaN, decimal("NaN"));
        assertEquals(Double.NaN, decimal("-sNaN12"));
        assertEquals(Double.POSITIVE_INFINITY, decimal("Infinity"));
        assertEquals(Double.NEGATIVE_INFINITY, decimal("-Infinity"));
    }

    @Test
    void aDecimalWithTooLargeAnExponentSaysSo() {
        for (String text : List.of("1E+999999999999", "1E-999999999999", "0E+99999999999")) {
            ConversionException e = assertThrows(ConversionException.class, () -> decimal(text));
            assertTrue(e.getMessage().contains(text) && e.getMessage().contains("exponent"), e.getMessage());
        }
    }

    @Test
    void rangesAreReadOnlyLists() {
        Object range = context.read(bytes().tag(Tag.RANGE).i64(10).i64(0).i64(-3).done());
        assertEquals(List.of(10L, 7L, 4L, 1L), range);
        assertThrows(AssertionError.class, () -> context.read(bytes().tag(Tag.RANGE).i64(0).i64(1).i64(0).done()));
    }

    @Test
    void aTupleIsAnArrayAndAsAKeyAList() {
        byte[] tuple = bytes().tag(Tag.TUPLE, 1).tag(Tag.TRUE).done();
        assertArrayEquals(new Object[] {true}, (Object[]) context.read(tuple));
        Map<?, ?> map = (Map<?, ?>) context.read(
                bytes().tag(Tag.DICT, 1).tag(Tag.TUPLE, 1).tag(Tag.TRUE).tag(Tag.TUPLE, 0).done());
        assertEquals(Set.of(List.of(true)), map.keySet());
        assertArrayEquals(new Object[0], (Object[]) map.values().iterator().next());
        @SuppressWarnings("unchecked")
        List<Object> key = (List<Object>) map.keySet().iterator().next();
        assertThrows(UnsupportedOperationException.class, () -> key.set(0, false));
    }

    @Test
    void aSkippedHourMeansTheInstantItMeansInPython() {
        byte[] gap = bytes().tag(Tag.ZONED_DATETIME).dateTime(LocalDateTime.of(2024, 3, 31, 2, 30)).i32(3600)
                .tag((byte) 0).text(Tag.ASCII, "Europe/Berlin").done();
        assertEquals(ZonedDateTime.of(LocalDateTime.of(2024, 3, 31, 3, 30), ZoneId.of("Europe/Berlin")), context.read(gap));
    }

    @Test
    void zonesOfPythonThatJavaLacksAreNamed() {
        Bytes zoned = bytes().tag(Tag.ZONED_DATETIME).dateTime(LocalDateTime.of(2024, 1, 1, 0, 0)).i32(-18_000).tag((byte) 0);
        ConversionException e = assertThrows(ConversionException.class,
                () -> context.read(zoned.text(Tag.ASCII, "Mars/Base").done()));
        assertTrue(e.getMessage().contains("Mars/Base"), e.getMessage());
        Bytes est = bytes().tag(Tag.ZONED_DATETIME).dateTime(LocalDateTime.of(2024, 1, 1, 0, 0)).i32(-18_000).tag((byte) 0);
        assertEquals(LocalDateTime.of(2024, 1, 1, 0, 0),
                ((ZonedDateTime) context.read(est.text(Tag.ASCII, "EST").done())).toLocalDateTime());
    }

    @Test
    void anOffsetOfTwentyHoursIsAClearError() {
        ConversionException e = assertThrows(ConversionException.class, () -> context.read(
                bytes().tag(Tag.OFFSET_TIME).i64(0).i32(72_000).done()));
        assertTrue(e.getMessage().contains("72000 seconds"), e.getMessage());
    }

    @Test
    void membersThatBecomeEqualAreNotDropped() {
        byte[] set = bytes().tag(Tag.SET, 2).tag(Tag.TUPLE, 2).tag(Tag.LONG).i64(0).tag(Tag.LONG).i64(1)
                .tag(Tag.RANGE).i64(0).i64(2).i64(1).done();
        assertThrows(ConversionException.class, () -> context.read(set));
        byte[] dict = bytes().tag(Tag.DICT, 2).text(Tag.DECIMAL, "NaN").tag(Tag.NULL).text(Tag.DECIMAL, "sNaN").tag(Tag.NULL).done();
        assertThrows(ConversionException.class, () -> context.read(dict));
    }

    @Test
    void handlesThatThereIsNoMemoryToWrapAreReleased() {
        context.room = 1;
        byte[] list = bytes().tag(Tag.LIST, 4).tag(Tag.PYOBJECT).i64(11).tag(Tag.PYOBJECT).i64(12).tag(Tag.PYPROXY).i64(13).i32(16)
                .tag(Tag.GENERATOR).i64(14).done();
        assertThrows(OutOfMemoryError.class, () -> context.read(list));
        assertEquals(List.of(11L), context.wrapped);
        assertEquals(List.of(12L, 13L, 14L), context.released);
    }

    @Test
    void handlesBehindAFailureAreStillReleased() {
        byte[] list = bytes().tag(Tag.LIST, 3)
                .tag(Tag.PYOBJECT).i64(11)
                .tag(Tag.DICT, 1).text(Tag.DECIMAL, "1E+999999999999").tag(Tag.PYOBJECT).i64(12)
                .tag(Tag.ENTRY).tag(Tag.PYOBJECT).i64(13).tag(Tag.TUPLE, 1).tag(Tag.PYOBJECT).i64(14)
                .done();
        assertThrows(ConversionException.class, () -> context.read(list));
        assertEquals(List.of(11L), context.wrapped);
        assertEquals(List.of(12L, 13L, 14L), context.released);
    }

    @Test
    void everyKindOfValueIsPassedOverAfterAFailure() {
        FakeContext writing = new FakeContext();
        List<Object> all = Arrays.asList(null, true, false, 1L, BigInteger.TWO.pow(70), 2.5, 'c', "text", "тест", new byte[3],
                new short[3], new int[3], new long[3], new float[3], new double[3], new char[3], new boolean[3],
                new byte[9000], new int[9000], List.of(1), new Object[] {1, List.of()}, Set.of(List.of(Set.of(2))), Map.of(1, 2),
                Map.entry(1, 2), BigDecimal.TEN, java.time.LocalDate.EPOCH, java.time.LocalTime.NOON,
                java.time.OffsetTime.parse("10:00+01:00"), LocalDateTime.of(2000, 1, 1, 1, 1),
                java.time.OffsetDateTime.parse("2000-01-01T00:00+01:00"),
                ZonedDateTime.of(LocalDateTime.of(2000, 1, 1, 1, 1), ZoneId.of("Asia/Tokyo")), java.time.Instant.EPOCH,
                java.time.Duration.ofDays(1), new java.util.UUID(1, 2), new Object());
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        payload.writeBytes(bytes().tag(Tag.LIST, all.size() + 3).text(Tag.DECIMAL, "1E+999999999999").done());
        for (Object value : all) {
            payload.writeBytes(writing.bytes(value));
        }
        payload.writeBytes(bytes().tag(Tag.RANGE).i64(0).i64(2).i64(1).tag(Tag.PYOBJECT).i64(99).done());
        payload.writeBytes(new byte[] {Tag.TRUE});
        FrameReader reader = FakeContext.frame(payload.toByteArray()).read(context, null);
        assertThrows(ConversionException.class, reader::read);
        assertEquals(List.of(99L), context.released);
        assertEquals(true, reader.read());
        assertTrue(reader.atEnd());
    }

    @Test
    void aBadArgumentIsNamedAndTheHandlesOfTheOthersAreReleased() {
        byte[] payload = bytes().i32(3).tag(Tag.PYOBJECT).i64(1).text(Tag.DECIMAL, "1E+999999999999").tag(Tag.PYOBJECT).i64(2)
                .i32(3).text(Tag.ASCII, "a").tag(Tag.PYOBJECT).i64(3).text(Tag.ASCII, "b").tag(Tag.NULL)
                .text(Tag.ASCII, "c").tag(Tag.LIST, 1).tag(Tag.PYOBJECT).i64(4).done();
        ConversionException e = assertThrows(ConversionException.class,
                () -> FakeContext.frame(payload).read(context, null).readArguments());
        assertTrue(e.getMessage().startsWith("argument 2: "), e.getMessage());
        assertEquals(List.of(1L, 2L, 3L, 4L), context.wrapped);
    }

    @Test
    void corruptFramesAreInternalErrors() {
        List<byte[]> corrupt = new ArrayList<>(List.of(
                new byte[] {},
                new byte[] {32},
                new byte[] {-1},
                bytes().tag(Tag.LONG).i32(1).done(),
                bytes().tag(Tag.ASCII, 1).done(),
                bytes().tag(Tag.ASCII, -1).done(),
                bytes().tag(Tag.UTF16, 0x40000000).done(),
                bytes().tag(Tag.LIST, Integer.MAX_VALUE).done(),
                bytes().tag(Tag.DICT, 1).tag(Tag.TRUE).done(),
                bytes().tag(Tag.BIG, 0).done(),
                bytes().text(Tag.DECIMAL, "x").done(),
                bytes().text(Tag.DECIMAL, "").done(),
                bytes().tag(Tag.DATE).i32(2024).tag((byte) 13).tag((byte) 1).done(),
                bytes().tag(Tag.TIME).i64(-1).done(),
                bytes().tag(Tag.DURATION).i64(Long.MAX_VALUE).i32(-1).tag(Tag.NULL).done(),
                bytes().tag(Tag.ARRAY).tag((byte) 'x').i32(0).done(),
                bytes().tag(Tag.ARRAY).tag((byte) 'q').i32(0x20000001).done(),
                bytes().tag(Tag.BYTES_REF).i32(0).i32(1).done(),
                bytes().tag(Tag.PYOBJECT).i64(0).done(),
                bytes().tag(Tag.JAVAOBJECT).i32(5).i32(0).done(),
                bytes().tag(Tag.JAVAOBJECT).i32(0).i32(0).done()));
        // The first is no corruption but the longest duration less a nanosecond.
        corrupt.remove(14);
        for (byte[] payload : corrupt) {
            assertThrows(AssertionError.class, () -> context.read(payload), Arrays.toString(payload));
        }
    }

    @Test
    void manyContainersCannotClaimMoreElementsThanThereAreBytes() {
        Bytes nested = bytes();
        for (int i = 0; i < 900; i++) {
            nested.tag(Tag.LIST, 60_000);
        }
        byte[] payload = Arrays.copyOf(nested.done(), 90_000);
        AssertionError e = assertThrows(AssertionError.class, () -> context.read(payload));
        assertTrue(e.getMessage().contains("more elements than bytes"), e.getMessage());
    }

    @Test
    void aValueNestedTooDeepIsRefused() {
        Bytes deep = bytes();
        for (int i = 0; i < 1001; i++) {
            deep.tag(Tag.LIST, 1);
        }
        deep.tag(Tag.PYOBJECT).i64(5);
        ConversionException e = assertThrows(ConversionException.class, () -> context.read(deep.done()));
        assertTrue(e.getMessage().contains("deeper than 1,000"), e.getMessage());
        assertEquals(List.of(5L), context.released);
    }

    @Test
    void aLengthPastTheFrameIsAnInternalError() {
        Frame frame = FakeContext.frame(Tag.NULL);
        frame.setHeader(Status.OK, frame.capacity());
        assertThrows(AssertionError.class, () -> frame.read(context, null));
        frame.setHeader(Status.OK, -1);
        assertThrows(AssertionError.class, () -> frame.read(context, null));
    }

    @Test
    void arraysBesideTheFrameAreCheckedAgainstIt() {
        byte[] payload = bytes().tag(Tag.ARRAY_REF).tag((byte) 'i').i32(1).i32(3).done();
        int[] array = new int[3];
        assertEquals(array, FakeContext.frame(payload).read(context, new Object[] {null, array}).read());
        for (Object[] refs : new Object[][] {null, {array}, {null, null}, {null, new int[2]}, {null, new float[3]}}) {
            assertThrows(AssertionError.class, () -> FakeContext.frame(payload).read(context, refs).read());
        }
    }

    @Test
    void readingGoesOnAfterAnEmptyAnswer() {
        FrameReader reader = FakeContext.frame(Tag.NULL, Tag.TRUE).read(context, null);
        assertNull(reader.read());
        assertFalse(reader.atEnd());
        assertEquals(true, reader.read());
        assertTrue(reader.atEnd());
        assertEquals(Collections.emptyList(), context.wrapped);
    }
}
