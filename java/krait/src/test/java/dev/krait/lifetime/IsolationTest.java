package dev.krait.lifetime;

import static dev.krait.testing.Pythons.lines;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.krait.Isolation;
import dev.krait.KraitMetrics;
import dev.krait.Kwargs;
import dev.krait.PyFunction;
import dev.krait.PyObject;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.PythonSetupException;
import dev.krait.testing.ChildJvm;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Interpreters apart: what each has for itself. */
@Timeout(120)
final class IsolationTest {
    private static PythonInterpreter open(Isolation isolation) {
        if (isolation == Isolation.OWN_GIL) {
            assumeTrue(minor() >= 12, "a GIL of its own needs CPython 3.12");
        }
        return PythonInterpreter.builder().isolation(isolation).build();
    }

    private static long minor() {
        try (PythonInterpreter interp = PythonInterpreter.create()) {
            return (Long) interp.eval("__import__('sys').version_info.minor");
        }
    }

    @ParameterizedTest
    @EnumSource(value = Isolation.class, names = {"SUB_INTERPRETER", "OWN_GIL"})
    void whatCallsJavaWhileItsInterpreterEndsIsRefusedAndLeavesNothingToTheNextOne(Isolation isolation) {
        List<String> called = new ArrayList<>();
        for (int round = 0; round < 4; round++) {
            try (PythonInterpreter interp = open(isolation)) {
                interp.set("called", (Consumer<String>) called::add);
                interp.exec(lines("import sys", "import java.util", "class Closer:",
                        "    def __init__(self, closed): self.closed = closed",
                        "    def __del__(self): self.closed.add('closed')",
                        // Goes with the module, when nothing of Krait is left in the interpreter.
                        "sys.krait_test_kept = Closer(java.util.ArrayList())", "called('opened')"));
                assertEquals("[1]", interp.eval("str(java.util.ArrayList([1]))"));
            }
        }
        assertEquals(4, called.size());
    }

    /** Interpreters at whose ends objects give further ones to Java, one after the other. */
    public static final class Given {
        private Given() {
        }

        /** The child's program: what gives, and how often. */
        public static void main(String[] args) throws Exception {
            ExecutorService other = Executors.newSingleThreadExecutor();
            try (PythonInterpreter main = PythonInterpreter.create()) {
                List<String> counts = new ArrayList<>();
                for (int round = 0; round < 6; round++) {
                    try (PythonInterpreter interp = open(Isolation.SUB_INTERPRETER)) {
                        interp.exec(lines("import java.util", "from java.lang import IllegalStateException", "class Given:",
                                "    def __init__(self, left, give): self.left, self.give = left, give",
                                "    def __del__(self):",
                                "        if self.left:",
                                "            try: self.give(type(self)(self.left - 1, self.give))",
                                "            except RuntimeError: pass",
                                "def answer():",
                                "    answer = IllegalStateException('kept for the thread')",
                                "    answer.given = Given(" + args[1] + ", " + args[0] + ")",
                                "    return answer"));
                        other.submit(() -> interp.invoke("answer")).get();
                    }
                    main.eval("1 + 1");
                    counts.add(KraitMetrics.now().pythonObjects() + " and " + KraitMetrics.now().javaObjects());
                }
                System.out.println(counts.get(1).equals(counts.get(5)) ? "the same" : counts);
            }
            other.shutdown();
        }
    }

