package dev.krait.pemja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pemja.core.PythonException;
import pemja.core.PythonInterpreter;
import pemja.core.PythonInterpreterConfig;
import pemja.core.object.PyIterator;

/** What Flink's operators call for each row: rows that come with their generator, numbers without a frame, and text. */
class FlinkOperationsTest {
    private PythonInterpreter py;

    @BeforeEach
    void open() {
        py = new PythonInterpreter(PythonInterpreterConfig.newBuilder().build());
    }

    @AfterEach
    void close() {
        py.close();
    }

    /** An operation whose method has this body. Tests call it twice: its names are new at the first call. */
    private void operation(String method, String body) {
        py.exec("class Operation:\n  def " + method + "(self, value):\n    " + body + "\noperation = Operation()\nran = []");
    }

    private static List<Object> all(Object generator) {
        PyIterator items = (PyIterator) generator;
        List<Object> found = new ArrayList<>();
        while (items.hasNext()) {
            found.add(items.next());
        }
        items.close();
        return found;
    }

    private static final String OPERATION = "class Operation:\n  def open(self): pass\noperation = Operation()";

    /** Whether modules are; CPython 3.12 freezes some hundreds of objects by itself. */
    private static boolean frozen() {
        try (dev.krait.PythonInterpreter any = dev.krait.PythonInterpreter.create()) {
            return any.eval(Long.class, "__import__('gc').get_freeze_count()") > 1_000;
        }
    }

    @Test
    void collectionsLeaveOutWhatWasThereBeforeTheRowsWhileAnOperationRuns() {
        assertFalse(frozen());
        try (PythonInterpreter one = new PythonInterpreter(PythonInterpreterConfig.newBuilder().build())) {
            one.exec(OPERATION);
            one.invokeMethod("operation", "open");
            assertTrue(frozen(), "nothing is frozen");
            PythonInterpreter two = new PythonInterpreter(PythonInterpreterConfig.newBuilder().build());
            two.exec(OPERATION);
            // A cycle that was there when the operation opened, and that is garbage later.
            two.exec("import weakref, sys\nclass Node: pass\nnode = Node()\nnode.self = node\nsys._krait_test_gone = weakref.ref(node)");
            two.invokeMethod("operation", "open");
            two.exec("del node, Node");
            assertFalse(gone());
            two.close();
            assertTrue(gone());
            assertTrue(frozen(), "the other operation's is not frozen any more");
        }
        assertFalse(frozen());
    }

    private boolean gone() {
        py.exec("import sys\ngone = sys._krait_test_gone() is None");
        return (Boolean) py.get("gone");
    }

    @Test
    void aCollectorThatAUserHasInHandIsLeftAlone() {
        py.exec("import gc\ngc.disable()\n" + OPERATION);
        try {
            py.invokeMethod("operation", "open");
            assertFalse(frozen());
        } finally {
            py.exec("gc.enable()");
        }
    }

    @Test
    void anInterruptedTaskClosesItsOperation() {
        PythonInterpreter one = new PythonInterpreter(PythonInterpreterConfig.newBuilder().build());
        one.exec(OPERATION);
        one.invokeMethod("operation", "open");
        Thread.currentThread().interrupt();
        one.close();
        assertTrue(Thread.interrupted());
        assertFalse(frozen());
    }

    /** PyFlink's wrapping of a function, around one that tells how many frames called it. */
    private static final String WRAPPED = String.join("\n",
            "import sys",
            "class Same:",
            "  def to_internal(self, value):",
            "    return value",
            "  def to_external(self, value):",
            "    return value",
            "class Operation:",
            "  def open(self): pass",
            "  def process_element(self, value):",
            "    return self.func(value)",
            "def wrapped(operation, input_data_converter, output_data_converter):",
            "  process_element_func = operation.process_element",
            "  def process_element(value):",
            "    actual_value = input_data_converter.to_internal(value)",
            "    result = process_element_func(actual_value)",
            "    return output_data_converter.to_external(result)",
            "  operation.process_element = process_element",
            "  return operation",
            "def function(value):",
            "  frame, depth = sys._getframe(), value",
            "  while frame.f_back: frame, depth = frame.f_back, depth + 1",
            "  return depth",
            "operation = Operation()",
            "operation.func = eval('lambda value: f0(value)', {'f0': function})",
            "wrapped(operation, Same(), Same())");

