package compat;

/** Java classes and objects as Python code uses them: what Flink's does, and what else PEMJA's interface offers. */
final class JavaInPython {
    private static final String FIND = "from pemja import findClass\n";

    private final Cases cases;

    private JavaInPython(Cases cases) {
        this.cases = cases;
    }

    static void add(Cases cases) {
        new JavaInPython(cases).all();
    }

    /** Python code whose result is what is rendered; T stands for the class of types, S for the shapes. */
    private void python(String name, String code) {
        cases.python("java: " + name, FIND + "T = findClass('compat.Shapes$Types')()\nS = findClass('compat.Shapes')\n" + code);
    }

    private void gives(String expression) {
        python(expression, "result = " + expression);
    }

    private void caught(String name, String code) {
        python(name, "def caught():\n  try:\n    " + code + "\n  except RuntimeError as e:\n    return 'RuntimeError'\n"
                + "  except Exception as e:\n    return type(e).__name__\n  return 'nothing'\nresult = caught()");
    }

    private void all() {
        classes();
        parameters();
        objects();
        exceptions();
        own();
    }

    private void classes() {
        for (String name : new String[] {"java.lang.String", "java.util.ArrayList", "java.util.Map$Entry", "compat.Shapes$Outer$Inner", "java/lang/Long",
            "java.lang.Nothing", "", "compat.Shapes.Outer"}) {
            python("findClass(" + name + ")", "try:\n  findClass('" + name + "')\n  result = 'found'\nexcept BaseException as e:\n  result = 'not found'");
        }
        gives("S.NUMBER");
        gives("S.TEXT");
        gives("S.LIST");
        python("a static field is set", "S.counter = 5\nresult = S.counter");
        gives("findClass('java.lang.Integer').MAX_VALUE");
        gives("findClass('java.lang.Math').max(3, 4)");
        gives("findClass('java.lang.Math').abs(-2.5)");
        gives("findClass('java.lang.Long').parseLong('77')");
        gives("findClass('java.lang.String').valueOf(5)");
        gives("findClass('java.util.Collections').emptyList()");
        gives("findClass('java.util.Collections').emptyMap()");
        gives("findClass('java.util.Arrays').asList(('a', 'b'))");
        gives("findClass('java.time.Duration').ofMillis(5)");
        gives("findClass('java.time.Duration').ofMillis(5).toString()");
        gives("findClass('java.util.concurrent.TimeUnit').DAYS");
        gives("findClass('java.util.concurrent.TimeUnit').valueOf('HOURS')");
        gives("findClass('compat.Shapes$Color').GREEN.lower()");
        gives("findClass('compat.Shapes$Color').first().name()");
        gives("len(findClass('compat.Shapes$Color').values())");
        gives("S.sum(1, 2)");
        gives("S.sum(1, 2, 3)");
        gives("S.join(('a', 'b'))");
        gives("findClass('compat.Shapes$Outer$Inner').hello()");
        gives("findClass('compat.Shapes$Greeter').of('x')");
        python("a class is passed to Python and back", "C = findClass('java.lang.String')\nresult = T.className(C)");
        for (String arguments : new String[] {"", "5", "'s'", "'s', 7", "True", "None", "[1]", "(1, 2)", "'a', 'b', 'c'"}) {
            python("Made(" + arguments + ")", "result = findClass('compat.Shapes$Made')(" + arguments + ").toString()");
        }
        for (String made : new String[] {"java.util.ArrayList", "java.util.HashMap", "java.lang.StringBuilder", "java.util.HashSet", "java.lang.Object"}) {
            python("new " + made + " is of class", "x = findClass('" + made + "')()\nresult = T.className(x)");
        }
        gives("findClass('java.math.BigDecimal')('1.5')");
        gives("findClass('java.lang.String')('x')");
        gives("findClass('java.sql.Timestamp')(0).__class__.__name__");
        gives("findClass('java.lang.StringBuilder')('x').append('y').toString()");
    }

