package dev.krait.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.ConversionException;
import dev.krait.TypeRef;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentMap;
import org.junit.jupiter.api.Test;

/** From the values that come out of a frame to the types that users ask for. */
class ConverterTest {
    /** An element type that stands in the superclass. */
    public static final class Ints extends ArrayList<Integer> {
        private static final long serialVersionUID = 1L;
    }

    private static Object to(Object value, Type target) {
        return Converter.convert(value, target, null);
    }

    private static Object to(Object value, TypeRef<?> target) {
        return Converter.convert(value, target.type(), null);
    }

    private static String refused(Object value, Type target) {
        return assertThrows(ConversionException.class, () -> to(value, target)).getMessage();
    }

    private static String refused(Object value, TypeRef<?> target) {
        return refused(value, target.type());
    }

    private static List<Object> list(Object... elements) {
        return new ArrayList<>(Arrays.asList(elements));
    }

    @Test
    void whatIsOfTheTypeStaysTheSame() {
        List<Object> list = list(1L);
        assertSame(list, to(list, List.class));
        assertSame(list, to(list, Object.class));
        assertSame(list, to(list, new TypeRef<List<Object>>() { }));
        assertSame(list, to(list, new TypeRef<Collection<?>>() { }));
        assertEquals(5L, to(5L, Number.class));
        assertEquals("x", to("x", CharSequence.class));
        assertEquals("x", to("x", new TypeRef<Comparable<String>>() { }));
        assertNull(to(null, String.class));
        assertNull(to(5L, Void.class));
    }

    @Test
    void wholeNumbersGoWhereTheyFit() {
        assertEquals((byte) -128, to(-128L, byte.class));
        assertEquals((short) 5, to(5L, Short.class));
        assertEquals(5, to(5L, int.class));
        assertEquals(5L, to(5L, long.class));
        assertEquals(BigInteger.valueOf(5), to(5L, BigInteger.class));
        assertEquals(new BigDecimal(5), to(5L, BigDecimal.class));
        assertEquals(5L, to(BigInteger.valueOf(5), long.class));
        assertTrue(refused(300L, byte.class).contains("300 is outside -128 to 127"));
        assertTrue(refused(1L << 31, int.class).contains("outside"));
        assertTrue(refused(BigInteger.TWO.pow(64).add(BigInteger.ONE), long.class).contains("outside"));
        assertTrue(refused(BigInteger.TWO.pow(64), byte.class).contains("outside"));
        assertTrue(refused(BigInteger.TWO.pow(4000), byte.class).contains("4001 bits"));
    }

    @Test
    void floatsAreNoIntsAndIntsAreFloatsWhereExact() {
        assertEquals(5.0, to(5L, double.class));
        assertEquals(5f, to(5L, float.class));
        assertEquals((double) (1L << 60), to(1L << 60, double.class));
        assertEquals(Math.pow(2, 100), to(BigInteger.TWO.pow(100), double.class));
        assertEquals(0.1f, to(0.1, float.class));
        assertEquals(Float.NaN, to(Double.NaN, float.class));
        assertEquals(Float.POSITIVE_INFINITY, to(Double.POSITIVE_INFINITY, float.class));
        assertEquals(new BigDecimal("0.1"), to(0.1, BigDecimal.class));
        refused(3.0, int.class);
        refused(3.0, BigInteger.class);
        refused(true, int.class);
        refused(1L, boolean.class);
        assertTrue(refused((1L << 53) + 1, double.class).contains("no exact double"));
        assertTrue(refused(Long.MAX_VALUE, double.class).contains("no exact double"));
        assertTrue(refused(BigInteger.TEN.pow(400), double.class).contains("no exact double"));
        assertTrue(refused((1L << 24) + 1, float.class).contains("no exact float"));
        refused(1e300, float.class);
        assertTrue(refused(Double.NaN, BigDecimal.class).contains("NaN"));
        refused(new BigDecimal("0.1"), double.class);
    }

