package dev.krait.javainpython;

import static dev.krait.testing.Pythons.raised;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.krait.PythonInterpreter;
import dev.krait.testing.ChildJvm;
import dev.krait.testing.Pythons;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Python's own syntax for Java objects. */
class MannersTest extends JavaInPython {
    @BeforeEach
    void imports() {
        run("import java, krait, java.util", "from java.util import ArrayList, LinkedList, HashMap, TreeMap, HashSet",
                "from dev.krait.javainpython import Shapes");
    }

    @Test
    void lists() {
        run("for kind in (ArrayList, LinkedList):",
                "    l = kind([1, 2, 3, 4, 5])",
                "    assert len(l) == 5 and l[0] == 1 and l[-1] == 5 and 3 in l and 9 not in l and 'x' not in l",
                "    assert l[1:3] == [2, 3] and l[::-2] == [5, 3, 1] and list(reversed(l)) == [5, 4, 3, 2, 1]",
                "    l[0] = 'one'", "    l[-1] = None", "    assert list(l) == ['one', 2, 3, 4, None]",
                "    del l[0]", "    del l[-1]", "    assert l == [2, 3, 4] and l != [2, 3]",
                "    l[1:2] = ['a', 'b', 'c']", "    assert list(l) == [2, 'a', 'b', 'c', 4]",
                "    l[::2] = [0, 0, 0]", "    assert list(l) == [0, 'a', 0, 'c', 0]",
                "    del l[::2]", "    assert list(l) == ['a', 'c']", "    del l[::-1]", "    assert not l and len(l) == 0",
                "    assert [x for x in kind(range(3000))] == list(range(3000))");
        raised("IndexError", () -> py.exec("ArrayList()[0]"));
        raised("IndexError", () -> py.exec("l = ArrayList([1])\nl[-2] = 5"));
        raised("IndexError", () -> py.exec("l = ArrayList([1])\ndel l[1]"));
        raised("TypeError", () -> py.exec("ArrayList([1])['x']"));
        raised("ValueError", () -> py.exec("l = ArrayList([1, 2])\nl[::2] = [1, 2, 3]"));
        run("try: krait.view(java.util.List.of)(1)[0] = 2",
                "except NotImplementedError: pass", "else: assert False");
    }

    @Test
    void maps() {
        run("m = TreeMap({'b': 2, 'a': 1})",
                "assert m['a'] == 1 and 'b' in m and 'c' not in m and 5 not in m and len(m) == 2",
                "assert list(m) == ['a', 'b'] and dict(m) == {'a': 1, 'b': 2} and m == {'a': 1, 'b': 2}",
                "assert list(m.items()) == [('a', 1), ('b', 2)] and list(m.keys()) == ['a', 'b']",
                "m['c'] = 3", "del m['a']", "assert dict(m) == {'b': 2, 'c': 3}",
                "h = HashMap()", "h[None] = 1", "assert h[None] == 1 and None in h",
                "i = HashMap()", "i.put(java.lang.Integer(5), 'five')", "assert i[5] == 'five' and 5 in i",
                "i[5] = 'cinq'", "assert len(i) == 1");
        raised("KeyError", () -> py.exec("HashMap()['missing']"));
        raised("KeyError", () -> py.exec("del HashMap()['missing']"));
    }

    @Test
    void aTupleIsFoundAsAKeyAndInASet() {
        run("m = HashMap()", "m[1, 2] = 'a'", "m[1, (2, None)] = 'b'", "m[1, 2] = 'c'",
                "assert len(m) == 2 and m[1, 2] == 'c' and (1, (2, None)) in m and (2, 1) not in m",
                "del m[1, (2, None)]", "assert dict(krait.copy(m)) == {(1, 2): 'c'} == m",
                "m = HashMap({(1, 2): 'a'})", "assert m[1, 2] == 'a'", "s = HashSet({(1, 2)})", "assert (1, 2) in s and (2, 1) not in s",
                "key = krait.array(java.lang.Object, [1])", "m[key] = 'array'", "assert m[key] == 'array' and (1,) not in m");
    }

    @Test
    void numbersThatJavaDoesNotOrderHavePythonsOrder() {
        run("from java.util.concurrent.atomic import AtomicLong, DoubleAdder", "five, nan = AtomicLong(5), DoubleAdder()",
                "assert five < 6 and 4.5 < five <= 5 and five < AtomicLong(2**62) and max(five, 7) == 7 and five > java.lang.Byte(4)",
                "nan.add(float('nan'))", "assert not nan < 1 and not nan >= 1 and not five < nan");
    }