    @ParameterizedTest
    @CsvSource({"java.util.Objects.isNull, 6", "java.util.ArrayList().add, 6"})
    void whatIsGivenToJavaWhileAnInterpreterEndsIsNothingOfTheNextOnes(String give, int times) {
        assertEquals("the same\n", ChildJvm.of(Given.class).arguments(give, times).run().output.replaceAll("(?s).*(?=the same)", ""));
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void aThreadThatGoesOnInAClosedInterpreterKeepsNobodyWaiting(Isolation isolation) {
        try (PythonInterpreter other = PythonInterpreter.create()) {
            other.exec("import time");
            try (PythonInterpreter interp = open(isolation)) {
                interp.exec(lines("import threading, time", "def work(end):", "    while time.monotonic() < end: pass",
                        "threading.Thread(target=work, args=(time.monotonic() + 6,)).start()"));
            }
            double closed = other.eval(double.class, "time.monotonic()");
            for (int i = 0; i < 3; i++) {
                other.eval("1 + 1");
            }
            double waited = other.eval(double.class, "time.monotonic()") - closed;
            assertTrue(waited < 3, () -> waited + " seconds");
        }
    }

    /** As {@link #closesOnItsOwnLoop} needs it: a warning is seen. */
    public static final class ClosesOnItsLoop {
        private ClosesOnItsLoop() {
        }

        /** The child's program. */
        public static void main(String[] args) throws Exception {
            PythonInterpreter interp = PythonInterpreter.builder().isolation(Isolation.SUB_INTERPRETER).build();
            interp.exec("import asyncio\nasync def later():\n    await asyncio.sleep(0.01)\n");
            interp.invokeAsync("later").thenRun(interp::close).get();
            for (Thread thread : Thread.getAllStackTraces().keySet()) {
                if (thread.getName().equals("krait-end")) {
                    thread.join();
                }
            }
            System.out.println("closed: " + interp.isClosed());
        }
    }

    @Test
    void closesOnItsOwnLoop() {
        assertEquals("closed: true\n", ChildJvm.of(ClosesOnItsLoop.class).run().fine());
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void valuesErrorsAndJavaObjectsCrossInEachKind(Isolation isolation) {
        try (PythonInterpreter interp = open(isolation)) {
            interp.exec("def same(x): return x\ndef boom(): raise ValueError('bad')\ndef call(f, x): return f(x)\n");
            assertEquals(List.of(1L, "a", 2.5), interp.invoke("same", List.of(1, "a", 2.5)));
            assertEquals(BigInteger.ONE.shiftLeft(100), interp.eval("2 ** 100"));
            assertEquals("bad", assertThrows(PythonException.class, () -> interp.invoke("boom")).pythonMessage());
            assertEquals("<x>", interp.invoke("call", (Function<Object, Object>) x -> "<" + x + ">", "x"));
            Object opaque = new Object();
            assertEquals(opaque, interp.invoke("same", opaque));
            assertEquals("{\"a\": 1}", interp.invoke("json.dumps", Map.of("a", 1)));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Isolation.class, names = "SHARED", mode = EnumSource.Mode.EXCLUDE)
    void modulesAreNotShared(Isolation isolation) {
        try (PythonInterpreter one = open(isolation); PythonInterpreter two = open(isolation)) {
            one.exec("import json\njson.mark = 1");
            assertEquals(false, two.eval("hasattr(__import__('json'), 'mark')"));
        }
    }

    /** CPython before 3.13 has only threads of one interpreter take turns: there the others would wait until the end. */
    @ParameterizedTest
    @EnumSource(Isolation.class)
    void whoComputesInOneInterpreterKeepsNoOtherWaiting(Isolation isolation) {
        String spin = "import time\ndef spin(seconds):\n    end = time.monotonic() + seconds\n    while time.monotonic() < end: pass\n";
        try (PythonInterpreter busy = open(isolation); PythonInterpreter other = open(Isolation.SUB_INTERPRETER);
                PythonInterpreter shared = open(Isolation.SHARED)) {
            for (PythonInterpreter interp : List.of(busy, other, shared)) {
                interp.exec("def inc(x): return x + 1\n" + spin);
            }
            for (PythonInterpreter spinning : List.of(busy, shared)) {
                CompletableFuture<Object> done = CompletableFuture.supplyAsync(() -> spinning.invoke("spin", 3));
                int calls = 0;
                for (; !done.isDone(); calls++) {
                    assertEquals(2L, shared.invoke("inc", 1));
                    assertEquals(2L, other.invoke("inc", 1));
                }
                done.join();
                assertTrue(calls > 5, calls + " calls in three seconds beside a busy " + isolation);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void whoComputesKeepsNoOtherFromOpeningAndClosing(Isolation isolation) {
        try (PythonInterpreter busy = open(isolation)) {
            busy.exec("import time\ndef spin(seconds):\n    end = time.monotonic() + seconds\n    while time.monotonic() < end: pass\n");
            CompletableFuture<Object> done = CompletableFuture.supplyAsync(() -> busy.invoke("spin", 6));
            int opened = 0;
            for (; !done.isDone(); opened++) {
                open(Isolation.SUB_INTERPRETER).close();
            }
            done.join();
            assertTrue(opened > 1, opened + " opened in six seconds beside a busy " + isolation);
        }
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void aThreadOfPythonsThatComputesKeepsNoOtherWaiting(Isolation isolation) {
        try (PythonInterpreter busy = open(isolation); PythonInterpreter other = open(Isolation.SUB_INTERPRETER);
                PythonInterpreter shared = open(Isolation.SHARED)) {
            for (PythonInterpreter interp : List.of(other, shared)) {
                interp.exec("def inc(x): return x + 1");
            }
            busy.exec("import threading, time\ngo_on = [True]\ndef spin():\n    end = time.monotonic() + 10\n"
                    + "    while go_on and time.monotonic() < end: pass\nspinning = threading.Thread(target=spin)");
            // A call that is over before anyone could see it.
            busy.exec("spinning.start()");
            for (int i = 0; i < 20; i++) {
                assertEquals(2L, shared.invoke("inc", 1));
                assertEquals(2L, other.invoke("inc", 1));
            }
            assertEquals(true, busy.eval("spinning.is_alive()"), "they waited until it had ended");
            busy.exec("go_on.clear(); spinning.join()");
        }
    }

    @Test
    void norDoesOneThatACallOfSomeTimeStartsAtItsEnd() {
        try (PythonInterpreter busy = open(Isolation.SUB_INTERPRETER); PythonInterpreter shared = open(Isolation.SHARED)) {
            busy.exec("import threading, time\ndef spin(end):\n    while go_on and time.monotonic() < end: pass\n"
                    + "def start(seconds):\n    global go_on, spinning\n    go_on = [True]\n    time.sleep(seconds)\n"
                    + "    spinning = threading.Thread(target=spin, args=[time.monotonic() + 5])\n    spinning.start()");
            for (int i = 1; i <= 10; i++) {
                busy.invoke("start", 0.003 * i);
                shared.eval("1 + 1");
                assertEquals(true, busy.eval("spinning.is_alive()"), "it waited until it had ended, in round " + i);
                busy.exec("go_on.clear(); spinning.join()");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void anyThreadMayCall(Isolation isolation) {
        try (PythonInterpreter interp = open(isolation)) {
            interp.exec("def inc(x): return x + 1");
            for (int i = 0; i < 50; i++) {
                long argument = i;
                assertEquals(argument + 1, CompletableFuture.supplyAsync(() -> interp.invoke("inc", argument)).join());
            }
        }
    }

    @Test
    void anObjectOfAnotherInterpreterIsRefusedClearlyWhereverItIs() {
        try (PythonInterpreter one = open(Isolation.SUB_INTERPRETER); PythonInterpreter two = PythonInterpreter.create()) {
            PyObject object = one.importModule("json");
            two.exec("def same(*args, **kwargs): return args or kwargs\ndef call(f): return f()\nitems = [1]\nnames = {'a': 1}");
            PyFunction same = two.function("same");
            PyObject items = two.get("items", PyObject.class);
            PyObject names = two.get("names", PyObject.class);
            Supplier<?> python = one.eval(PyObject.class, "lambda: 1").as(Supplier.class);
            Map<String, Executable> uses = new LinkedHashMap<>();
            uses.put("an argument", () -> two.invoke("same", object));
            uses.put("a keyword argument", () -> two.invoke("same", Kwargs.of("x", object)));
            uses.put("an element", () -> two.invoke("same", List.of(List.of(object))));
            uses.put("an element of an array", () -> same.call((Object) new Object[] {object}));
            uses.put("a value", () -> same.call(Map.of("k", object)));
            uses.put("a key", () -> same.call(Map.of(object, 1)));
            uses.put("a global", () -> two.set("x", object));
            uses.put("a row", () -> same.map(List.of(1, object)).forEach(result -> { }));
            uses.put("rows of arguments", () -> same.callBatch(List.<Object[]>of(new Object[] {object})).forEach(result -> { }));
            uses.put("an attribute", () -> same.setAttr("x", object));
            uses.put("an item", () -> names.setItem("x", object));
            uses.put("an index", () -> names.getItem(object));
            uses.put("a search", () -> items.contains(object));
            uses.put("a comparison", () -> items.compareTo(object));
            uses.put("a type", () -> items.isInstance(object));
            uses.put("a view of a list", () -> items.asList().add(object));
            uses.put("a view of a dict", () -> names.asMap().put("x", object));
            uses.put("a callback's result", () -> two.invoke("call", (Supplier<Object>) () -> object));
            uses.put("a proxy", () -> two.proxy(object, Runnable.class));
            uses.put("a Python function as a Java interface", () -> two.invoke("call", python));
            uses.forEach((name, use) -> {
                String message = assertThrows(IllegalStateException.class, use, name).getMessage();
                assertTrue(message.startsWith("the Python object belongs to another interpreter, isolated from this one"),
                        name + ": " + message);
            });
            assertEquals(List.of(1L), two.get("items"));
            assertNotEquals(object, items);
            assertNotEquals(items, object);
            assertEquals(items, two.get("items", PyObject.class));
        }
    }

    @Test
    void anExtensionModuleThatRefusesAnInterpreterSaysWhatToDo() {
        try (PythonInterpreter apart = open(Isolation.OWN_GIL)) {
            // One of the standard library's that has one state for all interpreters.
            PythonException e = assertThrows(PythonException.class, () -> apart.exec("import faulthandler"));
            assertEquals("ImportError: module faulthandler does not support loading in subinterpreters", e.getMessage());
            assertTrue(e.notes().get(0).contains("Isolation.SHARED"), e.notes().toString());
            assertTrue(e.traceback().contains("Isolation.SUB_INTERPRETER"), e.traceback());
            apart.exec("def wrapped():\n    try: import faulthandler\n    except ImportError as e: raise ImportError('no C half') from e");
            e = assertThrows(PythonException.class, () -> apart.invoke("wrapped"));
            assertEquals("ImportError: no C half", e.getMessage());
            assertEquals(1, e.notes().size());
            assertEquals(List.of(), assertThrows(PythonException.class, () -> apart.exec("import there_is_none")).notes());
        }
    }

    @Test
    void handlesOfAnInterpreterThatClosedAreFoundOut() {
        PyObject object;
        try (PythonInterpreter one = open(Isolation.SUB_INTERPRETER)) {
            object = one.importModule("json");
        }
        try (PythonInterpreter two = open(Isolation.SUB_INTERPRETER)) {
            assertThrows(IllegalStateException.class, object::repr);
            assertEquals(2L, two.eval("1 + 1"));
        }
        object.close();
    }

    @Test
    void aGilOfItsOwnOnAnOldPythonIsAClearError() {
        assumeTrue(minor() < 12, "CPython 3.12 has it");
        String message = assertThrows(PythonSetupException.class,
                () -> PythonInterpreter.builder().isolation(Isolation.OWN_GIL).build()).getMessage();
        assertTrue(message.contains("3.12"), message);
    }

    @Test
    void threadsThatEndedBeforeTheInterpreterDoNoHarm() throws InterruptedException {
        for (int round = 0; round < 5; round++) {
            PythonInterpreter interp = open(Isolation.SUB_INTERPRETER);
            Thread[] threads = new Thread[4];
            for (int i = 0; i < threads.length; i++) {
                threads[i] = new Thread(() -> interp.eval("1 + 1"));
                threads[i].start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            interp.close();
        }
    }

    /** Their workers wait for more to do until Python ends. */
    @ParameterizedTest
    @EnumSource(value = Isolation.class, names = "SHARED", mode = EnumSource.Mode.EXCLUDE)
    void anExecutorThatIsLeftOpenDoesNotKeepAnInterpreterAlive(Isolation isolation) {
        long before = KraitMetrics.now().interpreters();
        PythonInterpreter interp = open(isolation);
        interp.exec("from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(2)\n"
                + "assert list(pool.map(abs, [-1, -2])) == [1, 2]");
        interp.close();
        assertEquals(before, KraitMetrics.now().interpreters());
    }

    /** Before 3.12, CPython itself waits for ever there. */
    @Test
    void extensionsThatAskForTheGilGetTheStateOfTheInterpreterThatRuns() {
        assertEquals("[1, 2, 3] sub\n[1, 2, 3] main\n[1, 2, 3] sub\n".repeat(2), ChildJvm.of(AsksForTheGil.class).within(60).run().fine());
    }

    /** Calls qsort, with the GIL, and its comparison asks for the GIL; also in a call of one interpreter inside one of another. */
    public static final class AsksForTheGil {
        private AsksForTheGil() {
        }

        /** The child's program. */
        public static void main(String[] args) throws InterruptedException {
            try (PythonInterpreter main = prepared(Isolation.SHARED, "main");
                    PythonInterpreter sub = prepared(Isolation.SUB_INTERPRETER, "sub")) {
                Runnable calls = () -> sub.invoke("sort", (Runnable) () -> main.invoke("sort", (Runnable) () -> { }));
                calls.run();
                Thread other = new Thread(calls);
                other.start();
                other.join();
            }
        }

        private static PythonInterpreter prepared(Isolation isolation, String name) {
            PythonInterpreter interp = open(isolation);
            interp.exec(lines("import ctypes, sys", "sys.here = '" + name + "'",
                    "integer = ctypes.POINTER(ctypes.c_int)", "seen = set()", "",
                    "@ctypes.CFUNCTYPE(ctypes.c_int, integer, integer)", "def compare(a, b):",
                    "    import sys", "    seen.add(sys.here)", "    return a[0] - b[0]", "",
                    "def sort_once():", "    numbers = (ctypes.c_int * 3)(3, 1, 2)",
                    "    ctypes.PyDLL(None).qsort(numbers, 3, ctypes.sizeof(ctypes.c_int), compare)",
                    "    print(list(numbers), *seen, flush=True)", "",
                    "def sort(between):", "    sort_once()", "    between()", "    if sys.here == 'sub': sort_once()"));
            return interp;
        }
    }
}
