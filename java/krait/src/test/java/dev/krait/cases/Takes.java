package dev.krait.cases;

import dev.krait.PyFunction;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Methods that tell what they were given. */
public final class Takes {
    private Takes() {
    }

    public static Object python(PyFunction function, Object argument) {
        return function.call(argument);
    }

    public static Object firstPython(List<PyFunction> functions, Object argument) {
        return functions.get(0).call(argument);
    }

    public static int pythons(PyFunction... functions) {
        return functions.length;
    }

    public static String className(Object x) {
        return x == null ? "null" : x.getClass().getName();
    }

    public static double sumOf(double[] x) {
        return Arrays.stream(x).sum();
    }

    public static Object same(Object x) {
        return x;
    }

    public static boolean truth(boolean x) {
        return x;
    }

    public static byte small(byte x) {
        return x;
    }

    public static short middle(short x) {
        return x;
    }

    public static int whole(int x) {
        return x;
    }

    public static long large(long x) {
        return x;
    }

    public static float single(float x) {
        return x;
    }

    public static double twice(double x) {
        return x;
    }

    public static char letter(char x) {
        return x;
    }

    public static Long boxed(Long x) {
        return x;
    }

    public static String letters(char[] x) {
        return new String(x);
    }

    public static String bytes(byte[] x) {
        return Arrays.toString(x);
    }

    public static String sequence(CharSequence x) {
        return x.getClass().getSimpleName() + " " + x;
    }

    public static String iterable(Iterable<?> x) {
        return iterator(x.iterator());
    }

    public static String iterator(Iterator<?> x) {
        StringBuilder text = new StringBuilder();
        x.forEachRemaining(item -> text.append(item).append(';'));
        return text.toString();
    }

    public static String stream(Stream<?> x) {
        return iterator(x.iterator());
    }

    public static String collection(Collection<?> x) {
        return x.getClass().getSimpleName() + x;
    }

    public static int sum(List<Integer> x) {
        return x.stream().mapToInt(Integer::intValue).sum();
    }

    public static int sum(Map<String, Integer> x) {
        return x.values().stream().mapToInt(Integer::intValue).sum();
    }

    public static int sumOfGrid(int[][] x) {
        return Arrays.stream(x).flatMapToInt(Arrays::stream).sum();
    }

    public static String strings(String[] x) {
        return Arrays.toString(x);
    }

    public static String optional(Optional<String> x) {
        return x.toString();
    }

    public static String classes(Class<?> x) {
        return x.getName();
    }

    public static String objects(Object... x) {
        return Arrays.toString(x);
    }

    public static String ints(int... x) {
        return Arrays.toString(x);
    }

    public static String words(String first, String... rest) {
        return first + Arrays.toString(rest);
    }

    public static Integer apply(Function<Integer, Integer> x) {
        return x.apply(3);
    }

    public static int applyAsInt(IntUnaryOperator x) {
        return x.applyAsInt(3);
    }

    public static boolean test(Predicate<String> x) {
        return x.test("x");
    }

    public static boolean get(BooleanSupplier x) {
        return x.getAsBoolean();
    }

    public static String colour(Things.Colour x) {
        return x.name();
    }
}
