package dev.krait.javainpython;

import static dev.krait.testing.Pythons.raised;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.PythonInterpreter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classes of loaders that come and go. */
class ClassLoadersTest {
    @TempDir
    static Path folder;

    /** A loader of the classes in a jar that asks its parent last. */
    private static class ChildFirst extends URLClassLoader {
        ChildFirst(Path jar) throws IOException {
            super(new URL[] {jar.toUri().toURL()}, ChildFirst.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                if (known == null) {
                    try {
                        known = findClass(name);
                    } catch (ClassNotFoundException e) {
                        return super.loadClass(name, resolve);
                    }
                }
                return known;
            }
        }
    }

    /** A jar as some tools make them: without entries for its folders. */
    private static Path jar() throws IOException {
        Path jar = folder.resolve("shapes.jar");
        if (Files.exists(jar)) {
            return jar;
        }
        try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file)) {
            for (String name : List.of("Shapes", "Shapes$Kind", "Shapes$Corner", "Shapes$Corner$Deep", "Shapes$Named",
                    "Shapes$Hidden", "Shapes$Sum", "Layers")) {
                String entry = "dev/krait/javainpython/" + name + ".class";
                try (InputStream in = ClassLoadersTest.class.getResourceAsStream("/" + entry)) {
                    out.putNextEntry(new JarEntry(entry));
                    out.write(in.readAllBytes());
                    out.closeEntry();
                }
            }
        }
        return jar;
    }

    @Test
    void aClassOfWhichANestedOneIsMissingCanBeUsed() throws Exception {
        ClassLoader without = new ChildFirst(jar()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                if (name.endsWith("$Corner")) {
                    throw new ClassNotFoundException(name);
                }
                return super.loadClass(name, resolve);
            }
        };
        try (PythonInterpreter py = PythonInterpreter.builder().classLoader(without).build()) {
            py.exec("import krait\nfrom dev.krait.javainpython import Shapes\ns = Shapes(3)\nassert s.count == 3");
            py.exec("assert krait.java_class('dev.krait.javainpython.Shapes$Kind').ROUND.name() == 'ROUND'");
            raised("AttributeError", () -> py.exec("Shapes.Corner"));
        }
    }

    @Test
    void classesOfTheInterpretersLoaderAreFoundFirst() throws Exception {
        try (ChildFirst loader = new ChildFirst(jar());
                PythonInterpreter py = PythonInterpreter.builder().classLoader(loader).build();
                PythonInterpreter other = PythonInterpreter.create()) {
            py.exec("from dev.krait.javainpython import Shapes\ns = Shapes()");
            other.exec("from dev.krait.javainpython import Shapes\ns = Shapes()");
            assertEquals(loader, py.get("s").getClass().getClassLoader());
            assertNotSame(py.get("s").getClass(), other.get("s").getClass());
            other.set("theirs", py.get("s"));
            other.exec("assert type(theirs) is not Shapes and not isinstance(theirs, Shapes)\n"
                    + "assert theirs.kind(5) == s.kind(5) == 'int'\n"
                    + "from dev.krait.javainpython import Shapes as again\nassert again is Shapes");
        }
    }

    @Test
    void whatIsNoJarOnALoadersPathHasNoClasses() throws Exception {
        Path text = Files.writeString(folder.resolve("text.jar"), "no jar");
        URL[] path = {text.toUri().toURL(), jar().toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(path);
                PythonInterpreter py = PythonInterpreter.builder().classLoader(loader).build()) {
            py.exec("from dev.krait.javainpython import *\nassert Layers and Shapes");
        }
    }

    @Test
    void theThreadsContextLoaderIsAskedNext() throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar().toUri().toURL()}, null);
                PythonInterpreter py = PythonInterpreter.builder()
                        .classLoader(ClassLoader.getPlatformClassLoader()).build()) {
            thread.setContextClassLoader(null);
            raised("ImportError", () -> py.exec("from dev.krait.javainpython import Shapes"));
            thread.setContextClassLoader(loader);
            py.exec("from dev.krait.javainpython.Shapes import Kind");
            assertEquals(loader, ((Class<?>) py.get("Kind")).getClassLoader());
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** In a URL such a path is escaped, or should be. */
    @Test
    void packagesOfAJarUnderAnyPathAreFound() throws Exception {
        Path jar = Files.createDirectories(folder.resolve("my lib + Ünï")).resolve("odd.jar");
        try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file)) {
            for (String entry : List.of("escaped/odd/Place.class", "plain/odd/Place.class")) {
                out.putNextEntry(new JarEntry(entry));
                out.closeEntry();
            }
        }
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()});
                PythonInterpreter py = PythonInterpreter.builder().classLoader(loader).build()) {
            py.exec("import escaped.odd");
        }
        try (URLClassLoader loader = new URLClassLoader(new URL[] {new URL("file", null, jar.toString())});
                PythonInterpreter py = PythonInterpreter.builder().classLoader(loader).build()) {
            py.exec("import plain.odd");
        }
    }

    @Test
    void aLoaderThatIsDroppedIsCollected() throws Exception {
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            loaders.add(use());
        }
        long end = System.nanoTime() + 20_000_000_000L;
        while (loaders.stream().anyMatch(loader -> loader.get() != null) && System.nanoTime() < end) {
            System.gc();
            // What Python let go of, Java learns with the next call.
            try (PythonInterpreter py = PythonInterpreter.create()) {
                py.exec("pass");
            }
            Thread.sleep(20);
        }
        long alive = loaders.stream().filter(loader -> loader.get() != null).count();
        assertTrue(alive == 0, alive + " of 50 class loaders are still alive");
    }

    private static WeakReference<ClassLoader> use() throws IOException {
        ChildFirst loader = new ChildFirst(jar());
        try (PythonInterpreter py = PythonInterpreter.builder().classLoader(loader).build()) {
            py.exec("import krait\nfrom java.util import ArrayList\nfrom dev.krait.javainpython import Shapes, Layers\n"
                    + "s = Shapes(1)\nassert s.kind(1) == 'int' and s.same(s) == s and Shapes.Corner(2).x == 2\n"
                    + "l = ArrayList()\nl.add(s)\nassert l.contains(s) and s in l and l[0].count == 1\n"
                    + "assert s.kindOf(Shapes.Kind.FLAT) == Shapes.Kind.FLAT\n"
                    + "@krait.implements(Shapes.Named)\nclass N:\n    def name(self): return 'n'\n"
                    + "assert s.same(N()).greeting() == 'Hello, n' if False else True\n"
                    + "l.add(N())\nassert Layers.call(lambda: 5) == 5");
            assertEquals(loader, py.get("s").getClass().getClassLoader());
        }
        loader.close();
        return new WeakReference<>(loader);
    }
}
