package dev.krait.pemja;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.testing.ChildJvm;
import java.math.BigInteger;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pemja.core.PythonException;
import pemja.core.PythonInterpreter;
import pemja.core.PythonInterpreterConfig;
import pemja.core.object.PyObject;

/** What PEMJA gets wrong, by its sources and as tried: each works here. */
class FaultsTest {
    private PythonInterpreter py;

    @BeforeEach
    void open() {
        py = new PythonInterpreter(PythonInterpreterConfig.newBuilder().build());
    }

    @AfterEach
    void close() {
        py.close();
    }

    private Object eval(String expression) {
        py.exec("result = " + expression);
        return py.get("result");
    }

    @Test
    void twoFunctionsCanBeCalledInTurns() {
        py.exec("def f(): return 'f'\ndef g(): return 'g'");
        for (int i = 0; i < 100; i++) {
            assertEquals("f", py.invoke("f"));
            assertEquals("g", py.invoke("g"));
        }
    }

    @Test
    void aFunctionThatIsDefinedAnewIsCalled() {
        py.exec("def f(): return 1");
        assertEquals(1L, py.invoke("f"));
        py.exec("def f(): return 2");
        assertEquals(2L, py.invoke("f"));
    }

    @Test
    void aShortIsANumber() {
        py.exec("def f(a, b): return a + b");
        assertEquals(-3L, py.invoke("f", (short) -1, (short) -2));
    }

    @Test
    void whatAMethodWithTwoArgumentsRaisesIsAnException() {
        py.exec("class C:\n  def m(self, a, b): raise ValueError('two')\no = C()");
        for (int i = 0; i < 20; i++) {
            assertTrue(assertThrows(PythonException.class, () -> py.invokeMethod("o", "m", 1, 2)).getMessage().contains("two"));
        }
    }

    @Test
    void primitiveArraysDoNotLeak() {
        ChildJvm.of(ManyArrays.class).options("-Xmx64m").run().fine();
    }

    /** A gigabyte of arrays. */
    public static final class ManyArrays {
        private ManyArrays() {
        }

        public static void main(String[] args) throws Exception {
            try (PythonInterpreter py = new PythonInterpreter(PythonInterpreterConfig.newBuilder().build())) {
                py.exec("def f(a): return len(a)");
                long[] array = new long[1 << 15];
                long before = 0;
                for (int i = 0; i < 4_000; i++) {
                    py.invoke("f", array);
                    if (i == 500) {
                        before = resident();
                    }
                }
                if (resident() - before > 100_000) {
                    throw new AssertionError("from " + before + " kB to " + resident() + " kB");
                }
            }
        }