    @Test
    void setsIteratorsStreamsAndText() {
        run("s = HashSet([1, 2])", "assert 1 in s and len(s) == 2 and set(s) == {1, 2} and s == {1, 2}",
                "it = ArrayList([1, 2, 3]).iterator()", "assert next(it) == 1 and list(it) == [2, 3]",
                "assert list(ArrayList([3, 1, 2]).stream().sorted()) == [1, 2, 3]",
                "assert sum(java.util.stream.IntStream.range(0, 5)) == 10",
                "assert list(java.util.Vector([1, 2]).elements()) == [1, 2]",
                "b = java.lang.StringBuilder('abc')", "assert len(b) == 3 and b[0] == 'a' and b[-1] == 'c' and str(b) == 'abc'");
    }

    @Test
    void breakingOffAnIteratorLosesNothing() {
        run("it = ArrayList([1, 2, 3, 4]).iterator()",
                "for x in it:",
                "    if x == 2: break",
                "assert it.next() == 3");
    }

    @Test
    void equalityHashTextAndOrderAreJavas() {
        run("import java.math", "a, b = java.lang.StringBuilder, java.lang.String",
                "assert b('x') == b('x') and hash(b('x')) == b('x').hashCode() and str(b('x')) == 'x'",
                "assert b('a') < b('b') and not b('b') <= b('a') and b('b') > 'a'",
                "assert java.lang.Integer(5) == 5 and java.lang.Integer(5) < 6 and java.lang.Long(5) != 6",
                "assert Shapes.Kind.ROUND < Shapes.Kind.FLAT and max(Shapes.Kind.ROUND, Shapes.Kind.FLAT) == Shapes.Kind.FLAT",
                "assert sorted([java.lang.Integer(3), java.lang.Integer(1)]) == [1, 3]",
                "assert {ArrayList([1]): 'found'}[ArrayList([1])] == 'found'",
                "assert int(java.lang.Integer(5)) == 5 and float(java.lang.Double(1.5)) == 1.5",
                "assert [10, 20][java.lang.Integer(1)] == 20",
                "assert int(java.util.concurrent.atomic.AtomicLong(7)) == 7",
                "assert bool(java.lang.Boolean(True)) and not java.lang.Boolean(False)");
        raised("TypeError", () -> py.exec("Shapes() < Shapes()"));
    }

    @Test
    void powerHasAThirdArgument() {
        run("two, five = java.lang.Integer(2), java.lang.Integer(5)",
                "assert pow(two, 3, 5) == pow(two, 3, five) == 3 and two ** 3 == pow(3, two) - 1 == 8");
    }

    @Test
    void onlyWhatImplementsAFunctionCanBeCalled() {
        run("assert not callable(Shapes.Kind.ROUND) and not callable(java.lang.Integer(5)) and not callable(java.lang.String('a'))",
                "assert Shapes.Sum.PLAIN(1, 2) == 3 and callable(java.util.Comparator.naturalOrder())");
    }

    @Test
    void withClosesAndSynchronizedHoldsTheMonitor() {
        run("with Shapes() as s: assert not s.isClosed()", "assert s.isClosed()",
                "s = Shapes()",
                "try:",
                "    with s: raise ValueError",
                "except ValueError: assert s.isClosed()",
                "lock = java.lang.Object()",
                "def held(): return java.lang.Thread.holdsLock(lock)",
                "with krait.synchronized(lock) as inside:",
                "    assert held() and inside == lock",
                "    with krait.synchronized(lock): assert held()",
                "    assert held()",
                "assert not held()",
                "try:",
                "    with krait.synchronized(lock): raise ValueError",
                "except ValueError: assert not held()");
        raised("TypeError", () -> py.exec("with krait.synchronized([]): pass"));
    }

    @Test
    void aMonitorKeepsOtherThreadsOut() {
        run("import threading, time", "lock = java.lang.Object()", "counter = [0]",
                "def work():",
                "    for _ in range(50):",
                "        with krait.synchronized(lock):",
                "            seen = counter[0]", "            time.sleep(0.0001)", "            counter[0] = seen + 1",
                "threads = [threading.Thread(target=work) for _ in range(4)]",
                "for t in threads: t.start()", "for t in threads: t.join()", "assert counter == [200]");
    }

