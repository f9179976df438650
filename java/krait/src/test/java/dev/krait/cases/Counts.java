package dev.krait.cases;

import java.util.List;
import java.util.function.LongUnaryOperator;

/** Methods that take numbers alone, with results of every kind. */
public final class Counts {
    private long sum;

    public Counts() {
    }

    public Counts(long from) {
        sum = from;
    }

    public void add(long number) {
        sum += number;
    }

    public long sum() {
        return sum;
    }

    public static String which(int number) {
        return "int " + number;
    }

    public static String which(long number) {
        return "long " + number;
    }

    public static String which(double number) {
        return "double " + number;
    }

    public static String which(boolean number) {
        return "boolean " + number;
    }

    public static String which(Object number) {
        return "Object";
    }

    public static String boxes(Integer first, Object second) {
        return first.getClass().getSimpleName() + " " + second.getClass().getSimpleName();
    }

    public static boolean isEven(long number) {
        return number % 2 == 0;
    }

    public static long same(long number) {
        return number;
    }

    public static double same(double number) {
        return number;
    }

    public static double half(double number) {
        return number / 2;
    }

    public static float single(int number) {
        return number / 4f;
    }

    public static short little(int number) {
        return (short) number;
    }

    public static char letter(int number) {
        return (char) ('a' + number);
    }

    public static Integer boxed(int number) {
        return number < 0 ? null : (Integer) number;
    }

    public static byte narrow(byte number) {
        return number;
    }

    public static List<Long> pair(long first, long second) {
        return List.of(first, second);
    }

    public static long[] large(int length) {
        return new long[length];
    }

    public static Counts child(long from) {
        return new Counts(from);
    }

    public static long deep(long depth) {
        return depth == 0 ? 0 : 1 + deep(depth - 1);
    }

    public static long check(long number) {
        if (number < 0) {
            throw new IllegalArgumentException("below zero: " + number);
        }
        return number;
    }

    public static LongUnaryOperator adder(long number) {
        return other -> other + number;
    }

    public static long through(LongUnaryOperator operator, long number) {
        return operator.applyAsLong(number);
    }
}
