package dev.krait.pythoninjava;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.ConversionException;
import dev.krait.PyIterator;
import dev.krait.PyObject;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Iterating over Python objects from Java. */
class PyIteratorTest {
    private PythonInterpreter python;

    @BeforeEach
    void open() {
        python = PythonInterpreter.create();
        python.exec("made = []\nended = []\n"
                + "def rows(n):\n"
                + "    try:\n"
                + "        for i in range(n):\n"
                + "            made.append(i)\n"
                + "            yield i\n"
                + "    finally:\n"
                + "        ended.append('closed')\n"
                + "def failing():\n"
                + "    yield 1\n"
                + "    raise ValueError('no more')\n");
    }

    @AfterEach
    void close() {
        python.close();
    }

    private PyObject object(String expression) {
        return python.eval(PyObject.class, expression);
    }

    private Object made() {
        return python.get("made");
    }

    @Test
    void aGeneratorRunsOnlyAsFarAsItWasAsked() {
        PyIterator<Integer> rows = object("rows(1000)").asIterator(Integer.class);
        assertEquals(List.of(), made());
        assertEquals(0, rows.next());
        assertEquals(List.of(0L), made());
        assertTrue(rows.hasNext());
        assertTrue(rows.hasNext());
        assertEquals(List.of(0L, 1L), made());
        assertEquals(1, rows.next());
        assertEquals(List.of(0L, 1L), made());
        rows.close();
    }

    @Test
    void everyItemArrivesInOrder() {
        List<Object> seen = new ArrayList<>();
        for (Object item : object("rows(2000)")) {
            seen.add(item);
        }
        assertEquals(IntStream.range(0, 2000).mapToObj(Long::valueOf).collect(Collectors.toList()), seen);
        assertEquals(List.of("closed"), python.get("ended"));
    }

    @Test
    void closingEndsAGeneratorAndRunsItsFinally() {
        PyIterator<Object> rows = object("rows(10)").iterator();
        rows.next();
        rows.close();
        assertEquals(List.of("closed"), python.get("ended"));
        assertFalse(rows.hasNext());
        assertThrows(NoSuchElementException.class, rows::next);
        rows.close();
    }

    @Test
    void closingAfterTheInterpreterIsHarmless() {
        PyIterator<Object> rows = object("rows(10)").iterator();
        rows.next();
        python.close();
        rows.close();
        rows.close();
    }

    @Test
    void closingLeavesAFileOpen() {
        python.exec("import io\nfile = io.StringIO('a\\nb\\n')");
        PyIterator<String> lines = python.get("file", PyObject.class).asIterator(String.class);
        assertEquals("a\n", lines.next());
        lines.close();
        assertEquals("b\n", python.eval("file.readline()"));
    }

    @Test
    void whatAGeneratorRaisesComesAfterTheItemsBeforeIt() {
        PyIterator<Object> items = object("failing()").iterator();
        assertEquals(1L, items.next());
        PythonException raised = assertThrows(PythonException.class, items::next);
        assertEquals("no more", raised.pythonMessage());
        assertFalse(items.hasNext());
    }

    @Test
    void whatIsRaisedAheadOfTimeWaitsForItsTurn() {
        PyIterator<Object> items = object("failing()").iterator().readAhead(100);
        assertEquals(1L, items.next());
        assertEquals("ValueError", assertThrows(PythonException.class, items::next).typeName());
        assertFalse(items.hasNext());
    }

    @Test
    void readingAheadTakesAsManyAsAskedFor() {
        PyIterator<Object> rows = object("rows(1000)").iterator().readAhead(10);
        rows.next();
        assertEquals(10, ((List<?>) made()).size());
        rows.readAhead(1);
        for (int i = 1; i < 11; i++) {
            assertEquals((long) i, rows.next());
        }
        assertEquals(11, ((List<?>) made()).size());
        rows.close();
        assertThrows(IllegalArgumentException.class, () -> rows.readAhead(0));
    }

    @Test
    void rangesTuplesListsDictsAndTextAreIterated() {
        assertEquals(5050, object("range(101)").asIterator(Integer.class).stream().mapToInt(i -> i).sum());
        assertEquals(List.of(1L, "b"), object("(1, 'b')").stream().collect(Collectors.toList()));
        assertEquals(List.of("k"), object("{'k': 1}").stream().collect(Collectors.toList()));
        assertEquals(List.of('x', 'y'), object("'xy'").asIterator(Character.class).stream().collect(Collectors.toList()));
        assertEquals(100_000, object("tuple('x' * 1000 for _ in range(100_000))").stream().count());
    }

    @Test
    void aListThatGrowsMeanwhileShowsWhatWasAdded() {
        PyObject list = object("[1, 2]");
        PyIterator<Object> items = list.iterator();
        assertEquals(1L, items.next());
        list.invokeMethod("append", 3);
        assertEquals(2L, items.next());
        assertEquals(3L, items.next());
        assertFalse(items.hasNext());
    }

    @Test
    void itemsStayPythonObjectsWhereThatIsAskedFor() {
        PyIterator<PyObject> lists = object("[[1], [2]]").asIterator(PyObject.class);
        PyObject first = lists.next();
        first.invokeMethod("append", 5);
        assertEquals("[1, 5]", first.repr());
    }

    @Test
    void anItemOfAnotherTypeIsAnErrorAndTheNextOneArrives() {
        PyIterator<Integer> items = object("('x', 2)").asIterator(Integer.class);
        assertThrows(ConversionException.class, items::next);
        assertEquals(2, items.next());
    }

    @Test
    void aStreamIsLazyAndClosesTheGenerator() {
        try (Stream<Object> rows = object("rows(1000)").stream()) {
            assertEquals(List.of(0L, 1L, 2L), rows.limit(3).collect(Collectors.toList()));
        }
        assertEquals(List.of(0L, 1L, 2L), made());
        assertEquals(List.of("closed"), python.get("ended"));
    }

    @Test
    void whatCannotBeIteratedIsATypeError() {
        assertEquals("TypeError", assertThrows(PythonException.class, () -> object("3").iterator()).typeName());
    }

    @Test
    void aForgottenGeneratorIsClosedByTheGarbageCollector() throws InterruptedException {
        start();
        for (int i = 0; i < 200 && !python.get("ended").equals(List.of("closed")); i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertEquals(List.of("closed"), python.get("ended"));
    }

    private void start() {
        object("rows(5)").iterator().next();
    }
}