    @Test
    void collectionsOfMethodsAreCopiesUnlessViewsAreAskedFor() {
        run("s = Shapes()", "assert type(s.table()) is list and type(s.map()) is dict",
                "t = krait.view(s.table)()", "assert isinstance(t, java.util.List) and t[0][1] == 'b'",
                "t[0].add('c')", "assert t == [['a', 'b', 'c'], ['c']] and krait.copy(t) == [['a', 'b', 'c'], ['c']]",
                "assert type(krait.copy(t)) is list");
        try (PythonInterpreter views =
                PythonInterpreter.builder().collections(PythonInterpreter.Collections.VIEW).build()) {
            views.exec("from dev.krait.javainpython import Shapes\nimport java, krait, java.util\ns = Shapes()\n"
                    + "assert isinstance(s.table(), java.util.List) and isinstance(s.map(), java.util.Map)\n"
                    + "assert type(krait.copy(s.table)()) is list and s.map()['one'] == 1\n"
                    + "assert len(s.numbers()) == 3 and type(s.print()) is str");
        }
        run("mine = [1, 2]", "java.util.Collections.reverse(krait.view(mine))", "assert mine == [2, 1]",
                "words = {'a': 1}",
                "l = ArrayList()", "l.add(krait.view(words))", "words['b'] = 2", "assert l[0] is words");
        raised("TypeError", () -> py.exec("krait.view(len)"));
        raised("TypeError", () -> py.exec("krait.copy(5)"));
    }

    @Test
    void theFirstInterpreterOfAProcessMayHaveViews() {
        assertEquals("fine\n", ChildJvm.of(Views.class).run().fine());
    }

    /** All that a class is made of must cross as copies there, too. */
    public static final class Views {
        private Views() {
        }

        public static void main(String[] args) {
            try (PythonInterpreter views =
                    PythonInterpreter.builder().collections(PythonInterpreter.Collections.VIEW).build()) {
                views.exec(Pythons.lines("import java.lang, java.util, krait", "from java.util import *",
                        "from dev.krait.cases import Shop, Takes, Things",
                        "things = Things()", "things.names.add('x')", "assert things.names == ['a', 'x']",
                        "assert isinstance(things.map()['names'], java.util.List) and type(krait.copy(things.map)()) is dict",
                        "assert things.numbers[1] == 2 and len(Things.grid()) == 2 and Things.grid()[1][0] == 3",
                        "assert bytes(java.lang.String('ab').getBytes()) == b'ab'",
                        "assert ','.join(java.lang.String('a b').split(' ')) == 'a,b'",
                        "assert Takes.sum([1, 2]) == 3 and list(Takes.same([1])) == [1] and type(Takes.same(5)) is int",
                        "assert [str(c) for c in Things.Colour] == ['RED', 'GREEN'] and 'add(E)' in ArrayList.add.__doc__",
                        "assert dict(Map.of('a', 1)) == {'a': 1} and sorted(Set.of(2, 1)) == [1, 2]",
                        "try: Takes.whole(2**40)",
                        "except TypeError as e: assert 'static int whole' in str(e)",
                        "try: krait.overload(Takes.sum, 'List')([1, 'a'])",
                        "except TypeError: pass"));
            }
            System.out.println("fine");
        }
    }

    @Test
    void arraysAreIndexedSlicedIteratedAndHaveABuffer() {
        run("a = krait.array('int', 5)", "a[0] = 7", "a[-1] = 9",
                "assert len(a) == 5 and list(a) == [7, 0, 0, 0, 9] and a[1:3] == [0, 0] and 9 in a",
                "a[1:3] = [1, 2]", "assert list(a) == [7, 1, 2, 0, 9]",
                "m = memoryview(a)", "assert m.format == 'i' and m.tolist() == [7, 1, 2, 0, 9] and m.readonly",
                "assert bytes(krait.array('byte', [1, 2])) == bytes([1, 2])",
                "assert type(a).__qualname__ == 'int[]'", "java.util.Arrays.sort(a)", "assert list(a) == [0, 1, 2, 7, 9]",
                "s = krait.array(java.lang.String, ['b', 'a'])", "java.util.Arrays.sort(s)", "assert list(s) == ['a', 'b']",
                "assert krait.copy(s) == ('a', 'b') and Shapes().rest(s) == 'all 2'",
                "n = krait.view(Shapes().numbers)()", "assert list(n) == [1, 2, 3]",
                "assert isinstance(a, java.lang.Object)");
        raised("TypeError", () -> py.exec("a = krait.array('int', 1)\na[0] = 'x'"));
        raised("IndexError", () -> py.exec("krait.array('int', 1)[1]"));
        assertEquals("an array's lengths are whole numbers, not str",
                raised("TypeError", () -> py.exec("krait.array('int', 2, '3')")).pythonMessage());
        raised("ValueError", () -> py.exec("a = krait.array('int', 3)\na[0:2] = [1]"));
        raised("TypeError", () -> py.exec("memoryview(ArrayList())"));
        raised("BufferError", () -> py.exec("memoryview(krait.array(java.lang.String, 1))"));
    }
}
