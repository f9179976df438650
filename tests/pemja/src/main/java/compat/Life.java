package compat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import pemja.core.PythonInterpreter;
import pemja.core.PythonInterpreterConfig;
import pemja.core.object.PyIterator;
import pemja.core.object.PyObject;

/** Interpreters, threads, paths, and what is hard. */
final class Life {
    private Life() {
    }

    private static Object onThread(Callable<Object> code) throws Throwable {
        FutureTask<Object> task = new FutureTask<>(code);
        Thread thread = new Thread(task);
        thread.start();
        thread.join(20_000);
        try {
            return task.get(1, java.util.concurrent.TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            throw e.getCause();
        }
    }

    static void add(Cases cases) {
        interpreters(cases);
        threads(cases);
        paths(cases);
        hard(cases);
    }

    private static void interpreters(Cases cases) {
        cases.add("close twice", interp -> {
            PythonInterpreter other = new PythonInterpreter(Main.config().build());
            other.close();
            other.close();
            return "closed";
        });
        cases.add("use after close", interp -> {
            PythonInterpreter other = new PythonInterpreter(Main.config().build());
            other.close();
            try {
                return other.get("x");
            } catch (RuntimeException e) {
                return "RuntimeException";
            }
        });
        cases.add("two interpreters have globals of their own", interp -> {
            try (PythonInterpreter other = new PythonInterpreter(Main.config().build())) {
                interp.set("x", 1);
                other.set("x", 2);
                return List.of(interp.get("x"), other.get("x"));
            }
        });
        cases.add("two interpreters share modules", interp -> {
            try (PythonInterpreter other = new PythonInterpreter(Main.config().build())) {
                interp.exec("import json; json.mark = 5");
                other.exec("import json; r = getattr(json, 'mark', None)");
                return other.get("r");
            }
        });
        cases.add("sub-interpreters have modules of their own", interp -> {
            PythonInterpreterConfig config = Main.config().setExcType(PythonInterpreterConfig.ExecType.SUB_INTERPRETER).build();
            try (PythonInterpreter one = new PythonInterpreter(config); PythonInterpreter two = new PythonInterpreter(config)) {
                one.exec("import json; json.mark = 6");
                two.exec("import json; r = getattr(json, 'mark', None)");
                return Collections.singletonList(two.get("r"));
            }
        });
        cases.add("a sub-interpreter's __name__", interp -> {
            PythonInterpreterConfig config = Main.config().setExcType(PythonInterpreterConfig.ExecType.SUB_INTERPRETER).build();
            try (PythonInterpreter one = new PythonInterpreter(config)) {
                one.exec("r = __name__\nfrom pemja import findClass\ns = findClass('java.lang.Math').max(1, 2)");
                return List.of(one.get("r"), one.get("s"));
            }
        });
        cases.add("an interpreter's __name__", interp -> {
            interp.exec("r = __name__");
            return interp.get("r");
        });
        cases.add("the configuration", interp -> {
            PythonInterpreterConfig config = PythonInterpreterConfig.newBuilder().setPythonHome("h").setWorkingDirectory("w").addPythonPaths("a:b")
                .addPythonPaths("b", "c").setPythonExec("e").setExcType(PythonInterpreterConfig.ExecType.SUB_INTERPRETER).build();
            return Arrays.asList(config.getPythonHome(), config.getWorkingDirectory(), config.getPaths(), config.getPythonExec(), config.getExecType());
        });
        cases.add("the empty configuration", interp -> {
            PythonInterpreterConfig config = PythonInterpreterConfig.newBuilder().addPythonPaths("").build();
            return Arrays.asList(config.getPythonHome(), config.getWorkingDirectory(), config.getPaths(), config.getPythonExec(), config.getExecType());
        });
        cases.add("many interpreters, one after the other", interp -> {
            int sum = 0;
            for (int i = 0; i < 100; i++) {
                try (PythonInterpreter other = new PythonInterpreter(Main.config().build())) {
                    other.set("x", i);
                    sum += ((Number) other.get("x")).intValue();
                }
            }
            return sum;
        });
        cases.add("many interpreters at once", interp -> {
            List<PythonInterpreter> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                all.add(new PythonInterpreter(Main.config().build()));
                all.get(i).set("x", i);
            }
            int sum = 0;
            for (PythonInterpreter other : all) {
                sum += ((Number) other.get("x")).intValue();
                other.close();
            }
            return sum;
        });
        cases.add("Interpreter is Serializable and AutoCloseable", interp -> {
            Object any = interp;
            return any instanceof java.io.Serializable && any instanceof AutoCloseable && any instanceof pemja.core.Interpreter;
        });
        cases.add("PythonException is checked", interp -> {
            Object thrown = new pemja.core.PythonException("m");
            return thrown instanceof Exception && !(thrown instanceof RuntimeException);
        });
        cases.add("logging", interp -> {
            interp.exec("import logging\nlogging.getLogger('compat').warning('a record')\nr = 'logged'");
            return interp.get("r");
        });
        cases.add("the root logger", interp -> {
            interp.exec("import logging\nr = [logging.getLogger().level, sum(type(h).__name__ == 'PythonLogHandler' for h in logging.getLogger().handlers)]");
            return interp.get("r");
        });
        cases.add("the name logger", interp -> {
            interp.exec("r = logger.__name__");
            return interp.get("r");
        });
        cases.add("PythonLogWriter", interp -> {
            pemja.core.log.PythonLogWriter writer = new pemja.core.log.PythonLogWriter();
            for (String severity : new String[] {"ERROR", "CRITICAL", "WARN", "INFO", "NOTICE", "DEBUG", "TRACE", "UNSPECIFIED"}) {
                writer.log("compat", severity, "message {}", null);
                writer.log("compat", severity, "message", "trace");
            }
            return "logged";
        });
        cases.add("PythonLogWriter, unknown severity", interp -> {
            new pemja.core.log.PythonLogWriter().log("compat", "LOUD", "message", null);
            return "logged";
        });
    }

