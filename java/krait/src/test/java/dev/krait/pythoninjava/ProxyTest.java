package dev.krait.pythoninjava;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.ConversionException;
import dev.krait.Kwargs;
import dev.krait.PyFunction;
import dev.krait.PyObject;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.TypeRef;
import java.io.IOException;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Java interfaces bound to Python objects. */
class ProxyTest {
    private PythonInterpreter python;

    /** Of many kinds. */
    public interface Udfs {
        int score(String text);

        List<Integer> scores(List<String> texts);

        Map<String, List<Double>> table();

        Optional<String> find(String key);

        void note(Object value);

        PyObject raw();

        PyFunction maker();

        String join(String... parts);

        long total(int first, int... more);

        String options(String name, Kwargs options);

        double[] array();

        Iterator<Integer> rows(int count);

        Stream<String> words();

        default String greet(String name) {
            return "Hello " + name + " " + score(name);
        }

        default String shout(String name) {
            return "java " + name;
        }
    }

    interface Opening {
        boolean isOpen();
    }

    interface Sized<T> {
        int __len__();

        T score(T text);
    }

    /** With one method that is generic by its parent. */
    interface Scorer extends Function<String, Integer> {
        @Override
        Integer apply(String text);
    }

    interface Missing {
        int score(String text);

        void gone(int a, String b);

        void other();

        String notCallable();
    }

    interface Failing {
        void declared() throws IOException;

        void undeclared();

        void python();
    }

    interface Resource extends AutoCloseable {
        int score(String text);

        @Override
        void close();
    }

    private static final String UDFS = "import array\n"
            + "notes = []\n"
            + "class Udfs:\n"
            + "    def score(self, text):\n        return len(text)\n"
            + "    def scores(self, texts):\n        return [len(t) for t in texts]\n"
            + "    def table(self):\n        return {'a': [1.0, 2.5]}\n"
            + "    def find(self, key):\n        return None if key == 'none' else key + '!'\n"
            + "    def note(self, value):\n        notes.append(value)\n        return 'ignored'\n"
            + "    def raw(self):\n        return [1]\n"
            + "    def maker(self):\n        return len\n"
            + "    def join(self, *parts):\n        return '+'.join(parts)\n"
            + "    def total(self, first, *more):\n        return first + sum(more)\n"
            + "    def options(self, name, *, loud=False, times=1):\n"
            + "        return (name.upper() if loud else name) * times\n"
            + "    def array(self):\n        return array.array('d', [1, 2])\n"
            + "    def rows(self, count):\n        for i in range(count):\n            notes.append(i)\n            yield i\n"
            + "    def words(self):\n        yield from ('a', 'b')\n"
            + "    def shout(self, name):\n        return 'python ' + name\n"
            + "    notCallable = 5\n";

    @BeforeEach
    void open() {
        python = PythonInterpreter.create();
        python.exec(UDFS);
    }

    @AfterEach
    void close() {
        python.close();
    }

    private Udfs udfs() {
        return python.proxy(python.invoke(PyObject.class, "Udfs"), Udfs.class);
    }

    @Test
    void resultsAreOfTheTypesThatTheMethodsDeclare() {
        Udfs udfs = udfs();
        assertEquals(3, udfs.score("abc"));
        assertEquals(List.of(1, 2), udfs.scores(List.of("a", "bb")));
        assertEquals(Map.of("a", List.of(1.0, 2.5)), udfs.table());
        assertEquals(Optional.of("k!"), udfs.find("k"));
        assertEquals(Optional.empty(), udfs.find("none"));
        udfs.note(List.of(1));
        assertEquals(List.of(List.of(1L)), python.get("notes"));
        assertEquals("[1]", udfs.raw().repr());
        assertEquals(4L, udfs.maker().call("four"));
        assertArrayEquals(new double[] {1, 2}, udfs.array());
        assertEquals(List.of("a", "b"), udfs.words().collect(Collectors.toList()));
    }

    @Test
    void variableArgumentsAndKeywordsArriveAsPythonsOwn() {
        Udfs udfs = udfs();
        assertEquals("a+b", udfs.join("a", "b"));
        assertEquals("", udfs.join());
        assertEquals(6, udfs.total(1, 2, 3));
        assertEquals("XX", udfs.options("x", Kwargs.of("loud", true).and("times", 2)));
        assertEquals("x", udfs.options("x", null));
    }

