package compat;

import java.util.ArrayList;
import java.util.List;
import pemja.core.object.PyIterator;
import pemja.core.object.PyObject;

/** Calls, names, exceptions, generators. */
final class Calls {
    private static final String[] RAISED = {
        "ValueError('bad')", "ValueError()", "ValueError('a', 1)", "KeyError('k')", "IndexError('i')", "TypeError('t')", "ZeroDivisionError('z')",
        "AttributeError('a')", "ImportError('i')", "OSError(2, 'No such file')", "StopIteration('s')", "RuntimeError('\\u4f60')", "SystemExit(3)",
        "KeyboardInterrupt('k')", "MemoryError('m')", "RecursionError('r')", "UnicodeError('u')", "AssertionError('x')", "NotImplementedError('n')",
        "Exception('line\\nline')", "Exception(None)", "Exception(5)", "type('Own', (Exception,), {})('own')",
    };

    private Calls() {
    }

    static List<Object> drain(Object iterator) {
        List<Object> items = new ArrayList<>();
        PyIterator all = (PyIterator) iterator;
        while (all.hasNext()) {
            items.add(all.next());
        }
        return items;
    }

    static void add(Cases cases) {
        for (String raised : RAISED) {
            cases.add("a function raises " + raised, interp -> {
                interp.exec("def f(): raise " + raised);
                return interp.invoke("f");
            });
        }
        cases.add("a method raises", interp -> {
            interp.exec("class C:\n  def m(self): raise ValueError('m')\n  def m1(self, a): raise ValueError('m1')\n"
                    + "  def m2(self, a, b): raise ValueError('m2')\no = C()");
            return interp.invokeMethod("o", "m");
        });
        cases.add("a method with one argument raises", interp -> {
            interp.exec("class C:\n  def m1(self, a): raise ValueError('m1')\no = C()");
            return interp.invokeMethod("o", "m1", 1);
        });
        cases.add("a method with two arguments raises", interp -> {
            interp.exec("class C:\n  def m2(self, a, b): raise ValueError('m2')\no = C()");
            return interp.invokeMethod("o", "m2", 1, 2);
        });
        cases.add("a function with two arguments raises", interp -> {
            interp.exec("def f(a, b): raise ValueError('f2')");
            return interp.invoke("f", 1, 2);
        });
        cases.add("an object's method raises", interp -> {
            interp.exec("class C:\n  def m(self): raise ValueError('m')\no = C()");
            return ((PyObject) interp.get("o")).invokeMethod("m");
        });
        cases.add("exec raises", interp -> {
            interp.exec("1 / 0");
            return null;
        });
        cases.add("a syntax error", interp -> {
            interp.exec("def f(:\n");
            return null;
        });
        cases.add("an error has Python's frames first", interp -> {
            java.nio.file.Path file = java.nio.file.Path.of(Main.folder, "raising.py");
            java.nio.file.Files.writeString(file, "def outer():\n    inner()\n\n\ndef inner():\n    raise ValueError('deep')\n");
            interp.exec("import sys; sys.path.insert(0, r'" + Main.folder + "'); import raising; f = raising.outer");
            try {
                interp.invoke("f");
            } catch (Throwable e) {
                StackTraceElement[] trace = e.getStackTrace();
                return trace[0].getMethodName() + " " + trace[0].getFileName() + ":" + trace[0].getLineNumber() + ", " + trace[1].getMethodName()
                        + " " + trace[1].getFileName() + ":" + trace[1].getLineNumber() + " " + trace[0].getClassName().endsWith("raising");
            }
            return "nothing was thrown";
        });
        cases.add("after an error all is well", interp -> {
            interp.exec("def f(): raise ValueError('x')\ndef g(): return 1");
            try {
                interp.invoke("f");
            } catch (Throwable e) {
                return interp.invoke("g");
            }
            return "nothing was thrown";
        });
        cases.add("no such function", interp -> interp.invoke("nope"));
        cases.add("no such function, one argument", interp -> interp.invoke("nope", 1));
        cases.add("no such function, two arguments", interp -> interp.invoke("nope", 1, 2));
        cases.add("no such object", interp -> interp.invokeMethod("nope", "m"));
        cases.add("no such object, one argument", interp -> interp.invokeMethod("nope", "m", 1));
        cases.add("no such object, two arguments", interp -> interp.invokeMethod("nope", "m", 1, 2));
        cases.add("no such method", interp -> {
            interp.exec("o = object()");
            return interp.invokeMethod("o", "m");
        });
        cases.add("no such method, one argument", interp -> {
            interp.exec("o = object()");
            return interp.invokeMethod("o", "m", 1);
        });
        cases.add("no such attribute", interp -> {
            interp.exec("o = object()");
            return ((PyObject) interp.get("o")).getAttr("nope");
        });
        cases.add("no such global", interp -> interp.get("nope"));
        cases.add("a built-in is no global", interp -> interp.invoke("len", List.of(1)));
        cases.add("not callable", interp -> {
            interp.exec("x = 5");
            return interp.invoke("x");
        });
        cases.add("too many arguments", interp -> {
            interp.exec("def f(): return 1");
            return interp.invoke("f", 1);
        });
        for (int count = 0; count <= 6; count++) {
            Object[] args = new Object[count];
            for (int i = 0; i < count; i++) {
                args[i] = i;
            }
            cases.add("a call with " + count + " arguments", interp -> {
                interp.exec("def f(*args): return args\nclass C:\n  def m(self, *args): return args\no = C()");
                return List.of(interp.invoke("f", args), interp.invokeMethod("o", "m", args), ((PyObject) interp.get("o")).invokeMethod("m", args));
            });
        }
        cases.add("two functions in turns", interp -> {
            interp.exec("def f(): return 'f'\ndef g(): return 'g'");
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                text.append(interp.invoke("f")).append(interp.invoke("g"));
            }
            return text.length() + text.substring(96);
        });
        cases.add("two methods in turns", interp -> {
            interp.exec("class C:\n  def f(self, a, b): return 'f'\n  def g(self, a, b): return 'g'\no = C()\np = C()");
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                text.append(interp.invokeMethod("o", "f", 1, 2)).append(interp.invokeMethod("p", "g", 1, 2));
            }
            return text.length() + text.substring(96);
        });
        cases.add("a function that is defined anew", interp -> {
            interp.exec("def f(): return 1");
            Object first = interp.invoke("f");
            interp.exec("def f(): return 2");
            return List.of(first, interp.invoke("f"));
        });
        cases.add("a lambda and a class are called", interp -> {
            interp.exec("f = lambda a: a\nclass C:\n  def __init__(self, a): self.a = a\n  def __repr__(self): return f'C({self.a})'");
            return List.of(interp.invoke("f", "x"), interp.invoke("C", 5));
        });
        for (String name : new String[] {"\u00e9", "\u4f60\u597d", "_x1", "\ud835\udc00"}) {
            cases.add("a name " + Render.escape(name), interp -> {
                interp.set(name, 5);
                interp.exec("y = " + name + " + 1\ndef " + name + "_f(): return 'called'");
                return List.of(interp.get(name), interp.get("y"), interp.invoke(name + "_f"));
            });
        }
        cases.add("source in another script", interp -> {
            interp.exec("x = '\u4f60\u597d \u00e9 \ud83d\ude00'");
            return interp.get("x");
        });
        generators(cases);
        objects(cases);
    }

    private static void generators(Cases cases) {
        cases.add("an empty generator", interp -> {
            interp.exec("def f():\n  return\n  yield");
            return drain(interp.invoke("f"));
        });
        cases.add("a generator runs when asked", interp -> {
            interp.exec("seen = []\ndef f():\n  for i in range(3):\n    seen.append(i)\n    yield i");
            PyIterator items = (PyIterator) interp.invoke("f");
            Object before = interp.get("seen");
            items.hasNext();
            items.hasNext();
            Object one = interp.get("seen");
            items.next();
            return List.of(before, one, interp.get("seen"), items.next(), items.next(), items.hasNext());
        });
        cases.add("next without hasNext", interp -> {
            interp.exec("def f():\n  yield 1\n  yield 2");
            PyIterator items = (PyIterator) interp.invoke("f");
            return List.of(items.next(), items.next(), items.hasNext());
        });
        cases.add("next at the end", interp -> {
            interp.exec("def f():\n  yield 1");
            PyIterator items = (PyIterator) interp.invoke("f");
            items.next();
            return items.next();
        });
        cases.add("a generator raises", interp -> {
            interp.exec("def f():\n  yield 1\n  raise ValueError('in a generator')");
            return drain(interp.invoke("f"));
        });
        cases.add("a generator is closed", interp -> {
            interp.exec("closed = []\ndef f():\n  try:\n    yield 1\n    yield 2\n  finally:\n    closed.append(True)");
            PyIterator items = (PyIterator) interp.invoke("f");
            items.next();
            items.close();
            return interp.get("closed");
        });
        cases.add("a generator that never ran is closed", interp -> {
            interp.exec("def f():\n  yield 1");
            ((PyIterator) interp.invoke("f")).close();
            return "closed";
        });
        cases.add("a generator by reflection", interp -> {
            interp.exec("class C:\n  def process_element(self, v):\n    yield (v, 1)\n    yield (v, 2)\no = C()");
            Object items = interp.invokeMethod("o", "process_element", 5L);
            List<Object> all = new ArrayList<>();
            while ((boolean) items.getClass().getMethod("hasNext").invoke(items)) {
                all.add(items.getClass().getMethod("next").invoke(items));
            }
            items.getClass().getMethod("close").invoke(items);
            return all;
        });
        cases.add("a generator of a generator", interp -> {
            interp.exec("def f():\n  yield from ((i, i) for i in range(3))");
            return drain(interp.invoke("f"));
        });
        cases.add("a generator's own methods", interp -> {
            interp.exec("def f():\n  got = yield 1\n  yield ('got', got)");
            PyIterator items = (PyIterator) interp.invoke("f");
            return List.of(items.invokeMethod("__next__"), items.invokeMethod("send", 5));
        });
        cases.add("a generator with many items", interp -> {
            interp.exec("def f():\n  for i in range(5000): yield i");
            return drain(interp.invoke("f")).size();
        });
        cases.add("a generator goes back to Python", interp -> {
            interp.exec("def f():\n  yield 1\n  yield 2\ndef total(g): return sum(g)");
            return interp.invoke("total", interp.invoke("f"));
        });
    }

    private static void objects(Cases cases) {
        cases.add("an object is the same in Python", interp -> {
            interp.exec("o = object()\ndef same(x): return x is o");
            Object object = interp.get("o");
            interp.set("p", object);
            interp.exec("r = p is o");
            return List.of(interp.invoke("same", object), interp.get("r"), interp.invoke("same", new Object[] {object}));
        });
        cases.add("an object in a list goes back", interp -> {
            interp.exec("o = object()\ndef same(x): return x[0] is o");
            return interp.invoke("same", List.of(interp.get("o")));
        });
        cases.add("an object's attributes", interp -> {
            interp.exec("class C:\n  a = (1, [2])\n  @property\n  def p(self): return 'p'\no = C()");
            PyObject object = (PyObject) interp.get("o");
            object.setAttr("b", List.of(1, 2));
            interp.exec("r = type(o.b).__name__");
            return List.of(object.getAttr("a"), object.getAttr("p"), object.getAttr("b"), interp.get("r"));
        });
        cases.add("an object outlives its name", interp -> {
            interp.exec("class C:\n  def m(self): return 'alive'\no = C()");
            PyObject object = (PyObject) interp.get("o");
            interp.exec("del o");
            return object.invokeMethod("m");
        });
        cases.add("a module is an object", interp -> {
            interp.exec("import json");
            return ((PyObject) interp.get("json")).invokeMethod("dumps", List.of(1, "a"));
        });
        cases.add("a function is an object", interp -> {
            interp.exec("def f(a): return a + 1");
            return ((PyObject) interp.get("f")).invokeMethod("__call__", 1);
        });
        cases.add("an object is closed", interp -> {
            interp.exec("o = object()");
            ((PyObject) interp.get("o")).close();
            return "closed";
        });
    }
}
