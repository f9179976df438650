package dev.krait.pythoninjava;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.krait.Kwargs;
import dev.krait.PyBuffer;
import dev.krait.PyContext;
import dev.krait.PyIterator;
import dev.krait.PyObject;
import dev.krait.PythonInterpreter;
import dev.krait.TypeRef;
import dev.krait.testing.Page;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The snippets of docs/python-in-java.md. */
class PythonInJavaPageTest {
    private PythonInterpreter interp;

    public interface Udfs {
        int score(String text);

        List<String> top(List<String> texts, int count, Kwargs options);

        default boolean isLong(String text) {
            return score(text) > 10;
        }
    }

    @BeforeEach
    void open() {
        interp = PythonInterpreter.create();
        Page.of("python-in-java.md").snippets("python").forEach(interp::exec);
    }

    @AfterEach
    void close() {
        interp.close();
    }

    @Test
    void everySnippetOfThePageIsHere() {
        Page.of("python-in-java.md").hasItsJavaIn(PythonInJavaPageTest.class);
    }

    @Test
    void objects() {
        try (PyObject account = interp.invoke(PyObject.class, "Account", "Ada", Kwargs.of("balance", 10))) {
            int balance = account.invokeMethod(int.class, "deposit", 5, Kwargs.of("note", "gift"));
            account.setAttr("owner", "Grace");
            String owner = account.getAttr("owner", String.class);
        }
        PyObject account = interp.invoke(PyObject.class, "Account", "Ada", Kwargs.of("balance", 10));
        assertEquals(15, account.invokeMethod(int.class, "deposit", 5, Kwargs.of("note", "gift")));
    }

    @Test
    void operators() {
        PyObject a = interp.invoke(PyObject.class, "Account", "Ada", 10);
        PyObject b = interp.invoke(PyObject.class, "Account", "Bob", 32);
        int together = a.add(b).getAttr("balance", int.class);
        PyObject richest = Collections.max(List.of(a, b));
        assertEquals(42, together);
        assertEquals("Bob", richest.getAttr("owner"));
        assertEquals(List.of(3L, 2L), interp.invoke("sorted", List.of(2, 3), Kwargs.of("reverse", true)));
    }

    @Test
    void views() {
        PyObject basket = interp.eval(PyObject.class, "{'apples': [1, 2], 'pears': [3]}");
        Map<String, PyObject> fruit = basket.asMap(String.class, PyObject.class);
        List<Integer> apples = fruit.get("apples").asList(Integer.class);
        apples.add(5);
        apples.removeIf(weight -> weight < 2);
        fruit.remove("pears");
        assertEquals("{'apples': [2, 5]}", basket.repr());
    }

    @Test
    void iteration() {
        try (PyIterator<String> rows = interp.invoke(PyObject.class, "rows", "cities", 1_000_000).asIterator(String.class)) {
            while (rows.hasNext() && !rows.next().endsWith(" 3")) {
                continue;
            }
        }
        assertEquals(List.of("cities"), interp.get("closed"));
    }

    @Test
    void streams() {
        try (Stream<Object> rows = interp.invoke(PyObject.class, "rows", "rivers", 10).stream()) {
            List<Object> first = rows.limit(2).collect(Collectors.toList());
        }
        assertEquals(List.of("rivers"), interp.get("closed"));
    }

    @Test
    void interfaces() {
        Udfs udfs = interp.module("udfs").as(Udfs.class);
        List<String> longest = udfs.top(List.of("a", "ccc", "bb"), 2, Kwargs.of("reverse", true));
        assertEquals(List.of("ccc", "bb"), longest);
        assertFalse(udfs.isLong("short"));
        ToIntFunction<String> score = interp.function("score").as(new TypeRef<ToIntFunction<String>>() {});
        assertEquals(4, score.applyAsInt("four"));
    }

    @Test
    void contexts() {
        try (PyContext transaction = interp.invoke(PyObject.class, "transaction", "t1").enter()) {
            String name = transaction.value(String.class);
        }
        Object result = interp.invoke(PyObject.class, "transaction", "t2").with(name -> interp.invoke("int", "no number"));
        assertNull(result);
        assertEquals(List.of("begin", "committed", "begin", "rolled back"), interp.get("events"));
    }

    @Test
    void memory() {
        try (PyBuffer buffer = interp.eval(PyObject.class, "bytearray(b'shared')").buffer()) {
            ByteBuffer bytes = buffer.bytes();
            bytes.put(0, (byte) 'S');
        }
        interp.exec("shared = bytearray(b'shared')");
        try (PyBuffer buffer = interp.get("shared", PyObject.class).buffer()) {
            buffer.bytes().put(0, (byte) 'S');
        }
        assertEquals("bytearray(b'Shared')", interp.eval("repr(shared)"));
    }

    @Test
    void coroutines() {
        CompletableFuture<String> weather = interp.invokeAsync(String.class, "fetch", "Oslo");
        CompletableFuture<Integer> length = weather.thenApply(String::length);
        assertEquals(15, length.join());
        CompletableFuture<String> stage = new CompletableFuture<>();
        CompletableFuture<String> report = interp.invokeAsync(String.class, "report", stage);
        stage.complete("rain");
        assertEquals("got rain", report.join());
    }

    @Test
    void logging() {
        long level;
        {
            PythonInterpreter interp = PythonInterpreter.builder().logging(System.Logger.Level.INFO).build();
            level = interp.eval(long.class, "__import__('logging').getLogger().level");
            interp.close();
        }
        assertEquals(20, level);
    }
}