    @Test
    void aGeneratorStreamsThroughAnInterface() {
        Iterator<Integer> rows = udfs().rows(100);
        assertEquals(0, rows.next());
        assertEquals(1, rows.next());
        assertEquals(List.of(0L, 1L), python.get("notes"));
    }

    @Test
    void defaultMethodsRunUnlessPythonDefinesThem() {
        assertEquals("Hello Ada 3", udfs().greet("Ada"));
        assertEquals("python x", udfs().shout("x"));
    }

    @Test
    void whatIsMissingIsToldAllAtOnceWhenBinding() {
        PyObject object = python.invoke(PyObject.class, "Udfs");
        String message = assertThrows(ConversionException.class, () -> object.as(Missing.class)).getMessage();
        assertTrue(message.contains("gone(int, String)") && message.contains("other()")
                && message.contains("notCallable() (it has a int of that name, which cannot be called)"), message);
        assertFalse(message.contains("score"), message);
    }

    @Test
    void aModuleIsBoundToAnInterface() {
        python.exec("import sys, types\nmodule = types.ModuleType('udfs_of_test')\n"
                + "module.apply = lambda text: len(text) * 2\nsys.modules['udfs_of_test'] = module\n");
        Scorer scorer = python.module("udfs_of_test").as(Scorer.class);
        assertEquals(6, scorer.apply("abc"));
        python.exec("module.apply = lambda text: -1");
        assertEquals(-1, scorer.apply("abc"));
        assertEquals("-1!", scorer.andThen(score -> score + "!").apply(""));
        assertThrows(PythonException.class, () -> python.module("no_such_module_of_test"));
    }

    @Test
    void aFunctionIsAFunctionalInterface() {
        PyFunction length = python.function("len");
        Function<Object, Object> plain = length.as(new TypeRef<Function<Object, Object>>() {});
        assertEquals(2L, plain.apply("ab"));
        Function<String, Integer> typed = length.as(new TypeRef<Function<String, Integer>>() {});
        Integer two = typed.apply("ab");
        assertEquals(2, two);
        assertEquals(3, python.eval(Supplier.class, "lambda: 3").get() instanceof Long ? 3 : 0);
        assertEquals(List.of("a", "bb", "ccc"), Stream.of("ccc", "a", "bb")
                .sorted(Comparator.comparing(typed)).collect(Collectors.toList()));
        BiFunction<Integer, Integer, Integer> add =
                python.eval(PyObject.class, "lambda a, b: a + b").as(new TypeRef<BiFunction<Integer, Integer, Integer>>() {});
        assertEquals(10, add.andThen(sum -> sum * 2).apply(2, 3));
        python.eval(Runnable.class, "lambda: notes.append('ran')").run();
        assertEquals(List.of("ran"), python.get("notes"));
    }

    @Test
    void aComparatorsDefaultsWork() {
        @SuppressWarnings("unchecked")
        Comparator<Integer> descending = python.eval(Comparator.class, "lambda a, b: b - a");
        List<Integer> numbers = new ArrayList<>(List.of(2, 3, 1));
        numbers.sort(descending);
        assertEquals(List.of(3, 2, 1), numbers);
        numbers.sort(descending.reversed());
        assertEquals(List.of(1, 2, 3), numbers);
    }

    @Test
    void aResultOfAnotherTypeNamesTheMethod() {
        Scorer scorer = python.eval(PyObject.class, "lambda text: text").as(Scorer.class);
        String message = assertThrows(ConversionException.class, () -> scorer.apply("x")).getMessage();
        assertTrue(message.contains("Scorer.apply()"), message);
        Udfs udfs = udfs();
        python.exec("Udfs.score = lambda self, text: None");
        String none = assertThrows(NullPointerException.class, () -> udfs.score("x")).getMessage();
        assertTrue(none.contains("Udfs.score()"), none);
    }

    @Test
    void exceptionsAreThoseThatTheMethodsDeclare() {
        IOException own = new IOException("mine");
        Callable<Object> thrower = () -> {
            throw own;
        };
        python.set("thrower", thrower);
        python.exec("class Failing:\n    def declared(self):\n        thrower()\n"
                + "    def undeclared(self):\n        thrower()\n    def python(self):\n        raise KeyError('k')\n");
        Failing failing = python.proxy(python.invoke(PyObject.class, "Failing"), Failing.class);
        assertSame(own, assertThrows(IOException.class, failing::declared));
        assertSame(own, assertThrows(UndeclaredThrowableException.class, failing::undeclared).getCause());
        assertEquals("KeyError", assertThrows(PythonException.class, failing::python).typeName());
    }

