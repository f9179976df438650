package dev.krait.pythoninjava;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.ConversionException;
import dev.krait.Kwargs;
import dev.krait.PyFunction;
import dev.krait.PyObject;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.TypeRef;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What can be done with a Python object in Java. */
class PyObjectTest {
    private PythonInterpreter python;

    @BeforeEach
    void open() {
        python = PythonInterpreter.create();
        python.exec("class Point:\n"
                + "    def __init__(self, x, y=0):\n        self.x, self.y = x, y\n"
                + "    def scaled(self, by, *, plus=0):\n        return Point(self.x * by + plus, self.y * by + plus)\n"
                + "    def sum(self):\n        return self.x + self.y\n"
                + "    def __eq__(self, other):\n"
                + "        return isinstance(other, Point) and (self.x, self.y) == (other.x, other.y)\n"
                + "    def __hash__(self):\n        return hash((self.x, self.y))\n"
                + "    def __lt__(self, other):\n        return (self.x, self.y) < (other.x, other.y)\n"
                + "    def __gt__(self, other):\n        return (self.x, self.y) > (other.x, other.y)\n"
                + "    def __repr__(self):\n        return f'Point({self.x}, {self.y})'\n"
                + "    def __bool__(self):\n        return self.x != 0\n"
                + "    def __len__(self):\n        return 2\n"
                + "    def __contains__(self, value):\n        return value in (self.x, self.y)\n"
                + "    def __add__(self, other):\n        return Point(self.x + other.x, self.y + other.y)\n"
                + "    def __matmul__(self, other):\n        return self.x * other.x + self.y * other.y\n");
    }

    @AfterEach
    void close() {
        python.close();
    }

    private PyObject point(Object... arguments) {
        return python.invoke(PyObject.class, "Point", arguments);
    }

    private PyObject object(String expression) {
        return python.eval(PyObject.class, expression);
    }

    @Test
    void attributesAreReadWrittenAndDeleted() {
        PyObject point = point(3);
        assertEquals(3L, point.getAttr("x"));
        assertEquals(3, point.getAttr("x", int.class));
        point.setAttr("z", List.of("new"));
        assertEquals(List.of("new"), point.getAttr("z"));
        assertTrue(point.hasAttr("z"));
        point.delAttr("z");
        assertFalse(point.hasAttr("z"));
        PythonException missing = assertThrows(PythonException.class, () -> point.getAttr("z"));
        assertEquals("AttributeError", missing.typeName());
        assertThrows(PythonException.class, () -> point.delAttr("z"));
    }

    @Test
    void itemsAreReadWrittenAndDeleted() {
        PyObject dict = object("{'a': 1}");
        assertEquals(1L, dict.getItem("a"));
        dict.setItem("b", 2.5);
        assertEquals(2.5f, dict.getItem("b", float.class));
        dict.setItem(null, "none");
        assertEquals("none", dict.getItem(null));
        dict.delItem("a");
        assertEquals("KeyError", assertThrows(PythonException.class, () -> dict.getItem("a")).typeName());
        assertFalse(dict.contains("a"));
        assertTrue(dict.contains("b"));
        assertEquals(2, dict.length());
        PyObject slice = object("slice(1, 3)");
        assertEquals(List.of(2L, 3L), object("[1, 2, 3, 4]").getItem(slice));
    }

    @Test
    void methodsTakeKeywordsAndGiveTheTypeAskedFor() {
        PyObject point = point(1, Kwargs.of("y", 2));
        PyObject scaled = point.invokeMethod(PyObject.class, "scaled", 10, Kwargs.of("plus", 1));
        assertEquals("Point(11, 21)", scaled.repr());
        assertEquals(32, scaled.invokeMethod(int.class, "sum"));
    }

    @Test
    void aResultOfAnotherTypeIsAnErrorThatNamesBoth() {
        PyObject point = point(1);
        ConversionException wrong =
                assertThrows(ConversionException.class, () -> point.invokeMethod(int.class, "scaled", 1));
        assertTrue(wrong.getMessage().contains("Point") && wrong.getMessage().contains("int"), wrong.getMessage());
    }

    @Test
    void methodsGiveGenericTypes() {
        PyObject text = object("{'a': [1]}");
        Map<String, Integer> items = object("{'a': 1}").invokeMethod(new TypeRef<Map<String, Integer>>() {}, "copy");
        assertEquals(Map.of("a", 1), items);
        assertEquals(Map.of("a", List.of(1)), text.as(new TypeRef<Map<String, List<Integer>>>() {}));
    }

    @Test
    void attributesItemsAndExpressionsHaveGenericTypes() {
        PyObject holder = python.eval(PyObject.class, "__import__('types').SimpleNamespace(items=[1, 2])");
        assertEquals(List.of(1, 2), holder.getAttr("items", new TypeRef<List<Integer>>() { }));
        PyObject nested = python.eval(PyObject.class, "{'a': [1, 2]}");
        assertEquals(List.of(1, 2), nested.getItem("a", new TypeRef<List<Integer>>() { }));
        assertEquals(Optional.of(5), python.eval(new TypeRef<Optional<Integer>>() { }, "5"));
        assertThrows(ConversionException.class, () -> python.eval(new TypeRef<List<Integer>>() { }, "['a']"));
    }

    @Test
    void aMissingMethodIsAnAttributeError() {
        PythonException missing = assertThrows(PythonException.class, () -> point(1).invokeMethod("nothing"));
        assertEquals("AttributeError", missing.typeName());
    }

