package dev.krait.pythoninjava;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.PyObject;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Python containers as live Java collections. */
class ViewsTest {
    private enum Colour { RED, GREEN }

    private PythonInterpreter python;

    @BeforeEach
    void open() {
        python = PythonInterpreter.create();
    }

    @AfterEach
    void close() {
        python.close();
    }

    private PyObject variable(String expression) {
        python.exec("v = " + expression);
        return python.get("v", PyObject.class);
    }

    private String now() {
        return python.eval(String.class, "repr(v)");
    }

    @Test
    void aListIsReadAndWrittenThrough() {
        List<Object> list = variable("[1, 'two']").asList();
        python.exec("v.append(3.0)");
        assertEquals(3, list.size());
        assertEquals("two", list.get(1));
        assertEquals(1L, list.set(0, "one"));
        list.add("end");
        list.add(1, "between");
        assertTrue(list.addAll(List.of(8, 9)));
        assertTrue(list.addAll(0, List.of(0)));
        assertEquals("[0, 'one', 'between', 'two', 3.0, 'end', 8, 9]", now());
        assertEquals("one", list.remove(1));
        assertTrue(list.remove("end"));
        assertFalse(list.remove("nothing"));
        list.subList(1, 3).clear();
        assertEquals("[0, 3.0, 8, 9]", now());
        list.clear();
        assertEquals("[]", now());
        assertTrue(list.isEmpty());
    }