    @Test
    void textGoesToTextOnly() {
        assertEquals('x', to("x", char.class));
        assertEquals("x", to('x', String.class));
        assertTrue(refused("xy", char.class).contains("2 UTF-16 units"));
        refused("", Character.class);
        refused(5L, String.class);
        refused("5", int.class);
        refused("00112233-4455-6677-8899-aabbccddeeff", UUID.class);
    }

    @Test
    void noneIsNullButNotInAPrimitive() {
        NullPointerException e = assertThrows(NullPointerException.class, () -> to(null, int.class));
        assertEquals("None cannot become int", e.getMessage());
        e = assertThrows(NullPointerException.class, () -> to(list(1L, null), int[].class));
        assertEquals("at [1]: None cannot become int", e.getMessage());
        assertNull(to(null, Integer.class));
        assertEquals(Optional.empty(), to(null, new TypeRef<Optional<String>>() { }));
        assertEquals(OptionalInt.empty(), to(null, OptionalInt.class));
        assertEquals(Optional.of(5), to(5L, new TypeRef<Optional<Integer>>() { }));
        assertEquals(OptionalInt.of(5), to(5L, OptionalInt.class));
    }

    @Test
    void arraysOfAnyKind() {
        assertArrayEquals(new int[] {1, 2}, (int[]) to(list(1L, 2L), int[].class));
        assertArrayEquals(new long[] {1, 2}, (long[]) to(new int[] {1, 2}, long[].class));
        assertArrayEquals(new double[] {1, 2.5}, (double[]) to(new Object[] {1L, 2.5}, double[].class));
        assertArrayEquals(new float[] {0.5f}, (float[]) to(new double[] {0.5}, float[].class));
        assertArrayEquals(new byte[] {-1, 5}, (byte[]) to(list(-1L, 5L), byte[].class));
        assertArrayEquals(new short[] {5}, (short[]) to(RangeList.of(5, 6, 1), short[].class));
        assertArrayEquals(new char[] {'a'}, (char[]) to(list("a"), char[].class));
        assertArrayEquals(new boolean[] {true}, (boolean[]) to(list(true), boolean[].class));
        assertArrayEquals(new String[] {"a", null}, (String[]) to(list("a", null), String[].class));
        assertArrayEquals(new Integer[][] {{1}, {}}, (Integer[][]) to(new Object[] {list(1L), new Object[0]}, Integer[][].class));
        assertArrayEquals(new Object[] {1L}, (Object[]) to(list(1L), Object[].class));
        List<?>[] lists = (List<?>[]) to(list(list(1L)), new TypeRef<List<Integer>[]>() { });
        assertEquals(List.of(1), lists[0]);
        byte[] bytes = {1};
        assertSame(bytes, to(bytes, byte[].class));
        assertTrue(refused(list(1L, 200L), byte[].class).startsWith("at [1]: "));
        assertTrue(refused(bytes, int[].class).contains("whether its numbers had a sign"));
        assertArrayEquals(new int[] {0, 65535}, (int[]) to(new char[] {0, 65535}, int[].class));
        assertTrue(refused(new char[] {65535}, short[].class).contains("65535 is outside -32768 to 32767"));
        assertArrayEquals(new char[] {'a', 'b'}, (char[]) to("ab", char[].class));
    }

