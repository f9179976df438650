package dev.krait.threads;

import static dev.krait.testing.Pythons.lines;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.PyFunction;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.testing.ChildJvm;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recursion without end, through Python, C and Java: an error, never the end of the JVM. */
class RecursionTest {
    private static final Map<String, String> CASES = new LinkedHashMap<>();

    static {
        CASES.put("a function", lines("def f(): return f()", "f()"));
        CASES.put("sorted with a key", lines("def f(x): return sorted([1, 2], key=f)", "f(1)"));
        CASES.put("__repr__", lines("class R:", "    def __repr__(self): return repr([self])", "repr(R())"));
        CASES.put("__str__ by format", lines("class S:", "    def __str__(self): return f'{self}'", "str(S())"));
        CASES.put("__eq__", lines("class E:", "    def __eq__(self, other): return [self] == [other]", "E() == E()"));
        CASES.put("__getattr__", lines("class G:", "    def __getattr__(self, name): return getattr(self, name)", "G().x"));
        CASES.put("__hash__", lines("class H:", "    def __hash__(self): return hash((self,))", "hash(H())"));
        CASES.put("__call__", lines("class C: pass", "C.__call__ = C()", "C()()"));
        CASES.put("map", lines("def f(x): return list(map(f, [x]))", "f(1)"));
        CASES.put("functools.partial", lines("from functools import partial, reduce", "def f(x, y): return reduce(partial(f), [1, 2])", "f(1, 2)"));
        CASES.put("__del__ and __iter__", lines("class I:", "    def __iter__(self): return iter(list(I()))", "list(I())"));
        // From 3.14 on the stack's size is the limit, and a hundred thousand levels fit: hence a million.
        CASES.put("repr of a deep list", lines("l = []", "for i in range(1_000_000): l = [l]", "repr(l)"));
        CASES.put("comparison of deep lists", lines("a, b = [], []", "for i in range(100_000): a, b = [a], [b]", "a == b"));
        CASES.put("json of a deep list", lines("import json", "l = []", "for i in range(1_000_000): l = [l]", "json.dumps(l)"));
        CASES.put("json of deep text", lines("import json", "json.loads('[' * 1_000_000)"));
        CASES.put("json with a default", lines("import json", "def d(o): return json.dumps(o, default=d)", "json.dumps(object(), default=d)"));
        CASES.put("pickle of a deep list", lines("import pickle", "l = []", "for i in range(1_000_000): l = [l]", "pickle.dumps(l)"));
        CASES.put("copy of a deep list", lines("import copy", "l = []", "for i in range(1_000_000): l = [l]", "copy.deepcopy(l)"));
        CASES.put("code that is nested deeply", "eval('-' * 100_000 + '1')");
        CASES.put("a deep tree of syntax", "import ast\nast.literal_eval('-' * 100_000 + '1')");
        CASES.put("isinstance", lines("t = int", "for i in range(100_000): t = (t,)", "isinstance('x', t)"));
    }

    /** Runs every case on a thread with a stack of so many kB; 0 for the JVM's default. */
    public static final class Cases {
        private Cases() {
        }

        /** The child's program. */
        public static void main(String[] args) throws InterruptedException {
            Thread thread = new Thread(null, Cases::all, "small", Long.parseLong(args[0]) << 10);
            thread.setUncaughtExceptionHandler((where, error) -> {
                error.printStackTrace();
                System.exit(3);
            });
            thread.start();
            thread.join();
        }

        private static void all() {
            try (PythonInterpreter py = PythonInterpreter.create()) {
                CASES.forEach((name, code) -> {
                    System.out.println(name + ": " + outcome(() -> py.exec(code)));
                    alive(py);
                });
                throughJava(py);
                inAThreadOfPythons(py);
                withValuesAtTheEnd(py);
                py.exec(lines("l = []", "for i in range(200_000): l = [l]", "del l"));
                System.out.println("a deep list let go: fine");
            }
        }

        private static void throughJava(PythonInterpreter py) {
            py.exec("def g(h): return h(h)");
            PyFunction g = py.function("g");
            Function<Object, Object> callback = new Function<>() {
                @Override
                public Object apply(Object self) {
                    return g.call(this);
                }
            };
            System.out.println("Java and Python in turns: " + outcome(() -> g.call(callback)));
            alive(py);
            py.exec("def s(h): return sorted([1, 2], key=lambda x: h(h))");
            PyFunction s = py.function("s");
            Function<Object, Object> sorted = new Function<>() {
                @Override
                public Object apply(Object self) {
                    return s.call(this);
                }
            };
            System.out.println("Java, C and Python in turns: " + outcome(() -> s.call(sorted)));
            alive(py);
        }

