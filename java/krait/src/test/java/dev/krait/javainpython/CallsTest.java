package dev.krait.javainpython;

import static dev.krait.testing.Pythons.raised;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.PyObject;
import dev.krait.PythonException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which of several methods a call means, and what arguments become. */
class CallsTest extends JavaInPython {
    @BeforeEach
    void shapes() {
        run("import krait, java", "from dev.krait.javainpython import Shapes", "s = Shapes()");
    }

    @Test
    void exactBeforeWideningBeforeBoxingBeforeVarargs() {
        run("assert s.kind(5) == 'int' and s.kind(2**40) == 'long' and s.kind(1.5) == 'double'",
                "assert s.kind('x') == 'String' and s.kind('text') == 'String'",
                "assert s.kind(True) == 'Object' and s.kind([1]) == 'Object' and s.kind(2**70) == 'Object'",
                "assert s.wide(5) == 'long'", "assert s.boxed(5) == 'Integer' and s.boxed(2**40) == 'Object'",
                "assert s.rest(1) == 'one' and s.rest() == 'all 0' and s.rest(1, 2, 3) == 'all 3'");
    }

    @Test
    void varargsTakeNoneOneAndMany() {
        run("assert s.words('w') == 'w0' and s.words('w', 'a') == 'w1' and s.words('w', 'a', 'b') == 'w2'",
                "assert s.words('w', ['a', 'b', 'c']) == 'w3'",
                "assert Shapes('l', 1, 2, 3).count == 6 and Shapes('l').count == 0",
                "assert list(java.util.Arrays.asList(1, 2)) == [1, 2]",
                "assert java.lang.String.format('%s-%s', 'a', 1) == 'a-1'");
    }

    /** A class whose methods take Python objects. */
    public static class Objects {
        public PyObject kept;
        public final PyObject[] several = new PyObject[1];

        public String of(PyObject object) {
            return object == null ? "null" : object.typeName();
        }

        public String of(PyObject object, String text) {
            return object.typeName() + " and a String";
        }

        public String of(PyObject object, PyObject other) {
            return object.typeName() + " and " + other.typeName();
        }

        public String rather(PyObject object) {
            return "object";
        }

        public String either(PyObject object, String text) {
            return "first";
        }

        public String either(String text, PyObject object) {
            return "second";
        }

        public String rather(long number) {
            return "long";
        }

        public int count(String first, PyObject... more) {
            return more.length;
        }

        public static PyObject same(PyObject object) {
            return object;
        }

        public void append(PyObject list, PyObject element) {
            list.invokeMethod("append", element);
        }
    }

    @Test
    void aPythonObjectIsWhateverPythonGives() {
        py.set("o", new Objects());
        raised("TypeError", () -> py.exec("o.either('x', 'y')"));
        run("from dev.krait import PyObject",
                "assert [o.of(x) for x in (1, 2**70, 1.5, 'text', 'c', True, b'', [1], (1,), {1: 2}, {1}, len, o.of, range(3))] == ["
                        + "'int', 'int', 'float', 'str', 'str', 'bool', 'bytes', 'list', 'tuple', 'dict', 'set',"
                        + " 'builtin_function_or_method', type(o.of).__name__, 'range']",
                "assert o.of(None) == 'null'",
                "assert o.of([1], 'x') == 'list and a String' and o.of('x', 1) == 'str and int'",
                "assert o.rather(1) == 'long' and o.rather('x') == 'object'",
                "assert o.either([], 'x') == 'first' and o.either('x', []) == 'second'",
                "assert krait.overload(o.either, PyObject, 'String')('x', 'y') == 'first'",
                "assert o.count('a', 1, [2], int) == 3 and o.count('a') == 0");
    }

    @Test
    void aPythonObjectThatJavaTakesIsTheSame() {
        py.set("o", new Objects());
        run("import decimal", "class Whole(int): pass", "Objects = type(o)", "mine = [1]", "o.append(mine, 'end')",
                "assert mine == [1, 'end']", "nothing = o.append([], mine)",
                "for given in ([1], Whole(3), 10**30, 'tex' + str(mine), decimal.Decimal(2), {}):",
                "    assert Objects.same(given) is given");
        py.exec("o.kept = mine");
        assertEquals(List.of(1L, "end"), ((Objects) py.get("o")).kept.asList(Object.class));
        py.exec("mine.append(3)");
        assertEquals(3, ((Objects) py.get("o")).kept.asList(Object.class).size());
        run("o.kept = 7", "krait.view(o).several[0] = {'a': 1}", "assert o.of(krait.view(o).several[0]) == 'dict'");
        assertEquals("7", ((Objects) py.get("o")).kept.toString());
        run("o.kept = None");
        assertEquals(null, ((Objects) py.get("o")).kept);
    }

    @Test
    void anAmbiguousCallNamesTheCandidates() {
        PythonException ambiguous = raised("TypeError", () -> py.exec("s.clash(1, 2)"));
        assertTrue(ambiguous.pythonMessage().contains("clash(Integer"), ambiguous.pythonMessage());
        assertTrue(ambiguous.pythonMessage().contains("clash(Object"), ambiguous.pythonMessage());
        run("assert krait.overload(s.clash, 'Integer', 'Object')(1, 2) == 'left'",
                "assert krait.overload(s.clash, java.lang.Object, java.lang.Integer)(1, 2) == 'right'",
                "assert krait.overload(Shapes, 'int')(4).count == 4");
        raised("TypeError", () -> py.exec("krait.overload(s.clash, 'Nothing')"));
    }

