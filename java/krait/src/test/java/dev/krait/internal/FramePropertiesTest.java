package dev.krait.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.ConversionException;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** The codec on values and bytes that nobody thought of. */
class FramePropertiesTest {
    @Provide
    Arbitrary<Object> values() {
        return Arbitraries.randomValue(random -> FrameRandomValues.value(random, 5));
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.randomValue(FrameRandomValues::text);
    }

    @Property(tries = 3000)
    void everyValueComesBackEqual(@ForAll("values") Object value) {
        assertEquals(value, FakeContext.roundTrip(value));
    }

    @Property(tries = 20_000)
    void noBytesBreakTheReader(@ForAll @Size(max = 64) byte[] payload) {
        survives(payload);
    }

    @Property(tries = 3000)
    void noDamageToAFrameBreaksTheReader(@ForAll("values") Object value, @ForAll Random random) {
        byte[] payload = new FakeContext().bytes(value);
        for (int i = 0; i < 8 && payload.length > 0; i++) {
            payload[random.nextInt(payload.length)] = (byte) (random.nextBoolean() ? random.nextInt() : random.nextInt(40));
            survives(payload);
        }
    }

    /** Either a value comes out, or one of the two errors that tell what is wrong. */
    private static void survives(byte[] payload) {
        Frame frame = FakeContext.frame(payload);
        FrameReader reader = frame.read(new FakeContext(), null);
        try {
            reader.read();
        } catch (ConversionException e) {
            assertTrue(e.getMessage() != null);
        } catch (AssertionError e) {
            assertTrue(e.getMessage().startsWith("Krait: "), () -> e.toString());
        }
        assertTrue(reader.position <= Frame.HEADER + payload.length);
    }

    @Property(tries = 5000)
    void everyTextComesBackEqual(@ForAll("texts") String text) {
        assertEquals(text, FakeContext.roundTrip(text));
        assertEquals("x".repeat(40) + text, FakeContext.roundTrip("x".repeat(40) + text));
    }
}
