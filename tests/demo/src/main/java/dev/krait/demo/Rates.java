package dev.krait.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.krait.PyFunction;
import dev.krait.PythonInterpreter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * Prints rows/s of the demo's function in this JVM: through Krait, and written in Java with Jackson.
 *
 * <p>Arguments: INPUT, the Python file, how many passes. The figure is the median of the passes over the whole input,
 * after as many to warm up.
 */
public final class Rates {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Rates() {
    }

    public static void main(String[] arguments) throws IOException {
        List<String> rows = Files.readAllLines(Paths.get(arguments[0]), StandardCharsets.UTF_8);
        Path file = Paths.get(arguments[1]);
        int passes = Integer.parseInt(arguments[2]);
        try (PythonInterpreter python = PythonInterpreter.create()) {
            python.run(file);
            PyFunction function = python.function("json_value_lower");
            System.out.println("krait " + median(rows, passes, row -> function.call(String.class, row)));
        }
        System.out.println("java " + median(rows, passes, Rates::jsonValueLower));
    }

    private static String jsonValueLower(String row) {
        try {
            ObjectNode node = (ObjectNode) MAPPER.readTree(row);
            node.put("a", node.get("a").asText().toLowerCase(Locale.ROOT));
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static long median(List<String> rows, int passes, UnaryOperator<String> function) {
        double[] rates = new double[passes];
        long length = 0;
        for (int pass = -passes; pass < passes; pass++) {
            long began = System.nanoTime();
            for (String row : rows) {
                length += function.apply(row).length();
            }
            if (pass >= 0) {
                rates[pass] = rows.size() * 1e9 / (System.nanoTime() - began);
            }
        }
        if (length == 0) {
            throw new AssertionError("the function gave nothing");
        }
        Arrays.sort(rates);
        return Math.round(rates[passes / 2]);
    }
}
