package dev.krait.values;

import static dev.krait.testing.Pythons.lines;
import static dev.krait.testing.Pythons.raised;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.KraitMetrics;
import dev.krait.PyFunction;
import dev.krait.PyObject;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.PythonInterruptedException;
import dev.krait.PythonTimeoutException;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls with at most one plain argument take a short cut of their own: by a function and by a name, both must be as all others. */
@Timeout(60)
final class SimpleCallsTest extends Crossing {
    private PyFunction same;

    @BeforeEach
    void hold() {
        same = py.function("same");
        // From the second call on, a name is known.
        py.invoke("same", 1);
        py.invoke("kind", 1);
    }

    private void comesBack(Object expected, Object argument) {
        for (int i = 0; i < 2; i++) {
            assertEquals(expected, same.call(argument));
            assertEquals(expected, py.invoke("same", argument));
        }
    }

    @Test
    void plainValuesComeBackAsThemselves() {
        comesBack(null, null);
        comesBack(true, true);
        comesBack(false, false);
        comesBack(7L, 7);
        comesBack(7L, (short) 7);
        for (long number : new long[] {0, -1, 255, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE}) {
            comesBack(number, number);
        }
        for (double number : new double[] {0.0, -0.0, 1.5, Double.NaN, Double.NEGATIVE_INFINITY, Double.MIN_VALUE}) {
            comesBack(number, number);
        }
        assertEquals("bool", py.invoke("kind", true));
        assertEquals("float", py.invoke("kind", 1.0));
        assertEquals("int", py.invoke("kind", 1));
        assertEquals("NoneType", py.invoke("kind", (Object) null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "?", "plain ASCII, and why not? With a question.", "a\u0000b\u0000", "\u007f\u0080\u00ff",
        "größe?", "\u0141\u0141\u0141", "abc\u0100def", "ab?\u2603?cd", "ab?\uD800?cd", "????\uDC00????", "\uD83D\uDE00",
        "a\uD83D\uDE00b", "\uFEFFtext", "text\uFEFF", "\uFFFE", "日本語", "\uDC00\uD800"})
    void textComesBackAsItself(String text) {
        comesBack(text, text);
        // Where few looks at a text would not see it.
        for (int before : new int[] {1, 9, 50, 333}) {
            comesBack("x".repeat(before) + text + "y".repeat(444), "x".repeat(before) + text + "y".repeat(444));
            comesBack("?".repeat(before) + text, "?".repeat(before) + text);
        }
        long characters = text.codePointCount(0, text.length());
        py.exec("def length(x): return len(x)");
        PyFunction length = py.function("length");
        assertEquals(characters, length.call(text));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 9, 1999, 2000, 2001, 2031, 2032, 2033, 4063, 4064, 4065, 10_000, 65_535, 65_536, 65_537, 70_000})
    void textOfEveryLengthComesBack(int length) {
        for (String unit : List.of("a", "é", "Ł", "?")) {
            comesBack(unit.repeat(length), unit.repeat(length));
        }
        py.exec("def repeat(unit): return unit * " + length);
        PyFunction repeat = py.function("repeat");
        for (String unit : List.of("a", "é", "ж", "\uD83D\uDE00")) {
            assertEquals(unit.repeat(length), repeat.call(unit));
            assertEquals("after", same.call("after"));
        }
    }

    @Test
    void otherResultsAreWhatTheyAreAfterAnyCall() {
        py.exec(lines("import enum", "class S(str): pass", "class I(int): pass", "class E(enum.Enum):", "    A = 1",
                "def give(x): return eval(x)"));
        PyFunction give = py.function("give");
        assertEquals("text", give.call("S('text')"));
        assertEquals(3L, give.call("I(3)"));
        assertEquals(BigInteger.ONE.shiftLeft(63), give.call("2**63"));
        assertEquals(List.of(1L, "a"), give.call("[1, 'a']"));
        assertArrayEquals(new byte[100_000], (byte[]) give.call("bytes(100_000)"));
        assertEquals("é", give.call("'\\xe9'"));
        try (PyObject member = (PyObject) give.call("E.A")) {
            assertEquals("A", member.getAttr("name"));
        }
        assertInstanceOf(PyObject.class, give.call(PyObject.class, "'as an object'")).close();
        assertEquals(1L, same.call(Long.class, 1));
        assertThrows(PythonException.class, () -> give.call("nowhere"));
        assertEquals(1L, same.call(1));
    }

