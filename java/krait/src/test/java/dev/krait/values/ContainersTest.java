package dev.krait.values;

import static dev.krait.testing.Pythons.lines;
import static dev.krait.testing.Pythons.raised;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.ConversionException;
import dev.krait.Kwargs;
import dev.krait.PyFunction;
import dev.krait.PyObject;
import dev.krait.TypeRef;
import dev.krait.cases.Totals;
import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Lists, tuples, sets, dicts, and containers that are hard. */
class ContainersTest extends Crossing {
    @Test
    void aSetThatPythonCannotMakeIsNamedWithItsClassAndPythonsType() {
        // The words are CPython's own, which differ between versions.
        py.exec("def many(*args, **kwargs): return len(args)\ntry: {{}}\nexcept TypeError as e: unhashable = str(e)");
        PyFunction many = py.function("many");
        Set<Object> set = new HashSet<>(Set.of(Map.of("a", 1)));
        String which = " (java.util.HashSet, as a Python set): " + py.get("unhashable");
        refused("argument 1 of 1" + which, () -> many.call(set));
        refused("argument 2 of 2" + which, () -> py.invoke("many", 1, set));
        refused("argument 1 of 1" + which, () -> many.invokeMethod("__call__", set));
        refused("keyword argument 'b'" + which, () -> many.call(1, Kwargs.of("a", 2).and("b", set)));
        refused("argument 1 of 1" + which, () -> many.map(List.of(1, set)).forEach(result -> { }));
        refused("argument 2 of 2" + which, () -> many.callBatch(Arrays.asList(new Object[] {1}, new Object[] {1, set}))
                .forEach(result -> { }));
        assertEquals(2L, many.call(1, 2));
    }

    private static void refused(String message, Executable call) {
        ConversionException error = assertThrows(ConversionException.class, call);
        assertTrue(error.getMessage().contains(message), error.getMessage());
    }

    @Test
    void listsAreLists() {
        becomes(List.of(1, "a", 2.5), "list", "[1, 'a', 2.5]");
        becomes(Arrays.asList(null, true), "list", "[None, True]");
        becomes(new ArrayDeque<>(List.of(1, 2)), "list", "[1, 2]");
        becomes(new LinkedList<>(List.of(1)), "list", "[1]");
        becomes(Collections.nCopies(3, "x"), "list", "['x', 'x', 'x']");
        List<Object> read = new ArrayList<>(List.of(1L, List.of("a", List.of()), Map.of()));
        roundTrips(read);
        assertInstanceOf(ArrayList.class, same(read));
        roundTrips(List.of());
    }

    @Test
    void aThousandAndAMillion() {
        for (int count : new int[] {1_000, 1_000_000}) {
            List<Long> list = LongStream.range(0, count).boxed().collect(Collectors.toList());
            assertEquals(list, same(list));
            assertEquals((long) count * (count - 1) / 2, py.invoke("sum", list));
        }
    }

    @Test
    void arraysOfObjectsAreTuples() {
        becomes(new Object[] {1, "a"}, "tuple", "(1, 'a')");
        becomes(new String[] {"a", null}, "tuple", "('a', None)");
        becomes(new Integer[][] {{1}, {2, 3}}, "tuple", "((1,), (2, 3))");
        becomes(new Object[0], "tuple", "()");
        assertArrayEquals(new Object[] {1L, new Object[] {"a"}}, (Object[]) same(new Object[] {1, new Object[] {"a"}}));
        assertArrayEquals(new String[] {"a", "b"}, py.invoke(String[].class, "same", (Object) new String[] {"a", "b"}));
        assertArrayEquals(new int[][] {{1}, {2, 3}}, py.invoke(int[][].class, "same", (Object) new int[][] {{1}, {2, 3}}));
    }

    @Test
    void setsAreSets() {
        Set<Object> set = new LinkedHashSet<>(List.of("a", 1L, 2.5));
        assertEquals("set", py.invoke("kind", set));
        assertEquals(set, same(set));
        assertEquals(set, py.eval("{'a', 1, 2.5}"));
        assertEquals(set, py.eval("frozenset({'a', 1, 2.5})"));
        assertEquals(true, py.invoke("operator.eq", set, py.eval("frozenset({'a', 1, 2.5})")));
        assertEquals(Set.of(), same(Set.of()));
    }

