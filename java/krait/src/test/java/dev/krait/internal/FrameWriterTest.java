package dev.krait.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.ConversionException;
import dev.krait.PythonInterpreter;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.AbstractCollection;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What stands in a frame, and what is refused. */
class FrameWriterTest {
    private final FakeContext context = new FakeContext();
    private final Frame frame = new Frame();

    /** As it is before any value crosses: the codec knows the public types. */
    @BeforeAll
    static void initialize() throws ClassNotFoundException {
        Class.forName(PythonInterpreter.class.getName());
    }

    private ConversionException refused(Object value) {
        return assertThrows(ConversionException.class, () -> frame.write(context).write(value));
    }

    @Test
    void theBytesAreThoseOfTheContract() {
        assertArrayEquals(new byte[] {13, 2, 0, 0, 0, 3, 1, 2, 0, 0, 0, 0, 0, 0, 7, 1, 0, 0, 0, 'x'},
                context.bytes(List.of(0x201L, "x")));
        assertArrayEquals(new byte[] {8, 1, 0, 0, 0, 0x3D, (byte) 0xD8}, context.bytes("\uD83D"));
        assertArrayEquals(new byte[] {4, 2, 0, 0, 0, 1, 0}, context.bytes(java.math.BigInteger.valueOf(256)));
        assertArrayEquals(new byte[] {10, 'h', 1, 0, 0, 0, 2, 1}, context.bytes(new short[] {0x102}));
        assertArrayEquals(new byte[] {20, (byte) 0xE8, 7, 0, 0, 2, 29}, context.bytes(LocalDate.of(2024, 2, 29)));
        assertArrayEquals(new byte[] {6, 'x', 0}, context.bytes('x'));
    }

    @Test
    void keysAreWrittenAsWhatPythonCanHash() {
        assertArrayEquals(new byte[] {15, 1, 0, 0, 0, 14, 1, 0, 0, 0, 16, 1, 0, 0, 0, 14, 0, 0, 0, 0},
                context.bytes(Set.of(List.of(Set.of(List.of())))));
        assertArrayEquals(new byte[] {17, 1, 0, 0, 0, 14, 0, 0, 0, 0, 13, 0, 0, 0, 0},
                context.bytes(Map.of(List.of(), List.of())));
        assertArrayEquals(new byte[] {15, 1, 0, 0, 0, 18, 14, 0, 0, 0, 0, 0},
                context.bytes(Set.of(new java.util.AbstractMap.SimpleEntry<>(List.of(), null))));
    }

    @Test
    void aListThatContainsItselfIsToldFromADeepOne() {
        List<Object> self = new ArrayList<>();
        self.add(self);
        assertTrue(refused(self).getMessage().contains("contains itself"), refused(self).getMessage());
        Map<String, Object> map = new HashMap<>();
        map.put("list", List.of(new Object[] {map}));
        assertTrue(refused(map).getMessage().contains("contains itself"), refused(map).getMessage());
        assertTrue(refused(nested(100_000)).getMessage().contains("deeper than 1,000"));
    }

    @Test
    void aThousandLevelsCrossAndOneMoreDoesNot() {
        Object read = context.through(nested(1000));
        int levels = 0;
        for (Object o = read; o instanceof List; o = ((List<?>) o).isEmpty() ? null : ((List<?>) o).get(0)) {
            levels++;
        }
        assertEquals(1000, levels);
        assertTrue(refused(nested(1001)).getMessage().contains("deeper than 1,000"));
    }

    private static List<Object> nested(int levels) {
        List<Object> list = new ArrayList<>();
        for (int i = 1; i < levels; i++) {
            list = new ArrayList<>(Collections.singletonList(list));
        }
        return list;
    }

    @Test
    void aStackTooSmallForTheDepthIsAClearError() {
        // Only frames of the user's: each level of this list takes a lot of stack.
        class Deep extends AbstractList<Object> {
            @Override
            public Object get(int index) {
                return burn(10_000_000);
            }

            private Object burn(int frames) {
                return frames == 0 ? this : burn(frames - 1);
            }

            @Override
            public int size() {
                return 1;
            }
        }

        Object nested = new Deep();
        for (int i = 0; i < 60; i++) {
            nested = Arrays.asList(nested);
        }
        ConversionException e = refused(nested);
        assertTrue(e.getMessage().contains("stack of thread"), e.getMessage());
        assertSame(StackOverflowError.class, e.getCause().getClass());
        // Not the value's depth, but the code in it, or around it.
        Object shallow = new Deep();
        assertThrows(StackOverflowError.class, () -> frame.write(context).write(shallow));
    }

    @Test
    void aCollectionThatLiesAboutItsSizeIsWrittenAsItIterates() {
        for (int claimed : new int[] {0, 2, 100}) {
            class Liar extends AbstractCollection<Object> {
                @Override
                public Iterator<Object> iterator() {
                    return Arrays.<Object>asList("a", "b", "c").iterator();
                }

                @Override
                public int size() {
                    return claimed;
                }
            }

            assertEquals(List.of("a", "b", "c"), context.through(new Liar()));
        }
    }

