package dev.krait.internal;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/** Values at random that equal themselves after a round trip. */
final class FrameRandomValues {
    private static final String[] ALPHABETS = {"abc?\0", "aé\u0080ÿ", "aж\uD800\uDC00\uD83F\uFEFF", "a\uFFFD"};

    private FrameRandomValues() {
    }

    static Object value(Random random, int levels) {
        int size = random.nextInt(5);
        switch (random.nextInt(levels > 0 ? 16 : 11)) {
            case 0:
                return null;
            case 1:
                return random.nextBoolean();
            case 2:
                return random.nextLong() >> random.nextInt(64);
            case 3:
                return Double.longBitsToDouble(random.nextLong());
            case 4:
                return new BigInteger(random.nextInt(200), random).subtract(BigInteger.TWO.pow(100));
            case 5:
                return new BigDecimal(new BigInteger(random.nextInt(80), random), random.nextInt());
            case 6:
                return (char) random.nextInt();
            case 7:
                return Instant.ofEpochSecond(Math.floorMod(random.nextLong(), 250_000_000_000L), random.nextInt(1_000_000_000));
            case 8:
                return LocalDateTime.ofEpochSecond(random.nextInt() * 10L, random.nextInt(1_000_000_000), ZoneOffset.UTC);
            case 9:
                return random.nextBoolean() ? Duration.ofSeconds(random.nextInt(), random.nextInt())
                        : new UUID(random.nextLong(), random.nextLong());
            case 10:
                return text(random);
            case 11:
            case 12:
                List<Object> list = new ArrayList<>();
                for (int i = 0; i < size; i++) {
                    list.add(value(random, levels - 1));
                }
                return list;
            case 13:
                Set<Object> set = new LinkedHashSet<>();
                for (int i = 0; i < size; i++) {
                    set.add(value(random, levels - 1));
                }
                return set;
            case 14:
                return new AbstractMap.SimpleImmutableEntry<>(value(random, levels - 1), value(random, levels - 1));
            default:
                Map<Object, Object> map = new LinkedHashMap<>();
                for (int i = 0; i < size; i++) {
                    map.put(value(random, levels - 1), value(random, levels - 1));
                }
                return map;
        }
    }

    static String text(Random random) {
        String alphabet = ALPHABETS[random.nextInt(ALPHABETS.length)];
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(60); i > 0; i--) {
            // Mostly the first letter, so that the others come early, late or not at all.
            text.append(alphabet.charAt(random.nextInt(4) > 0 ? 0 : random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