    @Test
    void equalsHashCodeAndToStringArePythons() {
        python.exec("class Value:\n    def __init__(self, v):\n        self.v = v\n"
                + "    def __eq__(self, other):\n        return self.v == other.v\n"
                + "    def __hash__(self):\n        return 42\n    def __str__(self):\n        return f'<{self.v}>'\n"
                + "    def __call__(self):\n        return self.v\n");
        Supplier<?> one = python.eval(Supplier.class, "Value(1)");
        assertEquals(one, python.eval(Supplier.class, "Value(1)"));
        assertNotEquals(one, python.eval(Supplier.class, "Value(2)"));
        assertNotEquals(one, python.eval(Callable.class, "Value(1)"));
        assertEquals(42, one.hashCode());
        assertEquals("<1>", one.toString());
    }

    @Test
    void backInPythonItIsTheSameObject() {
        PyObject object = python.invoke(PyObject.class, "Udfs");
        python.set("a", object);
        python.set("b", python.proxy(object, Udfs.class));
        assertEquals(true, python.eval("a is b"));
        python.set("c", python.eval(PyObject.class, "[1]").asList());
        python.exec("d = [1]");
        PyObject d = python.get("d", PyObject.class);
        python.set("e", d.asList());
        assertEquals(true, python.eval("d is e"));
    }

    @Test
    void itLivesOnWhenTheObjectIsClosed() {
        Udfs udfs;
        try (PyObject object = python.invoke(PyObject.class, "Udfs")) {
            udfs = object.as(Udfs.class);
        }
        assertEquals(2, udfs.score("ab"));
        Resource closed;
        try (Resource resource = python.invoke(PyObject.class, "Udfs").as(Resource.class)) {
            assertEquals(1, resource.score("x"));
            closed = resource;
        }
        assertThrows(IllegalStateException.class, () -> closed.score("x"));
    }

    @Test
    void anInstanceOfASubclassOfDictIsBound() {
        python.exec("class Table(dict):\n    def score(self, text):\n        return self[text]\n");
        PyObject table = python.eval(PyObject.class, "Table(a=7)");
        assertEquals(7, table.as(Resource.class).score("a"));
        assertEquals(7, table.as(new TypeRef<Resource>() {}).score("a"));
        assertEquals(1, table.as(new TypeRef<Sized<String>>() {}).__len__());
    }

    /** As where Python passes the same function to a Java method. */
    @Test
    void whereABooleanIsWantedItIsPythonsTruth() {
        Predicate<String> filled = python.eval(new TypeRef<Predicate<String>>() {}, "lambda s: s");
        assertTrue(filled.test("x"));
        assertFalse(filled.negate().test("x"));
        assertFalse(filled.test(""));
        assertFalse(filled.test(null));
        python.exec("class Table(dict):\n    def isOpen(self):\n        return [self]\n");
        assertTrue(python.eval(PyObject.class, "Table()").as(Opening.class).isOpen());
        Function<String, Boolean> boxed = python.eval(new TypeRef<Function<String, Boolean>>() {}, "lambda s: s");
        assertThrows(ConversionException.class, () -> boxed.apply("x"));
    }

    @Test
    void manyThreadsCallOneInterface() throws Exception {
        Udfs udfs = udfs();
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<Integer>> sums = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                sums.add(pool.submit(() -> {
                    int sum = 0;
                    for (int i = 0; i < 1000; i++) {
                        sum += udfs.score("x".repeat(i % 10));
                    }
                    return sum;
                }));
            }
            for (Future<Integer> sum : sums) {
                assertEquals(4500, sum.get());
            }
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void aClassIsNoInterface() {
        PyObject object = python.invoke(PyObject.class, "Udfs");
        assertThrows(IllegalArgumentException.class, () -> python.proxy(object, String.class));
        assertThrows(ConversionException.class, () -> object.as(Thread.class));
        assertNull(python.eval(Runnable.class, "None"));
    }
}
