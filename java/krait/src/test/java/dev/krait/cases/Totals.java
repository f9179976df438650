package dev.krait.cases;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Adds Integers up that lie deep in what it is given: a Long among them is a ClassCastException. */
public class Totals {
    public List<Integer> list;
    public Function<String, Integer> function;
    public Map.Entry<String, Integer> entry;

    /** Says what it gives two classes further up. */
    public interface Lists<T> extends Function<String, List<T>> {
    }

    /** Says what T is. */
    public interface Integers extends Lists<Integer> {
    }

    /** Gives what it only has a bound for. */
    public interface Bounded<T> {
        List<? extends T> get();
    }

    /** Holds a list of lists. */
    public static class Table<T> extends ArrayList<List<T>> {
        private static final long serialVersionUID = 1L;
    }

    /** What its subclass knows the elements of. */
    public static class Held<T> {
        public List<T> held;

        public void hold(List<T> list) {
            held = list;
        }
    }

    /** Knows them. */
    public static class HeldIntegers extends Held<Integer> {
        public int total() {
            return of(held);
        }
    }

    /** Has an outer object, which its generic signature leaves out. */
    public class Inner {
        public final int total;

        public Inner(List<Integer> list) {
            total = of(list);
        }
    }

    public static int of(Iterable<Integer> numbers) {
        int total = 0;
        for (Integer number : numbers) {
            total += number;
        }
        return total;
    }

    public int total() {
        return of(list) + function.apply("") + entry.getValue();
    }

    public static int ofEntry(Map.Entry<String, Integer> entry) {
        return entry.getValue();
    }

    public static int ofLists(Iterator<List<Integer>> lists) {
        int total = 0;
        while (lists.hasNext()) {
            total += of(lists.next());
        }
        return total;
    }

    public static int ofStream(Stream<List<Integer>> lists) {
        return ofLists(lists.iterator());
    }

    public static int ofIterable(Iterable<List<Integer>> lists) {
        return ofLists(lists.iterator());
    }

    public static int ofArray(List<Integer>[] lists) {
        return ofLists(List.of(lists).iterator());
    }

    @SafeVarargs
    public static int ofAll(List<Integer>... lists) {
        int total = 0;
        for (List<Integer> list : lists) {
            total += of(list);
        }
        return total;
    }

    @SafeVarargs
    public static int ofOptionals(Optional<Integer>... numbers) {
        int total = 0;
        for (Optional<Integer> number : numbers) {
            total += number.orElse(0);
        }
        return total;
    }

    public static <T extends List<Integer>> int ofVariable(T list) {
        return of(list);
    }

    public static int ofSuppliers(Iterator<Supplier<Integer>> suppliers) {
        int total = 0;
        while (suppliers.hasNext()) {
            total += suppliers.next().get();
        }
        return total;
    }

    public static int ofFunction(Lists<Integer> function) {
        return of(function.apply(""));
    }

    public static int ofIntegers(Integers function) {
        return of(function.apply(""));
    }

    public static int ofBounded(Bounded<Integer> bounded) {
        int total = 0;
        for (Integer number : bounded.get()) {
            total += number;
        }
        return total;
    }
}
