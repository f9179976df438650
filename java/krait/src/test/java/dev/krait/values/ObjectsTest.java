package dev.krait.values;

import static dev.krait.testing.Pythons.lines;
import static dev.krait.testing.Pythons.raised;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.ConversionException;
import dev.krait.Kwargs;
import dev.krait.PyFunction;
import dev.krait.PyObject;
import dev.krait.PythonInterpreter;
import dev.krait.TypeRef;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntBinaryOperator;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/** What is no value: Python's objects in Java, Java's in Python. */
class ObjectsTest extends Crossing {
    private enum Colour { RED, GREEN }

    /** A class of the user's that equals by its name. */
    private static final class Thing {
        private final String name;

        Thing(String name) {
            this.name = name;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Thing && ((Thing) other).name.equals(name);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }

        @Override
        public String toString() {
            return "Thing " + name;
        }
    }

    // ---- Python's in Java

    @Test
    void aPythonObjectComesBackAsTheSameObject() {
        py.exec("class C: pass\nc = C()\nc.me = c\ndef is_c(x): return x is c");
        PyObject c = (PyObject) py.get("c");
        assertEquals(true, py.invoke("is_c", c));
        assertEquals(true, py.invoke("is_c", same(c)));
        assertEquals(true, py.invoke("is_c", c.getAttr("me")));
        assertEquals(true, py.invoke("operator.is_", ((List<?>) same(List.of(c))).get(0), c));
        assertEquals(true, py.invoke("operator.contains", Map.of(c, 1), c));
    }

    @Test
    void attributesAndMethods() {
        py.exec(lines("class C:", "    def __init__(self): self.größe = 1", "    def add(self, a, b=10, *, c=100): return a + b + c",
                "    def __len__(self): return 5", "    def __repr__(self): return 'C(ä)'", "    def __str__(self): return 'c ä'"));
        PyObject c = py.eval(PyObject.class, "C()");
        assertEquals(1L, c.getAttr("größe"));
        c.setAttr("größe", "neu");
        assertEquals("neu", c.getAttr("größe", String.class));
        c.delAttr("größe");
        raised("AttributeError", () -> c.getAttr("größe"));
        assertEquals(111L, c.invokeMethod("add", 1));
        assertEquals(6L, c.invokeMethod("add", 1, 2, Kwargs.of("c", 3)));
        assertEquals(5, c.length());
        assertTrue(c.truth());
        assertEquals("C(ä)", c.repr());
        assertEquals("c ä", c.toString());
        assertEquals("C", c.typeName());
        PyObject cls = py.get("C", PyObject.class);
        assertInstanceOf(PyObject.class, cls.call());
        raised("TypeError", () -> c.call());
        raised("TypeError", () -> py.eval(PyObject.class, "object()").length());
    }

    @Test
    void equalityAndHashAreThoseOfPython() {
        py.exec(lines("class P:", "    def __init__(self, x): self.x = x", "    def __eq__(self, o): return isinstance(o, P) and self.x == o.x",
                "    def __hash__(self): return hash(self.x)", "class U: __hash__ = None"));
        PyObject a = py.eval(PyObject.class, "P(1)");
        PyObject b = py.eval(PyObject.class, "P(1)");
        PyObject c = py.eval(PyObject.class, "P(2)");
        assertEquals(a, b);
        assertEquals(a.hashCode(), b.hashCode());
        assertNotEquals(a, c);
        assertNotEquals(a, "P(1)");
        assertNotEquals(null, a);
        Map<Object, Object> map = new HashMap<>();
        map.put(a, "found");
        assertEquals("found", map.get(b));
        raised("TypeError", () -> py.eval(PyObject.class, "U()").hashCode());
    }

    @Test
    void valuesAsObjectsOnRequest() {
        PyObject list = py.eval(PyObject.class, "[1, 2]");
        list.invokeMethod("append", 3);
        assertEquals(List.of(1L, 2L, 3L), list.as(List.class));
        assertEquals("list", list.typeName());
        PyObject text = py.invoke(PyObject.class, "same", "ä");
        assertEquals("ä", text.as(String.class));
        assertEquals("None", py.eval(PyObject.class, "None").repr());
        PyFunction upper = py.eval(PyFunction.class, "str.upper");
        assertEquals("Ä", upper.call("ä"));
        ConversionException number = assertThrows(ConversionException.class, () -> py.eval(PyFunction.class, "5"));
        assertEquals("Python int (dev.krait.PyObject) cannot become dev.krait.PyFunction", number.getMessage());
        assertThrows(ConversionException.class, () -> py.eval(PyFunction.class, "None"));
        List<PyFunction> functions = py.eval(new TypeRef<List<PyFunction>>() { }, "[len, str.upper]");
        assertEquals(3L, functions.get(0).call("abc"));
        assertEquals("Ä", functions.get(1).call("ä"));
    }

    @Test
    void dataclassesEnumsGeneratorsAndModulesAreObjects() {
        py.exec(lines("import enum, dataclasses", "class Colour(enum.Enum):", "    RED = 1", "    BLUE = 2",
                "@dataclasses.dataclass", "class D:", "    x: int = 5", "def gen():", "    yield 1", "    yield 2"));
        PyObject red = (PyObject) py.eval("Colour.RED");
        assertEquals("RED", red.getAttr("name"));
        assertEquals(Colour.RED, py.eval(Colour.class, "Colour.RED"));
        ConversionException blue = assertThrows(ConversionException.class, () -> py.eval(Colour.class, "Colour.BLUE"));
        assertTrue(blue.getMessage().contains("BLUE"), blue.getMessage());
        assertEquals(5L, ((PyObject) py.eval("D()")).getAttr("x"));
        assertEquals(List.of(1L, 2L), py.eval(List.class, "gen()"));
        assertEquals("module", ((PyObject) py.eval("__import__('json')")).typeName());
        assertInstanceOf(PyObject.class, py.eval("1j"));
        assertInstanceOf(PyObject.class, py.eval("..."));
    }

