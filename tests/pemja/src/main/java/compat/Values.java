package compat;

import java.io.File;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import pemja.core.object.PyObject;

/** Every kind of value, both ways, alone and in containers. */
final class Values {
    private static final String[] PYTHON = {
        "None", "True", "False", "0", "1", "-1", "127", "128", "-129", "32768", "2**31 - 1", "2**31", "-2**31", "2**32", "2**62",
        "2**63 - 1", "-2**63", "2**63", "2**100", "-2**64", "0.0", "-0.0", "1.5", "1e308", "5e-324", "float('inf')", "float('-inf')",
        "float('nan')", "1e400", "''", "'a'", "'hello world'", "'\\n\\t\\\\'", "'\\0'", "'a\\0b'", "'\\xe9'", "'\\u4f60\\u597d'",
        "'\\U0001f600'", "'a\\U0001f600b'", "'\\ud800'", "'\\udc00x'", "'\\ufeff'", "'\\ufeffa'", "'\\ufffe'", "'\\ufffea'", "'x' * 1000",
        "'\\u0436' * 100", "b''", "b'abc'", "bytes(range(256))", "b'x' * 20000", "[]", "[1]", "[1, 'a', None, 2.5]", "[[1], [2, [3]]]",
        "list(range(20))", "()", "(1,)", "(1, 'a')", "((1, 2), (3,))", "[(1, 2)]", "([1], {'a': 1})", "{}", "{'a': 1}",
        "{1: 'x', 2: 'y'}", "{'a': {'b': {'c': 1}}}", "{None: 1}", "{True: 1}", "{1.5: 'x'}", "{'k': [1, (2, 3), {'z': None}]}",
        "{(1, 2): 3}", "{b'k': 1}", "__import__('decimal').Decimal('1.50')", "__import__('decimal').Decimal('-1E+10')",
        "__import__('decimal').Decimal('0')", "__import__('decimal').Decimal('1.' + '1' * 40)", "__import__('decimal').Decimal('NaN')",
        "__import__('datetime').date(2024, 2, 29)", "__import__('datetime').date(1, 1, 1)", "__import__('datetime').date(9999, 12, 31)",
        "__import__('datetime').date(1970, 1, 1)", "__import__('datetime').time(0, 0)", "__import__('datetime').time(12, 34, 56)",
        "__import__('datetime').time(23, 59, 59, 999999)", "__import__('datetime').datetime(2024, 2, 29, 12, 34, 56)",
        "__import__('datetime').datetime(2024, 2, 29, 12, 34, 56, 123456)", "__import__('datetime').datetime(1970, 1, 1)",
        "__import__('datetime').datetime(1900, 1, 1, 0, 0, 1)", "__import__('datetime').datetime(9999, 12, 31, 23, 59, 59, 999999)",
        "__import__('datetime').datetime(2024, 1, 1, tzinfo=__import__('datetime').timezone.utc)",
        "__import__('datetime').datetime(2024, 1, 1, tzinfo=__import__('datetime').timezone(__import__('datetime').timedelta(hours=5)))",
        "__import__('datetime').time(1, 2, tzinfo=__import__('datetime').timezone.utc)", "__import__('datetime').timedelta(1, 2, 3)",
        "__import__('uuid').UUID(int=5)", "set()", "{1, 2}", "{'a'}", "frozenset({1})", "bytearray(b'ab')", "memoryview(b'ab')", "range(3)",
        "__import__('array').array('i', [1, 2])", "1j", "...", "len", "int", "lambda: 0", "object()", "__import__('types')", "Exception('x')",
        "iter([1])", "(i for i in [1, 2])", "[(i for i in [1])]", "{'g': (i for i in [1])}", "enumerate([1])", "{}.keys()",
        "type('S', (str,), {})('sub')", "type('I', (int,), {})(5)", "type('F', (float,), {})(2.5)", "type('L', (list,), {})([1])",
        "type('T', (tuple,), {})((1,))", "type('D', (dict,), {})({'a': 1})", "type('B', (bytes,), {})(b'x')",
        "__import__('collections').OrderedDict(a=1)", "__import__('collections').defaultdict(int, a=1)", "__import__('collections').Counter('aab')",
        "__import__('collections').namedtuple('P', 'x y')(1, 2)", "__import__('enum').Enum('E', 'A').A", "__import__('enum').IntEnum('E', 'A').A",
        "__import__('fractions').Fraction(1, 3)", "type('O', (), {'__repr__': lambda s: 'an O'})()",
    };