    @Test
    void aSetOfListsIsASetOfTuples() {
        Set<List<Long>> set = Set.of(List.of(1L, 2L), List.of());
        assertEquals("set", py.invoke("kind", set));
        assertEquals(true, py.invoke("operator.eq", set, py.invoke("set", List.of(new Object[] {1, 2}, new Object[0]))));
        assertEquals(set, same(set));
    }

    @Test
    void aSetOfSetsIsASetOfFrozensets() {
        Set<Set<Long>> set = Set.of(Set.of(1L, 2L), Set.of());
        assertEquals(Set.of("frozenset"), new java.util.HashSet<>((List<?>) py.invoke("kinds", set)));
        assertEquals(set, same(set));
    }

    @Test
    void aSetOfMapsIsAClearError() {
        ConversionException error = assertThrows(ConversionException.class, () -> same(Set.of(Map.of("a", 1))));
        assertTrue(error.getMessage().contains("argument 1"), error.getMessage());
        assertEquals("next", same("next"));
    }

    @Test
    void elementsThatPythonSeesAsEqualAreNotLostSilently() {
        // For Python 1 == 1.0 == True.
        Set<Object> set = new LinkedHashSet<>(List.of(1L, 1.0, true));
        ConversionException error = assertThrows(ConversionException.class, () -> same(set));
        assertTrue(error.getMessage().contains("equal"), error.getMessage());
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put(1L, "a");
        map.put(true, "b");
        assertThrows(ConversionException.class, () -> same(map));
    }