    @Test
    void aPythonObjectOfAClosedOneSaysSoInAnArgument() {
        PyObject object = py.eval(PyObject.class, "object()");
        object.close();
        assertTrue(assertThrows(IllegalStateException.class, () -> same(List.of(object))).getMessage().contains("closed"));
        assertEquals("<closed Python object>", object.toString());
        assertEquals("next", same("next"));
    }

    // ---- Java's in Python

    @Test
    void aJavaObjectComesBackAsTheSameObject() {
        Thing thing = new Thing("a");
        assertSame(thing, same(thing));
        py.set("thing", thing);
        assertSame(thing, py.get("thing"));
        assertSame(thing, ((Object[]) py.eval("(thing, 1)"))[0]);
        assertSame(thing, ((List<?>) same(List.of(thing, thing))).get(1));
        assertSame(Colour.GREEN, same(Colour.GREEN));
        assertSame(Thing.class, same(Thing.class));
        assertSame(Thread.currentThread(), same(Thread.currentThread()));
    }

    @Test
    void pythonComparesHashesAndPrintsItAsJavaDoes() {
        py.set("a", new Thing("ä"));
        py.set("b", new Thing("ä"));
        py.set("c", new Thing("c"));
        assertEquals(true, py.eval("a == b and not a != b and a != c and a != 5"));
        assertEquals(true, py.eval("hash(a) == hash(b) and len({a, b, c}) == 2"));
        assertEquals("Thing ä", py.eval("str(a)"));
        assertTrue(py.eval("repr(a)").toString().contains("Thing ä"));
        assertEquals("dev.krait.values.ObjectsTest.Thing", py.eval("kind(a)"));
        assertEquals(true, py.eval("isinstance(a, __import__('krait').JavaObject)"));
        raised("AttributeError", () -> py.eval("a.nothing_there"));
        raised("TypeError", () -> py.eval("__import__('krait').JavaObject()"));
    }

    @Test
    void aJavaObjectWhoseMethodsThrowIsAnErrorNotACrash() {
        Object bad = new Object() {
            @Override
            public boolean equals(Object other) {
                throw new IllegalStateException("equals");
            }

            @Override
            public int hashCode() {
                throw new IllegalStateException("hash");
            }

            @Override
            public String toString() {
                throw new IllegalStateException("text");
            }
        };
        py.set("bad", bad);
        py.set("other", new Thing("x"));
        assertEquals("equals", assertThrows(IllegalStateException.class, () -> py.eval("bad == other")).getMessage());
        assertEquals("hash", assertThrows(IllegalStateException.class, () -> py.eval("{bad}")).getMessage());
        assertEquals("text", assertThrows(IllegalStateException.class, () -> py.eval("str(bad)")).getMessage());
        assertEquals("next", same("next"));
    }

    @Test
    void functionalInterfacesAreCallable() {
        py.set("f", (Function<Object, Object>) x -> "f" + x);
        py.set("g", (BiFunction<Object, Object, Object>) (a, b) -> List.of(a, b));
        py.set("s", (Supplier<Object>) () -> null);
        py.set("i", (IntBinaryOperator) (a, b) -> a * b);
        py.set("l", (ToLongFunction<String>) String::length);
        py.set("c", Comparator.<String>naturalOrder());
        py.set("r", (Runnable) () -> { });
        assertEquals("f1", py.eval("f(1)"));
        assertEquals(List.of(1L, "b"), py.eval("g(1, 'b')"));
        assertEquals(List.of("f1", "f2"), py.eval("list(map(f, [1, 2]))"));
        assertEquals(true, py.eval("s() is None and r() is None and callable(f)"));
        assertEquals(42L, py.eval("i(6, 7)"));
        assertEquals(3L, py.eval("l('abc')"));
        raised("TypeError", () -> py.eval("i(6, 2**40)"));
        raised("TypeError", () -> py.eval("i(6, 'x')"));
        raised("TypeError", () -> py.eval("f(x=1)"));
    }

    @Test
    void sortedWithAJavaKey() {
        py.set("key", (Function<Object, Object>) x -> -((Long) x));
        assertEquals(List.of(3L, 2L, 1L), py.eval("sorted([2, 3, 1], key=key)"));
    }

    @Test
    void javaObjectsOfOneInterpreterAreTheSameInAnother() {
        Thing thing = new Thing("shared");
        try (PythonInterpreter other = PythonInterpreter.create()) {
            other.set("t", thing);
            assertSame(thing, other.get("t"));
            py.set("t", other.get("t"));
            assertSame(thing, py.get("t"));
        }
        assertSame(thing, py.get("t"));
    }

    @Test
    void enumsAndTheirNames() {
        assertSame(Colour.RED, py.invoke(Colour.class, "same", Colour.RED));
        assertSame(Colour.RED, py.invoke(Colour.class, "same", "RED"));
        assertThrows(ConversionException.class, () -> py.invoke(Colour.class, "same", "PINK"));
    }
}