    private Values() {
    }

    static void toJava(Cases cases) {
        for (String expression : PYTHON) {
            cases.add("get " + expression, interp -> {
                interp.exec("x = " + expression);
                return interp.get("x");
            });
        }
        for (String expression : new String[] {"None", "5", "2.5", "'s'", "b'b'", "(1, [2])", "{'a': (1,)}", "[None]"}) {
            cases.add("invoke gives " + expression, interp -> {
                interp.exec("def f(): return " + expression);
                return interp.invoke("f");
            });
            cases.add("a method gives " + expression, interp -> {
                interp.exec("class C:\n  def m(self): return " + expression + "\no = C()");
                return interp.invokeMethod("o", "m");
            });
            cases.add("an object's method gives " + expression, interp -> {
                interp.exec("class C:\n  def m(self, a=None): return " + expression + "\no = C()");
                return ((PyObject) interp.get("o")).invokeMethod("m");
            });
            cases.add("an attribute is " + expression, interp -> {
                interp.exec("class C: pass\no = C()\no.a = " + expression);
                return ((PyObject) interp.get("o")).getAttr("a");
            });
            cases.add("a generator yields " + expression, interp -> {
                interp.exec("def f():\n  yield " + expression);
                return Calls.drain(interp.invoke("f"));
            });
        }
    }

    /** What Python sees: class and repr; of a Java object what its toString says. */
    private static final String SEE = "def _see(x):\n"
            + "  if hasattr(x, 'getClass'): return 'java: ' + str(x.toString())\n"
            + "  if isinstance(x, (list, tuple)): return type(x).__name__ + '[' + ', '.join(_see(i) for i in x) + ']'\n"
            + "  if isinstance(x, dict): return 'dict{' + ', '.join(sorted(_see(k) + ': ' + _see(v) for k, v in x.items())) + '}'\n"
            + "  return type(x).__name__ + ' ' + ascii(x)\n"
            + "def _see2(a, x): return _see(x)\n"
            + "class _See:\n  def m(self, x): return _see(x)\n  def m2(self, a, x): return _see(x)\n_o = _See()\n";