    @Test
    void callsWithoutArgumentsGiveTheirResults() {
        py.exec(lines("def nothing(): pass", "def text(): return 'text'", "def number(): return 41"));
        for (int i = 0; i < 3; i++) {
            assertNull(py.invoke("nothing"));
            assertEquals("text", py.invoke("text"));
            assertEquals(41L, py.invoke("number"));
        }
        assertEquals("TypeError", raised("TypeError", () -> py.invoke("nothing", 1)).typeName());
        raised("TypeError", () -> same.call());
    }

    @Test
    void aNameIsLookedUpAtEveryCall() {
        py.exec("def f(x): return x + 1");
        assertEquals(2L, py.invoke("f", 1));
        assertEquals(2L, py.invoke("f", 1));
        py.exec("def f(x): return x + 2");
        assertEquals(3L, py.invoke("f", 1));
        py.exec("del f");
        raised("NameError", () -> py.invoke("f", 1));
        for (int i = 0; i < 2; i++) {
            assertEquals(3L, py.invoke("len", "abc"));
            assertEquals("\"é\"", py.invoke("json.dumps", "é").toString().replace("\\u00e9", "é"));
        }
    }

    @Test
    void whatIsRaisedIsCountedAndTheNextCallWorks() {
        py.exec("def boom(x): raise ValueError('bad ' + x)");
        PyFunction boom = py.function("boom");
        KraitMetrics before = KraitMetrics.now();
        for (int i = 0; i < 10; i++) {
            assertEquals("bad thing", raised("ValueError", () -> boom.call("thing")).pythonMessage());
            assertEquals("fine", same.call("fine"));
        }
        KraitMetrics after = KraitMetrics.now();
        assertEquals(10, after.errors() - before.errors());
        assertEquals(20, after.calls() - before.calls());
        assertEquals(10 * Character.BYTES * ("thing".length() + "fine".length()), after.bytesToPython() - before.bytesToPython());
        assertTrue(after.bytesToJava() - before.bytesToJava() > 10 * "fine".length());
    }

    @Test
    void callsMayGoOnInJavaAndComeBack() {
        py.exec("def there(f, x): return f(x)");
        Function<String, Object> back = text -> same.call(text + "!") + (String) py.invoke("same", "?");
        py.set("back", back);
        py.exec("def again(x): return back(x) + x");
        PyFunction again = py.function("again");
        for (int i = 0; i < 100; i++) {
            assertEquals("text!?text", again.call("text"));
        }
    }

    @Test
    void javaObjectsThatPythonLetsGoOfAreReleasedByAnyCall() {
        py.exec(lines("held = None", "def drop(x):", "    global held", "    held = None", "    return x"));
        PyFunction drop = py.function("drop");
        Supplier<Object> made = () -> new Object() { };
        // The first brings its class along, which stays.
        py.set("held", made.get());
        drop.call("warm");
        long before = KraitMetrics.now().javaObjects();
        for (Object argument : new Object[] {"text", 1L, 1.5, true, null, "ж"}) {
            for (int i = 0; i < 50; i++) {
                py.set("held", made.get());
                assertEquals(argument, drop.call(argument));
                assertEquals(before, KraitMetrics.now().javaObjects());
            }
        }
    }

    @Test
    void deadlinesAndInterruptsStopThem() throws InterruptedException {
        py.exec(lines("def tick(): pass", "def spin(x):", "    while x: tick()", "    return x"));
        PyFunction spin = py.function("spin");
        PyFunction limited = spin.withDeadline(Duration.ofMillis(50));
        for (int i = 0; i < 3; i++) {
            assertThrows(PythonTimeoutException.class, () -> limited.call("for ever"));
            assertEquals("", limited.call(""));
        }
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                spin.call(1);
            } catch (Throwable e) {
                thrown.complete(e);
            }
        });
        thread.start();
        Thread.sleep(50);
        thread.interrupt();
        assertInstanceOf(PythonInterruptedException.class, thrown.join());
        thread.join();
        assertEquals(0L, spin.call(0));
    }

    @Test
    void aClosedFunctionAndAClosedInterpreterSaySo() {
        PyFunction closed = py.function("same");
        closed.close();
        assertThrows(IllegalStateException.class, () -> closed.call("text"));
        PythonInterpreter other = PythonInterpreter.create();
        PyFunction len = other.function("len");
        assertEquals(3L, len.call("abc"));
        other.invoke("len", "abc");
        other.close();
        assertThrows(IllegalStateException.class, () -> len.call("abc"));
        assertThrows(IllegalStateException.class, () -> other.invoke("len", "abc"));
        assertSame(true, same.call(true));
    }
}
