package dev.krait.extension;

import static dev.krait.testing.Pythons.lines;
import static dev.krait.testing.Pythons.needs;
import static dev.krait.testing.Pythons.raised;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.krait.PyFunction;
import dev.krait.PythonInterpreter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Modules written in C: the standard library's, numpy, and one with threads of its own. */
@Timeout(120)
class ExtensionTest {
    private static PythonInterpreter py;
    /** The extension, built once against the stable ABI: one file for every Python that the tests run on. */
    private static final Path FOLDER = Path.of("extension").toAbsolutePath();

    @BeforeAll
    static void open() {
        assertTrue(Files.exists(FOLDER.resolve("krait_threads.abi3.so")), () -> "the bundle has no extension in " + FOLDER);
        py = PythonInterpreter.builder().paths(FOLDER).build();
    }

    @AfterAll
    static void close() {
        py.invoke("sys.path.remove", FOLDER.toString());
        py.close();
    }

    // ---- the standard library

    @ParameterizedTest
    @ValueSource(strings = {"_json", "_decimal", "_pickle", "_struct", "_datetime", "_hashlib", "_bisect", "_heapq", "_csv",
        "_elementtree", "_socket", "_ssl", "_sqlite3", "_ctypes", "math", "zlib", "unicodedata", "_multiprocessing"})
    void theStandardLibrarysModulesInCLoad(String name) {
        // Whatever the executable itself can import, the embedded one can.
        assumeTrue(py.eval(long.class, "__import__('subprocess').run([__import__('sys').executable, '-c', 'import " + name
                + "'], stderr=-3).returncode") == 0, () -> "this Python was built without " + name);
        assertEquals("module", py.importModule(name).typeName());
    }

    @Test
    void theFastVersionsAreTheOnesInUse() {
        assertEquals(true, py.eval("__import__('json').encoder.c_make_encoder is not None"
                + " and __import__('json').decoder.scanstring is __import__('json').decoder.c_scanstring"));
        assertEquals(true, py.eval("__import__('decimal').Decimal is __import__('_decimal').Decimal"));
        assertEquals(true, py.eval("__import__('pickle').Pickler is __import__('_pickle').Pickler"));
        assertEquals(true, py.eval("__import__('datetime').datetime is __import__('_datetime').datetime"));
    }

    // ---- numpy

    @Test
    void numpyWorksFromTwoThreads() throws Exception {
        needs(py, "numpy");
        py.exec(lines("import numpy as np", "def norm(n):", "    a = np.arange(n, dtype=float).reshape(-1, 10)",
                "    return float((a @ a.T).trace())"));
        PyFunction norm = py.function("norm");
        Object expected = norm.call(1_000);
        List<Object> results = java.util.Collections.synchronizedList(new ArrayList<>());
        Thread[] threads = new Thread[2];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(() -> {
                for (int j = 0; j < 50; j++) {
                    results.add(norm.call(1_000));
                }
            });
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(100, results.size());
        assertEquals(Set.of(expected), Set.copyOf(results));
    }

    @Test
    void numpyWorksInASecondInterpreter() {
        needs(py, "numpy");
        py.exec("import numpy");
        try (PythonInterpreter second = PythonInterpreter.create()) {
            second.exec("import numpy as np");
            assertEquals(6.0, second.eval("float(np.array([1.0, 2.0, 3.0]).sum())"));
        }
        assertEquals(3.0, py.eval("float(numpy.ones(3).sum())"));
    }

    @Test
    void numpyCallsJava() {
        needs(py, "numpy");
        py.set("twice", (Function<Object, Object>) x -> ((Number) x).doubleValue() * 2);
        assertEquals(List.of(2.0, 4.0), py.eval("__import__('numpy').vectorize(lambda x: twice(float(x)))([1.0, 2.0]).tolist()"));
    }

    // ---- threads of an extension

    @Test
    void threadsOfAnExtensionCallPython() {
        py.exec("def square(x): return x * x");
        List<?> results = (List<?>) py.invoke("krait_threads.run", py.function("square"), 8, 100);
        assertEquals(800, results.size());
        assertEquals(Set.of(0L, 1L, 4L, 9L, 16L, 25L, 36L, 49L), Set.copyOf(results));
    }

    @Test
    void threadsOfAnExtensionCallJava() {
        Set<Long> threads = ConcurrentHashMap.newKeySet();
        Function<Object, Object> java = x -> {
            threads.add(Thread.currentThread().getId());
            return (Long) x + 1;
        };
        List<?> results = (List<?>) py.invoke("krait_threads.run", java, 4, 50);
        assertEquals(200, results.size());
        assertEquals(Set.of(1L, 2L, 3L, 4L), Set.copyOf(results));
        assertEquals(false, threads.contains(Thread.currentThread().getId()));
    }

    @Test
    void threadsOfAnExtensionCallJavaThatCallsPython() {
        py.exec("def square(x): return x * x");
        PyFunction square = py.function("square");
        Function<Object, Object> java = x -> py.invoke("operator.add", square.call(x), 1);
        List<?> results = (List<?>) py.invoke("krait_threads.run", java, 4, 50);
        assertEquals(200, results.size());
        assertEquals(Set.of(1L, 2L, 5L, 10L), Set.copyOf(results));
    }

    @Test
    void twoJavaThreadsUseTheExtensionAtOnce() throws Exception {
        py.exec("def same(x): return x");
        PyFunction same = py.function("same");
        List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(() -> {
                try {
                    assertEquals(60, ((List<?>) py.invoke("krait_threads.run", same, 3, 20)).size());
                } catch (Throwable e) {
                    failures.add(e);
                }
            });
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), failures);
    }

    @Test
    void theGilIsTakenAsFarAsExtensionsSee() {
        assertEquals(true, py.invoke("krait_threads.holds"));
        assertEquals(7L, py.invoke("krait_threads.nested", (Supplier<Object>) () -> 7));
        Supplier<Object> deep = () -> py.invoke("krait_threads.nested", (Supplier<Object>) () -> py.eval("6 + 2"));
        assertEquals(8L, py.invoke("krait_threads.nested", deep));
        assertEquals(true, py.invoke("krait_threads.holds"));
    }

    @Test
    void anErrorThroughAnExtensionIsTheErrorItWas() {
        IllegalStateException mine = new IllegalStateException("mine");
        Supplier<Object> bad = () -> {
            throw mine;
        };
        assertEquals(mine, assertThrows(IllegalStateException.class, () -> py.invoke("krait_threads.nested", bad)));
        py.exec("def fails(x): raise ValueError(x)\nimport sys\nhook, sys.unraisablehook = sys.unraisablehook, lambda e: None");
        raised("RuntimeError", () -> py.invoke("krait_threads.run", py.function("fails"), 2, 2));
        py.exec("sys.unraisablehook = hook");
    }
}
