package dev.krait.setup;

import static dev.krait.testing.Pythons.lines;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.KraitMetrics;
import dev.krait.PyObject;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.testing.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Krait in several class loaders of one process, and classes of the same name from several loaders. */
class ClassLoadersTest {
    /** A class that is loaded more than once. */
    public static final class Speaker implements Supplier<Object> {
        @Override
        public Object get() {
            return "loader " + System.identityHashCode(getClass().getClassLoader());
        }
    }

    /** One of the same name, in each loader: what Krait's own copy does. */
    public static final class Program implements Function<Object, Object> {
        @Override
        public Object apply(Object argument) {
            try (PythonInterpreter py = PythonInterpreter.create()) {
                py.set("x", argument);
                py.set("f", (Function<Object, Object>) n -> (Long) n * 10);
                return py.eval("f(x + 1)");
            }
        }
    }

    private static URLClassLoader loader() throws Exception {
        String[] entries = System.getProperty("java.class.path").split(File.pathSeparator);
        URL[] urls = new URL[entries.length];
        for (int i = 0; i < entries.length; i++) {
            urls[i] = Path.of(entries[i]).toUri().toURL();
        }
        // The platform's loader as parent: everything of Krait's and the tests' is loaded anew.
        return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
    }

    /** As those have it that read jars inside a jar: classes without a place where they came from, resources without URLs. */
    private static final class Nested extends ClassLoader {
        private final URLClassLoader content;

        Nested(URLClassLoader content) {
            super(ClassLoader.getPlatformClassLoader());
            this.content = content;
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            try (InputStream in = content.getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }

        @Override
        public InputStream getResourceAsStream(String name) {
            return content.getResourceAsStream(name);
        }
    }

    @Test
    void aJarInsideAJarWillDo() throws Exception {
        try (URLClassLoader content = loader()) {
            assertEquals(50L, program(new Nested(content)).apply(4));
        }
    }

    @SuppressWarnings("unchecked")
    private static Function<Object, Object> program(ClassLoader loader) throws Exception {
        Class<?> type = loader.loadClass(Program.class.getName());
        assertNotSame(Program.class, type);
        return (Function<Object, Object>) type.getConstructor().newInstance();
    }

    @Test
    void aSecondClassLoaderJoinsTheRunningPython() throws Exception {
        try (PythonInterpreter py = PythonInterpreter.create()) {
            py.exec("import sys\nsys.krait_mark = 'one Python'");
            try (URLClassLoader second = loader()) {
                assertEquals(50L, program(second).apply(4));
            }
            assertEquals(20L, new Program().apply(1));
            assertEquals("one Python", py.eval("sys.krait_mark"));
            py.exec("del sys.krait_mark");
        }
    }

    @Test
    void tenClassLoadersOneAfterTheOther() throws Exception {
        for (int i = 0; i < 10; i++) {
            try (URLClassLoader each = loader()) {
                assertEquals((i + 1) * 10L, program(each).apply(i));
            }
        }
    }

    @Test
    void classesOfTheSameNameFromTwoLoadersStayTwo() throws Exception {
        try (URLClassLoader one = loader(); URLClassLoader two = loader(); PythonInterpreter py = PythonInterpreter.create()) {
            Object[] speakers = {one.loadClass(Speaker.class.getName()).getConstructor().newInstance(),
                two.loadClass(Speaker.class.getName()).getConstructor().newInstance(), new Speaker()};
            py.exec("def f(*speakers): return [s() for s in speakers]");
            for (int round = 0; round < 3; round++) {
                Object[] expected = Arrays.stream(speakers).map(s -> ((Supplier<?>) s).get()).toArray();
                assertEquals(Arrays.asList(expected), py.invoke("f", speakers));
            }
            assertTrue(!speakers[0].getClass().equals(speakers[1].getClass()));
        }
    }

    /** What an application does with a Krait of its own: a bit of everything, and it lets go of nothing but what it must. */
    public static final class Guest implements Function<ExecutorService, String> {
        /** Forgotten, in a place that lives as long as the class loader. */
        static Object forgotten;
        static Object local;

