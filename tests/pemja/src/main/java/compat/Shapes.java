package compat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import pemja.core.object.PyIterator;
import pemja.core.object.PyObject;

/** Java classes that Python code uses. */
public final class Shapes {
    public static final int NUMBER = 42;
    public static final String TEXT = "static";
    public static final List<String> LIST = List.of("a", "b");
    public static long counter;

    private Shapes() {
    }

    /** A bean. */
    public static class Named {
        public String name;
        public int size = 7;
        public long[] numbers = {1, 2};
        public Object any;

        public Named(String name) {
            this.name = name;
        }

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }

        @Override
        public String toString() {
            return "Named " + name;
        }
    }

    /** Constructors. */
    public static class Made {
        public final String by;

        public Made() {
            by = "none";
        }

        public Made(int i) {
            by = "int " + i;
        }

        public Made(String s) {
            by = "String " + s;
        }

        public Made(String s, long n) {
            by = "String " + s + ", long " + n;
        }

        public Made(Object... all) {
            by = "Object... " + Arrays.toString(all);
        }

        @Override
        public String toString() {
            return by;
        }
    }

    /** Overloads. */
    public static final class Over {
        public String f(int x) {
            return "int";
        }

        public String f(long x) {
            return "long";
        }

        public String f(double x) {
            return "double";
        }

        public String f(String x) {
            return "String";
        }

        public String f(boolean x) {
            return "boolean";
        }

        public String f(byte[] x) {
            return "byte[]";
        }

        public String f(List<?> x) {
            return "List";
        }

        public String f(Map<?, ?> x) {
            return "Map";
        }

        public String f(Object[] x) {
            return "Object[]";
        }

        public String g(Object x) {
            return "Object " + (x == null ? null : x.getClass().getSimpleName());
        }

        public String two(int a, String b) {
            return "int, String";
        }

        public String two(String a, int b) {
            return "String, int";
        }

        public String many(String... all) {
            return all == null ? "null" : all.length + " " + Arrays.toString(all);
        }
    }

    /** Parameters and results of every type. */
    public static final class Types {
        public boolean aBoolean(boolean x) {
            return x;
        }

        public byte aByte(byte x) {
            return x;
        }

        public short aShort(short x) {
            return x;
        }

        public int anInt(int x) {
            return x;
        }

        public long aLong(long x) {
            return x;
        }

        public float aFloat(float x) {
            return x;
        }

        public double aDouble(double x) {
            return x;
        }

        public char aChar(char x) {
            return x;
        }

        public String aString(String x) {
            return x;
        }

        public Integer anInteger(Integer x) {
            return x;
        }

        public Long aLongObject(Long x) {
            return x;
        }

        public Double aDoubleObject(Double x) {
            return x;
        }

        public Object anObject(Object x) {
            return x;
        }

        public byte[] bytes(byte[] x) {
            return x;
        }

        public int[] ints(int[] x) {
            return x;
        }

        public Object[] objects(Object[] x) {
            return x;
        }

        public String[] strings(String[] x) {
            return x;
        }

        public List<?> list(List<?> x) {
            return x;
        }

        public Map<?, ?> map(Map<?, ?> x) {
            return x;
        }

        public void nothing() {
        }

        public Iterator<String> iterator() {
            return List.of("i", "j").iterator();
        }

        public Iterable<String> iterable() {
            return () -> List.of("i", "j").iterator();
        }

        public java.util.Set<Integer> set() {
            return new java.util.LinkedHashSet<>(List.of(1, 2));
        }

        public Map.Entry<String, Integer> entry() {
            return Map.entry("k", 1);
        }

        public Iterable<Map.Entry<String, Integer>> entries() {
            return new ArrayList<>(new java.util.TreeMap<>(Map.of("a", 1, "b", 2)).entrySet())::iterator;
        }

        public String callable(PyObject x) {
            return "PyObject " + x.invokeMethod("get_value");
        }

        public String drain(PyIterator x) {
            return Render.value(Calls.drain(x));
        }

        public String className(Object x) {
            return x == null ? "null" : x.getClass().getName();
        }
    }

    /** Throws. */
    public static final class Throwing {
        public void unchecked(String message) {
            throw new IllegalArgumentException(message);
        }

        public void checked() throws java.io.IOException {
            throw new java.io.IOException("io");
        }

        public void two(String a, int b) {
            throw new IllegalStateException(a + b);
        }

        public void error() {
            throw new AssertionError("error");
        }
    }

    /** What an enum may have. */
    public enum Color {
        RED, GREEN;

        public static Color first() {
            return RED;
        }

        public String lower() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** What Flink has many of: public methods of a class that is not. */
    private static final class Hidden {
        public String visible(String x) {
            return "hidden " + x;
        }

        public Hidden self() {
            return this;
        }
    }

    private static class HiddenMap extends HashMap<String, Integer> {
        private static final long serialVersionUID = 1L;

        public int extra() {
            return size() + 100;
        }
    }

    public static Object hidden() {
        return new Hidden();
    }

    public static Object hiddenMap() {
        return new HiddenMap();
    }

    public static Object lambda() {
        return (java.util.function.Function<String, String>) x -> "lambda " + x;
    }

    public static Object anonymous() {
        return new Object() {
            public int twice(int x) {
                return 2 * x;
            }
        };
    }

    public static String sum(int a, int b) {
        return "int " + (a + b);
    }

    public static long sum(long a, long b, long c) {
        return a + b + c;
    }

    public static String join(String... parts) {
        return String.join("+", parts);
    }

    /** Nested twice. */
    public static final class Outer {
        public static final class Inner {
            public static String hello() {
                return "inner";
            }
        }
    }

    /** With a default method. */
    public interface Greeter {
        String name();

        default String greet() {
            return "hello " + name();
        }

        static String of(String x) {
            return "of " + x;
        }
    }

    public static Greeter greeter() {
        return () -> "g";
    }
}
