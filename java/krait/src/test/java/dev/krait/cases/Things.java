package dev.krait.cases;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** A class with a bit of everything that a class can have. */
public class Things {
    public static final Object NOTHING = null;
    public static long shared = 1;
    public static Integer boxed = 5;
    public static List<Object> items = new ArrayList<>(List.of(1, 2));

    public String name = "outer";
    public int count;
    public char letter = 'x';
    public List<String> names = new ArrayList<>(List.of("a"));
    public int[] numbers = {1, 2};

    /** Has an outer object. */
    public class Inner {
        private final int number;

        public Inner(int number) {
            this.number = number;
        }

        public String where() {
            return name + number;
        }

        /** Has two. */
        public class Deeper {
            public String where() {
                return name + number + " deeper";
            }
        }
    }

    /** Is hidden by what extends it. */
    public static class Base {
        public static String shared = "of Base";
        public String field = "of Base";

        public String get() {
            return "of Base";
        }

        protected String hidden() {
            return "hidden";
        }
    }

    /** Hides. */
    public static class Derived extends Base {
        public static String shared = "of Derived";
        public String field = "of Derived";

        @Override
        public String get() {
            return "of Derived";
        }
    }

    /** Constants, one with a body. */
    public enum Colour {
        RED, GREEN {
            @Override
            public String shout() {
                return "GREEN!";
            }
        };

        public String shout() {
            return "red";
        }
    }

    /** An interface with every kind of method. */
    public interface Shape {
        double area();

        default String describe() {
            return "area " + area();
        }

        static Shape unit() {
            return () -> 1.0;
        }
    }

    /** Names that mean something to Python. */
    public int len() {
        return 7;
    }

    public String from() {
        return "from";
    }

    public String None() {
        return "None";
    }

    public static Object anonymous() {
        return new Object() {
            @SuppressWarnings("unused")
            public String hello() {
                return "hi";
            }

            @Override
            public String toString() {
                return "anonymous";
            }
        };
    }

    public static Supplier<String> supplier() {
        return () -> "supplied";
    }

    public static int[][] grid() {
        return new int[][] {{1, 2}, {3, 4}};
    }

    public List<String> list() {
        return names;
    }

    public Map<String, List<String>> map() {
        return new TreeMap<>(Map.of("names", names));
    }
}