    private void parameters() {
        String[][] calls = {
            {"aBoolean", "True", "False", "1", "None"}, {"aByte", "5", "-128", "200", "True"}, {"aShort", "5", "40000"}, {"anInt", "5", "2**31", "2.5", "'x'"},
            {"aLong", "5", "2**63 - 1", "2**63", "2.5"}, {"aFloat", "1.5", "2", "0.1"}, {"aDouble", "1.5", "2", "float('nan')"}, {"aChar", "'a'", "'ab'"},
            {"aString", "'s'", "''", "None", "5", "'\\u4f60'"}, {"anInteger", "5", "None"}, {"aLongObject", "5", "2**40"}, {"aDoubleObject", "2.5", "2"},
            {"anObject", "None", "True", "5", "2**40", "2.5", "'s'", "b'b'", "[1, 'a']", "(1, 'a')", "{'a': 1}", "__import__('datetime').date(2024, 1, 2)",
                "__import__('datetime').datetime(2024, 1, 2, 3)", "__import__('decimal').Decimal('1.5')", "T", "{1}"},
            {"bytes", "b'abc'", "b''", "None"}, {"ints", "(1, 2)", "()", "[1, 2]"}, {"objects", "(1, 'a', None)", "[1]"}, {"strings", "('a', 'b')", "()"},
            {"list", "[1, 'a']", "[]", "(1,)", "None"}, {"map", "{'a': 1}", "{}", "None"},
        };
        for (String[] call : calls) {
            for (int i = 1; i < call.length; i++) {
                gives("T." + call[0] + "(" + call[i] + ")");
            }
            python("T." + call[0] + " with two arguments", "result = T." + call[0] + "(1, 2)");
        }
        for (String argument : new String[] {"5", "2**40", "2.5", "'s'", "True", "b'b'", "[1]", "(1, 2)", "{'a': 1}"}) {
            gives("findClass('compat.Shapes$Over')().f(" + argument + ")");
            gives("findClass('compat.Shapes$Over')().g(" + argument + ")");
        }
        gives("findClass('compat.Shapes$Over')().two(1, 'a')");
        gives("findClass('compat.Shapes$Over')().two('a', 1)");
        gives("findClass('compat.Shapes$Over')().many(('a', 'b'))");
        gives("findClass('compat.Shapes$Over')().many('a', 'b')");
        gives("findClass('compat.Shapes$Over')().many('a')");
        gives("findClass('compat.Shapes$Over')().many()");
        gives("T.nothing()");
        gives("T.anObject(object()).__class__.__name__");
        python("a Python object as PyObject", "class G:\n  def get_value(self): return 7\nresult = T.callable(G())");
        python("a generator as PyIterator", "result = T.drain(i for i in range(3))");
        python("the same Python object comes back", "o = object()\nresult = T.anObject(o) is o");
        gives("T.className(5)");
        gives("T.className(2.5)");
        gives("T.className((1,))");
        gives("T.className([1])");
        gives("T.className(None)");
        gives("T.className('x')");
    }

    private void objects() {
        String named = "n = findClass('compat.Shapes$Named')('first')\n";
        python("a getter", named + "result = n.getName()");
        python("a field", named + "result = (n.name, n.size, n.any)");
        python("a field of an array", named + "result = n.numbers");
        python("a field is set", named + "n.name = 'second'\nn.size = 9\nresult = (n.getName(), n.size)");
        python("a setter", named + "n.setName('third')\nresult = n.name");
        python("no such member", named + "try:\n  n.nope\n  result = 'there'\nexcept AttributeError:\n  result = 'AttributeError'");
        python("str of an object", named + "result = str(n)");
        python("getClass().getName()", named + "result = n.getClass().getName()");
        python("hashCode and equals", named + "result = (n.equals(n), n.hashCode() == n.hashCode(), n == n, n is not None)");
        python("a method is held", named + "f = n.getName\nn.setName('later')\nresult = f()");
        python("an object goes back", named + "result = n");
        python("an object in a dict", named + "d = {'n': n}\nresult = d['n'].getName()");
        python("an iterator", "result = [x for x in T.iterator()]");
        python("an iterator by hand", "i = T.iterator()\nresult = (i.hasNext(), i.next(), next(i), i.hasNext())");
        python("an iterable", "result = [x for x in T.iterable()]");
        python("a set", "s = T.set()\nresult = (s.size(), len(s), s.contains(2), 1 in s, 5 in s, sorted(s))");
        python("a list is a list", "x = T.list([1, 2])\nx.append(3)\nresult = (type(x).__name__, x)");
        python("a map is a dict", "x = T.map({'a': 1})\nx['b'] = 2\nresult = (type(x).__name__, x)");
        python("an array is a tuple", "x = T.ints((1, 2))\nresult = (type(x).__name__, x)");
        python("an entry", "e = T.entry()\nresult = (e.getKey(), e.getValue())");
        python("entries", "result = [(e.getKey(), e.getValue()) for e in T.entries()]");
        python("a private class", "h = S.hidden()\nresult = (h.visible('x'), h.self().visible('y'))");
        python("a private map", "m = S.hiddenMap()\nresult = type(m).__name__");
        python("a lambda", "result = S.lambda_ if False else getattr(S, 'lambda')().apply('x')");
        python("an anonymous class", "result = S.anonymous().twice(4)");
        python("a default method", "g = S.greeter()\nresult = (g.greet(), g.name())");
        python("isinstance", "result = hasattr(T, 'getClass'), callable(S.sum)");
        python("notify and wait are there", "result = hasattr(T, 'notify') and hasattr(T, 'wait')");
        python("a StringBuilder", "b = findClass('java.lang.StringBuilder')()\nb.append('x')\nb.append(5)\nb.append(True)\nresult = b.toString()");
        python("an AtomicLong", "a = findClass('java.util.concurrent.atomic.AtomicLong')(5)\nresult = (a.incrementAndGet(), a.get(), a.longValue())");
        python("a concurrent map is a dict", "m = findClass('java.util.concurrent.ConcurrentHashMap')()\nresult = type(m).__name__");
    }