    static Map<String, Object> javaValues() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("null", null);
        values.put("true", true);
        values.put("false", false);
        for (byte b : new byte[] {0, 1, -128, 127}) {
            values.put("byte " + b, b);
        }
        for (short s : new short[] {0, -32768, 32767}) {
            values.put("short " + s, s);
        }
        for (int i : new int[] {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            values.put("int " + i, i);
        }
        for (long l : new long[] {0, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE}) {
            values.put("long " + l, l);
        }
        for (float f : new float[] {0f, 1.5f, 0.1f, Float.MAX_VALUE, Float.NaN}) {
            values.put("float " + f, f);
        }
        for (double d : new double[] {0, -0.0, 0.1, Double.MAX_VALUE, Double.MIN_VALUE, Double.NaN, Double.NEGATIVE_INFINITY}) {
            values.put("double " + d, d);
        }
        for (char c : new char[] {'a', 'é', '你', 0, '\ud800', '\ufeff'}) {
            values.put("char " + (int) c, c);
        }
        for (String s : new String[] {"", "a", "hello", "é", "你好", "😀", "a\0b", "\ud800", "\ufeff", "\ufeffa", "\ufffea", "x".repeat(5000)}) {
            values.put("string " + Render.escape(s.length() > 20 ? "long" : s), s);
        }
        values.put("byte[] 0", new byte[0]);
        values.put("byte[] 3", new byte[] {1, -2, 3});
        values.put("byte[] 20000", new byte[20000]);
        values.put("short[]", new short[] {1, -2});
        values.put("int[]", new int[] {1, -2});
        values.put("long[]", new long[] {1, -2});
        values.put("float[]", new float[] {1.5f});
        values.put("double[]", new double[] {1.5});
        values.put("boolean[]", new boolean[] {true, false});
        values.put("char[]", new char[] {'a', 'b'});
        values.put("Object[] 0", new Object[0]);
        values.put("Object[]", new Object[] {1, "a", null, new Object[] {2L}});
        values.put("String[]", new String[] {"a", "b"});
        values.put("Integer[]", new Integer[] {1, null});
        values.put("int[][]", new int[][] {{1}, {2, 3}});
        values.put("List 0", new ArrayList<>());
        values.put("List", Arrays.asList(1, "a", null, 2.5, Arrays.asList(3)));
        values.put("List.of", List.of(1L, 2L));
        values.put("LinkedList", new LinkedList<>(List.of("x")));
        values.put("List of byte[]", List.of(new byte[] {1}, new byte[] {2}));
        values.put("unmodifiable List", Collections.unmodifiableList(Arrays.asList(1, 2)));
        values.put("Set", new LinkedHashSet<>(List.of(1)));
        values.put("ArrayDeque", new ArrayDeque<>(List.of(1)));
        values.put("Map 0", new LinkedHashMap<>());
        values.put("Map", Map.of("a", 1));
        values.put("TreeMap", new TreeMap<>(Map.of("b", List.of(1), "a", Map.of("c", 2L))));
        values.put("Map with null", Collections.singletonMap(null, null));
        values.put("Map of ints", Map.of(1, 2L));
        values.put("Map with List key", Collections.singletonMap(List.of(1), 1));
        values.put("Map with Object[] key", Collections.singletonMap(new Object[] {1, 2}, 1));
        values.put("Map.Entry", Map.entry("k", 1));
        values.put("Optional", Optional.of(1));
        values.put("BigDecimal", new BigDecimal("1.50"));
        values.put("BigDecimal large", new BigDecimal("-1.5E+30"));
        values.put("BigInteger", BigInteger.ONE.shiftLeft(100));
        values.put("BigInteger small", BigInteger.TEN);
        values.put("AtomicInteger", new AtomicInteger(5));
        values.put("sql.Date", java.sql.Date.valueOf("2024-02-29"));
        values.put("sql.Date 1970", java.sql.Date.valueOf("1970-01-01"));
        values.put("sql.Time 0", new java.sql.Time(0));
        values.put("sql.Time", new java.sql.Time(45_296_789));
        values.put("sql.Time of a day later", new java.sql.Time(86_400_000L + 1000));
        values.put("sql.Time before", new java.sql.Time(-1000));
        values.put("sql.Timestamp", java.sql.Timestamp.valueOf("2024-02-29 12:34:56.123456789"));
        values.put("sql.Timestamp 1970", java.sql.Timestamp.valueOf("1970-01-01 00:00:00"));
        values.put("util.Date", new java.util.Date(0));
        values.put("LocalDate", LocalDate.of(2024, 2, 29));
        values.put("LocalTime", LocalTime.of(1, 2));
        values.put("LocalDateTime", LocalDateTime.of(2024, 1, 1, 1, 1));
        values.put("Instant", Instant.EPOCH);
        values.put("Duration", Duration.ofSeconds(5));
        values.put("UUID", new UUID(0, 5));
        values.put("enum", TimeUnit.DAYS);
        values.put("StringBuilder", new StringBuilder("sb"));
        values.put("File", new File("/tmp"));
        values.put("Throwable", new IllegalStateException("thrown"));
        values.put("own class", new Shapes.Named("n"));
        return values;
    }