        private static long resident() throws java.io.IOException {
            for (String line : java.nio.file.Files.readAllLines(java.nio.file.Path.of("/proc/self/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
            throw new AssertionError("no VmRSS");
        }
    }

    @Test
    void anInterpreterThatCannotOpenIsClosed() {
        py.exec("import gc, sys, pemja\ndef namespaces(): return sum(type(o) is dict and o.get('__name__') == '__main__' for o in gc.get_objects())\n"
                + "vars(pemja).pop('logger', None)\nlogger = sys.modules['pemja.logger']\nsys.modules['pemja.logger'] = None");
        try {
            long before = (Long) py.invoke("namespaces");
            PythonException thrown = assertThrows(PythonException.class, () -> new PythonInterpreter(PythonInterpreterConfig.newBuilder().build()));
            assertTrue(thrown.getMessage().contains("pemja.logger"), thrown.getMessage());
            long after = (Long) py.invoke("namespaces");
            assertTrue(after <= before, after + " after " + before);
        } finally {
            py.exec("sys.modules['pemja.logger'] = logger");
        }
    }

    @Test
    void anUnknownObjectIsAnException() {
        for (Object[] args : new Object[][] {{}, {1}, {1, 2}}) {
            PythonException thrown = assertThrows(PythonException.class, () -> py.invokeMethod("nobody", "m", args));
            assertTrue(thrown.getMessage().contains("nobody"), thrown::getMessage);
        }
        assertEquals(1L, eval("1"));
    }

    @Test
    void intsOfAnySizeCross() {
        assertEquals(BigInteger.ONE.shiftLeft(100), eval("2**100"));
        assertEquals(1L, eval("1"));
        py.set("x", BigInteger.ONE.shiftLeft(100));
        assertEquals("int", eval("type(x).__name__"));
        assertEquals(BigInteger.ONE.shiftLeft(100), py.get("x"));
    }

    @Test
    void everyCharacterCrosses() {
        for (String text : List.of("\ufeffa", "\ufffea", "\ud800", "a\0b", "\ud83d\ude00", "\ufeff")) {
            py.set("x", text);
            assertEquals(text, py.get("x"));
            assertEquals((long) text.codePointCount(0, text.length()), eval("len(x)"));
        }
    }

    @Test
    void namesMayHaveAnyLetter() {
        String name = "\ud835\udc00";
        py.set(name, 5);
        assertEquals(5L, py.get(name));
        py.exec("def \u4f60(): return 1");
        assertEquals(1L, py.invoke("\u4f60"));
    }

    @Test
    void variableArgumentsArePassedOneByOneOrAsATuple() {
        py.exec("from pemja import findClass\nS = findClass('java.lang.String')");
        assertEquals("1 and 2", eval("S.format('%s and %s', 1, 2)"));
        assertEquals("1 and 2", eval("S.format('%s and %s', (1, 2))"));
        assertEquals("a+b", eval("S.join('+', 'a', 'b')"));
    }

    @Test
    void aJavaMapThatIsHandedBackIsWhole() {
        Map<String, Integer> map = new TreeMap<>(Map.of("a", 1, "b", 2));
        py.exec("def f(m): return m\nfrom pemja import findClass\ndef held(): return findClass('java.util.Collections').unmodifiableMap({'a': 1})");
        assertEquals(Map.of("a", 1L, "b", 2L), py.invoke("f", map));
        assertEquals(Map.of("a", 1L), py.invoke("held"));
    }

    @Test
    void aMissingKeyIsAKeyError() {
        py.set("m", Map.of("a", 1));
        PythonException thrown = assertThrows(PythonException.class, () -> py.exec("m['b']"));
        assertTrue(thrown.getMessage().startsWith("<class 'KeyError'>"), thrown::getMessage);
    }

    /** Flink makes a Time of the milliseconds of the day, whatever the zone; PEMJA reads it so, and so must we. */
    @Test
    void aTimeIsTheMillisecondsOfTheDayAsFlinkCountsThem() {
        ChildJvm.of(OtherZone.class).options("-Duser.timezone=Asia/Tokyo").run().fine();
    }

    /** Far from UTC. */
    public static final class OtherZone {
        private OtherZone() {
        }

        public static void main(String[] args) {
            try (PythonInterpreter py = new PythonInterpreter(PythonInterpreterConfig.newBuilder().build())) {
                py.set("t", new Time(45_296_789));
                py.exec("r = str(t)");
                check("12:34:56.789000", py.get("r"));
                check(45_296_789L, ((Time) py.get("t")).getTime());
                py.set("d", java.sql.Date.valueOf("2024-02-29"));
                py.set("s", Timestamp.valueOf("2024-02-29 12:34:56.123456"));
                py.exec("r = str(d) + ' ' + str(s)");
                check("2024-02-29 2024-02-29 12:34:56.123456", py.get("r"));
                check(Timestamp.valueOf("2024-02-29 12:34:56.123456"), py.get("s"));
            }
        }

        private static void check(Object expected, Object found) {
            if (!expected.equals(found)) {
                throw new AssertionError(found + ", not " + expected);
            }
        }
    }

    @Test
    void aDatetimeWithAZoneKeepsItsInstant() {
        Instant instant = Instant.parse("2024-01-01T00:00:00Z");
        py.exec("from datetime import datetime, timezone, timedelta");
        assertEquals(Timestamp.from(instant), eval("datetime(2024, 1, 1, tzinfo=timezone.utc)"));
        assertEquals(Timestamp.from(instant), eval("datetime(2024, 1, 1, 5, tzinfo=timezone(timedelta(hours=5)))"));
    }

    @Test
    void datesAndTimesCanBeHadAsJavaTime() {
        py.exec("import datetime as d\nclass C: pass\no = C()\no.day = day = d.date(1500, 2, 28)\nnoon = d.datetime(2024, 2, 29, 12, 0, 0, 7)\n"
                + "hour = d.time(3, 4, 5, 6)\nutc = d.datetime(2024, 1, 1, tzinfo=d.timezone.utc)\ndays = [day, None]\nnone = None");
        assertEquals(LocalDate.of(1500, 2, 28), py.get("day", LocalDate.class));
        assertEquals(LocalDate.of(1500, 2, 28), ((PyObject) py.get("o")).getAttr("day", LocalDate.class));
        assertEquals(LocalDateTime.of(2024, 2, 29, 12, 0, 0, 7_000), py.get("noon", LocalDateTime.class));
        assertEquals(LocalTime.of(3, 4, 5, 6_000), py.get("hour", LocalTime.class));
        assertEquals(Instant.parse("2024-01-01T00:00:00Z"), py.get("utc", Instant.class));
        assertArrayEquals(new LocalDate[] {LocalDate.of(1500, 2, 28), null}, py.get("days", LocalDate[].class));
        assertNull(py.get("none", LocalDate.class));
        // Which instant it is, a datetime without a zone does not say.
        Exception e = assertThrows(PythonException.class, () -> py.get("noon", Instant.class));
        assertTrue(e.getMessage().startsWith("Python datetime.datetime (java.time.LocalDateTime) cannot become java.time.Instant"), e.getMessage());
        e = assertThrows(PythonException.class, () -> py.get("day", Integer.class));
        assertTrue(e.getMessage().startsWith("Python datetime.date (java.time.LocalDate) cannot become java.lang.Integer"), e.getMessage());
    }

    @Test
    void closingTwiceIsHarmless() throws Exception {
        PyObject object = (PyObject) eval("object()");
        object.close();
        object.close();
        py.close();
        py.close();
        assertThrows(IllegalStateException.class, () -> py.get("x"));
    }

    @Test
    void aListThatContainsItselfIsAnException() {
        py.exec("x = []\nx.append(x)");
        assertTrue(assertThrows(PythonException.class, () -> py.get("x")).getMessage().contains("contains itself"));
        List<Object> list = new ArrayList<>();
        list.add(list);
        assertTrue(assertThrows(PythonException.class, () -> py.set("y", list)).getMessage().contains("contains itself"));
    }

    @Test
    void aDictKeepsItsOrder() {
        py.exec("x = {k: 1 for k in 'zyxwvu'}");
        assertEquals("zyxwvu", String.join("", ((Map<?, ?>) py.get("x")).keySet().toArray(new String[0])));
    }

    @Test
    void setsBytearraysMemoryviewsAndEnumsAreValues() {
        assertEquals(Set.of(1L, 2L), eval("{1, 2}"));
        assertArrayEquals(new byte[] {1, 2}, (byte[]) eval("bytearray(b'\\1\\2')"));
        assertArrayEquals(new byte[] {1, 2}, (byte[]) eval("memoryview(b'\\1\\2')"));
        py.exec("import enum\nclass Unit(enum.Enum):\n  DAYS = 1\nclass Level(enum.IntEnum):\n  HIGH = 5\nu = Unit.DAYS\nl = Level.HIGH");
        assertSame(java.util.concurrent.TimeUnit.DAYS, py.get("u", java.util.concurrent.TimeUnit.class));
        assertEquals(5L, py.get("l"));
    }

    /** What a function of Flink's returns for BIGINT and DOUBLE when it computes with numpy. */
    @Test
    void numpyScalarsAreValues() {
        py.exec("import importlib.util\nr = importlib.util.find_spec('numpy') is not None");
        org.junit.jupiter.api.Assumptions.assumeTrue((Boolean) py.get("r"), "this Python has no numpy");
        py.exec("import numpy\nr = (numpy.int64(5), numpy.float64(2.5), numpy.mean([1, 2]), numpy.bool_(True))");
        assertArrayEquals(new Object[] {5L, 2.5, 1.5, true}, (Object[]) py.get("r"));
        py.exec("from pemja import findClass\nr = findClass('java.lang.Math').max(numpy.int64(1), 2)");
        assertEquals(2L, py.get("r"));
    }

    @Test
    void whatPythonRaisedIsKnownInFull() {
        py.exec("def f():\n  try:\n    {}['k']\n  except KeyError as e:\n    raise ValueError('outer') from e");
        PythonException thrown = assertThrows(PythonException.class, () -> py.invoke("f"));
        assertEquals("<class 'ValueError'>: outer", thrown.getMessage());
        dev.krait.PythonException cause = assertInstanceOf(dev.krait.PythonException.class, thrown.getCause());
        assertEquals("ValueError", cause.typeName());
        assertTrue(cause.traceback().contains("KeyError: 'k'"), cause::traceback);
        assertNotNull(cause.getCause());
        assertEquals("f", thrown.getStackTrace()[0].getMethodName());
    }

    @Test
    void aJavaExceptionThroughPythonIsTheCause() {
        IllegalStateException original = new IllegalStateException("mine");
        py.set("t", new Runnable() {
            @Override
            public void run() {
                throw original;
            }
        });
        py.exec("def f(): t.run()");
        PythonException thrown = assertThrows(PythonException.class, () -> py.invoke("f"));
        assertSame(original, thrown.getCause());
        assertTrue(thrown.getMessage().contains("mine"), thrown::getMessage);
    }

    @Test
    void pythonCodeCatchesWhateverJavaThrowsAsARuntimeError() {
        py.set("t", new java.util.concurrent.Callable<Object>() {
            @Override
            public Object call() throws Exception {
                throw new java.io.IOException("io");
            }
        });
        py.exec("try:\n  t.call()\nexcept RuntimeError as e:\n  r = [str(e), e.getMessage(), isinstance(e, OSError)]");
        assertEquals(List.of("io", "io", true), py.get("r"));
    }

    @Test
    void recursionWithoutEndIsAnException() {
        py.exec("def f(x): return sorted([1, 2], key=f)");
        PythonException thrown = assertThrows(PythonException.class, () -> py.invoke("f", 1));
        assertTrue(thrown.getMessage().startsWith("<class 'RecursionError'>"), thrown::getMessage);
    }

    @Test
    void anObjectThatIsPassedToJavaIsItself() {
        py.set("sink", new ArrayList<Object>(List.of(1)));
        py.set("callback", new Gauges());
        py.exec("class Gauge:\n  def get_value(self): return 7\nr = callback.read(Gauge())\nn = callback.count(i for i in range(3))");
        assertEquals(7L, py.get("r"));
        assertEquals(3L, py.get("n"));
        assertNull(py.get("nothing"));
    }

    /** As Flink's metrics do. */
    public static final class Gauges {
        /** Reads one. */
        public Object read(PyObject gauge) {
            return gauge.invokeMethod("get_value");
        }

        /** Counts items. */
        public int count(pemja.core.object.PyIterator items) {
            int count = 0;
            while (items.hasNext()) {
                items.next();
                count++;
            }
            return count;
        }
    }
}
