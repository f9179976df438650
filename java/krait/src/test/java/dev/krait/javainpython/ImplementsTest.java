package dev.krait.javainpython;

import static dev.krait.testing.Pythons.raised;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.PyObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Python functions and objects as Java interfaces. */
class ImplementsTest extends JavaInPython {
    /** An interface with a bit of everything. */
    public interface Shop {
        String sell(String what, int count);

        default String sellOne(String what) {
            return sell(what, 1);
        }

        void shut();

        List<Integer> prices();
    }

    @BeforeEach
    void imports() {
        run("import java, krait, java.util, java.util.concurrent", "from java.lang import Runnable",
                "from java.util import Comparator, ArrayList",
                "from dev.krait.javainpython import ImplementsTest, Layers, Shapes");
    }

    @Test
    void aFunctionPassesForAFunctionalInterface() {
        run("l = ArrayList([3, 1, 2])", "l.sort(lambda a, b: a - b)", "assert list(l) == [1, 2, 3]",
                "assert list(l.stream().map(lambda x: x * 2).filter(lambda x: x > 2)) == [4, 6]",
                "l.removeIf(lambda x: x == 1)", "assert list(l) == [2, 3]",
                "m = java.util.HashMap()", "assert m.computeIfAbsent('k', len) == 1 and dict(m) == {'k': 1}");
        raised("TypeError", () -> py.exec("ArrayList([1]).forEach(5)"));
    }

    /** An interface that asks for Python objects. */
    public interface Giver {
        PyObject give(PyObject given);
    }

    /** What is given twice over. */
    public static PyObject twice(Giver giver, PyObject given) {
        return giver.give(giver.give(given));
    }

    /** As {@link #twice}, by a function of Java's. */
    public static PyObject applied(Function<PyObject, PyObject> function, PyObject given) {
        return function.apply(given);
    }

    @Test
    void whatMustGiveAPythonObjectGivesWhateverItIs() {
        run("twice, applied = ImplementsTest.twice, ImplementsTest.applied", "mine = [1]",
                "assert twice(lambda x: x, mine) is mine and applied(lambda x: x, mine) is mine",
                "assert twice(lambda x: x + 1, 5) == 7 and applied(lambda x: None, 5) is None",
                "@krait.implements(ImplementsTest.Giver)\nclass Mine:\n    def give(self, x): return x * 2",
                "assert twice(Mine(), [1]) == [1] * 4 and twice(Mine(), 'a') == 'aaaa'",
                "@krait.implements(ImplementsTest.Giver)\nclass Nothing:\n    def give(self, x): return None",
                "assert twice(Nothing(), 1) is None",
                "@krait.implements(ImplementsTest.Giver)\nclass Without: pass");
        assertThrows(UnsupportedOperationException.class, () -> py.exec("twice(Without(), 1)"));
    }

    @Test
    void ofTwoInterfacesAFunctionIsTheOneThatReturns() {
        run("pool = java.util.concurrent.Executors.newFixedThreadPool(1)",
                "try: assert pool.submit(lambda: 42).get() == 42",
                "finally: pool.shutdown()");
    }