    @Test
    void collectionsWithTheirElements() {
        assertEquals(List.of(1, 2), to(list(1L, 2L), new TypeRef<List<Integer>>() { }));
        assertEquals(List.of(1, 2), to(new Object[] {1L, 2L}, new TypeRef<List<? extends Integer>>() { }));
        assertEquals(List.of(1, 2), to(new long[] {1, 2}, new TypeRef<Iterable<? super Integer>>() { }));
        assertEquals(List.of((byte) -1), to(new byte[] {-1}, new TypeRef<List<Byte>>() { }));
        Set<Object> set = new LinkedHashSet<>(List.of(3L, 1L));
        assertEquals(Set.of(3, 1), to(set, new TypeRef<Set<Integer>>() { }));
        assertEquals(List.of(1, 3), new ArrayList<Object>((SortedSet<?>) to(set, new TypeRef<SortedSet<Integer>>() { })));
        assertEquals(1, ((Queue<?>) to(list(1L), new TypeRef<Queue<Integer>>() { })).peek());
        assertEquals(1, ((Deque<?>) to(list(1L), new TypeRef<Deque<Integer>>() { })).peek());
        assertSame(ArrayDeque.class, to(list(1L), new TypeRef<ArrayDeque<Integer>>() { }).getClass());
        Ints ints = (Ints) to(list(1L), Ints.class);
        assertEquals(1, ints.get(0).intValue());
        assertEquals(EnumSet.of(Thread.State.NEW), to(set("NEW"), new TypeRef<EnumSet<Thread.State>>() { }));
        assertEquals("at [1]: Python int (java.lang.Long) cannot become "
                + "java.util.Set<java.lang.Object>: it equals an element before it",
                refused(list(1L, 1L), new TypeRef<Set<Object>>() { }));
        assertTrue(refused(list(1L, "a"), SortedSet.class).contains("order"));
        assertTrue(refused(list("a", null), ArrayDeque.class).startsWith("at [1]: None cannot become"));
        refused("abc", List.class);
        assertTrue(refused(list(), NoConstructor.class).contains("constructor"));
    }

    /** A collection that nobody can make. */
    public abstract static class NoConstructor extends ArrayList<Object> {
        private static final long serialVersionUID = 1L;
    }

    private static Set<Object> set(Object... elements) {
        return new LinkedHashSet<>(Arrays.asList(elements));
    }

    @Test
    void mapsWithTheirKeysAndValues() {
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put("b", list(1L));
        map.put("a", list());
        assertEquals(Map.of("b", List.of(1), "a", List.of()), to(map, new TypeRef<Map<String, List<Integer>>>() { }));
        assertEquals(List.of("a", "b"), new ArrayList<Object>(
                ((SortedMap<?, ?>) to(map, new TypeRef<SortedMap<String, ?>>() { })).keySet()));
        assertEquals(map, to(map, new TypeRef<ConcurrentMap<String, Object>>() { }));
        assertSame(map, to(map, Map.class));
        assertSame(TreeMap.class, to(map, TreeMap.class).getClass());
        assertEquals(new EnumMap<>(Map.of(Thread.State.NEW, 1)),
                to(Map.of("NEW", 1L), new TypeRef<EnumMap<Thread.State, Integer>>() { }));
        map.put("c", null);
        assertEquals("at [\"c\"]: None cannot become java.util.concurrent.ConcurrentMap<java.lang.String, "
                + "java.lang.Object>: it takes no None", refused(map, new TypeRef<ConcurrentMap<String, Object>>() { }));
        refused(list(), Map.class);
    }

    @Test
    void keysThatBecomeEqualAreAnError() {
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put("x", 1L);
        map.put('x', 2L);
        assertTrue(refused(map, new TypeRef<Map<String, Long>>() { }).contains("the key equals one before it"));
    }

    @Test
    void entries() {
        Map.Entry<Object, Object> entry = new AbstractMap.SimpleImmutableEntry<>("k", 1L);
        assertEquals(Map.entry("k", 1), to(entry, new TypeRef<Map.Entry<String, Integer>>() { }));
        assertEquals(Map.entry("k", 1), to(new Object[] {"k", 1L}, new TypeRef<Map.Entry<String, Integer>>() { }));
        assertSame(AbstractMap.SimpleEntry.class,
                to(entry, new TypeRef<AbstractMap.SimpleEntry<String, Integer>>() { }).getClass());
        assertSame(entry, to(entry, Map.Entry.class));
        refused(new Object[] {1L}, Map.Entry.class);
    }