    @Test
    void slotsAreTakenBackWhenAnIteratorThrows() {
        class Failing extends AbstractList<Object> {
            @Override
            public Object get(int index) {
                if (index == 20) {
                    throw new IllegalStateException("mine");
                }
                return new Object();
            }

            @Override
            public int size() {
                return 30;
            }
        }

        FrameWriter writer = frame.write(context);
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> writer.write(new Failing()));
        assertEquals("mine", e.getMessage());
        assertEquals(20, context.handles.live());
        writer.rollback();
        assertEquals(0, context.handles.live());
        writer.rollback();
        assertEquals(0, context.handles.live());
    }

    @Test
    void datesThatPythonLacksAreRefusedByName() {
        for (Object value : List.of(LocalDate.of(0, 1, 1), LocalDate.of(10_000, 1, 1), LocalDateTime.MAX, Instant.MIN,
                Instant.parse("+10000-01-01T00:00:00Z"), Instant.parse("0000-12-31T23:59:59.999999999Z"))) {
            assertTrue(refused(value).getMessage().contains("years 1 to 9999, not " + value), value.toString());
        }
        assertTrue(refused(Duration.ofDays(1_000_000_000)).getMessage().contains("timedelta"));
        assertTrue(refused(Duration.ofDays(-999_999_999).minusNanos(1)).getMessage().contains("timedelta"));
    }

    @Test
    void theErrorOfACallNamesTheArgument() {
        LocalDate bad = LocalDate.of(-5, 1, 1);
        ConversionException e = assertThrows(ConversionException.class, () -> frame.write(context)
                .writeArguments(new Object[] {1, List.of(bad)}, null, null));
        assertTrue(e.getMessage().startsWith("argument 2 of 2 (java.util.ImmutableCollections$List12, as a Python list): "), e.getMessage());
        e = assertThrows(ConversionException.class, () -> frame.write(context)
                .writeArguments(new Object[0], new String[] {"day"}, new Object[] {bad}));
        assertTrue(e.getMessage().startsWith("keyword argument 'day' (java.time.LocalDate, as a Python datetime.date): "), e.getMessage());
        assertThrows(IllegalArgumentException.class,
                () -> frame.write(context).writeArguments(new Object[0], new String[] {"a"}, null));
        NullPointerException n = assertThrows(NullPointerException.class, () -> frame.write(context)
                .writeArguments(new Object[0], new String[] {null}, new Object[] {1}));
        assertEquals("name of a keyword argument", n.getMessage());
    }

    @Test
    void argumentsCrossWithTheirNames() {
        FrameWriter writer = frame.write(context);
        writer.writeString("f");
        writer.writeArguments(new Object[] {1, "x"}, new String[] {"größe", "b"}, new Object[] {null, 2.5});
        writer.writeLong(5);
        writer.finish();
        FrameReader reader = frame.read(context, null);
        assertEquals("f", reader.readString());
        Arguments arguments = reader.readArguments();
        assertArrayEquals(new Object[] {1L, "x"}, arguments.positional());
        assertArrayEquals(new String[] {"größe", "b"}, arguments.names());
        assertArrayEquals(new Object[] {null, 2.5}, arguments.keywordValues());
        assertEquals(5, reader.readLong());
        assertTrue(reader.atEnd());
    }

    @Test
    void largeArraysCrossBesideTheFrame() {
        byte[] bytes = new byte[8192];
        int[] ints = new int[2048];
        FrameWriter writer = frame.write(context);
        writer.write(List.of(bytes, new byte[8191], ints));
        assertArrayEquals(new Object[] {bytes, ints}, writer.refs());
        assertSame(bytes, writer.refs()[0]);
        writer = frame.write(context);
        assertNull(writer.refs());
        writer.withoutReferences().write(bytes);
        assertNull(writer.refs());
        writer.finish();
        assertArrayEquals(bytes, (byte[]) frame.read(context, null).read());
        writer = frame.write(context);
        writer.write(bytes);
        assertEquals(1, writer.refs().length);
    }

    @Test
    void aRefusalReplacesWhatWasWritten() {
        FrameWriter writer = frame.write(context);
        writer.write(List.of(new Object(), "x".repeat(10_000)));
        writer.fail(Failure.ARGUMENT, "no such op");
        assertEquals(0, context.handles.live());
        assertEquals(Status.FAILED, frame.status());
        FrameReader reader = frame.read(context, null);
        assertEquals(Failure.ARGUMENT, reader.readFailure());
        assertEquals("no such op", reader.read());
        assertTrue(reader.atEnd());
    }

    @Test
    void aMillionElementsFit() {
        List<Object> list = new ArrayList<>();
        IntStream.range(0, 1_000_000).forEach(i -> list.add((long) i));
        assertEquals(list, context.through(list));
    }
}
