package dev.krait.flink.job;

import org.apache.flink.api.common.functions.MapFunction;

/** JSON texts of a size, no two alike. */
final class Texts implements MapFunction<Long, String> {
    private static final long serialVersionUID = 1L;

    private final String filler;

    Texts(int size) {
        filler = "X".repeat(Math.max(1, size - "{\"a\": \"\", \"n\": 1234567}".length()));
    }

    @Override
    public String map(Long number) {
        return "{\"a\": \"" + filler + "\", \"n\": " + number + "}";
    }
}
