package dev.krait.values;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.krait.PythonInterpreter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.arbitraries.StringArbitrary;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever value goes to Python comes back equal, and Python sees it as Java does. */
class ValuePropertiesTest {
    private static PythonInterpreter py;

    @BeforeContainer
    static void open() {
        py = PythonInterpreter.create();
        py.exec("def same(x): return x\ndef text(x): return str(x)\ndef codes(s): return [ord(c) for c in s]\n"
                + "def deep(x): return [deep(i) for i in x] if isinstance(x, list) else"
                + " {k: deep(v) for k, v in x.items()} if isinstance(x, dict) else x\n");
    }

    @AfterContainer
    static void close() {
        py.close();
    }

    @Provide
    Arbitrary<String> anyText() {
        StringArbitrary units = Arbitraries.strings().withCharRange('\u0000', '\uFFFF');
        StringArbitrary ascii = Arbitraries.strings().ascii();
        StringArbitrary latin = Arbitraries.strings().withCharRange('\u0000', '\u00FF');
        Arbitrary<String> points = Arbitraries.integers().between(0, Character.MAX_CODE_POINT).list().ofMaxSize(20)
                .map(codes -> codes.stream().collect(StringBuilder::new, StringBuilder::appendCodePoint,
                        StringBuilder::append).toString());
        return Arbitraries.oneOf(units.ofMaxLength(50), ascii.ofMaxLength(300), latin.ofMaxLength(50), points);
    }

    @Property
    void text(@ForAll("anyText") String text) {
        assertEquals(text, py.invoke("same", text));
        assertEquals((long) text.codePointCount(0, text.length()), py.invoke("len", text));
    }

    @Property(tries = 200)
    void charactersOfText(@ForAll("anyText") String text) {
        List<Long> codes = new ArrayList<>();
        text.codePoints().forEach(code -> codes.add((long) code));
        assertEquals(codes, py.invoke("codes", text));
    }

    @Property
    void longs(@ForAll long value) {
        assertEquals(value, py.invoke("same", value));
        assertEquals(Long.toString(value), py.invoke("text", value));
    }

    @Property
    void bigIntegers(@ForAll BigInteger value, @ForAll @IntRange(max = 500) int shift) {
        BigInteger big = value.shiftLeft(shift);
        Object read = py.invoke("same", big);
        assertEquals(big, read instanceof Long ? BigInteger.valueOf((Long) read) : read);
        assertEquals(big.bitLength() > 63, read instanceof BigInteger);
        assertEquals(big.toString(), py.invoke("text", big));
    }

    @Property
    void doubles(@ForAll long bits) {
        double value = Double.longBitsToDouble(bits);
        // A signalling NaN may be made quiet on the way through a register.
        if (!Double.isNaN(value)) {
            assertEquals(bits, Double.doubleToRawLongBits((Double) py.invoke("same", value)));
        }
    }

    @Property
    void bigDecimals(@ForAll BigDecimal value) {
        assertEquals(value, py.invoke("same", value));
    }

    @Property
    void bytes(@ForAll @Size(max = 2000) byte[] value) {
        assertEquals(java.util.Arrays.toString(value), java.util.Arrays.toString((byte[]) py.invoke("same", (Object) value)));
    }

    @Property
    void instants(@ForAll @LongRange(min = -62_135_596_800L, max = 253_402_300_799L) long seconds,
            @ForAll @IntRange(max = 999_999) int micros,
            @ForAll @IntRange(min = -64_800, max = 64_800) int offset) {
        Instant instant = Instant.ofEpochSecond(seconds, micros * 1_000L);
        assertEquals(instant, py.invoke("same", instant));
        LocalDateTime local = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
        assertEquals(local, py.invoke("same", local));
        LocalDate date = local.toLocalDate();
        assertEquals(date, py.invoke("same", date));
        assertEquals(date.toString(), py.invoke("text", date));
        LocalTime time = local.toLocalTime();
        assertEquals(time, py.invoke("same", time));
        OffsetDateTime there = OffsetDateTime.of(local, ZoneOffset.ofTotalSeconds(offset));
        assertEquals(there, py.invoke("same", there));
    }

    @Property
    void durations(@ForAll @LongRange(min = -86_399_999_913_600L, max = 86_399_999_999_999L) long seconds,
            @ForAll @IntRange(max = 999_999) int micros) {
        Duration duration = Duration.ofSeconds(seconds, micros * 1_000L);
        assertEquals(duration, py.invoke("same", duration));
    }

    @Property
    void uuids(@ForAll long most, @ForAll long least) {
        UUID uuid = new UUID(most, least);
        assertEquals(uuid, py.invoke("same", uuid));
        assertEquals(uuid.toString(), py.invoke("text", uuid));
    }

    /** A value of a few levels. By hand: an arbitrary that contains itself takes jqwik minutes. */
    private static Object anything(Random random, int levels) {
        int choice = random.nextInt(levels > 0 ? 12 : 8);
        switch (choice) {
            case 0:
                return null;
            case 1:
                return random.nextBoolean();
            case 2:
                return random.nextLong() >> random.nextInt(64);
            case 3:
                return new BigInteger(64 + random.nextInt(200), random).setBit(63);
            case 4:
                return random.nextGaussian() * Math.pow(10, random.nextInt(600) - 300);
            case 5:
                return new BigDecimal(new BigInteger(random.nextInt(100), random), random.nextInt(100) - 50);
            case 6:
            case 7:
                return anyText(random);
            case 8:
            case 9:
                List<Object> list = new ArrayList<>();
                for (int i = random.nextInt(6); i > 0; i--) {
                    list.add(anything(random, levels - 1));
                }
                return list;
            case 10:
                Set<Object> set = new LinkedHashSet<>();
                for (int i = random.nextInt(6); i > 0; i--) {
                    set.add(anyText(random));
                }
                return set;
            default:
                Map<Object, Object> map = new LinkedHashMap<>();
                for (int i = random.nextInt(6); i > 0; i--) {
                    map.put(random.nextBoolean() ? anyText(random) : List.of(random.nextLong(), anyText(random)),
                            anything(random, levels - 1));
                }
                return map;
        }
    }

    private static String anyText(Random random) {
        int[] limits = {0x80, 0x100, 0x1_0000, Character.MAX_CODE_POINT + 1};
        int limit = limits[random.nextInt(limits.length)];
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(20); i > 0; i--) {
            text.appendCodePoint(random.nextInt(limit));
        }
        return text.toString();
    }

    @Property(tries = 2000)
    void nestedCollections(@ForAll long seed) {
        Object value = anything(new Random(seed), 5);
        assertEquals(value, py.invoke("same", value));
        // Rebuilt by Python, so that it is made of Python's own objects.
        assertEquals(value, py.invoke("deep", value));
        py.set("held", value);
        assertEquals(value, py.get("held"));
    }
}