    static void toPython(Cases cases) {
        for (Map.Entry<String, Object> value : javaValues().entrySet()) {
            String name = value.getKey();
            Object object = value.getValue();
            cases.add("set " + name, interp -> {
                interp.exec(SEE);
                interp.set("x", object);
                interp.exec("r = _see(x)");
                return interp.get("r");
            });
            cases.add("argument " + name, interp -> {
                interp.exec(SEE);
                return interp.invoke("_see", new Object[] {object});
            });
            cases.add("second argument " + name, interp -> {
                interp.exec(SEE);
                return interp.invoke("_see2", 0, object);
            });
            cases.add("a method's argument " + name, interp -> {
                interp.exec(SEE);
                return interp.invokeMethod("_o", "m", new Object[] {object});
            });
            cases.add("an object's argument " + name, interp -> {
                interp.exec(SEE);
                return ((PyObject) interp.get("_o")).invokeMethod("m", new Object[] {object});
            });
            cases.add("comes back " + name, interp -> {
                interp.set("x", object);
                return interp.get("x");
            });
        }
        cases.add("in a list, every value", interp -> {
            interp.exec(SEE);
            List<Object> all = new ArrayList<>();
            for (String name : new String[] {"null", "true", "byte 1", "int 1", "long 0", "double 0.1", "string a", "byte[] 3", "Object[]", "List", "Map"}) {
                all.add(javaValues().get(name));
            }
            return interp.invoke("_see", all);
        });
        cases.add("keyword arguments", interp -> {
            interp.exec("def f(*args, **kw): return [list(args), sorted(kw.items())]");
            Map<String, Object> kwargs = new TreeMap<>(Map.of("a", 1, "b", "x"));
            return Arrays.asList(interp.invoke("f", kwargs), interp.invoke("f", new Object[] {1, 2}, kwargs),
                    interp.invoke("f", new Object[] {3}, null));
        });
        cases.add("keyword arguments with null", interp -> {
            interp.exec("def f(a): return a is None");
            return interp.invoke("f", Collections.singletonMap("a", null));
        });
        cases.add("the same Java object comes back", interp -> {
            Object object = new Object();
            interp.set("x", object);
            return interp.get("x") == object;
        });
        cases.add("set replaces", interp -> {
            interp.set("x", 1);
            interp.set("x", "two");
            return interp.get("x");
        });
        cases.add("setAttr", interp -> {
            interp.exec("class C: pass\no = C()");
            PyObject object = (PyObject) interp.get("o");
            object.setAttr("a", new Object[] {1, "b"});
            return object.getAttr("a");
        });
    }

    static void asTypes(Cases cases) {
        Class<?>[] types = {Object.class, Boolean.class, Byte.class, Short.class, Integer.class, Long.class, Float.class, Double.class, String.class,
            Number.class, BigDecimal.class, BigInteger.class, List.class, Map.class, Object[].class, byte[].class, PyObject.class};
        String[] expressions = {"True", "5", "300", "2**40", "2.5", "'text'", "b'b'", "[1]", "(1, 2)", "{'a': 1}", "None",
            "__import__('decimal').Decimal('7')"};
        for (String expression : expressions) {
            for (Class<?> type : types) {
                cases.add("get " + expression + " as " + type.getSimpleName(), interp -> {
                    interp.exec("x = " + expression);
                    return interp.get("x", type);
                });
            }
        }
        for (Class<?> type : new Class<?>[] {Integer.class, Long.class, String.class, Double.class, List.class}) {
            cases.add("attribute 5 as " + type.getSimpleName(), interp -> {
                interp.exec("class C: a = 5\no = C()");
                return ((PyObject) interp.get("o")).getAttr("a", type);
            });
        }
    }
}
