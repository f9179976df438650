package dev.krait;

import static dev.krait.testing.Pythons.lines;
import static dev.krait.testing.Pythons.raised;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.testing.ChildJvm;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What neither side needs any more is let go of. */
@Timeout(180)
class LeakTest {
    private final PythonInterpreter py = PythonInterpreter.create();

    @AfterEach
    void close() {
        py.close();
    }

    /** Collects garbage on both sides, until something is so. */
    private void eventually(String what, BooleanSupplier condition) {
        for (int i = 0; i < 100; i++) {
            System.gc();
            py.eval("__import__('gc').collect()");
            if (condition.getAsBoolean()) {
                return;
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        throw new AssertionError("not let go of: " + what);
    }

    private WeakReference<Object> give(Function<Object, ?> to) {
        Object object = new Object();
        to.apply(object);
        return new WeakReference<>(object);
    }

    @Test
    void aJavaObjectGoesWhenPythonDropsIt() {
        WeakReference<Object> held = give(object -> {
            py.set("held", object);
            return null;
        });
        System.gc();
        assertNotNull(held.get());
        py.exec("del held");
        eventually("a global that was deleted", () -> held.get() == null);
    }

    @Test
    void aJavaObjectThatWasOnlyAnArgumentGoes() {
        py.exec("def f(x): return x\ndef bad(x): raise ValueError\ndef g(a, b): pass");
        List<WeakReference<Object>> given = List.of(give(x -> py.invoke("f", x)), give(x -> py.invoke("f", List.of(x, x))),
                give(x -> raised("ValueError", () -> py.invoke("bad", x))),
                give(x -> raised("TypeError", () -> py.invoke("f", x, x))),
                give(x -> assertThrows(ConversionException.class, () -> py.invoke("g", x, loop()))),
                give(x -> raised("NameError", () -> py.invoke("nothing_there", x))),
                give(x -> raised("TypeError", () -> py.function("f").call(Kwargs.of("y", x)))));
        for (int i = 0; i < given.size(); i++) {
            WeakReference<Object> each = given.get(i);
            eventually("argument " + i, () -> each.get() == null);
        }
    }

    private static Object loop() {
        List<Object> loop = new ArrayList<>();
        loop.add(loop);
        return loop;
    }

    @Test
    void aJavaObjectThatCameBackGoes() {
        py.exec("def f(x): return x");
        WeakReference<Object> callback = give(object -> {
            Supplier<Object> supplier = () -> object;
            return py.invoke("f", supplier);
        });
        eventually("a callback that came back", () -> callback.get() == null);
    }

    @Test
    void javaObjectsGoWhileOneLongCallStillRuns() {
        List<WeakReference<Object>> supplied = new ArrayList<>();
        py.set("supply", (Supplier<Object>) () -> {
            StringBuilder opaque = new StringBuilder("no value");
            supplied.add(new WeakReference<>(opaque));
            return opaque;
        });
        py.set("alive", (Supplier<Object>) () -> {
            System.gc();
            return supplied.stream().filter(each -> each.get() != null).count();
        });
        py.exec(lines("for i in range(2_000): supply()", "import time", "left = alive()",
                "for i in range(50):", "    if left < 100: break", "    time.sleep(0.02)", "    left = alive()"));
        assertTrue((Long) py.get("left") < 100, () -> py.get("left") + " of 2,000 are left");
    }

    /** Python code that calls Java on when its interpreter is closed. */
    public static final class Refused {
        private Refused() {
        }

        /** The child's program. */
        public static void main(String[] args) throws InterruptedException {
            try (PythonInterpreter py = PythonInterpreter.create()) {
                py.exec(lines("import builtins, threading, time", "import java.util", "builtins.refused = []",
                        "def give(give, refused, sleep):",
                        "    while len(refused) < 200:",
                        "        sleep(0.001)",
                        "        try: give(object())",
                        "        except RuntimeError as e: refused.append(str(e))",
                        "threading.Thread(target=give, args=(java.util.Objects.isNull, refused, time.sleep)).start()"));
            }
            Thread.sleep(1_000);
            try (PythonInterpreter py = PythonInterpreter.create()) {
                py.exec("import time\nwhile len(refused) < 200: time.sleep(0.01)");
                System.out.println(py.eval("set(refused)") + ", " + (KraitMetrics.now().pythonObjects() < 50));
            }
        }
    }

    @Test
    void whatIsGivenToJavaWithoutAnInterpreterGoes() {
        assertEquals("[no interpreter is open: Java cannot be called], true\n", ChildJvm.of(Refused.class).run().fine());
    }

    @Test
    void whatAnInterpreterHeldGoesWithIt() {
        PythonInterpreter closed = PythonInterpreter.create();
        WeakReference<Object> held = give(object -> {
            closed.set("held", object);
            closed.exec("def f(): return held\nloop = [held]\nloop.append(loop)");
            return null;
        });
        closed.close();
        eventually("a global of a closed interpreter", () -> held.get() == null);
    }

    @Test
    void whatClassFiltersShowedGoesWithTheirInterpreters() {
        long before = KraitMetrics.now().javaObjects();
        List<WeakReference<ClassFilter>> filters = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ClassFilter filter = ClassFilter.denyAll().allow("java.util.*", "java.lang.*", "com.acme." + i);
            filters.add(new WeakReference<>(filter));
            try (PythonInterpreter filtered = PythonInterpreter.builder().classFilter(filter).build()) {
                filtered.exec("from java.util import ArrayList\nassert str(ArrayList([1])) == '[1]'");
            }
        }
        eventually("what was seen through a filter", () -> KraitMetrics.now().javaObjects() <= before);
        eventually("a filter", () -> filters.stream().allMatch(filter -> filter.get() == null));
    }

    @Test
    void theInterpreterItselfGoes() {
        WeakReference<PythonInterpreter> forgotten = new WeakReference<>(opened());
        eventually("an interpreter that was closed", () -> forgotten.get() == null);
    }

    private static PythonInterpreter opened() {
        PythonInterpreter opened = PythonInterpreter.create();
        opened.set("callback", (Runnable) () -> { });
        opened.exec("callback()");
        opened.close();
        return opened;
    }

    @Test
    void aForgottenPyObjectLetsGoOfPythons() {
        py.exec(lines("import weakref", "class C: pass", "refs = []", "def make():", "    c = C()",
                "    refs.append(weakref.ref(c))", "    return c", "def alive(): return sum(r() is not None for r in refs)"));
        PyObject kept = py.invoke(PyObject.class, "make");
        for (int i = 0; i < 1_000; i++) {
            py.invoke("make");
        }
        assertTrue(py.invoke(long.class, "alive") >= 1);
        eventually("Python objects that Java forgot", () -> py.invoke(long.class, "alive") == 1);
        assertNotNull(kept.repr());
        kept.close();
        assertEquals(0L, py.invoke("alive"));
    }

    @Test
    void anExceptionThatIsForgottenLetsGoOfItsFrames() {
        py.exec(lines("import weakref", "class C: pass", "refs = []", "def bad():", "    c = C()", "    refs.append(weakref.ref(c))",
                "    raise ValueError('x')", "def alive(): return sum(r() is not None for r in refs)"));
        for (int i = 0; i < 200; i++) {
            raised("ValueError", () -> py.invoke("bad"));
        }
        eventually("frames of exceptions", () -> py.invoke(long.class, "alive") == 0);
    }

    // ---- memory

    /** Bytes that Python's own allocator has in use, which a leak of references shows up in at once. */
    private long blocks() {
        return (Long) py.eval("__import__('gc').collect() * 0 + __import__('sys').getallocatedblocks()");
    }

    private void flat(String what, int times, Runnable call) {
        for (int i = 0; i < times; i++) {
            call.run();
        }
        System.gc();
        long before = blocks();
        for (int i = 0; i < times; i++) {
            call.run();
        }
        eventually(what + ": Python's memory grew", () -> blocks() - before < times / 10 + 200);
    }

    @Test
    void callsOfEachKindLeavePythonsMemoryFlat() {
        py.exec("def f(x=None, **kw): return x\ndef bad(x): raise ValueError(x)\nclass C: pass\nc = C()");
        PyFunction f = py.function("f");
        PyObject c = py.get("c", PyObject.class);
        byte[] bytes = new byte[20_000];
        double[] doubles = new double[5_000];
        List<Object> list = List.of(1, "ä", 2.5, List.of("x"));
        flat("callLong", 5_000, () -> f.callLong(1L << 40));
        flat("text", 5_000, () -> f.call("größe und mehr"));
        flat("list", 5_000, () -> f.call(list));
        flat("keywords", 5_000, () -> py.invoke("f", Kwargs.of("x", 1).and("y", "z")));
        flat("bytes", 2_000, () -> f.call((Object) bytes));
        flat("arrays", 2_000, () -> f.call((Object) doubles));
        flat("small arrays", 2_000, () -> f.call((Object) new int[] {1, 2, 3}));
        flat("attributes", 5_000, () -> c.setAttr("x", 5.5));
        flat("java objects", 5_000, () -> f.call(new Object()));
        flat("handles", 5_000, () -> ((PyObject) f.call(c)).close());
        flat("callbacks", 5_000, () -> f.call((Supplier<Object>) () -> 1));
        flat("names", 2_000, () -> py.set("name", 1 << 20));
        flat("exec", 1_000, () -> py.exec("y = 1"));
        flat("errors", 1_000, () -> raised("ValueError", () -> py.invoke("bad", 1)));
        flat("misses", 1_000, () -> raised("NameError", () -> py.get("nothing")));
        flat("interpreters", 200, () -> {
            try (PythonInterpreter each = PythonInterpreter.create()) {
                each.exec("def f(): return 1\nx = [f]");
            }
        });
    }

    /** Makes many calls of a kind, twice, and prints by how many kB the second half made the process grow. */
    public static final class Grows {
        private Grows() {
        }

        /** The child's program: the kind's number. */
        public static void main(String[] args) throws IOException {
            try (PythonInterpreter py = PythonInterpreter.create()) {
                py.exec("def f(x): return x\ndef bad(x): raise ValueError(x)\ndef each(java):\n  for i in range(100): java(i)");
                PyFunction f = py.function("f");
                byte[] bytes = new byte[100_000];
                Function<Object, Object> java = x -> x;
                Runnable[] calls = {() -> f.callLong(1L << 40), () -> f.call("größe und mehr"), () -> f.call(List.of(1, "b")),
                    () -> f.call(new Object()), () -> f.call((Object) bytes), () -> caught(py), () -> py.invoke("each", java)};
                int[] times = {3_000_000, 1_500_000, 700_000, 500_000, 30_000, 50_000, 10_000};
                int kind = Integer.parseInt(args[0]);
                for (int i = 0; i < times[kind]; i++) {
                    calls[kind].run();
                }
                System.gc();
                long before = residentKilobytes();
                for (int i = 0; i < times[kind]; i++) {
                    calls[kind].run();
                }
                System.gc();
                System.out.println(residentKilobytes() - before);
            }
        }

        private static void caught(PythonInterpreter py) {
            try {
                py.invoke("bad", 1);
                throw new AssertionError("no error");
            } catch (PythonException e) {
                assertEquals("ValueError", e.typeName());
            }
        }

        private static long residentKilobytes() throws IOException {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
            throw new AssertionError("no VmRSS");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
    @Tag("slow")
    void millionsOfCallsLeaveTheProcesssMemoryFlat(int kind) {
        // A heap that is there from the beginning cannot be what grows.
        String output = ChildJvm.of(Grows.class).arguments(kind)
                .options("-Xms96m", "-Xmx96m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC").run().fine();
        assertTrue(Long.parseLong(output.strip()) < 5 * 1024, () -> "grew by " + output.strip() + " kB");
    }
}
