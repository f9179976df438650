package dev.krait.lifetime;

import static dev.krait.testing.Pythons.lines;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.krait.KraitMetrics;
import dev.krait.PyFunction;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.testing.ChildJvm;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Java's stack ends at every place where it can, and each time it is told as that, and nothing is lost. */
final class OverflowTest {
    /** Calls of every kind, at every depth from the deepest on, until they all succeed. */
    public static final class EveryDepth {
        private static final int ENOUGH = 300;
        private static final IllegalArgumentException OWN = new IllegalArgumentException("my own");
        private static final List<String> TEXTS = List.of("one", "two", "three");
        private static final Function<Object, Object> GIVES = x -> TEXTS;
        private static final Function<Object, Object> THROWS = x -> {
            throw OWN;
        };
        private static final Function<Object, Object> OVERFLOWS = new Function<>() {
            @Override
            public Object apply(Object x) {
                return "x" + apply(x);
            }
        };

        private static PythonInterpreter py;
        private static PyFunction call;
        private static PyFunction turns;
        private static Function<Object, Object> again;
        /** How many levels in a row went well, and how often what happened. */
        private static int well;
        private static int overflows;
        private static int recursions;
        private static Throwable wrong;
        private static int wrongs;

        private EveryDepth() {
        }

        /** The child's program. */
        public static void main(String[] args) throws Exception {
            py = PythonInterpreter.create();
            py.exec(lines("import sys, gc", "sys.setrecursionlimit(100_000)", "def call(f, x): return f(x)", "def turns(h): return h(h)"));
            call = py.function("call");
            turns = py.function("turns");
            again = h -> turns.call(h);
            ExecutorService threads = args[0].equals("virtual")
                    ? (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null)
                    : Executors.newSingleThreadExecutor(task -> new Thread(null, task, "small", Long.parseLong(args[0]) << 10));
            // Whatever the process makes once, and keeps.
            for (int i = 0; i < 3; i++) {
                threads.submit(() -> attempts(false)).get();
            }
            // A thread keeps its last answer until its next call.
            threads.submit(() -> call.call(GIVES, 1L)).get();
            long[] before = live();
            threads.submit(EveryDepth::run).get();
            threads.submit(() -> call.call(GIVES, 1L)).get();
            System.out.println(overflows + " overflows, " + recursions + " recursion errors");
            if (wrong != null) {
                System.out.println(wrongs + " wrong, first:");
                wrong.printStackTrace(System.out);
            }
            wrong = null;
            well = 0;
            attempts(true);
            long[] after = live();
            System.out.println("at the end: " + (well == 1 ? "well" : String.valueOf(wrong)) + ", "
                    + (after[0] <= before[0] && after[1] <= before[1] ? "nothing lost"
                            : Arrays.toString(before) + " objects of Java's and of Python's before, then " + Arrays.toString(after)));
            threads.shutdown();
            py.close();
        }

        /** What each side holds of the other once both collectors have run. */
        private static long[] live() throws InterruptedException {
            long[] last = new long[2];
            for (int i = 0; i < 10; i++) {
                System.gc();
                Thread.sleep(50);
                py.exec("gc.collect()");
                KraitMetrics now = KraitMetrics.now();
                last[0] = now.javaObjects();
                last[1] = now.pythonObjects();
            }
            return last;
        }

        private static void run() {
            descend();
            if (well < ENOUGH) {
                System.out.println("only " + well + " levels in a row went well");
            }
        }

        private static void descend() {
            try {
                descend();
            } catch (StackOverflowError e) {
                // The deepest level, or one that has no room to keep count.
                well = 0;
            }
            if (well < ENOUGH) {
                attempts(true);
            }
        }

        private static void attempts(boolean count) {
            boolean fine = gives() & throwsItsOwn() & overflows();
            if (!fine || !count) {
                // Where much stack is left this takes long, and overflows at places that others have been at.
                inTurns();
            }
            if (count) {
                well = fine ? well + 1 : 0;
            }
        }

        private static boolean gives() {
            try {
                return TEXTS.equals(call.call(GIVES, 1L)) || isWrong(new AssertionError("another value"));
            } catch (Throwable e) {
                return told(e);
            }
        }

        private static boolean throwsItsOwn() {
            try {
                call.call(THROWS, 1L);
                return isWrong(new AssertionError("no error"));
            } catch (IllegalArgumentException e) {
                return e == OWN || isWrong(e);
            } catch (Throwable e) {
                return told(e);
            }
        }

        private static boolean overflows() {
            try {
                call.call(OVERFLOWS, 1L);
                return isWrong(new AssertionError("no error"));
            } catch (StackOverflowError e) {
                return true;
            } catch (Throwable e) {
                return told(e);
            }
        }

        private static void inTurns() {
            try {
                turns.call(again);
                isWrong(new AssertionError("no error"));
            } catch (Throwable e) {
                told(e);
            }
        }

        /** What may happen where the stack ends; false, since it is no success. */
        private static boolean told(Throwable e) {
            if (e instanceof StackOverflowError) {
                overflows++;
                return false;
            }
            if (e instanceof PythonException && ((PythonException) e).typeName().equals("RecursionError")) {
                recursions++;
                return false;
            }
            return isWrong(e);
        }

        private static boolean isWrong(Throwable e) {
            if (wrong == null) {
                wrong = e;
            }
            wrongs++;
            return false;
        }
    }

    @ParameterizedTest(name = "stack of {0} kB")
    @ValueSource(ints = {256, 512, 1024})
    void theStackMayEndAnywhere(int stack) {
        check(ChildJvm.of(EveryDepth.class).arguments(stack));
    }

    @Test
    void theStackOfAVirtualThreadMayEndAnywhere() {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with JDK 21");
        check(ChildJvm.of(EveryDepth.class).arguments("virtual").options("-Djdk.virtualThreadScheduler.parallelism=1",
                "-Djdk.virtualThreadScheduler.maxPoolSize=1"));
    }

    private static void check(ChildJvm child) {
        String output = child.options("-XX:MaxJavaStackTraceDepth=60").run().fine();
        String[] lines = output.split("\n");
        assertEquals(2, lines.length, output);
        assertEquals("at the end: well, nothing lost", lines[1], output);
    }
}