    @Test
    void theErrorSaysWhereAndWhat() {
        Map<Object, Object> map = Collections.singletonMap("a", list(1L, "x"));
        assertEquals("at [0][\"a\"][1]: Python str (java.lang.String) cannot become java.lang.Integer",
                refused(list(map), new TypeRef<List<Map<String, List<Integer>>>>() { }));
        assertEquals("at [\"a\"] (a key): Python str (java.lang.String) cannot become java.lang.Integer",
                refused(map, new TypeRef<Map<Integer, Object>>() { }));
        assertEquals("Python list (java.util.ArrayList) cannot become java.lang.String", refused(list(), String.class));
        assertEquals("Python tuple (java.lang.Object[]) cannot become java.util.Map", refused(new Object[0], Map.class));
        assertEquals("Python range (dev.krait.internal.RangeList) cannot become java.lang.String",
                refused(RangeList.of(0, 1, 1), String.class));
    }

    @Test
    void constantsByName() {
        assertSame(Thread.State.NEW, to("NEW", Thread.State.class));
        assertTrue(refused("new", Thread.State.class).contains("no constant named new"));
        refused(0L, Thread.State.class);
    }

    @Test
    void timesThatSayAllThatIsAsked() {
        ZonedDateTime zoned = ZonedDateTime.of(LocalDateTime.of(2024, 7, 1, 12, 0), ZoneId.of("Europe/Berlin"));
        OffsetDateTime offset = OffsetDateTime.parse("2024-07-01T12:00+02:00");
        Instant instant = Instant.parse("2024-07-01T10:00:00Z");
        assertEquals(instant, to(zoned, Instant.class));
        assertEquals(instant, to(offset, Instant.class));
        assertEquals(offset, to(zoned, OffsetDateTime.class));
        assertEquals(OffsetDateTime.parse("2024-07-01T10:00Z"), to(instant, OffsetDateTime.class));
        assertEquals(ZonedDateTime.parse("2024-07-01T12:00+02:00"), to(offset, ZonedDateTime.class));
        assertEquals(Date.from(instant), to(instant, Date.class));
        assertEquals(Date.from(instant), to(zoned, Date.class));
        refused(LocalDateTime.MIN, LocalDate.class);
        refused(LocalDateTime.MIN, Instant.class);
        refused(LocalDateTime.MIN, Date.class);
        refused(instant, LocalDateTime.class);
        TimeZone before = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
            assertEquals(java.sql.Date.valueOf("2024-02-29"), to(LocalDate.of(2024, 2, 29), java.sql.Date.class));
            Time time = (Time) to(LocalTime.of(1, 2, 3, 45_000_000), Time.class);
            assertEquals("01:02:03", time.toString());
            assertEquals(45, Math.floorMod(time.getTime(), 1000L));
            assertEquals(Timestamp.valueOf("2024-02-29 01:02:03.5"),
                    to(LocalDateTime.of(2024, 2, 29, 1, 2, 3, 500_000_000), Timestamp.class));
            assertEquals(Timestamp.from(instant), to(instant, Timestamp.class));
        } finally {
            TimeZone.setDefault(before);
        }
    }

    @Test
    void pythonObjectsAreAskedLast() {
        FakeContext.Py member = new FakeContext.Py(1);
        ObjectConversion objects = new ObjectConversion() {
            @Override
            public Object convert(Object pyObject, Type target) {
                return pyObject == member && target == Thread.State.class ? Thread.State.NEW : null;
            }

            @Override
            public String typeName(Object pyObject) {
                return pyObject == member ? "colors.Color" : null;
            }
        };
        assertEquals(List.of(Thread.State.NEW),
                Converter.convert(list(member), new TypeRef<List<Thread.State>>() { }.type(), objects));
        ConversionException e = assertThrows(ConversionException.class, () -> Converter.convert(member, int.class, objects));
        assertEquals("Python colors.Color (dev.krait.internal.FakeContext$Py) cannot become int", e.getMessage());
        e = assertThrows(ConversionException.class, () -> Converter.convert(new Thread(), int.class, objects));
        assertTrue(e.getMessage().startsWith("Python krait.JavaObject (java.lang.Thread)"), e.getMessage());
    }

    private static <T extends Integer> TypeRef<List<T>> bounded() {
        return new TypeRef<List<T>>() { };
    }

    @Test
    void variablesStandForTheirBounds() {
        assertEquals(List.of(1), to(list(1L), bounded()));
    }
}
