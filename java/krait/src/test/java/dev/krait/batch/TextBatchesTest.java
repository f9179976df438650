package dev.krait.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.PyFunction;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.testing.Pythons;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rows with texts are calls with those texts, whatever is in them, and however they change. */
@Timeout(60)
final class TextBatchesTest {
    private static PythonInterpreter interp;

    @BeforeAll
    static void open() {
        interp = PythonInterpreter.create();
        interp.exec(Pythons.lines(
                "def same(x): return x",
                "def joined(*args): return '|'.join(map(repr, args))",
                "def twice(s): return s * 2 if s is not None else None",
                "def repeated(s, n): return s * n",
                "class Text(str): pass"));
    }

    @AfterAll
    static void close() {
        interp.close();
    }

    private static List<Object> mapped(String function, List<?> rows) {
        return interp.function(function).map(rows).collect(Collectors.toList());
    }

    private static List<Object> called(String function, List<Object[]> rows) {
        return interp.function(function).callBatch(rows).collect(Collectors.toList());
    }

    private static Object[] row(Object... values) {
        return values;
    }

    @Test
    void textsOfEveryFormComeBackInOrder() {
        String[] forms = {"", "a", "plain", "\u0000", "\u007f", "\u0080", "\u00e9t\u00e9", "\u0141\u00f3d\u017a", "\u6771\u4eac",
            "\ud83d\ude00", "\ud800", "\udc00\ud800", "\ufeffx", "x".repeat(5000), "\u0436".repeat(5000)};
        List<String> rows = IntStream.range(0, 5000).mapToObj(i -> forms[i * 7 % forms.length] + (i % 3 == 0 ? i : "")).collect(Collectors.toList());
        assertEquals(rows, mapped("same", rows));
        assertEquals(rows.stream().map(s -> s + s).collect(Collectors.toList()), mapped("twice", rows));
        assertEquals(rows.stream().map(String::length).filter(n -> n > 0).count(), mapped("same", rows).stream().filter(s -> !s.equals("")).count());
    }

    @Test
    void noTextIsNoneAndNoneIsNoText() {
        List<String> rows = IntStream.range(0, 3000).mapToObj(i -> i % 5 == 3 ? null : "text " + i).collect(Collectors.toList());
        assertEquals(rows, mapped("same", rows));
        rows.set(0, null);
        assertEquals(rows, mapped("same", rows));
        assertEquals(Collections.nCopies(100, null), mapped("same", Collections.nCopies(100, null)));
        assertNull(called("same", Collections.singletonList(row((Object) null))).get(0));
    }

    @Test
    void textsBesideNumbersAreArgumentsAsAnyOthers() {
        List<Object[]> rows = IntStream.range(0, 3000)
                .mapToObj(i -> i % 2 == 0 ? row("text " + i, (long) i, i / 4.0, null) : row("\u0436", -i, 0.5, "last"))
                .collect(Collectors.toList());
        rows.get(0)[3] = "first";
        PyFunction joined = interp.function("joined");
        assertEquals(rows.stream().map(joined::call).collect(Collectors.toList()), called("joined", rows));
    }

    @Test
    void aRowOfAnotherKindAnywhereIsJustAsWell() {
        PyFunction joined = interp.function("joined");
        for (int place : new int[] {0, 1, 15, 16, 17, 500, 1999}) {
            for (Object other : new Object[] {5L, 2.5, true, List.of("a"), "y".repeat(40_000), "y".repeat(400_000), 'c'}) {
                List<Object> rows = new ArrayList<>(IntStream.range(0, 2000).mapToObj(i -> "text " + i).collect(Collectors.toList()));
                rows.set(place, other);
                assertEquals(joined.call(other), mapped("joined", rows).get(place));
                assertEquals("'text 1998'", mapped("joined", rows).get(1998));
                List<Object[]> pairs = rows.stream().map(x -> row("left", x)).collect(Collectors.toList());
                assertEquals(joined.call("left", other), called("joined", pairs).get(place));
                assertEquals("'left'|'text 1998'", called("joined", pairs).get(1998));
            }
        }
    }