    @Test
    void aFunctionIsCalledWithoutThePythonAroundItThatDoesNothing() {
        py.exec(WRAPPED);
        long wrapped = (Long) py.invokeMethod("operation", "process_element", 100L);
        assertEquals(103L, wrapped);
        py.invokeMethod("operation", "open");
        assertEquals(100L, py.invokeMethod("operation", "process_element", 100L));
    }

    @Test
    void aPropertyLeavesThePythonAroundAFunctionAsItIs() {
        System.setProperty("krait.pemja.shortcuts", "false");
        try {
            py.exec(WRAPPED);
            py.invokeMethod("operation", "open");
        } finally {
            System.clearProperty("krait.pemja.shortcuts");
        }
        assertEquals(103L, py.invokeMethod("operation", "process_element", 100L));
    }

    @Test
    void rowsOfAGeneratorComeInOrderHoweverMany() {
        operation("process_element", "yield from range(value)");
        for (long count : new long[] {0, 1, 3, 63, 64, 65, 1000}) {
            for (int again = 0; again < 2; again++) {
                List<Object> rows = all(py.invokeMethod("operation", "process_element", count));
                assertEquals(count, rows.size());
                for (int i = 0; i < count; i++) {
                    assertEquals((long) i, rows.get(i));
                }
            }
        }
    }

    @Test
    void largeRowsOfAGeneratorComeWhole() {
        operation("process_element", "yield from (chr(97 + i) * 20_000 for i in range(value))");
        List<Object> rows = all(py.invokeMethod("operation", "process_element", 10L));
        assertEquals(10, rows.size());
        assertEquals("j".repeat(20_000), rows.get(9));
    }

    @Test
    void rowsBeforeAnExceptionComeFirst() {
        operation("process_element", "yield 1; yield 2; raise ValueError('after two')");
        for (int again = 0; again < 2; again++) {
            PyIterator rows = (PyIterator) py.invokeMethod("operation", "process_element", 0L);
            assertEquals(1L, rows.next());
            assertEquals(2L, rows.next());
            Exception raised = assertThrows(PythonException.class, rows::next);
            assertTrue(raised.getMessage().contains("after two"), raised::getMessage);
            assertFalse(rows.hasNext());
            rows.close();
        }
    }

    @Test
    void aRowThatIsSlowToComeDoesNotKeepTheOthers() {
        operation("process_element", "import time\n    while True:\n      ran.append(1); yield len(ran); time.sleep(0.01)");
        PyIterator rows = (PyIterator) py.invokeMethod("operation", "process_element", 0L);
        assertEquals(1L, rows.next());
        py.exec("count = len(ran)");
        assertTrue((Long) py.get("count") <= 2, "it ran on for " + py.get("count") + " rows");
        assertEquals(2L, rows.next());
        rows.close();
        assertFalse(rows.hasNext());
    }

    @Test
    void anEndlessGeneratorIsClosedWithItsFinallyBlocks() {
        operation("on_timer", "try:\n      while True: yield 1\n    finally: ran.append('closed')");
        PyIterator rows = (PyIterator) py.invokeMethod("operation", "on_timer", 0L);
        for (int i = 0; i < 500; i++) {
            assertEquals(1L, rows.next());
        }
        rows.close();
        py.exec("closed = ran == ['closed']");
        assertEquals(true, py.get("closed"));
    }

    @Test
    void aGeneratorThatHasEndedIsNoObjectAnyMore() throws Exception {
        operation("process_element", "yield 1");
        PyIterator rows = (PyIterator) py.invokeMethod("operation", "process_element", 0L);
        assertEquals(1L, rows.next());
        assertThrows(IllegalStateException.class, () -> rows.getAttr("gi_frame"));
        rows.close();
        rows.close();
    }

