package dev.krait.javainpython;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntBinaryOperator;

/** A class as users write them, for Python code to use. */
public class Shapes implements AutoCloseable {
    public static final int LIMIT = 12;
    public static String label = "none";
    public final String fixed = "fixed";
    public int count;
    private boolean closed;

    public enum Kind { ROUND, FLAT }

    public enum Sum implements IntBinaryOperator {
        PLAIN;

        @Override
        public int applyAsInt(int left, int right) {
            return left + right;
        }
    }

    public static class Corner {
        public final int x;

        public Corner(int x) {
            this.x = x;
        }

        public static class Deep {
            public String where() {
                return "deep";
            }
        }
    }

    public interface Named {
        String name();

        default String greeting() {
            return "Hello, " + name();
        }
    }

    private static final class Hidden implements Named {
        @Override
        public String name() {
            return "hidden";
        }

        @SuppressWarnings("unused")
        public String secret() {
            return "secret";
        }
    }

    public Shapes() {
    }

    public Shapes(int count) {
        this.count = count;
    }

    public Shapes(String label, int... counts) {
        this.count = Arrays.stream(counts).sum();
        Shapes.label = label;
    }

    public static Named hidden() {
        return new Hidden();
    }

    public String kind(int x) {
        return "int";
    }

    public String kind(long x) {
        return "long";
    }

    public String kind(double x) {
        return "double";
    }

    public String kind(String x) {
        return "String";
    }

    public String kind(Object x) {
        return "Object";
    }

    public String boxed(Integer x) {
        return "Integer";
    }

    public String boxed(Object x) {
        return "Object";
    }

    public String wide(long x) {
        return "long";
    }

    public String wide(Integer x) {
        return "Integer";
    }

    public String rest(Object one) {
        return "one";
    }

    public String rest(Object... all) {
        return "all " + all.length;
    }

    public String words(String first, String... more) {
        return first + more.length;
    }

    public String clash(Integer a, Object b) {
        return "left";
    }

    public String clash(Object a, Integer b) {
        return "right";
    }

    public char letter(char c) {
        return (char) (c + 1);
    }

    public byte small(byte b) {
        return b;
    }

    public Object same(Object x) {
        return x;
    }

    public <T extends Comparable<T>> T greatest(List<T> all) {
        return java.util.Collections.max(all);
    }

    public int total(List<Integer> numbers) {
        int total = 0;
        for (Integer number : numbers) {
            total += number;
        }
        return total;
    }

    public List<List<String>> table() {
        return new ArrayList<>(List.of(new ArrayList<>(List.of("a", "b")), new ArrayList<>(List.of("c"))));
    }

    public Map<String, Integer> map() {
        return new java.util.TreeMap<>(Map.of("one", 1, "two", 2));
    }

    public int[] numbers() {
        return new int[] {1, 2, 3};
    }

    public Kind kindOf(Kind kind) {
        return kind;
    }

    public String print() {
        return "printed";
    }

    public String is() {
        return "is";
    }

    public String lambda(Runnable first) {
        first.run();
        return "ran";
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
    }
}