    private static void threads(Cases cases) {
        cases.add("another thread calls", interp -> {
            interp.exec("def f(x): return x + 1");
            return onThread(() -> interp.invoke("f", 1));
        });
        cases.add("another thread calls Java through Python", interp -> {
            interp.exec("from pemja import findClass\nM = findClass('java.lang.Math')\ndef f(): return M.max(1, 2)");
            return onThread(() -> interp.invoke("f"));
        });
        cases.add("another thread calls an object", interp -> {
            interp.exec("class C:\n  def m(self): return 'm'\no = C()");
            PyObject object = (PyObject) interp.get("o");
            return onThread(() -> object.invokeMethod("m"));
        });
        cases.add("another thread takes a generator's items", interp -> {
            interp.exec("def f():\n  yield 1\n  yield 2");
            PyIterator items = (PyIterator) interp.invoke("f");
            return onThread(() -> Calls.drain(items));
        });
        cases.add("another thread gets the exception", interp -> {
            interp.exec("def f(): raise ValueError('elsewhere')");
            return onThread(() -> interp.invoke("f"));
        });
        cases.add("another thread closes", interp -> {
            PythonInterpreter other = new PythonInterpreter(Main.config().build());
            return onThread(() -> {
                other.close();
                return "closed";
            });
        });
        cases.add("two threads, an interpreter each", interp -> {
            List<Thread> all = new ArrayList<>();
            List<Object> results = Collections.synchronizedList(new ArrayList<>());
            for (int i = 0; i < 2; i++) {
                Thread thread = new Thread(() -> {
                    try (PythonInterpreter own = new PythonInterpreter(Main.config().build())) {
                        own.exec("def f(x): return x * 2");
                        long sum = 0;
                        for (int n = 0; n < 500; n++) {
                            sum += (Long) own.invoke("f", n);
                        }
                        results.add(sum);
                    }
                });
                thread.start();
                all.add(thread);
            }
            for (Thread thread : all) {
                thread.join(20_000);
            }
            return results;
        });
        cases.add("a thread of Python's calls Java", interp -> {
            interp.exec("import threading\nfrom pemja import findClass\nM = findClass('java.lang.Math')\nr = []\n"
                    + "def run():\n  try:\n    r.append(M.max(1, 2))\n  except BaseException as e:\n    r.append(type(e).__name__)\n"
                    + "t = threading.Thread(target=run)\nt.start()\nt.join(20)");
            return interp.get("r");
        });
        cases.add("findClass in a thread of Python's", interp -> {
            interp.exec("import threading\nfrom pemja import findClass\nr = []\n"
                    + "def run():\n  try:\n    r.append(findClass('java.lang.Math').max(1, 2))\n  except BaseException as e:\n    r.append(type(e).__name__)\n"
                    + "t = threading.Thread(target=run)\nt.start()\nt.join(20)");
            return interp.get("r");
        });
        cases.add("findClass through the context class loader", interp -> {
            Path source = Files.createDirectories(Path.of(Main.folder, "hidden", "only")).resolve("Here.java");
            Files.writeString(source, "package only; public class Here { public static String where() { return \"here\"; } }");
            javax.tools.ToolProvider.getSystemJavaCompiler().run(null, null, null, source.toString());
            ClassLoader own = new java.net.URLClassLoader(new java.net.URL[] {Path.of(Main.folder, "hidden").toUri().toURL()},
                    Life.class.getClassLoader());
            return onThread(() -> {
                Thread.currentThread().setContextClassLoader(own);
                try (PythonInterpreter other = new PythonInterpreter(Main.config().build())) {
                    other.exec("from pemja import findClass\nr = findClass('only.Here').where()");
                    return other.get("r");
                }
            });
        });
    }

