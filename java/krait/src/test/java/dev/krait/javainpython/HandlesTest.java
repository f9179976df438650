package dev.krait.javainpython;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.krait.KraitMetrics;
import dev.krait.PyIterator;
import dev.krait.PyObject;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.testing.ChildJvm;
import dev.krait.testing.Pythons;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What is held across the border, counted on both sides: none is left in the end. */
class HandlesTest {
    private static final int ROUNDS = 300;

    @Test
    void bothSidesLetGoOfAllTheyHeld() {
        assertEquals("0 Python objects, 0 Java objects but for one for each class\n", ChildJvm.of(Rounds.class).run().fine());
    }

    @Test
    void whatPythonMakesJavaHoldGoesWhilePythonRuns() {
        try (PythonInterpreter py = PythonInterpreter.create()) {
            py.set("held", (Supplier<Long>) () -> {
                System.gc();
                return KraitMetrics.now().pythonObjects();
            });
            // One call from Java: nothing else empties the list of what Java let go of.
            py.exec(Pythons.lines("from java.util import ArrayList", "import time", "before = held()", "items = ArrayList()",
                    "for _ in range(20000):",
                    "    items.add(object())",
                    "    items.clear()",
                    "for _ in range(200):",
                    "    after = held()",
                    "    if after < before + 100: break",
                    "    time.sleep(0.02)",
                    "assert after < before + 100, (before, after)"));
        }
    }

    @Test
    void anAnswerThatPythonCannotReadIsLetGoOf() {
        Map<Object, Object> oneKey = Map.of(1L, "a", 1.0, "b");
        try (PythonInterpreter py = PythonInterpreter.create()) {
            py.set("answer", (Supplier<Object>) () -> List.of(new Object(), oneKey, new Object(), new Object()));
            py.exec(Pythons.lines("def ask():", "    try: answer()", "    except ValueError: return", "    raise AssertionError"));
            py.invoke("ask");
            py.invoke("len", "");
            long before = KraitMetrics.now().javaObjects();
            for (int i = 0; i < 100; i++) {
                py.invoke("ask");
            }
            py.invoke("len", "");
            assertEquals(before, KraitMetrics.now().javaObjects());
        }
    }

    /** Uses everything that makes a handle, both ways. */
    public static final class Rounds {
        private Rounds() {
        }

        public static void main(String[] args) throws Exception {
            KraitMetrics one = after(1);
            KraitMetrics many = after(ROUNDS);
            System.out.println(many.pythonObjects() + " Python objects, " + (many.javaObjects() - one.javaObjects())
                    + " Java objects but for one for each class");
        }

        private static KraitMetrics after(int rounds) throws Exception {
            try (PythonInterpreter py = PythonInterpreter.create()) {
                py.exec(Pythons.lines("import asyncio, java, krait", "from java.util import ArrayList, HashMap",
                        "from dev.krait.cases import Shop, Takes, Things, Throws",
                        "class Thing:",
                        "    def get(self): return self",
                        "@krait.implements(Shop.Service)",
                        "class Service:",
                        "    def name(self): return 'x'",
                        "    def add(self, a, b): return a + b",
                        "    def items(self): return ['a']",
                        "def rows():", "    yield Thing()", "    yield Thing()",
                        "async def later(x): return x",
                        "def bad(): raise ValueError(Thing())",
                        "def broken():", "    Throws.broken()",
                        "def java_from_python():",
                        "    items = ArrayList([Thing(), Things(), krait.view([1])])",
                        "    items.add(krait.array('int', 3))",
                        "    items[0], items[-1][0], list(items), items[1:], items == [1], hash(items[1])",
                        "    items.stream().map(lambda x: x).filter(lambda x: x).count()",
                        "    dict(HashMap({'a': items}))['a']",
                        "    Shop.use(Service()), Service().hello()",
                        "    things = Things()",
                        "    things.Inner(1).Deeper(), krait.view(things).names, list(Things.Colour)",
                        "    for f in (bad, broken):",
                        "        try: Throws.wrap(f)",
                        "        except java.lang.IllegalStateException as e: e.__cause__, hash(e)",
                        "    with krait.synchronized(things): pass",
                        "    Takes.sum(x for x in (1, 2))"));
                for (int i = 0; i < rounds; i++) {
                    round(py);
                }
            }
            // Objects that were forgotten are found by the garbage collector; the next call frees them.
            KraitMetrics now = KraitMetrics.now();
            for (int same = 0; same < 10 || now.pythonObjects() > 0;) {
                System.gc();
                try (PythonInterpreter py = PythonInterpreter.create()) {
                    py.exec("import gc\ngc.collect()");
                }
                Thread.sleep(20);
                KraitMetrics before = now;
                now = KraitMetrics.now();
                same = now.javaObjects() == before.javaObjects() ? same + 1 : 0;
            }
            return now;
        }

        @SuppressWarnings("unchecked")
        private static void round(PythonInterpreter py) throws Exception {
            py.invoke("java_from_python");
            PyObject forgotten = py.invoke(PyObject.class, "Thing");
            forgotten.setAttr("list", List.of(forgotten, Map.of("a", forgotten)));
            Supplier<Object> bound = py.proxy(forgotten, Supplier.class);
            bound.get();
            py.eval(Function.class, "lambda x: x").apply(forgotten);
            try (PyIterator<Object> rows = py.invoke(PyObject.class, "rows").iterator()) {
                rows.next();
            }
            CompletableFuture<Object> future = py.invokeAsync(Object.class, "later", forgotten);
            future.get();
            try {
                py.invoke("bad");
                throw new AssertionError("bad() raised nothing");
            } catch (PythonException e) {
                py.set("callback", (Callable<Object>) () -> e);
            }
            py.exec("callback(); del callback");
        }
    }
}
