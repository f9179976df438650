package dev.krait.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The table of a run, from JMH's JSON: each figure is the median of all iterations; each ratio is one of two figures of
 * that run.
 */
final class Report {
    private static final List<String> BASELINES = List.of("Floor", "Tuned", "Plain", "Jackson", "Alone");

    private static final List<String> COLUMNS = BASELINES.subList(0, 4);

    private final Map<String, Measured> all = new LinkedHashMap<>();
    private final StringBuilder out = new StringBuilder();

    private Report(byte[] json) throws IOException {
        for (JsonNode node : new ObjectMapper().readTree(json)) {
            Measured measured = new Measured(node);
            all.put(measured.key(measured.method), measured);
        }
    }

    /** Prints the table of a file of results. */
    public static void main(String[] arguments) throws IOException {
        System.out.print(of(Files.readAllBytes(Paths.get(arguments[0]))));
    }

    static String of(byte[] json) throws IOException {
        return new Report(json).table();
    }

    private String table() {
        line("", "ns", "spread", "of floor", "of tuned", "of plain", "of Jackson", "B/op", "goal");
        for (Measured measured : all.values()) {
            if (BASELINES.stream().noneMatch(measured.method::endsWith)) {
                row(measured);
            }
        }
        out.append("\nns: median; spread: half the quartiles' distance; ratios: its time over the other's in this run.\n")
                .append("floor: C over JNI, a value for each JNI call; tuned: the same, with text by its UTF-16 units; plain: ")
                .append("a loop in CPython itself; Jackson: the same function in Java. What they took:\n");
        for (Measured measured : all.values()) {
            if (BASELINES.stream().anyMatch(measured.method::endsWith)) {
                line(measured.name(), figure(measured.median()), spread(measured), "", "", "", "", "", "");
            }
        }
        return out.toString();
    }

    private void row(Measured measured) {
        List<String> cells = new ArrayList<>();
        cells.add(measured.name());
        cells.add(figure(measured.median()));
        cells.add(spread(measured));
        for (String baseline : COLUMNS) {
            Measured other = all.get(measured.key(measured.method + baseline));
            cells.add(other == null ? "" : ratio(measured.median() / other.median()));
        }
        cells.add(Double.isNaN(measured.allocated) ? "" : figure(measured.allocated));
        cells.add(goals(measured));
        line(cells.toArray(new String[0]));
    }

    private String goals(Measured measured) {
        StringBuilder text = new StringBuilder();
        for (Goal goal : measured.goals()) {
            if (goal.param().isEmpty() || measured.params.containsValue(goal.param())) {
                text.append(text.length() == 0 ? "" : "; ").append(judge(measured, goal));
            }
        }
        return text.toString();
    }

    private String judge(Measured measured, Goal goal) {
        if (!Double.isNaN(goal.throughput())) {
            Measured one = all.get(measured.key(measured.method.replaceAll("\\d+$", "1")));
            return one == null ? "" : String.format(Locale.ROOT, "%.2f of one thread's throughput, wanted %.2f: %s",
                    measured.throughput() / one.throughput(), goal.throughput(),
                    verdict(measured.throughput() / one.throughput() >= goal.throughput()));
        }
        if (goal.of().isEmpty()) {
            return String.format(Locale.ROOT, "at most %s ns: %s", figure(goal.atMost()),
                    verdict(measured.median() <= goal.atMost()));
        }
        Measured other = all.get(measured.key(measured.method + goal.of()));
        return other == null ? "" : String.format(Locale.ROOT, "at most %.2f of %s: %s", goal.atMost(),
                goal.of().toLowerCase(Locale.ROOT), verdict(measured.median() <= goal.atMost() * other.median()));
    }

    private static String verdict(boolean met) {
        return met ? "met" : "NOT MET";
    }

    private static String spread(Measured measured) {
        return String.format(Locale.ROOT, "±%.0f%%", 50 * (measured.at(0.75) - measured.at(0.25)) / measured.median());
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%,.1f" : "%,.0f", value);
    }

    private static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private void line(String... cells) {
        out.append(String.format(Locale.ROOT, "%-36s %11s %7s %9s %9s %9s %10s %8s  %s", (Object[]) cells).stripTrailing())
                .append('\n');
    }

    /** One measurement. */
    private static final class Measured {
        final Class<?> type;
        final String method;
        final Map<String, String> params = new LinkedHashMap<>();
        final int threads;
        final double[] sorted;
        final double allocated;

        Measured(JsonNode node) {
            String benchmark = node.get("benchmark").asText();
            int dot = benchmark.lastIndexOf('.');
            method = benchmark.substring(dot + 1);
            try {
                type = Class.forName(benchmark.substring(0, dot));
            } catch (ClassNotFoundException e) {
                throw new IllegalArgumentException(benchmark + " is not one of these measurements", e);
            }
            if (node.has("params")) {
                node.get("params").properties().forEach(param -> params.put(param.getKey(), param.getValue().asText()));
            }
            threads = node.get("threads").asInt();
            List<Double> values = new ArrayList<>();
            for (JsonNode fork : node.get("primaryMetric").get("rawData")) {
                fork.forEach(value -> values.add(value.asDouble()));
            }
            sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            allocated = node.get("secondaryMetrics").path("gc.alloc.rate.norm").path("score").asDouble(Double.NaN);
        }

        double median() {
            return at(0.5);
        }

        /** A quantile, between the two values that are nearest. */
        double at(double quantile) {
            double place = quantile * (sorted.length - 1);
            int below = (int) place;
            int above = Math.min(below + 1, sorted.length - 1);
            return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
        }

        double throughput() {
            return threads / median();
        }

        String key(String otherMethod) {
            return type.getName() + '.' + otherMethod + params;
        }

        String name() {
            return type.getSimpleName() + '.' + method + (params.isEmpty() ? "" : " " + String.join(" ", params.values()));
        }

        List<Goal> goals() {
            for (Method candidate : type.getMethods()) {
                if (candidate.getName().equals(method)) {
                    return Arrays.asList(candidate.getAnnotationsByType(Goal.class));
                }
            }
            return List.of();
        }
    }
}