    private static void paths(Cases cases) {
        cases.add("addPythonPaths", interp -> {
            Path one = Files.createDirectories(Path.of(Main.folder, "one"));
            Path two = Files.createDirectories(Path.of(Main.folder, "two"));
            Files.writeString(one.resolve("in_both.py"), "where = 'one'\n");
            Files.writeString(two.resolve("in_both.py"), "where = 'two'\n");
            try (PythonInterpreter other = new PythonInterpreter(Main.config().addPythonPaths(one + ":" + two).build())) {
                other.exec("import in_both, sys\nr = [in_both.where, sys.path[0].endswith('one'), sys.path[1].endswith('two')]");
                return other.get("r");
            }
        });
        cases.add("setWorkingDirectory", interp -> {
            Path place = Files.createDirectories(Path.of(Main.folder, "place"));
            try (PythonInterpreter other = new PythonInterpreter(Main.config().setWorkingDirectory(place.toString()).build())) {
                other.exec("import os\nr = os.path.basename(os.getcwd()) == 'place'");
                return other.get("r");
            }
        });
        cases.add("setWorkingDirectory of no folder", interp -> {
            try (PythonInterpreter other = new PythonInterpreter(Main.config().setWorkingDirectory(Main.folder + "/nowhere").build())) {
                return "opened";
            }
        });
        cases.add("setWorkingDirectory of two", interp -> {
            PythonInterpreterConfig here = Main.config().setWorkingDirectory(Main.folder).build();
            PythonInterpreterConfig there = Main.config().setWorkingDirectory("/").build();
            try (PythonInterpreter one = new PythonInterpreter(here); PythonInterpreter two = new PythonInterpreter(there)) {
                return "opened";
            }
        });
        cases.add("the virtual environment is honoured", interp -> {
            interp.exec("import sys\nr = any('site-packages' in p and 'venv' in p for p in sys.path)");
            return interp.get("r");
        });
        cases.add("sys.argv", interp -> {
            interp.exec("import sys\nr = len(sys.argv)");
            return interp.get("r");
        });
        cases.add("import pemja", interp -> {
            interp.exec("import pemja\nr = [hasattr(pemja, 'findClass'), pemja.__name__]\nfrom pemja import version");
            return interp.get("r");
        });
        cases.add("os.chdir", interp -> {
            interp.exec("import os\nold = os.getcwd()\nos.chdir(r'" + Main.folder + "')\nr = os.getcwd() == os.path.realpath(r'" + Main.folder + "')\nos.chdir(old)");
            return interp.get("r");
        });
        cases.add("a C extension of the standard library", interp -> {
            interp.exec("import _json, _ctypes\nr = 'imported'");
            return interp.get("r");
        });
    }

    private static void hard(Cases cases) {
        cases.add("a list that contains itself", interp -> {
            interp.exec("x = []\nx.append(x)");
            return Render.value(interp.get("x")).length() > 0;
        });
        cases.add("recursion without end", interp -> {
            interp.exec("def f(): return f()");
            return interp.invoke("f");
        });
        cases.add("recursion through C code", interp -> {
            interp.exec("def f(x): return sorted([1, 2], key=f)");
            return interp.invoke("f", 1);
        });
        cases.add("the order of a dict", interp -> {
            interp.exec("x = {k: 1 for k in 'zyxwvutsrq'}");
            return String.join("", ((java.util.Map<?, ?>) interp.get("x")).keySet().toArray(new String[0]));
        });
        cases.add("a large int, then another call", interp -> {
            interp.exec("x = 2**100\ny = 1");
            Object large = interp.get("x");
            return Arrays.asList(large, interp.get("y"));
        });
        cases.add("an unpaired surrogate, then another call", interp -> {
            interp.exec("def f(x): return len(x)");
            Object length = interp.invoke("f", "\ud800");
            return Arrays.asList(length, interp.invoke("f", "ab"));
        });
        cases.add("a Java map goes through Java from Python", interp -> {
            interp.exec("from pemja import findClass\nT = findClass('compat.Shapes$Types')()\ndef f(m): return T.map(m)");
            return interp.invoke("f", java.util.Map.of("a", 1));
        });
        cases.add("the cause of an exception", interp -> {
            interp.exec("def f():\n  try:\n    1 / 0\n  except ZeroDivisionError as e:\n    raise ValueError('outer') from e");
            try {
                interp.invoke("f");
            } catch (Throwable e) {
                return e.getCause() != null;
            }
            return "nothing was thrown";
        });
        cases.add("classes of one name from two loaders", interp -> {
            Object[] both = {TwoLoaders.make(1), TwoLoaders.make(2)};
            interp.exec("def f(a, b): return (a.which(), b.which())");
            return interp.invoke("f", both);
        });
        cases.add("Thread.interrupt() before a call", interp -> {
            interp.exec("def f(): return 1");
            Thread.currentThread().interrupt();
            try {
                return interp.invoke("f");
            } finally {
                Thread.interrupted();
            }
        });
        cases.add("print", interp -> {
            interp.exec("print('', end='')\nr = 'printed'");
            return interp.get("r");
        });
    }
}