    @Test
    void mapsAreDictsInTheirOrder() {
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = 100; i > 0; i--) {
            map.put("key" + i, (long) i);
        }
        assertEquals("dict", py.invoke("kind", map));
        Map<?, ?> read = (Map<?, ?>) same(map);
        assertEquals(new ArrayList<>(map.entrySet()), new ArrayList<>(read.entrySet()));
        assertEquals(new ArrayList<>(map.keySet()), py.invoke("list", map));
        assertInstanceOf(LinkedHashMap.class, read);
        becomes(new TreeMap<>(Map.of("b", 2, "a", 1)), "dict", "{'a': 1, 'b': 2}");
        roundTrips(Map.of());
    }

    @Test
    void keysOfAllKinds() {
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put(null, "none");
        map.put(2L, "int");
        map.put(2.5, "float");
        map.put("𝒳", "str");
        map.put(List.of(1L, List.of(2L)), "tuple");
        map.put(Set.of(1L), "frozenset");
        roundTrips(map);
        assertEquals(List.of("NoneType", "int", "float", "str", "tuple", "frozenset"), py.invoke("kinds", map));
        assertEquals(Map.of(List.of(1L, 2L), "x"), py.eval("{(1, 2): 'x'}"));
        assertEquals(Map.of(List.of(List.of(1L), 2L), "x"), py.eval("{((1,), 2): 'x'}"));
    }

    @Test
    void aMissingKeyIsAKeyError() {
        assertTrue(raised("KeyError", () -> py.invoke("operator.getitem", Map.of("a", 1), "b")).getMessage().contains("'b'"));
        py.set("d", new HashMap<>(Map.of("a", 1)));
        raised("KeyError", () -> py.eval("d['b']"));
        assertEquals(1L, py.eval("d['a']"));
    }

    @Test
    void entriesAreEntries() {
        Map.Entry<Object, Object> entry = new AbstractMap.SimpleImmutableEntry<>("k", List.of(1L));
        roundTrips(entry);
        py.exec("def take(e):\n  key, value = e\n  return [key, value, e.key, e.value]");
        assertEquals(List.of("k", List.of(1L), "k", List.of(1L)), py.invoke("take", entry));
        assertEquals(Map.entry("a", 1L), py.eval("__import__('krait').Entry('a', 1)"));
    }

    @Test
    void optionalsAreTheirValueOrNone() {
        becomes(Optional.of("x"), "str", "'x'");
        becomes(Optional.empty(), "NoneType", "None");
        becomes(OptionalInt.of(5), "int", "5");
        becomes(OptionalLong.empty(), "NoneType", "None");
        becomes(OptionalDouble.of(0.5), "float", "0.5");
        assertEquals(Optional.of("x"), py.invoke(new TypeRef<Optional<String>>() { }, "same", Optional.of("x")));
        assertEquals(Optional.empty(), py.invoke(Optional.class, "same", Optional.empty()));
    }

    @Test
    void rangesAreLists() {
        assertEquals(List.of(0L, 2L, 4L), py.eval("range(0, 6, 2)"));
        assertEquals(List.of(), py.eval("range(0)"));
        assertEquals(List.of(3L, 2L), py.eval("range(3, 1, -1)"));
        List<?> long_ = (List<?>) py.eval("range(1_000_000_000)");
        assertEquals(1_000_000_000, long_.size());
        assertEquals(999_999_999L, long_.get(999_999_999));
        assertThrows(IndexOutOfBoundsException.class, () -> long_.get(1_000_000_000));
    }

    @Test
    void tuplesAreArraysAndNamedTuplesAreObjects() {
        assertArrayEquals(new Object[] {1L, "a", null}, (Object[]) py.eval("(1, 'a', None)"));
        py.exec("from collections import namedtuple, OrderedDict, defaultdict, deque, Counter\nP = namedtuple('P', 'x y')");
        PyObject point = (PyObject) py.eval("P(1, 2)");
        assertEquals(1L, point.getAttr("x"));
        assertEquals(List.of(1L, 2L), py.eval(List.class, "P(1, 2)"));
        assertEquals(List.of(1L, 2L), py.eval(List.class, "deque([1, 2])"));
    }

    @Test
    void subclassesOfDictAndListKeepTheirIdentity() {
        py.exec("from collections import OrderedDict, defaultdict, Counter\nclass L(list): pass");
        for (String code : List.of("OrderedDict(a=1)", "defaultdict(int, a=1)", "Counter('a')")) {
            Object value = py.eval(code);
            if (value instanceof Map) {
                assertEquals(Map.of("a", 1L), value);
            } else {
                assertEquals(1L, ((PyObject) value).length());
            }
            assertEquals(Map.of("a", 1L), py.eval(Map.class, code), code);
        }
        assertEquals(List.of(1L), py.eval(List.class, "L([1])"));
    }

    // ---- hard ones

    @Test
    void aListThatContainsItselfIsAClearErrorBothWays() {
        List<Object> list = new ArrayList<>();
        list.add(1);
        list.add(list);
        String out = assertThrows(ConversionException.class, () -> same(list)).getMessage();
        assertTrue(out.contains("argument 1") && out.contains("contains itself") && out.contains("ArrayList"), out);
        py.exec("a = [1]\na.append(a)\nd = {}\nd['k'] = d\nt = ([],)\nt[0].append(t)");
        for (String name : List.of("a", "d", "t")) {
            String in = assertThrows(ConversionException.class, () -> py.get(name)).getMessage();
            assertTrue(in.contains("contains itself"), in);
        }
        assertEquals("next", same("next"));
    }

    @Test
    void aMapThatContainsItselfInAnyPlaceIsAClearError() {
        Map<Object, Object> map = new HashMap<>();
        map.put("k", List.of(1, new Object[] {map}));
        assertTrue(assertThrows(ConversionException.class, () -> same(map)).getMessage().contains("contains itself"));
        Object[] array = new Object[2];
        array[1] = List.of(Optional.of(array));
        assertTrue(assertThrows(ConversionException.class, () -> same(array)).getMessage().contains("contains itself"));
    }

    @Test
    void theSameListTwiceIsNoCircle() {
        List<Object> twice = new ArrayList<>(List.of(1L));
        assertEquals(List.of(twice, twice, List.of(twice)), same(List.of(twice, twice, List.of(twice))));
        assertEquals(List.of(List.of(), List.of()), py.eval("(lambda x: [x, x])([])"));
    }

    @Test
    void aHundredThousandDeepIsAClearErrorBothWays() {
        Object deep = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            deep = new ArrayList<>(Collections.singletonList(deep));
        }
        Object tooDeep = deep;
        String out = assertThrows(ConversionException.class, () -> same(tooDeep)).getMessage();
        assertTrue(out.contains("deep") && !out.contains("contains itself"), out);
        py.exec(lines("deep = []", "for i in range(100_000): deep = [deep]", "tup = ()", "for i in range(100_000): tup = (tup,)",
                "dic = {}", "for i in range(100_000): dic = {'k': dic}", "fro = frozenset()",
                "for i in range(1_500): fro = frozenset([fro])"));
        for (String name : List.of("deep", "tup", "dic", "fro")) {
            String in = assertThrows(ConversionException.class, () -> py.get(name)).getMessage();
            assertTrue(in.contains("deep") && !in.contains("contains itself"), in);
        }
        assertEquals("next", same("next"));
    }

    @Test
    void nineHundredDeepCrosses() {
        Object deep = new ArrayList<>();
        for (int i = 0; i < 900; i++) {
            deep = new ArrayList<>(Collections.singletonList(deep));
        }
        Object read = same(deep);
        for (int i = 0; i < 900; i++) {
            read = ((List<?>) read).get(0);
        }
        assertEquals(List.of(), read);
    }

    @Test
    void aListThatChangesWhileItIsReadIsWhatCame() {
        List<Object> growing = new ArrayList<>(List.of(1L, 2L)) {
            private static final long serialVersionUID = 1L;

            @Override
            public int size() {
                return 100;
            }
        };
        assertEquals(List.of(1L, 2L), same(growing.subList(0, 2)));
        List<Object> failing = new java.util.AbstractList<>() {
            @Override
            public Object get(int index) {
                throw new IllegalStateException("no element");
            }

            @Override
            public int size() {
                return 1;
            }
        };
        assertEquals("no element", assertThrows(IllegalStateException.class, () -> same(failing)).getMessage());
        assertEquals("next", same("next"));
    }

    @Test
    void aListThatChangesUnderPythonsFeetIsNoCrash() {
        py.exec(lines("class Evil:", "    def __init__(self, target): self.target = target",
                "    def __hash__(self): self.target.clear(); return 1",
                "    def __eq__(self, other): self.target.clear(); return False",
                "d = {}", "d['x'] = [1, 2, 3] * 1000"));
        py.exec("l = [1, 2]\nl.append(Evil(l))\nl.extend(range(1000))");
        assertEquals(1003, ((List<?>) py.get("l")).size());
        // What is converted while Python writes the members of a set calls no code of the user's but hashing.
        assertEquals("next", same("next"));
    }

    @Test
    void typesAskedForInsideContainers() {
        py.exec("d = {'a': [1.5], 'b': []}\npairs = [('x', 1), ('y', 2)]\nmixed = {1: {'k': (1, 2)}}");
        assertEquals(Map.of("a", List.of(1.5f), "b", List.of()), py.get("d", new TypeRef<Map<String, List<Float>>>() { }));
        assertEquals(List.of(Map.entry("x", 1), Map.entry("y", 2)), py.get("pairs", new TypeRef<List<Map.Entry<String, Integer>>>() { }));
        assertArrayEquals(new int[] {1, 2}, py.get("mixed", new TypeRef<Map<Integer, Map<String, int[]>>>() { }).get(1).get("k"));
        ConversionException error = assertThrows(ConversionException.class,
                () -> py.get("d", new TypeRef<Map<String, List<Integer>>>() { }));
        assertTrue(error.getMessage().contains("[\"a\"][0]") && error.getMessage().contains("float"), error.getMessage());
    }

    @Test
    void argumentsOfArgumentsAreConvertedToo() {
        Totals.Table<Integer> table = py.eval(new TypeRef<Totals.Table<Integer>>() { }, "[[1, 2]]");
        assertEquals(3, Totals.of(table.get(0)));
        String lists = "([i] for i in [1, 2])";
        assertEquals(3, Totals.ofLists(py.eval(new TypeRef<Iterator<List<Integer>>>() { }, lists)));
        assertEquals(3, Totals.ofStream(py.eval(new TypeRef<Stream<List<Integer>>>() { }, lists)));
        assertEquals(3, Totals.ofIterable(py.eval(new TypeRef<Iterable<List<Integer>>>() { }, lists)));
        assertEquals(3, Totals.ofFunction(py.eval(new TypeRef<Totals.Lists<Integer>>() { }, "lambda s: [1, 2]")));
        assertEquals(3, Totals.ofBounded(py.eval(new TypeRef<Totals.Bounded<Integer>>() { }, "lambda: [1, 2]")));
        Iterator<Supplier<Integer>> suppliers = py.eval(new TypeRef<Iterator<Supplier<Integer>>>() { }, "iter([lambda: 3])");
        assertEquals(3, Totals.ofSuppliers(suppliers));
    }
}
