package dev.krait.cases;

import java.util.Arrays;
import java.util.List;

/** Interfaces for Python to implement, and what calls them. */
public final class Shop {
    private Shop() {
    }

    /** With a bit of everything. */
    public interface Service {
        String name();

        int add(int a, int b);

        List<String> items();

        void nothing();

        default String hello() {
            return "hello " + name();
        }

        default boolean isOpen(String when) {
            return !when.isEmpty();
        }
    }

    /** Gives every primitive. */
    public interface Primitives {
        byte one();

        short two();

        char three();

        float four();

        boolean five();

        long six();

        double seven();

        int[] eight();
    }

    /** Has variable arguments. */
    public interface Rest {
        String take(String first, Object... rest);
    }

    /** Two methods of one name. */
    public interface Both {
        String take(int x);

        String take(String x);
    }

    /** A function whose other methods of the name are Java's. */
    public interface Visitor {
        String visit(Object any);

        default String visit(String text) {
            return "text " + visit((Object) text);
        }
    }

    /** A function of any type. */
    public interface Taking<T> {
        String take(T any);
    }

    /** The same of texts: its own method is the function, and javac makes a bridge to it. */
    public interface TakingText extends Taking<String> {
        @Override
        String take(String text);
    }

    /** Has a name that Python keeps for itself. */
    public interface Keyword {
        String lambda();
    }

    public static String use(Service service) {
        return service.hello() + service.add(1, 2) + service.items() + service.isOpen("now");
    }

    public static void useNothing(Service service) {
        service.nothing();
    }

    public static String all(Primitives p) {
        return p.one() + " " + p.two() + " " + p.three() + " " + p.four() + " " + p.five() + " " + p.six() + " " + p.seven()
                + " " + Arrays.toString(p.eight());
    }

    public static String rest(Rest rest) {
        return rest.take("a", 1, "b");
    }

    public static String both(Both both) {
        return both.take(1) + both.take("s");
    }

    public static String visit(Visitor visitor) {
        return visitor.visit("a") + ", " + visitor.visit(1);
    }

    public static String take(TakingText taking) {
        Taking<String> any = taking;
        return taking.take("a") + any.take("b");
    }

    public static String keyword(Keyword keyword) {
        return keyword.lambda();
    }

    public static boolean equal(Object a, Object b) {
        return a.equals(b);
    }

    public static String text(Object a) {
        return a.toString();
    }

    public static int hash(Object a) {
        return a.hashCode();
    }
}