        /** A call from Java inside of another one, in a thread that Python made, leaves the outer one its stack's end. */
        private static void inAThreadOfPythons(PythonInterpreter py) {
            py.set("outer", (Runnable) () -> System.out.println("after a call in a thread of Python's: " + outcome(() -> py.invoke("first"))));
            py.set("inner", (Runnable) () -> py.invoke("len", ""));
            py.exec(lines("import threading", "deep = []", "for i in range(1_000_000): deep = [deep]",
                    "def first():", "    inner()", "    repr(deep)",
                    "thread = threading.Thread(target=outer)", "thread.start()", "thread.join()"));
            alive(py);
        }

        /** Values that are nested deeply cross at each level, up to the stack's end; before 3.12, CPython itself does not see that. */
        private static void withValuesAtTheEnd(PythonInterpreter py) {
            py.set("same", Function.identity());
            py.exec(lines("import sys", "nested = []", "for i in range(200): nested = [nested]",
                    "def f(x):", "    same(nested)", "    return sorted([1, 2], key=f)",
                    "if sys.version_info >= (3, 12): sys.setrecursionlimit(1_000_000)"));
            System.out.println("values at the end of the stack: " + outcome(() -> py.exec("f(1)")));
            py.exec("sys.setrecursionlimit(1000)");
            alive(py);
        }

        private static String outcome(Runnable code) {
            try {
                code.run();
                return "no error";
            } catch (PythonException e) {
                return e.typeName();
            } catch (StackOverflowError e) {
                return "StackOverflowError";
            }
        }

        private static void alive(PythonInterpreter py) {
            if (!Long.valueOf(6).equals(py.eval("sum([1, 2, 3])"))) {
                throw new AssertionError("Python does not work any more");
            }
        }
    }

    @ParameterizedTest(name = "stack of {0} kB")
    @ValueSource(ints = {0, 256})
    void recursionWithoutEndIsAnError(int stack) {
        check(stack);
    }

    @Test
    @Tag("slow")
    void recursionOnAHugeStackIsAnError() {
        check(65_536);
    }

    private static void check(int stack) {
        String output = ChildJvm.of(Cases.class).arguments(stack).run().fine();
        Map<String, String> outcomes = new LinkedHashMap<>();
        for (String line : output.split("\n")) {
            int colon = line.indexOf(": ");
            if (colon > 0) {
                outcomes.put(line.substring(0, colon), line.substring(colon + 2));
            }
        }
        for (String name : CASES.keySet()) {
            String outcome = String.valueOf(outcomes.get(name));
            if (name.equals("code that is nested deeply")) {
                // The parser's stack is its own: 3.10 and 3.11 say MemoryError.
                assertTrue(outcome.matches("RecursionError|MemoryError|SyntaxError"), name + ": " + outcome);
            } else if (name.equals("comparison of deep lists") || name.equals("isinstance") || name.equals("a deep tree of syntax")) {
                assertTrue(outcome.matches("RecursionError|MemoryError|ValueError|no error"), name + ": " + outcome);
            } else {
                assertEquals("RecursionError", outcome, name);
            }
        }
        assertTrue(outcomes.get("Java and Python in turns").matches("RecursionError|StackOverflowError"), output);
        assertTrue(outcomes.get("Java, C and Python in turns").matches("RecursionError|StackOverflowError"), output);
        assertEquals("RecursionError", outcomes.get("after a call in a thread of Python's"));
        assertEquals("RecursionError", outcomes.get("values at the end of the stack"));
        assertEquals("fine", outcomes.get("a deep list let go"));
    }

    /** Java's stack ends before anything else has gone wrong in this JVM. */
    public static final class FirstOfAll {
        private FirstOfAll() {
        }

        /** The child's program. */
        public static void main(String[] args) throws InterruptedException {
            Thread thread = new Thread(null, FirstOfAll::overflow, "small", 256 << 10);
            thread.start();
            thread.join();
        }

        private static void overflow() {
            try (PythonInterpreter py = PythonInterpreter.create()) {
                py.exec(lines("import sys", "sys.setrecursionlimit(100_000)", "def g(h): return h(h)"));
                PyFunction g = py.function("g");
                Function<Object, Object> callback = new Function<>() {
                    @Override
                    public Object apply(Object self) {
                        return g.call(this);
                    }
                };
                System.out.println(Cases.outcome(() -> g.call(callback)));
                Function<Object, Object> refusing = self -> {
                    throw new IllegalArgumentException("not " + self.getClass().getSimpleName());
                };
                try {
                    g.call(refusing);
                } catch (IllegalArgumentException e) {
                    System.out.println(e.getMessage().startsWith("not ") ? "itself" : e.toString());
                }
            }
        }
    }

    @Test
    void whatComesAfterAnOverflowIsToldAsEver() {
        String[] lines = ChildJvm.of(FirstOfAll.class).run().fine().split("\n");
        assertTrue(lines[0].matches("RecursionError|StackOverflowError"), lines[0]);
        assertEquals("itself", lines[1]);
    }
}