    @Test
    void aCallThatFitsNothingNamesWhatThereIs() {
        PythonException none = raised("TypeError", () -> py.exec("s.letter(1, 2)"));
        assertTrue(none.pythonMessage().contains("char letter(char"), none.pythonMessage());
        raised("TypeError", () -> py.exec("s.letter('ab')"));
        raised("TypeError", () -> py.exec("s.kind(x=1)"));
        raised("TypeError", () -> py.exec("Shapes.kind()"));
        raised("TypeError", () -> py.exec("Shapes.kind(java.util.ArrayList(), 1)"));
        raised("TypeError", () -> py.exec("java.util.AbstractList()"));
        raised("TypeError", () -> py.exec("java.util.List()"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "ofFunction(lambda s: [1, 2])", "ofIntegers(lambda s: [1, 2])", "ofBounded(lambda: [1, 2])", "ofIntegers(Integers())",
        "ofLists([i] for i in [1, 2])", "ofLists([[1], [2]])", "ofStream([i] for i in [1, 2])", "ofIterable([i] for i in [1, 2])",
        "ofSuppliers(f for f in [lambda: 1, lambda: 2])",
        "ofArray([[1], [2]])", "ofArray(([1], (2,)))", "ofAll([1], [2])", "ofAll()+3", "ofOptionals(1, None, 2)",
        "ofVariable([1, 2])", "ofEntry(krait.Entry('a', 3))", "ofEntry(('a', 3))", "Inner(T(), [1, 2]).total"})
    void elementsAreOfTheClassesThatParametersAskFor(String call) {
        run("from dev.krait.cases import Totals as T", "@krait.implements(T.Integers)", "class Integers:",
                "    def apply(self, s): return [1, 2]", "assert T." + call + " == 3");
    }

    @Test
    void elementsAreOfTheClassesThatASubclassSays() {
        run("from dev.krait.cases import Totals as T", "h = T.HeldIntegers()", "h.hold([1, 2])", "assert h.total() == 3",
                "h.held = [4]", "assert h.total() == 4", "assert T().Inner([5]).total == 5");
    }

    @Test
    void elementsAreOfTheClassesThatFieldsAskFor() {
        run("from dev.krait.cases import Totals as T", "from java.util import ArrayList", "t = T()", "t.list = [1]",
                "t.function = lambda s: 2", "t.entry = ('a', 3)", "assert t.total() == 6",
                "t.list = mine = ArrayList([4])", "mine.add(5)", "assert t.list == [4, 5]",
                "mine = []", "t.list = krait.view(mine)", "mine.append(7)", "assert t.list == [7]");
        raised("TypeError", () -> py.exec("t.list = ['a']"));
    }

    @Test
    void charactersNoneAndSmallNumbers() {
        run("assert s.letter('a') == 'b' and s.small(127) == 127",
                "assert s.same(None) is None and s.boxed(None) == 'Integer'");
        raised("TypeError", () -> py.exec("s.small(128)"));
        raised("TypeError", () -> py.exec("s.letter(None)"));
    }

    @Test
    void theUnboundMethodTakesTheObjectFirst() {
        run("assert Shapes.kind(s, 5) == 'int'", "assert list(map(java.lang.String.valueOf, [1, True])) == ['1', 'true']",
                "i = java.lang.Integer(7)", "assert java.lang.Integer.toString(i) == '7' and i.toString() == '7'",
                "assert java.lang.Integer.toString(8) == '8' and java.lang.Integer.toString(255, 16) == 'ff'");
    }

    @Test
    void genericsAreErasedButElementsOfLiteralsFollowThem() {
        run("assert s.greatest([3, 1, 2]) == 3 and s.greatest(['a', 'c']) == 'c'", "assert s.total([1, 2, 3]) == 6");
    }

    @Test
    void aJavaObjectIsPassedAsItIs() {
        run("l = java.util.ArrayList()", "java.util.Collections.addAll(l, 3, 1, 2)", "java.util.Collections.sort(l)",
                "assert list(l) == [1, 2, 3]", "assert s.same(s) == s and krait.view(s.same)(l) == l");
    }

    @Test
    void theSameCallWithOtherArgumentsIsChosenAnew() {
        run("for _ in range(3):",
                "    assert [s.kind(x) for x in (1, 2**40, 1.5, 'a', 'ab', None.__class__, s, [1], (1,), {})] == [",
                "        'int', 'long', 'double', 'String', 'String', 'Object', 'Object', 'Object', 'Object', 'Object']");
    }

    @Test
    void threadsThatPythonMadeCallJava() {
        run("import threading", "from java.util import ArrayList", "out = []",
                "def work():",
                "    l = ArrayList()",
                "    for i in range(100): l.add(i)",
                "    out.append(len(l) + java.lang.Math.abs(-1))",
                "threads = [threading.Thread(target=work) for _ in range(4)]",
                "for t in threads: t.start()", "for t in threads: t.join()", "assert out == [101] * 4, out");
    }
}