    @Test
    void aResultOfAnotherKindAnywhereIsJustAsWell() {
        interp.exec(Pythons.lines(
                "calls = []",
                "def at(place, other):",
                "    calls.clear()",
                "    def each(s):",
                "        calls.append(s)",
                "        return other if s == f't{place}' else s",
                "    return each"));
        List<String> rows = IntStream.range(0, 2000).mapToObj(i -> "t" + i).collect(Collectors.toList());
        for (int place : new int[] {0, 1, 15, 16, 700, 1999}) {
            for (String other : List.of("7", "2.5", "['x']", "Text('sub')", "'z' * 100_000", "'\u0436' * 100_000", "None", "b'1'")) {
                try (PyFunction each = interp.eval(PyFunction.class, "at(" + place + ", " + other + ")")) {
                    List<Object> expected = new ArrayList<>(rows);
                    expected.set(place, interp.eval(other));
                    List<Object> results = each.map(rows).collect(Collectors.toList());
                    if (other.startsWith("b")) {
                        assertEquals(1, ((byte[]) results.set(place, "bytes")).length);
                        expected.set(place, "bytes");
                    }
                    assertEquals(expected, results);
                    assertEquals(rows, interp.eval("calls"), "each row is called once");
                }
            }
        }
    }

    @Test
    void largeResultsCrossAFewAtATime() {
        List<Object[]> rows = IntStream.range(0, 1000).mapToObj(i -> row("ab" + i % 10, 10_000L)).collect(Collectors.toList());
        List<Object> results = called("repeated", rows);
        for (int i = 0; i < 1000; i++) {
            assertEquals(("ab" + i % 10).repeat(10_000), results.get(i));
        }
        List<Object[]> wide = IntStream.range(0, 300).mapToObj(i -> row(i % 3 == 0 ? "a" : "\u0436" + i % 10, 9_000L)).collect(Collectors.toList());
        List<Object> wideResults = called("repeated", wide);
        for (int i = 0; i < 300; i++) {
            assertEquals((i % 3 == 0 ? "a" : "\u0436" + i % 10).repeat(9_000), wideResults.get(i));
        }
    }

    @Test
    void largeTextsAreTakenAFewAtATime() {
        List<String> rows = IntStream.range(0, 500).mapToObj(i -> (char) ('a' + i % 26) + "x".repeat(20_000)).collect(Collectors.toList());
        int[] taken = {0};
        Iterable<String> counted = () -> rows.stream().peek(row -> taken[0]++).iterator();
        Iterator<Object> results = interp.function("same").map(counted).iterator();
        for (int i = 0; i < 500; i++) {
            assertEquals(rows.get(i), results.next());
            assertTrue(taken[0] <= i + 32, "taken " + taken[0] + " for " + i);
        }
    }

    @Test
    void anErrorNamesItsRowAndTheRowsBeforeItAreNotLost() {
        interp.exec("def picky(s):\n    if s == 'row 777': raise ValueError(s)\n    return s");
        List<String> rows = IntStream.range(0, 1000).mapToObj(i -> "row " + i).collect(Collectors.toList());
        List<Object> seen = new ArrayList<>();
        Stream<Object> results = interp.function("picky").map(rows);
        PythonException e = assertThrows(PythonException.class, () -> results.forEach(seen::add));
        assertEquals(777, e.row());
        assertEquals("row 777: ValueError: row 777", e.getMessage());
        assertEquals(rows.subList(0, 777), seen);
    }

    @Test
    void streamsThatAreReadInTurnsKeepTheirOwnTexts() {
        List<String> first = IntStream.range(0, 3000).mapToObj(i -> "a" + i).collect(Collectors.toList());
        List<String> second = IntStream.range(0, 3000).mapToObj(i -> "\u0436" + i).collect(Collectors.toList());
        Iterator<Object> one = interp.function("same").map(first).iterator();
        Iterator<Object> two = interp.function("twice").map(second).iterator();
        for (int i = 0; i < 3000; i++) {
            assertEquals("a" + i, one.next());
            assertEquals("\u0436" + i + "\u0436" + i, two.next());
        }
        assertEquals(Arrays.asList("x", "x"), mapped("same", List.of("x", "x")));
    }
}