    @Test
    void aMethodOfAnotherNameGivesAGeneratorThatHasNotRun() {
        operation("rows", "ran.append(1); yield 1");
        PyIterator rows = (PyIterator) py.invokeMethod("operation", "rows", 0L);
        py.exec("count = len(ran)");
        assertEquals(0L, py.get("count"));
        assertEquals(1L, rows.next());
    }

    @Test
    void aNumberGivesWhateverTheMethodReturns() {
        operation("process_element", "return eval(results[value])");
        py.exec("results = ['value + 1', '-2**63', '2**63', '2**200', 'True', 'None', '0.5', '\"text\"', '(1, 2)', '\"x\" * 10000', 'b\"a\"']");
        Object[] expected = {1L, Long.MIN_VALUE, BigInteger.ONE.shiftLeft(63), BigInteger.ONE.shiftLeft(200), true, null, 0.5, "text"};
        for (int again = 0; again < 2; again++) {
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], py.invokeMethod("operation", "process_element", (long) i));
            }
            assertEquals(2, ((Object[]) py.invokeMethod("operation", "process_element", 8L)).length);
            assertEquals("x".repeat(10_000), py.invokeMethod("operation", "process_element", 9L));
            assertEquals(1, ((byte[]) py.invokeMethod("operation", "process_element", 10L)).length);
        }
        assertNull(py.invokeMethod("operation", "process_element", 5L));
    }

    @Test
    void plainArgumentsGiveWhateverTheMethodReturns() {
        operation("process_element", "return value");
        Object[] values = {"", "a", "text", "größe", "\u0141\u00f3d\u017a", "\uD83D\uDE00", "a\uDC00?", "a\u0000b", "\uFEFFa", "x".repeat(1999),
            "x".repeat(2000), "x".repeat(2001), "\u0436".repeat(2032), "\u0436".repeat(10_000), null, true, false, 1.5, -0.0, Double.NaN};
        for (Object value : values) {
            for (int again = 0; again < 3; again++) {
                assertEquals(value, py.invokeMethod("operation", "process_element", value));
            }
        }
        for (int again = 0; again < 2; again++) {
            assertEquals(7L, py.invokeMethod("operation", "process_element", 7));
            assertEquals(2, ((Object[]) py.invokeMethod("operation", "process_element", (Object) new Object[] {1L, 2L})).length);
        }
    }

    @Test
    void textGivesWhateverTheMethodReturns() {
        operation("process_element", "return eval(value)");
        py.exec("class S(str): pass\nclass I(int): pass");
        for (int again = 0; again < 2; again++) {
            assertEquals("text", py.invokeMethod("operation", "process_element", "S('text')"));
            assertEquals(3L, py.invokeMethod("operation", "process_element", "I(3)"));
            assertEquals(BigInteger.ONE.shiftLeft(63), py.invokeMethod("operation", "process_element", "2**63"));
            assertEquals(List.of(1L, "a"), py.invokeMethod("operation", "process_element", "[1, 'a']"));
            assertEquals(100_000, ((byte[]) py.invokeMethod("operation", "process_element", "bytes(100_000)")).length);
            assertEquals(java.sql.Date.valueOf("2020-02-29"),
                    py.invokeMethod("operation", "process_element", "__import__('datetime').date(2020, 2, 29)"));
            assertEquals("é".repeat(5000), py.invokeMethod("operation", "process_element", "'é' * 5000"));
            Exception raised = assertThrows(PythonException.class, () -> py.invokeMethod("operation", "process_element", "1 // 0"));
            assertTrue(raised.getMessage().contains("ZeroDivisionError"), raised::getMessage);
        }
    }

    @Test
    void rowsOfTextComeWithTheirGeneratorAlso() {
        operation("process_element", "yield from value.split()");
        for (int again = 0; again < 3; again++) {
            assertEquals(List.of("a", "größe", "ж"), all(py.invokeMethod("operation", "process_element", "a größe ж")));
            assertEquals(List.of(), all(py.invokeMethod("operation", "process_element", "")));
        }
    }

    @Test
    void methodsWithoutArgumentsAndMethodsInTurnsAreTheirOwn() {
        py.exec("class Operation:\n  def open(self): return 'open'\n  def close(self): return 'close'\n"
                + "  def same(self, value): return value\none, two = Operation(), Operation()\ntwo.same = lambda value: [value]");
        for (int i = 0; i < 600; i++) {
            assertEquals("open", py.invokeMethod("one", "open"));
            assertEquals("close", py.invokeMethod("two", "close"));
            assertEquals("x", py.invokeMethod("one", "same", "x"));
            assertEquals(List.of((long) i), py.invokeMethod("two", "same", (long) i));
            // Another String with the same text.
            assertEquals("x", py.invokeMethod(new String("one"), new String("same"), "x"));
        }
        for (int again = 0; again < 2; again++) {
            Exception raised = assertThrows(PythonException.class, () -> py.invokeMethod("one", "open", "too many"));
            assertTrue(raised.getMessage().contains("TypeError"), raised::getMessage);
            assertThrows(PythonException.class, () -> py.invokeMethod("one", "nothing", "x"));
        }
    }

    @Test
    void aClosedInterpreterSaysSoForEveryArgument() {
        operation("process_element", "return value");
        for (int again = 0; again < 2; again++) {
            assertEquals("x", py.invokeMethod("operation", "process_element", "x"));
        }
        py.close();
        assertThrows(IllegalStateException.class, () -> py.invokeMethod("operation", "process_element", "x"));
        assertThrows(IllegalStateException.class, () -> py.invokeMethod("operation", "process_element", 1L));
    }

    @Test
    void whatAMethodRaisesForANumberIsAnException() {
        operation("process_element", "return 1 // value");
        for (int again = 0; again < 3; again++) {
            assertEquals(1L, py.invokeMethod("operation", "process_element", 1L));
            Exception raised = assertThrows(PythonException.class, () -> py.invokeMethod("operation", "process_element", 0L));
            assertTrue(raised.getMessage().contains("ZeroDivisionError"), raised::getMessage);
        }
    }

    @Test
    void aMethodThatIsDefinedAnewIsCalled() {
        operation("process_element", "return value + 1");
        for (int again = 0; again < 3; again++) {
            assertEquals(2L, py.invokeMethod("operation", "process_element", 1L));
        }
        py.exec("operation.process_element = lambda value: value + 10");
        assertEquals(11L, py.invokeMethod("operation", "process_element", 1L));
        py.exec("class Other:\n  def process_element(self, value): return 'other'\noperation = Other()");
        assertEquals("other", py.invokeMethod("operation", "process_element", 1L));
    }

    @Test
    void anUnknownNameIsAnException() {
        for (int again = 0; again < 2; again++) {
            assertThrows(PythonException.class, () -> py.invokeMethod("nobody", "process_element", 1L));
        }
    }

    @Test
    void aGeneratorWhoseItemsAreInJavaAlreadyIsNotPassedToPython() {
        operation("process_element", "yield from range(value)");
        py.exec("def rest(items): return list(items)");
        for (long count : new long[] {0, 3, 200, 0, 3, 200}) {
            PyIterator items = (PyIterator) py.invokeMethod("operation", "process_element", count);
            if (count > 0) {
                Exception e = assertThrows(IllegalStateException.class, () -> py.invoke("rest", items));
                assertTrue(e.getMessage().startsWith("the generator has run ahead"), e.getMessage());
            }
            assertEquals(count, all(items).size());
        }
        py.exec("def plain(): yield from range(3)");
        assertEquals(List.of(0L, 1L, 2L), py.invoke("rest", py.invoke("plain")));
    }
}
