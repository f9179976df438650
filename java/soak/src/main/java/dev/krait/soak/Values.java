package dev.krait.soak;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;

/** Random values that come back from Python as they went in. */
final class Values {
    private static final String[] TEXTS = {"", "plain", "größer", "кириллица", "日本語", "😀 beyond", "\uD800 unpaired", "\uFEFFmark", "\0nul"};

    private final SplittableRandom random;

    Values(SplittableRandom random) {
        this.random = random;
    }

    Object any() {
        return any(3);
    }

    private Object any(int depth) {
        int kind = random.nextInt(depth > 0 ? 16 : 12);
        switch (kind) {
            case 0:
                return null;
            case 1:
                return random.nextBoolean();
            case 2:
                return random.nextLong();
            case 3:
                return random.nextLong(1000);
            case 4:
                return random.nextDouble();
            case 5:
                return text();
            case 6:
                return BigInteger.ONE.shiftLeft(64 + random.nextInt(200)).add(BigInteger.valueOf(random.nextLong()));
            case 7:
                return bytes();
            case 8:
                return new BigDecimal(BigInteger.valueOf(random.nextLong()), random.nextInt(20));
            case 9:
                return LocalDate.ofEpochDay(random.nextInt(-100_000, 100_000));
            case 10:
                return LocalDateTime.of(2000, 1, 1, 0, 0).plusNanos(random.nextLong(1L << 50) * 1000);
            case 11:
                return random.nextBoolean() ? new UUID(random.nextLong(), random.nextLong())
                        : Duration.ofNanos(random.nextLong(1L << 50) * 1000);
            case 12:
                return list(depth);
            case 13:
                return map(depth);
            case 14:
                return set();
            default:
                return longs();
        }
    }

    String text() {
        String text = TEXTS[random.nextInt(TEXTS.length)];
        return random.nextInt(20) == 0 ? text.repeat(random.nextInt(1, 5_000)) : text + random.nextInt();
    }

    private byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(10) == 0 ? random.nextInt(1 << 17) : random.nextInt(100)];
        for (int i = 0; i < bytes.length; i += 1 + random.nextInt(64)) {
            bytes[i] = (byte) random.nextInt();
        }
        return bytes;
    }

    private long[] longs() {
        return random.longs(random.nextInt(200)).toArray();
    }

    private List<Object> list(int depth) {
        int size = random.nextInt(10);
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            list.add(any(depth - 1));
        }
        return list;
    }

    private Map<Object, Object> map(int depth) {
        int size = random.nextInt(8);
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < size; i++) {
            map.put(random.nextBoolean() ? text() : (Object) random.nextLong(), any(depth - 1));
        }
        return map;
    }

    private Set<Object> set() {
        Set<Object> set = new LinkedHashSet<>();
        random.longs(random.nextInt(10)).forEach(set::add);
        return set;
    }

    /** Whether two values are one to a user, arrays by what they hold. */
    static boolean equal(Object one, Object other) {
        if (one instanceof byte[] && other instanceof byte[]) {
            return Arrays.equals((byte[]) one, (byte[]) other);
        }
        if (one instanceof long[] && other instanceof long[]) {
            return Arrays.equals((long[]) one, (long[]) other);
        }
        if (one instanceof List && other instanceof List) {
            List<?> a = (List<?>) one;
            List<?> b = (List<?>) other;
            if (a.size() != b.size()) {
                return false;
            }
            for (int i = 0; i < a.size(); i++) {
                if (!equal(a.get(i), b.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (one instanceof Map && other instanceof Map) {
            Map<?, ?> a = (Map<?, ?>) one;
            Map<?, ?> b = (Map<?, ?>) other;
            return a.keySet().equals(b.keySet()) && a.keySet().stream().allMatch(key -> equal(a.get(key), b.get(key)));
        }
        return Objects.equals(one, other);
    }
}