    private void exceptions() {
        String throwing = "t = findClass('compat.Shapes$Throwing')()\n";
        for (String call : new String[] {"t.unchecked('bad')", "t.checked()", "t.two('a', 1)", "t.error()"}) {
            python("throws: " + call, throwing + "result = " + call);
            caught("caught: " + call, throwing.trim().replace("t = ", "t = ") + "; " + call);
        }
        python("the exception's argument is the Java exception", throwing
                + "try:\n  t.unchecked('bad')\nexcept RuntimeError as e:\n  result = (e.args[0].getMessage(), e.args[0].getClass().getName())");
        python("the exception as text", throwing + "try:\n  t.unchecked('bad')\nexcept RuntimeError as e:\n  result = str(e)");
        python("after an exception all is well", throwing + "try:\n  t.unchecked('bad')\nexcept Exception:\n  pass\nresult = S.sum(1, 2)");
        python("a constructor throws", "try:\n  findClass('java.math.BigDecimal')('x')\n  result = 'made'\nexcept RuntimeError:\n  result = 'RuntimeError'");
        caught("too many arguments", "S.sum(1, 2, 3, 4)");
        caught("a wrong argument", "S.sum('a', 'b')");
        caught("keywords", "S.sum(a=1, b=2)");
        caught("a class without a public constructor", "S()");
        caught("an interface", "findClass('compat.Shapes$Greeter')()");
    }

    private void own() {
        cases.add("an object of Java's is used", interp -> {
            interp.set("n", new Shapes.Named("given"));
            interp.exec("r = n.getName() + '!'\nn.size = 3");
            return interp.get("r");
        });
        cases.add("a private class's object is used", interp -> {
            interp.set("h", Shapes.hidden());
            interp.exec("r = h.visible('x')");
            return interp.get("r");
        });
        cases.add("Java calls Python calls Java calls Python", interp -> {
            interp.exec("class P:\n  def m(self, x): return ('python', x)\np = P()");
            interp.set("j", new Calling(interp));
            interp.exec("r = j.call(p)");
            return interp.get("r");
        });
        cases.add("metrics", interp -> {
            interp.exec("class G:\n  def get_value(self): return 11\ng = G()");
            Object gauge = interp.get("g");
            return ((pemja.core.object.PyObject) gauge).invokeMethod("get_value");
        });
    }

    /** Calls back. */
    public static final class Calling {
        private final pemja.core.PythonInterpreter interp;

        Calling(pemja.core.PythonInterpreter interp) {
            this.interp = interp;
        }

        public Object call(Object python) {
            interp.set("y", 5);
            return new Object[] {interp.get("y"), ((pemja.core.object.PyObject) python).invokeMethod("m", "x")};
        }
    }
}
