package dev.krait.lifetime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.krait.Isolation;
import dev.krait.PythonInterpreter;
import dev.krait.PythonTimeoutException;
import dev.krait.testing.Pythons;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that are to be stopped while they import: at once where the next import finds all as it was, else when they are done. */
@Timeout(60)
final class StoppedImportsTest {
    /** What a module does for as long as it is told to. */
    private static final String BUSY = Pythons.lines("import builtins, time", "end = time.monotonic() + builtins.krait_test_seconds",
            "while time.monotonic() < end: pass", "");
    private static final Duration DEADLINE = Duration.ofMillis(100);
    /** What is not waited for is stopped by then, however busy the machine: sooner than the rest. */
    private static final long SOON_NANOS = 3_000_000_000L;

    @TempDir
    private Path folder;
    private PythonInterpreter interp;

    @BeforeEach
    void open() {
        open(PythonInterpreter.create());
    }

    private void open(PythonInterpreter opened) {
        interp = opened;
        interp.exec("import builtins, importlib, importlib.util, sys\nsys.path.insert(0, '" + folder + "')\n");
        busy(0);
    }

    @AfterEach
    void close() {
        interp.exec("del builtins.krait_test_seconds\nsys.path.remove('" + folder + "')\n"
                + "for name in list(sys.modules):\n    if name.startswith('krait_test_'): del sys.modules[name]\n");
        interp.close();
    }

