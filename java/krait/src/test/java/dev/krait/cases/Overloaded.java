package dev.krait.cases;

import dev.krait.PyFunction;
import dev.krait.PyObject;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Methods of one name that differ in their parameters: each says which it is. */
public final class Overloaded {
    private Overloaded() {
    }

    public static String reference(Object x) {
        return "Object";
    }

    public static String reference(String x) {
        return "String";
    }

    public static String reference(Integer x) {
        return "Integer";
    }

    public static String python(PyFunction x) {
        return "PyFunction";
    }

    public static String python(PyObject x) {
        return "PyObject";
    }

    public static String character(char x) {
        return "char";
    }

    public static String character(int x) {
        return "int";
    }

    public static String text(String x) {
        return "String";
    }

    public static String text(char x) {
        return "char";
    }

    public static String bytes(byte[] x) {
        return "byte[]";
    }

    public static String bytes(String x) {
        return "String";
    }

    public static String floating(double x) {
        return "double";
    }

    public static String floating(float x) {
        return "float";
    }

    public static String truth(boolean x) {
        return "boolean";
    }

    public static String truth(int x) {
        return "int";
    }

    public static String truth(Object x) {
        return "Object";
    }

    public static String container(Map<?, ?> x) {
        return "Map";
    }

    public static String container(Collection<?> x) {
        return "Collection";
    }

    public static String sequence(List<?> x) {
        return "List";
    }

    public static String sequence(Object[] x) {
        return "array";
    }

    public static String sized(int x) {
        return "int";
    }

    public static String sized(Collection<?> x) {
        return "Collection " + x.size();
    }

    public static String time(Instant x) {
        return "Instant";
    }

    public static String time(LocalDateTime x) {
        return "LocalDateTime";
    }

    public static String crossed(int a, long b) {
        return "int, long";
    }

    public static String crossed(long a, int b) {
        return "long, int";
    }

    public static String two(String a, String b) {
        return "two";
    }

    public static String two(String a, Object... rest) {
        return "rest " + rest.length;
    }

    public static String task(Runnable x) {
        return "Runnable";
    }

    public static String task(Callable<?> x) {
        return "Callable";
    }

    public static String function(Function<?, ?> x) {
        return "Function";
    }

    public static String function(BiFunction<?, ?, ?> x) {
        return "BiFunction";
    }

    public static String big(BigInteger x) {
        return "BigInteger " + x;
    }

    public static String decimal(BigDecimal x) {
        return "BigDecimal " + x;
    }
}
