package dev.krait.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the doctor's report says, and how it ends. */
final class DoctorTest {
    private static final String ROOT = "/dev/krait/native/" + Platform.current().id() + "/";
    private static final String LOADER = Platform.current().libraryFile("krait_loader");
    private static final String CORE = Platform.current().libraryFile("krait_core");

    @TempDir
    Path folder;

    private final Map<String, byte[]> jar = new HashMap<>();
    private final Map<String, String> environment = TestPythons.map();
    private final Properties properties = new Properties();
    private Doctor.LiveCheck liveCheck = (python, doctor) -> doctor.line("lives", python.version());
    private String report;

    @BeforeEach
    void prepare() throws IOException {
        folder = folder.toRealPath();
        properties.putAll(System.getProperties());
        properties.setProperty("krait.cache", folder.resolve("cache").toString());
        properties.setProperty("java.io.tmpdir", folder.toString());
        jar.put("/dev/krait/krait.properties", bytes("version=1.2.3"));
        jar.put(ROOT + LOADER, bytes("loader"));
        jar.put(ROOT + CORE, bytes("core"));
        jar.put(ROOT + "SHA256SUMS", bytes(Sha256.of(bytes("loader")) + "  " + LOADER + "\n"
                + Sha256.of(bytes("core")) + "  " + CORE));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private InputStream open(String name) {
        byte[] content = jar.get(name);
        return content == null ? null : new ByteArrayInputStream(content);
    }

    private int run(String option) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, "UTF-8");
        int exit = new Doctor(out, environment::get, properties, this::open, liveCheck).report(option);
        report = bytes.toString("UTF-8");
        return exit;
    }

    private void assertReport(String... parts) {
        for (String part : parts) {
            assertTrue(report.replaceAll(" +", " ").contains(part), "“" + part + "” should be in: " + report);
        }
    }

    @Test
    void theWholeStoryIsToldWhereEverythingIsWell() throws IOException {
        Path venv = TestPythons.venv(TestPythons.any(), folder.resolve("venv"));
        environment.put("KRAIT_PYTHON", venv.toString());
        assertEquals(0, run(null), () -> report);
        PythonInstallation python =
                new PythonFinder(environment::get, properties::getProperty).find("option --python", null);
        assertReport("Krait\n version 1.2.3\n", " version " + System.getProperty("java.version"),
                " home " + System.getProperty("java.home"), " platform " + Platform.current(),
                " option --python not set\n", " system property krait.python not set\n",
                " environment variable KRAIT_PYTHON " + venv + "/bin/python3 (chosen)\n",
                " version " + python.version() + "\n", " chosen by environment variable KRAIT_PYTHON\n",
                " executable " + venv + "/bin/python3\n", " prefix " + venv + "\n",
                " base prefix " + python.basePrefix() + "\n", " virtual environment yes\n",
                " libpython " + python.libpython() + "\n", " probe cache " + folder.resolve("cache"), " (written)\n",
                " source the jar, " + ROOT, " " + CORE + " 4 bytes, SHA-256 ", ", as SHA256SUMS says\n",
                " unpacked to " + folder + " (writable, not noexec)\n", " lives " + python.version() + "\n",
                "\nKrait runs here.\n");
    }

    @Test
    void withoutAPythonTheReportGoesOnAndEndsWithTheReason() throws IOException {
        environment.put("PATH", folder.toString());
        liveCheck = (python, doctor) -> {
            throw new AssertionError("there is nothing to try");
        };
        assertEquals(1, run(null));
        assertReport(" python3 on the PATH none in PATH=" + folder, " source the jar, " + ROOT,
                "\nKrait cannot run here.\n", "Error: no Python was found.", "To do: ");
        assertFalse(report.contains("Live check"));
    }

    @Test
    void thePythonOfTheCommandLineIsExplicit() throws IOException {
        assertEquals(1, run(folder.resolve("none").toString()));
        assertReport(" option --python " + folder.resolve("none") + " does not exist",
                "Error: the Python chosen by option --python cannot be used");
    }

    @Test
    void aMissingNativeLibraryIsAReason() throws IOException {
        jar.remove(ROOT + "SHA256SUMS");
        assertEquals(1, run(TestPythons.any().toString()));
        assertReport("Error: Krait has no native library for " + Platform.current());
    }

    @Test
    void aDamagedNativeLibraryIsAReason() throws IOException {
        jar.put(ROOT + CORE, bytes("c0re"));
        assertEquals(1, run(TestPythons.any().toString()));
        assertReport("Error: " + CORE + " from the jar, " + ROOT + " is damaged");
    }

    @Test
    void anExplicitFolderOfLibrariesIsNamed() throws IOException {
        Path libraries = Files.createDirectory(folder.resolve("libraries"));
        Files.write(libraries.resolve(LOADER), bytes("x"));
        Files.write(libraries.resolve(CORE), bytes("y"));
        properties.setProperty("krait.library.path", libraries.toString());
        assertEquals(0, run(TestPythons.any().toString()), () -> report);
        assertReport(" source system property krait.library.path, " + libraries + "\n");
    }

    @Test
    void aLiveCheckThatFailsIsAReasonWithItsCauses() throws IOException {
        liveCheck = (python, doctor) -> {
            throw new IllegalStateException("it died", new IllegalArgumentException("of this"));
        };
        assertEquals(1, run(TestPythons.any().toString()));
        assertReport("Krait cannot run here.", "Error: java.lang.IllegalStateException: it died",
                "caused by java.lang.IllegalArgumentException: of this");
        liveCheck = (python, doctor) -> {
            throw new UnsatisfiedLinkError("no such symbol");
        };
        assertEquals(1, run(TestPythons.any().toString()));
        assertReport("Error: java.lang.UnsatisfiedLinkError: no such symbol");
    }
}