        @Override
        public String apply(ExecutorService threads) {
            long number = System.identityHashCode(getClass().getClassLoader());
            try (PythonInterpreter py = PythonInterpreter.create()) {
                py.exec("import sys, threading\n"
                        + "from java.util import ArrayList\n"
                        + "from dev.krait.setup.ClassLoadersTest import Program\n"
                        + "def f(x, java): return java(x)\n"
                        + "def kept(java): sys.krait_kept = java\n"
                        + "def threads(java):\n"
                        + "    seen = []\n"
                        + "    def run(): seen.append(java(ArrayList([1, 2]).size()))\n"
                        + "    t = threading.Thread(target=run)\n"
                        + "    t.start(); t.join()\n"
                        + "    return seen\n");
                Function<Object, Object> java = x -> (Long) x + number;
                forgotten = py.eval(PyObject.class, "object()");
                // A module of the process's keeps one of our objects, and what it was made from.
                py.invoke("kept", this);
                String seen = py.invoke("f", 1, java) + " " + py.invoke("threads", java) + " " + py.eval("Program.__name__");
                local = threads.submit(() -> py.invoke(Duration.ofSeconds(10), "f", 2, java)).get();
                // Long enough to be watched, by the flight recorder and JMX.
                Thread.sleep(Long.getLong("krait.test.stay"));
                return seen.equals(1 + number + " [" + (2 + number) + "] Program") ? "fine" : seen;
            } catch (InterruptedException | ExecutionException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Class loaders that come and go, the first of which starts Python. */
    public static final class Unloads {
        private Unloads() {
        }

        /** The child's program: the number of class loaders, and for how many milliseconds each keeps its interpreter open. */
        public static void main(String[] args) throws Exception {
            List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
            // Its threads live longer than any of the class loaders, as a server's do.
            ThreadPoolExecutor threads = new ThreadPoolExecutor(2, 2, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                Thread thread = new Thread(task);
                thread.setDaemon(true);
                return thread;
            });
            // A thread holds the classes of whoever started it.
            threads.prestartAllCoreThreads();
            for (int i = 0; i < Integer.parseInt(args[0]); i++) {
                loaders.add(visit(threads, args[1]));
            }
            long gone = 0;
            for (int i = 0; i < 200 && gone < loaders.size(); i++) {
                System.gc();
                Thread.sleep(50);
                gone = loaders.stream().filter(loader -> loader.get() == null).count();
            }
            System.out.println("unloaded " + gone + " of " + loaders.size());
            Thread.getAllStackTraces().keySet().stream().map(Thread::getName).filter(name -> name.startsWith("krait")).sorted()
                    .forEach(System.out::println);
            later();
            threads.shutdown();
        }

        private static WeakReference<ClassLoader> visit(ExecutorService threads, String stay) throws Exception {
            System.setProperty("krait.test.stay", stay);
            try (URLClassLoader loader = loader()) {
                Object guest = loader.loadClass(Guest.class.getName()).getConstructor().newInstance();
                @SuppressWarnings("unchecked")
                String seen = ((Function<ExecutorService, String>) guest).apply(threads);
                if (!seen.equals("fine")) {
                    throw new AssertionError(seen);
                }
                return new WeakReference<>(loader);
            }
        }

        /** Python goes on, and knows what became of the others' objects. */
        private static void later() {
            try (PythonInterpreter py = PythonInterpreter.create()) {
                System.out.println(py.eval("sum(range(5))"));
                try {
                    py.exec("import sys\nsys.krait_kept.apply(None)");
                } catch (PythonException e) {
                    System.out.println(e.typeName() + ": " + e.pythonMessage());
                }
                py.exec("import atexit\natexit.register(print, 'at exit')\ndel sys.krait_kept");
            }
            KraitMetrics now = KraitMetrics.now();
            System.out.println(now.pythonObjects() + " Python objects, " + now.interpreters() + " interpreters");
        }
    }

    /** Closes class loaders as soon as Krait has started in them, and stays longer than Krait's own threads wait for anything. */
    public static final class ClosedAtOnce {
        private ClosedAtOnce() {
        }

        /** The child's program. */
        public static void main(String[] args) throws Exception {
            for (String what : List.of("closes", "keeps", "runs")) {
                try (URLClassLoader loader = loader()) {
                    @SuppressWarnings("unchecked")
                    Function<String, String> hasty = (Function<String, String>) loader.loadClass(Hasty.class.getName())
                            .getConstructor().newInstance();
                    System.out.println(hasty.apply(what));
                }
            }
            Thread.sleep(3_000);
            System.out.println("end");
        }
    }

    /** Starts Krait, and leaves it as it is told. */
    public static final class Hasty implements Function<String, String> {
        static PythonInterpreter kept;

        @Override
        public String apply(String what) {
            kept = PythonInterpreter.create();
            if (what.equals("closes")) {
                kept.close();
            } else if (what.equals("runs")) {
                Thread calls = new Thread(() -> {
                    try {
                        kept.withDeadline(Duration.ofMillis(500)).exec("while True: pass");
                    } catch (LinkageError | PythonException e) {
                        System.out.println("stopped");
                    }
                });
                calls.setDaemon(true);
                calls.start();
            }
            return what;
        }
    }

    @Test
    void nothingIsPrintedWhereAClassLoaderIsClosedAsSoonAsKraitHasStartedInIt() {
        assertEquals(lines("closes", "keeps", "runs", "stopped", "end"), ChildJvm.of(ClosedAtOnce.class).run().fine());
    }

    @Test
    void classLoadersWhoseInterpretersAreClosedAreUnloadedTheFirstToo() {
        assertUnloaded(30, 0);
    }

    @Test
    void classLoadersWhoseKraitWasWatchedAreUnloaded() {
        assertUnloaded(2, 2_500);
    }

    private static void assertUnloaded(int loaders, long stay) {
        String output = ChildJvm.of(Unloads.class).arguments(loaders, stay).run().fine();
        assertEquals(lines("unloaded " + loaders + " of " + loaders, "krait-main", "10",
                "RuntimeError: the Java object's class loader, which had a Krait of its own, was unloaded",
                "0 Python objects, 0 interpreters", "at exit"), output);
    }
}
