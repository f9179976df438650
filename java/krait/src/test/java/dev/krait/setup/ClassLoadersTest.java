package dev.krait.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.PythonInterpreter;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
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
}