    /** As scripting languages and templates call methods. */
    @Test
    void allMethodsCanBeCalledByReflection() throws ReflectiveOperationException {
        PyObject three = python.eval(PyObject.class, "3");
        for (Method method : PyObject.class.getMethods()) {
            assertTrue(Modifier.isPublic(method.getDeclaringClass().getModifiers()), method.toString());
        }
        assertEquals(5, ((PyObject) PyObject.class.getMethod("add", Object.class).invoke(three, 2)).as(int.class));
        PyObject.class.getMethod("close").invoke(three);
    }

    @Test
    void operatorsAreWrittenOneAfterTheOther() {
        assertEquals("Point(4, 6)", point(1, 2).add(point(3, 4)).repr());
        assertEquals(11, point(1, 2).matMul(point(3, 4)).as(int.class));
        PyObject seven = object("7");
        assertEquals(9, seven.add(2).as(int.class));
        assertEquals(5, seven.sub(2).as(int.class));
        assertEquals(14, seven.mul(2).as(int.class));
        assertEquals(3.5, seven.trueDiv(2).as(double.class));
        assertEquals(3, seven.floorDiv(2).as(int.class));
        assertEquals(1, seven.mod(2).as(int.class));
        assertEquals(List.of(3L, 1L), seven.divMod(2).as(List.class));
        assertEquals(49, seven.pow(2).as(int.class));
        assertEquals(28, seven.leftShift(2).as(int.class));
        assertEquals(1, seven.rightShift(2).as(int.class));
        assertEquals(2, seven.and(2).as(int.class));
        assertEquals(15, seven.or(8).as(int.class));
        assertEquals(5, seven.xor(2).as(int.class));
        assertEquals(-7, seven.neg().as(int.class));
        assertEquals(7, seven.pos().as(int.class));
        assertEquals(7, seven.neg().abs().as(int.class));
        assertEquals(-8, seven.invert().as(int.class));
        assertEquals("TypeError", assertThrows(PythonException.class, () -> seven.add("text")).typeName());
        assertEquals("ZeroDivisionError", assertThrows(PythonException.class, () -> seven.mod(0)).typeName());
    }

    @Test
    void equalityHashAndTextArePythons() {
        PyObject one = point(1, 2);
        PyObject same = point(1, 2);
        assertEquals(one, same);
        assertEquals(one.hashCode(), same.hashCode());
        assertNotEquals(one, point(1, 3));
        assertNotEquals(one, "Point(1, 2)");
        assertEquals("Point(1, 2)", one.toString());
        assertTrue(object("1").isEqualTo(1.0));
        assertFalse(object("1").isEqualTo("1"));
        assertEquals("TypeError", assertThrows(PythonException.class, () -> object("[]").hashCode()).typeName());
    }

    @Test
    void objectsAreSortedAsPythonOrdersThem() {
        List<PyObject> points = new ArrayList<>(List.of(point(3), point(1), point(2)));
        Collections.sort(points);
        assertEquals("[Point(1, 0), Point(2, 0), Point(3, 0)]", points.toString());
        assertTrue(point(1).isLess(point(2)));
        assertTrue(point(2).isGreater(point(1)));
        assertTrue(object("1").isLessOrEqual(1));
        assertFalse(object("1").isGreaterOrEqual(2));
    }

    @Test
    void objectsWithoutAnOrderAreATypeError() {
        assertEquals("TypeError",
                assertThrows(PythonException.class, () -> object("object()").compareTo(object("3"))).typeName());
        assertEquals("TypeError",
                assertThrows(PythonException.class, () -> object("{1}").compareTo(object("{2}"))).typeName());
        assertEquals("TypeError", assertThrows(PythonException.class, () -> object("3").isLess("x")).typeName());
    }

    @Test
    void truthLengthTypeAndAttributesAreKnown() {
        assertTrue(point(1).truth());
        assertFalse(point(0).truth());
        assertEquals(2, point(1).length());
        assertTrue(point(1, 5).contains(5));
        assertEquals("Point", point(1).typeName());
        assertEquals(python.get("Point", PyObject.class), point(1).type());
        assertTrue(point(1).isInstance(python.get("Point", PyObject.class)));
        assertFalse(point(1).isInstance(python.get("dict", PyObject.class)));
        assertTrue(point(1).dir().containsAll(List.of("x", "y", "scaled")));
        assertTrue(python.function("len").isCallable());
        assertFalse(point(1).isCallable());
    }

    @Test
    void anObjectComesBackAsTheSame() {
        PyObject point = point(1);
        python.set("p", point);
        assertEquals(true, python.invoke("id", point).equals(python.eval("id(p)")));
    }

    @Test
    void closingTwiceFromAnyThreadAndAfterTheInterpreterIsHarmless() throws InterruptedException {
        PyObject point = point(1);
        PyFunction held = python.function("len");
        Thread other = new Thread(point::close);
        other.start();
        other.join();
        point.close();
        assertThrows(IllegalStateException.class, point::length);
        assertEquals("<closed Python object>", point.toString());
        python.close();
        assertThrows(IllegalStateException.class, () -> held.call("x"));
        held.close();
        held.close();
    }

    @Test
    void nullNamesAreRefusedByName() {
        PyObject point = point(1);
        assertEquals("name", assertThrows(NullPointerException.class, () -> point.getAttr(null)).getMessage());
        assertEquals("type", assertThrows(NullPointerException.class, () -> point.getItem(1, (Class<Object>) null)).getMessage());
        assertNull(object("{}").invokeMethod("get", (Object) null));
    }
}
