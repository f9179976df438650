package dev.krait.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.LibPythonNotFoundException;
import dev.krait.PythonNotFoundException;
import dev.krait.PythonSetupException;
import dev.krait.UnsupportedPythonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which Python is chosen, and what a user reads when none can be. */
final class PythonFinderTest {
    @TempDir
    Path folder;

    private final Map<String, String> environment = TestPythons.map();
    private final Map<String, String> properties = TestPythons.map("krait.cache", "off");
    private PythonFinder finder;

    @BeforeEach
    void realFolder() throws IOException {
        folder = folder.toRealPath();
    }

    static List<Path> supported() {
        return TestPythons.supported();
    }

    private PythonInstallation find(String builderPath) {
        finder = new PythonFinder(environment::get, properties::get, new PythonProbe(Duration.ofSeconds(5)));
        return finder.find(PythonFinder.BUILDER, builderPath);
    }

    private PythonInstallation find() {
        return find(null);
    }

    private <E extends PythonSetupException> String failure(Class<E> type, String builderPath) {
        E e = assertThrows(type, () -> find(builderPath));
        assertEquals(type, e.getClass());
        assertContains(e.getMessage(), "To do: ");
        return e.getMessage();
    }

    private static void assertContains(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), "“" + part + "” should be in: " + message);
        }
    }

    @ParameterizedTest
    @MethodSource("supported")
    void everyPythonOfThisMachineIsDescribedAsItIs(Path python) {
        PythonInstallation found = find(python.toString());
        assertEquals(python, found.executable());
        assertEquals(python.getFileName().toString(), "python" + found.major() + "." + found.minor());
        assertTrue(found.version().startsWith(found.major() + "." + found.minor() + "." + found.micro()));
        assertTrue(found.libpython().getFileName().toString().startsWith("libpython3." + found.minor()));
        assertTrue(Files.isRegularFile(found.libpython()));
        assertFalse(found.isVirtualEnvironment());
        assertTrue(python.startsWith(found.prefix()));
        assertEquals(PythonFinder.BUILDER, found.source());
    }

    @ParameterizedTest
    @MethodSource("supported")
    void aVirtualEnvironmentIsHonouredByItsRootAndByItsExecutable(Path python) {
        Path venv = TestPythons.venv(python, folder.resolve("an environment — ünïcode"));
        for (String path : List.of(venv.toString(), venv + "/bin/python3", venv + "/bin/python")) {
            PythonInstallation found = find(path);
            assertTrue(found.isVirtualEnvironment());
            assertEquals(venv.toString(), found.prefix());
            assertEquals(venv.resolve("bin"), found.executable().getParent());
            assertTrue(python.startsWith(found.basePrefix()));
            assertEquals(find(python.toString()).libpython(), found.libpython());
        }
    }

    @Test
    void aVirtualEnvironmentOfCopiesIsHonoured() {
        Path venv = TestPythons.venv(TestPythons.any(), folder.resolve("copies"), "--copies");
        PythonInstallation found = find(venv.toString());
        assertEquals(venv.toString(), found.prefix());
        assertEquals(find(TestPythons.any().toString()).libpython(), found.libpython());
    }

    @Test
    void thePlacesAreLookedAtInTheirOrder() {
        String[] names = {"builder", "property", "variable", "venv", "conda", "path"};
        for (String name : names) {
            good(name);
        }
        environment.put("PATH", folder.resolve("path/bin").toString());
        environment.put("CONDA_PREFIX", folder.resolve("conda").toString());
        environment.put("VIRTUAL_ENV", folder.resolve("venv").toString());
        environment.put("KRAIT_PYTHON", folder.resolve("variable").toString());
        properties.put("krait.python", folder.resolve("property").toString());
        assertEquals(folder.resolve("builder").toString(), find(folder.resolve("builder").toString()).prefix());
        assertPrefixAndSource("property", "system property krait.python");
        properties.remove("krait.python");
        assertPrefixAndSource("variable", "environment variable KRAIT_PYTHON");
        environment.put("KRAIT_PYTHON", "");
        assertPrefixAndSource("venv", "environment variable VIRTUAL_ENV");
        environment.remove("VIRTUAL_ENV");
        assertPrefixAndSource("conda", "environment variable CONDA_PREFIX");
        environment.remove("CONDA_PREFIX");
        assertPrefixAndSource("path", "python3 on the PATH");
        environment.put("PATH", "/no-such-folder");
        String message = failure(PythonNotFoundException.class, null);
        assertContains(message, "no Python was found", "builder's python(Path): not set",
                "system property krait.python: not set", "KRAIT_PYTHON: not set", "VIRTUAL_ENV: not set",
                "CONDA_PREFIX: not set", "none in PATH=/no-such-folder", "apt-get install");
        environment.remove("PATH");
        assertContains(failure(PythonNotFoundException.class, null), "there is no PATH");
    }

    private void assertPrefixAndSource(String name, String source) {
        PythonInstallation found = find();
        assertEquals(folder.resolve(name).toString(), found.prefix());
        assertEquals(source, found.source());
        List<PythonInstallation.Place> tried = found.tried();
        assertEquals(source, tried.get(tried.size() - 1).name());
    }

    /** An installation that nothing is wrong with, as far as the finder can see. */
    private Path good(String name) {
        Path prefix = folder.resolve(name);
        TestPythons.sharedLibrary(prefix.resolve("lib/libpython3.11.so.1.0"));
        return TestPythons.claiming(prefix.resolve("bin/python3"), TestPythons.facts(prefix));
    }

    @Test
    void anExplicitChoiceThatFailsIsAnErrorAndNeverAnotherPython() {
        good("path");
        environment.put("PATH", folder.resolve("path/bin").toString());
        String missing = folder.resolve("missing").toString();
        assertContains(failure(PythonNotFoundException.class, missing),
                "chosen by the builder's python(Path) cannot be used: " + missing + " does not exist");
        properties.put("krait.python", missing);
        assertContains(failure(PythonNotFoundException.class, null), "chosen by system property krait.python", missing);
        properties.remove("krait.python");
        environment.put("KRAIT_PYTHON", missing);
        assertContains(failure(PythonNotFoundException.class, null), "chosen by environment variable KRAIT_PYTHON");
        environment.put("KRAIT_PYTHON", folder.resolve("path/lib").toString());
        assertContains(failure(PythonNotFoundException.class, null), "is a folder without bin/python3");
    }

    @Test
    void aNameWithoutAFolderIsLookedUpOnThePath() {
        TestPythons.sharedLibrary(folder.resolve("x/lib/libpython3.11.so.1.0"));
        TestPythons.claiming(folder.resolve("x/bin/python-mine"), TestPythons.facts(folder.resolve("x")));
        environment.put("PATH", folder.resolve("x/bin").toString());
        environment.put("KRAIT_PYTHON", "python-mine");
        assertEquals(folder.resolve("x").toString(), find().prefix());
        environment.put("KRAIT_PYTHON", "python-thine");
        assertContains(failure(PythonNotFoundException.class, null), "python-thine does not exist, neither in");
    }

    @Test
    void anActiveEnvironmentWithoutPythonIsPassedOverAndMentioned() throws IOException {
        good("path");
        environment.put("PATH", folder.resolve("path/bin").toString());
        environment.put("VIRTUAL_ENV", Files.createDirectory(folder.resolve("empty")).toString());
        environment.put("CONDA_PREFIX", folder.resolve("gone").toString());
        PythonInstallation found = find();
        assertEquals(folder.resolve("path").toString(), found.prefix());
        String tried = found.tried().toString();
        assertContains(tried, "VIRTUAL_ENV: " + folder.resolve("empty") + " has no bin/python3; passed over",
                "CONDA_PREFIX: " + folder.resolve("gone") + " is not a folder; passed over");
    }

    @Test
    void anActiveEnvironmentWhosePythonIsGoneIsAnError() throws IOException {
        good("path");
        environment.put("PATH", folder.resolve("path/bin").toString());
        Path bin = Files.createDirectories(folder.resolve("venv/bin"));
        Files.createSymbolicLink(bin.resolve("python3"), folder.resolve("uninstalled/python3"));
        environment.put("VIRTUAL_ENV", folder.resolve("venv").toString());
        assertContains(failure(PythonNotFoundException.class, null), "environment variable VIRTUAL_ENV",
                "is a link to a file that does not exist", "make the virtual environment anew");
    }

    @Test
    void onThePathTheFirstPythonThatWorksIsTakenAndTheOthersAreExplained() {
        Map<String, String> old = TestPythons.facts(folder.resolve("old"));
        old.put("version", "3.8.1");
        old.put("hexversion", String.valueOf(0x030801F0));
        TestPythons.claiming(folder.resolve("old/bin/python3"), old);
        TestPythons.claiming(folder.resolve("static/bin/python3"), TestPythons.facts(folder.resolve("static")));
        good("good");
        good("later");
        environment.put("PATH", path("old", "static", "good", "later"));
        PythonInstallation found = find();
        assertEquals(folder.resolve("good").toString(), found.prefix());
        assertContains(found.tried().toString(), "old/bin/python3 is Python 3.8.1",
                "static/bin/python3 is Python 3.11.7, but has no shared libpython");
        environment.put("PATH", path("static", "old"));
        assertContains(failure(LibPythonNotFoundException.class, null), "no python3 on the PATH can be used",
                "static/lib/libpython3.11.so.1.0: does not exist", "is Python 3.8.1", "--enable-shared");
        environment.put("PATH", path("old", "static"));
        failure(UnsupportedPythonException.class, null);
    }

    private String path(String... names) {
        StringBuilder path = new StringBuilder();
        for (String name : names) {
            path.append(path.length() == 0 ? "" : ":").append(folder.resolve(name)).append("/bin");
        }
        return path.toString();
    }

    @Test
    void realPythonsThatAreTooOldAreRefusedByTheirVersion() {
        for (Path old : TestPythons.old()) {
            assertContains(failure(UnsupportedPythonException.class, old.toString()), old.toString(), "is Python 3.",
                    "Krait needs 3.10 or later");
        }
    }

    @Test
    void aPythonThatDoesNotKnowIsolatedModeIsCalledTooOld() {
        Path two = TestPythons.script(folder.resolve("python2"), "echo 'Unknown option: -I' >&2; exit 2");
        assertContains(failure(UnsupportedPythonException.class, two.toString()), "is Python 2");
    }

    @Test
    void otherKindsOfPythonAreUnsupported() {
        assertContains(refused("implementation", "pypy"), "is not CPython but pypy");
        assertContains(refused("Py_GIL_DISABLED", "1"), "free-threaded");
        assertContains(refused("pointer_bits", "32"), "32-bit");
    }

    private String refused(String key, String value) {
        Map<String, String> facts = TestPythons.facts(folder);
        facts.put(key, value);
        Path python = TestPythons.claiming(folder.resolve(key), facts);
        return failure(UnsupportedPythonException.class, python.toString());
    }

    @Test
    void anExecutableThatCrashesIsReportedWithItsErrorOutput() {
        Path bad = TestPythons.script(folder.resolve("bad"), "echo 'no module named encodings' >&2; exit 3");
        assertContains(failure(PythonNotFoundException.class, bad.toString()), "ended with exit code 3",
                "no module named encodings");
        Path dying = TestPythons.script(folder.resolve("dying"), "kill -SEGV $$");
        assertContains(failure(PythonNotFoundException.class, dying.toString()), "killed by signal 11");
    }

    @Test
    void anExecutableThatRepeatsItsArgumentsIsReportedWithoutThem() {
        Path loud = TestPythons.script(folder.resolve("loud"), "echo \"no such file: $*\" >&2; exit 2");
        String message = failure(PythonNotFoundException.class, loud.toString());
        assertContains(message, "ended with exit code 2");
        assertFalse(message.contains("import sys"), message);
    }

    @Test
    void anExecutableThatPrintsSomethingElseIsNotAPython() {
        Path bad = TestPythons.script(folder.resolve("bad"), "echo hello");
        assertContains(failure(PythonNotFoundException.class, bad.toString()), "does not answer as a Python does",
                "hello");
        Path silent = TestPythons.script(folder.resolve("silent"), "exit 0");
        assertContains(failure(PythonNotFoundException.class, silent.toString()), "it printed nothing");
        Path loud = TestPythons.script(folder.resolve("loud"), "head -c 9000000 /dev/zero | tr '\\0' x");
        String message = failure(PythonNotFoundException.class, loud.toString());
        assertContains(message, "does not answer as a Python does");
        assertTrue(message.length() < 5_000, "a message of " + message.length());
    }

    @Test
    void aHangingExecutableIsStoppedAfterAWhile() throws IOException {
        Path bad = TestPythons.script(folder.resolve("hang"), "echo $$ > " + folder + "/pid; echo oops >&2; sleep 600");
        finder = new PythonFinder(environment::get, properties::get, new PythonProbe(Duration.ofSeconds(1)));
        long start = System.nanoTime();
        PythonNotFoundException e = assertThrows(PythonNotFoundException.class,
                () -> finder.find(PythonFinder.BUILDER, bad.toString()));
        assertContains(e.getMessage(), "did not answer within 1.0 s", "oops");
        assertTrue(Duration.ofNanos(System.nanoTime() - start).getSeconds() < 10);
        long pid = Long.parseLong(Files.readString(folder.resolve("pid")).trim());
        ProcessHandle.of(pid).ifPresent(process -> process.onExit().join());
    }

    @Test
    void anExecutableThatWaitsForInputFindsNone() {
        Path reading = TestPythons.script(folder.resolve("reading"), "cat; echo read it all");
        assertContains(failure(PythonNotFoundException.class, reading.toString()), "read it all");
    }

    @Test
    void aFileThatMayNotBeExecutedIsSaidToBeThat() throws IOException {
        Path file = Files.createFile(folder.resolve("python3"));
        assertContains(failure(PythonNotFoundException.class, file.toString()), "is not executable", "chmod +x");
    }

    @Test
    void aWrapperScriptLeadsToThePythonBehindIt() {
        Path shim = TestPythons.script(folder.resolve("shims/python3"),
                "echo 'setting up'; exec " + TestPythons.any() + " \"$@\"");
        environment.put("PATH", folder.resolve("shims").toString());
        PythonInstallation found = find();
        assertEquals(TestPythons.any(), found.executable());
        assertContains(found.tried().toString(), shim + " (chosen)");
    }

    @Test
    void pythonVariablesOfTheEnvironmentDoNotDisturbTheSearch() {
        // PYTHONHOME would keep any Python from starting; the probe runs in isolated mode.
        Path misled = TestPythons.script(folder.resolve("misled"),
                "PYTHONHOME=/no-such-folder exec " + TestPythons.any() + " \"$@\"");
        assertEquals(TestPythons.any(), find(misled.toString()).executable());
    }

    @Test
    void anInterruptedThreadStopsWaitingAndStaysInterrupted() {
        Path slow = TestPythons.script(folder.resolve("slow"), "sleep 600");
        Thread.currentThread().interrupt();
        PythonSetupException e = assertThrows(PythonSetupException.class, () -> find(slow.toString()));
        assertTrue(Thread.interrupted());
        assertContains(e.getMessage(), "interrupted");
    }

    @Test
    void aSecondPythonIsRefusedWithBothNames() {
        good("one");
        good("two");
        PythonInstallation one = find(folder.resolve("one").toString());
        PythonInstallation two = find(folder.resolve("two").toString());
        assertTrue(one.isSameAs(find(folder.resolve("one/bin/python3").toString())));
        assertFalse(one.isSameAs(two));
        assertContains(one.refusal(two).getMessage(), "Running:   Python 3.11.7, " + folder.resolve("one/bin/python3"),
                "Asked for: Python 3.11.7, " + folder.resolve("two/bin/python3"), "To do: use the same Python");
    }
}