    @Test
    void aListKeepsTheContractsOfJavaLists() {
        List<Integer> list = variable("[3, 1, 2]").asList(Integer.class);
        List<Integer> copy = List.of(3, 1, 2);
        assertEquals(copy, list);
        assertEquals(list, copy);
        assertEquals(copy.hashCode(), list.hashCode());
        assertEquals("[3, 1, 2]", list.toString());
        assertArrayEquals(new Object[] {3, 1, 2}, list.toArray());
        assertArrayEquals(new Integer[] {3, 1, 2}, list.toArray(new Integer[0]));
        list.sort(Comparator.naturalOrder());
        assertEquals("[1, 2, 3]", now());
        list.replaceAll(i -> i * 10);
        assertTrue(list.removeIf(i -> i == 20));
        assertEquals("[10, 30]", now());
        assertEquals(1, list.indexOf(30));
        assertEquals(-1, list.lastIndexOf(31));
        Collections.reverse(list);
        assertEquals("[30, 10]", now());
        assertThrows(IndexOutOfBoundsException.class, () -> list.get(2));
        assertThrows(IndexOutOfBoundsException.class, () -> list.get(-1));
        assertThrows(IndexOutOfBoundsException.class, () -> list.set(2, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> list.add(3, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> list.remove(2));
        Iterator<Integer> iterator = list.iterator();
        assertThrows(IllegalStateException.class, iterator::remove);
        iterator.next();
        iterator.remove();
        assertEquals("[10]", now());
        iterator.next();
        assertThrows(NoSuchElementException.class, iterator::next);
    }

    @Test
    void aListThatContainsNoneIsEqualToOneWithNull() {
        assertEquals(Arrays.asList(1L, null), variable("[1, None]").asList());
        assertTrue(variable("[1, None]").asList().contains(null));
    }

    @Test
    void whatPythonCannotChangeJavaCannot() {
        List<Object> tuple = variable("(1, 2)").asList();
        assertEquals(List.of(1L, 2L), tuple);
        assertThrows(UnsupportedOperationException.class, () -> tuple.set(0, 1));
        assertThrows(UnsupportedOperationException.class, () -> tuple.add(1));
        assertThrows(UnsupportedOperationException.class, tuple::clear);
        Set<Object> frozen = variable("frozenset([1])").asSet();
        assertThrows(UnsupportedOperationException.class, () -> frozen.add(2));
        assertThrows(UnsupportedOperationException.class, () -> frozen.remove(1));
        Map<Object, Object> proxy = variable("__import__('types').MappingProxyType({1: 2})").asMap();
        assertEquals(2L, proxy.get(1));
        assertThrows(UnsupportedOperationException.class, () -> proxy.put(1, 3));
        assertThrows(UnsupportedOperationException.class, proxy::clear);
        List<Object> fixed = variable("memoryview(bytearray(b'ab'))").asList();
        fixed.set(0, 99);
        assertEquals(List.of(99L, 98L), fixed);
        assertThrows(UnsupportedOperationException.class, () -> fixed.add(1));
    }

    @Test
    void otherSequencesAreListsToo() {
        List<Object> deque = variable("__import__('collections').deque([1, 2, 3, 4])").asList();
        deque.subList(1, 3).clear();
        deque.addAll(1, List.of(7, 8));
        assertEquals(List.of(1L, 7L, 8L, 4L), deque);
        List<Double> numbers = variable("__import__('array').array('d', [1, 2])").asList(Double.class);
        numbers.add(3.5);
        assertEquals(List.of(1.0, 2.0, 3.5), numbers);
    }

    @Test
    void aMapIsReadAndWrittenThrough() {
        Map<Object, Object> map = variable("{'a': 1}").asMap();
        python.exec("v['b'] = [2]");
        assertEquals(List.of(2L), map.get("b"));
        assertNull(map.get("c"));
        assertEquals(1L, map.put("a", "new"));
        assertNull(map.put("c", null));
        assertTrue(map.containsKey("c"));
        assertEquals(List.of(2L), map.remove("b"));
        assertNull(map.remove("nothing"));
        map.putAll(Map.of("z", 26));
        assertEquals("{'a': 'new', 'c': None, 'z': 26}", now());
        assertEquals(3, map.size());
        map.entrySet().iterator().next().setValue(0);
        map.keySet().remove("c");
        assertEquals("{'a': 0, 'z': 26}", now());
        map.computeIfAbsent("y", key -> key + "!");
        map.merge("a", 5, (old, added) -> (Long) old + (Integer) added);
        assertEquals("{'a': 5, 'z': 26, 'y': 'y!'}", now());
        map.values().removeIf(value -> value.equals(26L));
        assertEquals("{'a': 5, 'y': 'y!'}", now());
        map.clear();
        assertEquals("{}", now());
    }

    @Test
    void aMapKeepsTheContractsOfJavaMaps() {
        Map<String, Integer> map = variable("{'a': 1, 'b': 2}").asMap(String.class, Integer.class);
        Map<String, Integer> copy = Map.of("a", 1, "b", 2);
        assertEquals(copy, map);
        assertEquals(map, copy);
        assertEquals(copy.hashCode(), map.hashCode());
        assertEquals("{a=1, b=2}", map.toString());
        assertEquals(List.of("a", "b"), new ArrayList<>(map.keySet()));
        assertEquals(List.of(1, 2), new ArrayList<>(map.values()));
        assertEquals(map.entrySet(), copy.entrySet());
        assertNotEquals(map, new HashMap<>());
        Iterator<Map.Entry<String, Integer>> entries = map.entrySet().iterator();
        assertThrows(IllegalStateException.class, entries::remove);
        entries.next();
        entries.remove();
        assertEquals("{'b': 2}", now());
        assertEquals("b", entries.next().getKey());
        assertFalse(entries.hasNext());
    }

    @Test
    void readingADefaultdictAddsNothing() {
        Map<Object, Object> map = variable("__import__('collections').defaultdict(list)").asMap();
        assertNull(map.get("x"));
        assertEquals(0, map.size());
    }

    @Test
    void tuplesAreKeysAsListsAndListsFindThem() {
        Map<Object, Object> map = variable("{(1, ('a',)): 'found', frozenset([2]): 'set'}").asMap();
        List<Object> key = List.of(1L, List.of("a"));
        assertEquals("found", map.get(key));
        assertEquals("set", map.get(Set.of(2)));
        assertTrue(map.keySet().contains(key));
        assertEquals(key, map.keySet().iterator().next());
        map.put(List.of(5, 6), "new");
        map.keySet().removeIf(each -> each.equals(key));
        assertEquals("{frozenset({2}): 'set', (5, 6): 'new'}", now());
        Set<Object> set = variable("{(1, 2)}").asSet();
        assertTrue(set.contains(List.of(1, 2)));
        assertEquals(Set.of(List.of(1L, 2L)), set);
        assertTrue(set.removeAll(List.of(List.of(1L, 2L))));
        assertEquals("set()", now());
    }

    @Test
    void valuesStayPythonObjectsWhereThatIsAskedFor() {
        Map<String, PyObject> map = variable("{'a': [1], 'n': None}").asMap(String.class, PyObject.class);
        map.get("a").asList().add(2);
        for (PyObject value : map.values()) {
            value.toString();
        }
        assertNull(map.get("n"));
        assertNull(map.get("missing"));
        assertEquals("{'a': [1, 2], 'n': None}", now());
        List<PyObject> list = variable("[[1], [2]]").asList(PyObject.class);
        list.get(1).asList().add(3);
        assertEquals("[[1], [2, 3]]", now());
    }

    @Test
    void whatIsNotThereIsNullWhateverTypeTheValuesHave() {
        Map<Object, Integer> numbers = variable("{'a': 1, 'n': None}").asMap(Object.class, int.class);
        assertEquals(1, numbers.get("a"));
        assertNull(numbers.get("missing"));
        assertNull(numbers.get("n"));
        assertNull(numbers.put("b", 2));
        assertNull(numbers.remove("missing"));
        assertEquals("{'a': 1, 'n': None, 'b': 2}", now());
        Map<String, PyObject> objects = variable("{'self': [], 'n': None}").asMap(String.class, PyObject.class);
        python.exec("v['self'].append(v['self'])");
        assertEquals("[[...]]", objects.get("self").toString());
        assertNull(objects.get("n"));
    }

    /** What a key is converted to need not be found again. */
    @Test
    void entriesOfKeysThatAreConvertedAreWrittenThroughToo() {
        Map<Colour, Integer> map = variable("{'RED': 1, 'GREEN': 2}").asMap(Colour.class, Integer.class);
        for (Map.Entry<Colour, Integer> entry : map.entrySet()) {
            assertEquals(entry.getValue(), entry.setValue(entry.getValue() + 10));
        }
        assertEquals("{'RED': 11, 'GREEN': 12}", now());
        assertTrue(map.entrySet().removeIf(entry -> entry.getKey() == Colour.RED));
        assertTrue(map.keySet().removeIf(key -> key == Colour.GREEN));
        assertEquals("{}", now());
        Map<Float, PyObject> rounded = variable("{0.1: [1]}").asMap(Float.class, PyObject.class);
        assertEquals("{0.1=[1]}", rounded.toString());
        rounded.keySet().removeIf(key -> true);
        assertEquals("{}", now());
        assertEquals("{RED=[1]}", variable("{'RED': [1]}").asMap(Colour.class, PyObject.class).toString());
        Map<PyObject, Object> byObject = variable("{(1, 2): 1, None: 2, frozenset([3]): 3}").asMap(PyObject.class, Object.class);
        byObject.entrySet().forEach(entry -> entry.setValue(0));
        assertEquals("{(1, 2): 0, None: 0, frozenset({3}): 0}", now());
        byObject.keySet().removeIf(key -> true);
        assertEquals("{}", now());
    }

    @Test
    void singleElementsAreFoundAsPythonFindsThem() {
        List<Object> list = variable("[5, 6, 7, 5, True]").asList();
        assertTrue(list.remove((Object) 5));
        assertFalse(list.remove((Object) 8));
        assertTrue(list.remove((Object) 1));
        List<Object> part = list.subList(1, 3);
        assertTrue(part.contains(5));
        assertFalse(part.contains(6));
        assertEquals(1, part.indexOf(5));
        assertEquals(1, part.lastIndexOf(5.0));
        assertEquals(0, part.subList(1, 2).indexOf(5));
        assertTrue(part.containsAll(List.of(7, 5)));
        assertFalse(part.remove((Object) 6));
        assertTrue(part.remove((Object) 5));
        assertEquals(List.of(7L), part);
        part.add(8);
        assertEquals("[6, 7, 8]", now());
        Map<Object, Object> map = variable("{1: 2, 'b': [3], 'c': 4, 'd': 5}").asMap();
        assertTrue(map.containsValue(2));
        assertTrue(map.values().contains(4.0));
        assertFalse(map.containsValue(6));
        assertTrue(map.entrySet().contains(Map.entry("b", List.of(3))));
        assertFalse(map.entrySet().contains(Map.entry("b", 2)));
        assertFalse(map.entrySet().contains(Map.entry("missing", 2)));
        assertTrue(map.keySet().remove(1));
        assertFalse(map.keySet().remove(1));
        assertTrue(map.values().remove(4));
        assertFalse(map.values().remove(4));
        assertFalse(map.entrySet().remove(Map.entry("b", 3)));
        assertTrue(map.entrySet().remove(Map.entry("b", List.of(3))));
        assertFalse(map.replace("d", 4, 6));
        assertTrue(map.replace("d", 5, 6));
        assertFalse(map.remove("d", 5));
        assertEquals("{'d': 6}", now());
        assertTrue(map.remove("d", 6));
        Map<Object, Object> readOnly = variable("__import__('types').MappingProxyType({1: 2})").asMap();
        assertThrows(UnsupportedOperationException.class, () -> readOnly.keySet().remove(1));
        assertThrows(UnsupportedOperationException.class, () -> readOnly.values().remove(2));
        assertThrows(UnsupportedOperationException.class, () -> readOnly.entrySet().remove(Map.entry(1, 2)));
    }

    /** However large the other collection is, whose own idea of its elements Java's removeAll would else go by. */
    @Test
    void aSetRemovesAllThatPythonFinds() {
        Set<Object> set = variable("{1, 2}").asSet();
        assertTrue(set.removeAll(List.of(1, 8, 9)));
        assertEquals("{2}", now());
        Map<Object, Object> map = variable("{1: 2, 'b': 3}").asMap();
        assertTrue(map.keySet().removeAll(List.of(1, 8, 9)));
        assertEquals("{'b': 3}", now());
        assertEquals(Set.of("b"), map.keySet());
        assertNotEquals(variable("{2}").asSet(), Set.of(2));
        assertNotEquals(variable("{2: 3}").asMap().keySet(), Set.of(2));
        assertNotEquals(variable("{2: 3}").asMap().entrySet(), Map.of(2, 3).entrySet());
        assertEquals(variable("{2: 3}").asMap().entrySet(), Map.of(2L, 3L).entrySet());
    }

    @Test
    void whatLeavesAListIsOfItsTypeToo() {
        List<PyObject> list = variable("[[1], [2], [3]]").asList(PyObject.class);
        assertEquals("[1]", list.remove(0).toString());
        assertEquals("[2]", list.set(0, null).toString());
        assertEquals("[None, [3]]", now());
        assertTrue(variable("[1, 'x']").asList(Integer.class).remove("x"));
        assertEquals("[1]", now());
    }

    @Test
    void aSetIsReadAndWrittenThrough() {
        Set<Integer> set = variable("{1, 2}").asSet(Integer.class);
        assertTrue(set.add(3));
        assertFalse(set.add(3));
        assertTrue(set.remove(1));
        assertFalse(set.remove(1));
        assertEquals(Set.of(2, 3), set);
        assertEquals(set, Set.of(2, 3));
        assertEquals(Set.of(2, 3).hashCode(), set.hashCode());
        assertTrue(set.retainAll(Set.of(3)));
        assertEquals("{3}", now());
        set.clear();
        assertEquals("set()", now());
    }

    @Test
    void theKeysOfADictAreASetThatFollowsIt() {
        Set<Object> keys = python.eval(PyObject.class, "{'a': 1}.keys()").asSet();
        assertEquals(Set.of("a"), keys);
        assertThrows(UnsupportedOperationException.class, () -> keys.add("b"));
    }

    @Test
    void aStreamOfAListToleratesChanges() {
        PyObject numbers = variable("[1, 2, 3]");
        assertEquals(List.of(1L, 2L, 3L), numbers.asList().stream().peek(number -> numbers.invokeMethod("clear"))
                .collect(Collectors.toList()));
        assertEquals("[]", now());
    }

    @Test
    void iteratingAListOrMapToleratesChanges() {
        List<Object> list = variable("list(range(100))").asList();
        for (Object item : list) {
            list.add(item);
        }
        assertEquals(200, list.size());
        Map<Object, Object> map = variable("{1: 1, 2: 2}").asMap();
        map.forEach((key, value) -> map.put("new" + key, value));
        assertEquals(4, map.size());
        Map<String, PyObject> objects = variable("{'a': [1], 'b': [2], 'c': [3]}").asMap(String.class, PyObject.class);
        List<String> seen = new ArrayList<>();
        for (Map.Entry<String, PyObject> entry : objects.entrySet()) {
            python.exec("v.pop('b', None)");
            seen.add(entry.getKey() + entry.getValue());
        }
        assertEquals(List.of("a[1]", "b[2]", "c[3]"), seen);
    }

    @Test
    void whatIsNoContainerOfTheKindIsATypeError() {
        assertEquals("TypeError", assertThrows(PythonException.class, () -> variable("3").asList()).typeName());
        assertThrows(PythonException.class, () -> variable("{1: 2}").asList());
        assertThrows(PythonException.class, () -> variable("[1]").asMap());
        assertThrows(PythonException.class, () -> variable("[1]").asSet());
    }

    @Test
    void aViewLivesOnWhenTheObjectIsClosed() {
        List<Object> list;
        try (PyObject object = variable("[1]")) {
            list = object.asList();
        }
        list.add(2);
        assertEquals("[1, 2]", now());
    }
}