    private void write(String name, String... code) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, Pythons.lines(code) + "\n");
    }

    private void busy(double seconds) {
        interp.exec("builtins.krait_test_seconds = " + seconds);
    }

    /** Runs code that is to be stopped; how long it took. */
    private long stopped(String code) {
        long begin = System.nanoTime();
        assertThrows(PythonTimeoutException.class, () -> interp.withDeadline(DEADLINE).exec(code + "\nwhile True: pass\n"));
        return System.nanoTime() - begin;
    }

    private void assertAtOnce(String code) {
        busy(1000);
        long nanos = stopped(code);
        assertTrue(nanos < SOON_NANOS, () -> "stopped after " + nanos / 1_000_000 + " ms");
        busy(0);
    }

    private void assertWhenDone(String code) {
        busy(0.6);
        long nanos = stopped(code);
        assertTrue(nanos > 550_000_000, () -> "stopped after " + nanos / 1_000_000 + " ms, half-way");
    }

    @ParameterizedTest
    @ValueSource(strings = {"import krait_test_job", "import krait_test_imports_job", "from krait_test_job import value",
        "importlib.import_module('krait_test_job')", "def late():\n    import krait_test_job\nlate()"})
    void aModuleOfOnesOwnIsStoppedAtOnceAndRunsAnewWhenImportedAgain(String imports) throws IOException {
        write("krait_test_job.py", BUSY, "value = 7");
        write("krait_test_imports_job.py", "from krait_test_job import value");
        assertAtOnce(imports);
        assertEquals(false, interp.eval("'krait_test_job' in sys.modules or 'krait_test_imports_job' in sys.modules"));
        interp.exec("from krait_test_imports_job import value");
        assertEquals(7L, interp.get("value"));
    }

    @Test
    void aModuleOfTheStandardLibraryIsWhole() throws IOException {
        // By its name; the real one takes no time.
        write("colorsys.py", BUSY, "value = builtins.krait_test_seconds");
        interp.exec("real = sys.modules.pop('colorsys', None)");
        assertWhenDone("import colorsys");
        assertEquals(0.6, interp.eval("sys.modules.pop('colorsys').value"));
        interp.exec("if real: sys.modules['colorsys'] = real");
    }

    @ParameterizedTest
    @ValueSource(strings = {"import krait_test_package.job", "from krait_test_package import job",
        "from krait_test_package.job import value", "importlib.import_module('.job', 'krait_test_package')"})
    void soIsAModuleOfAPackageThatIsThere(String imports) throws IOException {
        write("krait_test_package/__init__.py", "");
        write("krait_test_package/job.py", BUSY, "value = 7");
        interp.exec("import krait_test_package");
        assertAtOnce(imports);
        interp.exec("from krait_test_package import job");
        assertEquals(7L, interp.eval("job.value"));
    }

    @Test
    void soIsAModuleInAZipFile() throws IOException {
        Path zip = folder.resolve("krait_test.zip");
        try (OutputStream file = Files.newOutputStream(zip); ZipOutputStream entries = new ZipOutputStream(file)) {
            entries.putNextEntry(new ZipEntry("krait_test_zipped.py"));
            entries.write((BUSY + "value = 7\n").getBytes(StandardCharsets.UTF_8));
        }
        interp.exec("sys.path.insert(0, '" + zip + "')");
        assertAtOnce("import krait_test_zipped");
        interp.exec("import krait_test_zipped\nsys.path.remove('" + zip + "')");
        assertEquals(7L, interp.eval("krait_test_zipped.value"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"from .slow import *", "import krait_test_alone as slow", "def load():\n    import krait_test_alone\nload()",
        "exec('import krait_test_alone')"})
    void aPackageThatIsBeingImportedIsWhole(String slow) throws IOException {
        write("krait_test_alone.py", BUSY);
        write("krait_test_package/__init__.py", "from .quick import names", slow, "names.append('slow')");
        write("krait_test_package/quick.py", "names = ['quick']");
        write("krait_test_package/slow.py", BUSY);
        assertWhenDone("import krait_test_package");
        assertEquals(List.of("quick", "slow"), interp.eval("__import__('krait_test_package').names"));
    }

    @Test
    void soIsOneThatCallsJavaMeanwhile() throws IOException {
        write("krait_test_package/__init__.py", "import builtins", "builtins.krait_test_wait()", "names = ['java']");
        busy(0);
        interp.set("wait", (Runnable) () -> {
            try {
                Thread.sleep(400);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        interp.exec("builtins.krait_test_wait = wait");
        stopped("import krait_test_package");
        assertEquals(List.of("java"), interp.eval("__import__('krait_test_package').names"));
        interp.exec("del builtins.krait_test_wait");
    }

    @Test
    void aModuleThatStaysWhenItsCodeRaisesIsWhole() throws IOException {
        write("krait_test_again.py", BUSY, "value = builtins.krait_test_seconds");
        busy(0);
        interp.exec("import krait_test_again");
        assertWhenDone("importlib.reload(krait_test_again)");
        assertEquals(0.6, interp.eval("krait_test_again.value"));

        interp.exec("spec = importlib.util.spec_from_file_location('krait_test_by_hand', '" + folder.resolve("krait_test_again.py")
                + "')\nby_hand = sys.modules[spec.name] = importlib.util.module_from_spec(spec)");
        assertWhenDone("spec.loader.exec_module(by_hand)");
        assertEquals(0.6, interp.eval("by_hand.value"));

        write("krait_test_lazy.py", BUSY, "value = builtins.krait_test_seconds");
        interp.exec(Pythons.lines("spec = importlib.util.find_spec('krait_test_lazy')", "spec.loader = importlib.util.LazyLoader(spec.loader)",
                "lazy = sys.modules[spec.name] = importlib.util.module_from_spec(spec)", "spec.loader.exec_module(lazy)"));
        assertWhenDone("lazy.value");
        assertEquals(0.6, interp.eval("lazy.value"));
    }

    @Test
    void anExtensionModuleThatImportsOneOfPythonCodeIsWhole() throws IOException {
        // Before CPython 3.12 the module imports something only for the first time in an interpreter.
        close();
        open(PythonInterpreter.builder().isolation(Isolation.SUB_INTERPRETER).build());
        // In a folder of its own: only this import is to find it.
        write("instead/copy.py", BUSY, "def deepcopy(x, memo=None): return x", "def copy(x): return x");
        interp.exec("sys.modules.pop('copy', None)\nsys.path.insert(0, '" + folder.resolve("instead") + "')");
        assumeFalse(interp.eval(boolean.class, "'_elementtree' in sys.builtin_module_names"), "no extension module here");
        assertFalse(interp.eval(boolean.class, "'_elementtree' in sys.modules"));
        assertWhenDone("import _elementtree");
        assertEquals(true, interp.eval("sys.modules['copy'].__file__.startswith(sys.path[0])"));
        assertEquals("a", interp.eval("sys.modules['_elementtree'].Element('a').tag"));
    }

    @Test
    void anImportThatDoesNotEndIsStoppedAllTheSame() throws IOException {
        write("krait_test_package/__init__.py", BUSY);
        busy(1000);
        assertTrue(stopped("import krait_test_package") < 20_000_000_000L);
        busy(0);
        assertEquals(2L, interp.eval("1 + 1"));
    }
}