    @Test
    void callsComeFromAnyThread() throws Exception {
        py.exec("import threading\ndef where(x): return [x, threading.current_thread() is not None]");
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            Comparator<?> comparator = py.eval(Comparator.class, "lambda a, b: a - b");
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                long n = i;
                answers.add(pool.submit(() -> compare(comparator, n, 5L)));
            }
            for (int i = 0; i < 100; i++) {
                assertEquals(i - 5, answers.get(i).get());
            }
        } finally {
            pool.shutdown();
        }
    }

    @SuppressWarnings("unchecked")
    private static int compare(Comparator<?> comparator, Object a, Object b) {
        return ((Comparator<Object>) comparator).compare(a, b);
    }

    @Test
    void aClassImplementsSeveralInterfaces() {
        run("@krait.implements(Runnable, Comparator)",
                "class Both:",
                "    ran = 0",
                "    def run(self): self.ran += 1",
                "    def compare(self, a, b): return b - a",
                "both = Both()", "t = java.lang.Thread(both)", "t.start()", "t.join()", "assert both.ran == 1",
                "l = ArrayList([1, 3, 2])", "l.sort(both)", "assert list(l) == [3, 2, 1]");
        Object both = py.get("both");
        assertTrue(both instanceof Runnable && both instanceof Comparator);
        assertTrue(py.get("both", PyObject.class) instanceof PyObject);
        Comparator<?> reversed = ((Comparator<?>) both).reversed();
        assertEquals(-1, compare(reversed, 1L, 2L));
    }

    @Test
    void defaultMethodsAreJavasUnlessPythonHasThem() {
        py.exec("@krait.implements(ImplementsTest.Shop)\nclass S:\n    def sell(self, what, count): return f'{count} {what}'\n"
                + "    def prices(self): return [1, 2]\n"
                + "class T(S):\n    def sellOne(self, what): return 'own ' + what\n    def shut(self): self.closed = True\n"
                + "s, t = S(), T()");
        Shop s = (Shop) py.get("s");
        assertEquals("1 egg", s.sellOne("egg"));
        assertEquals(3, s.prices().get(0) + s.prices().get(1));
        Shop t = py.get("t", Shop.class);
        assertEquals("own egg", t.sellOne("egg"));
        t.shut();
        assertEquals(true, py.eval("t.closed"));
        UnsupportedOperationException missing = assertThrows(UnsupportedOperationException.class, s::shut);
        assertTrue(missing.getMessage().contains("shut") && missing.getMessage().contains("Shop"), missing.getMessage());
    }

    @Test
    void aProxyComesBackAsThePythonObject() {
        run("@krait.implements(Runnable)",
                "class R:",
                "    def run(self): pass",
                "r = R()", "l = ArrayList()", "l.add(r)", "assert l[0] is r and l.get(0) is r and r in l",
                "def f(): pass", "assert Layers.call(lambda: f) is f",
                "assert isinstance(r, Runnable) and not isinstance(r, Comparator)");
        Object first = py.get("r");
        Object second = py.get("r");
        assertEquals(first, second);
        assertEquals(first.hashCode(), second.hashCode());
        assertTrue(first.toString().contains("R object"), first.toString());
        py.set("again", first);
        assertEquals(true, py.eval("again is r"));
    }

    @Test
    void theMethodsOfObjectAreTheClasssOwnOrPythons() {
        run("from java.util import Objects, HashSet",
                "@krait.implements(java.lang.Runnable)",
                "class Own:",
                "    def __init__(self, name): self.name = name",
                "    def toString(self): return 'I am ' + self.name",
                "    def hashCode(self): return -5",
                "    def equals(self, other): return isinstance(other, Own) and self.name == other.name",
                "a, b, c = Own('a'), Own('a'), Own('c')",
                "assert java.lang.String.valueOf(a) == 'I am a' and Objects.hashCode(a) == -5",
                "assert Objects.equals(a, b) and not Objects.equals(a, c) and not Objects.equals(a, 'a')",
                "s = HashSet()", "assert [s.add(each) for each in (a, b, c)] == [True, False, True]",
                "@krait.implements(java.lang.Runnable)",
                "class Pythons:",
                "    def __str__(self): return 'str'",
                "    def __getattr__(self, name): raise SystemError(name)",
                "assert java.lang.String.valueOf(Pythons()) == 'str' and not Objects.equals(Pythons(), Pythons())");
    }

    @Test
    void objectsThatCannotBeHashedAreEqualAllTheSame() {
        py.exec("@krait.implements(Runnable)\nclass E:\n    def __eq__(self, other): return isinstance(other, E)\n"
                + "    def run(self): pass\na, b = E(), E()");
        assertEquals(py.get("a"), py.get("b"));
        assertEquals(py.get("a").hashCode(), py.get("b").hashCode());
    }

    @Test
    void onlyInterfacesCanBeImplemented() {
        raised("TypeError", () -> py.exec("@krait.implements(ArrayList)\nclass C: pass"));
        raised("TypeError", () -> py.exec("@krait.implements(int)\nclass C: pass"));
        raised("TypeError", () -> py.exec("@krait.implements()\nclass C: pass"));
        raised("TypeError", () -> py.exec("class C(Runnable): pass"));
    }

    @Test
    void anExceptionOfAnImplementationIsTheSameInJava() {
        IllegalStateException mine = new IllegalStateException("mine");
        py.set("mine", mine);
        py.exec("@krait.implements(Runnable)\nclass Bad:\n    def run(self): raise mine\nbad = Bad()");
        assertSame(mine, assertThrows(IllegalStateException.class, () -> ((Runnable) py.get("bad")).run()));
    }
}
