package dev.krait.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where libpython is looked for, and what is not taken for it. */
final class LibPythonTest {
    @TempDir
    Path prefix;

    private Map<String, String> facts;

    @BeforeEach
    void describe() throws IOException {
        prefix = prefix.toRealPath();
        facts = TestPythons.facts(prefix);
    }

    private Path find() throws Rejection {
        return new LibPython(TestPythons.parse(facts), Platform.current()).find();
    }

    private List<String> candidates(Platform platform) {
        return new ArrayList<>(new LibPython(TestPythons.parse(facts), platform).candidates());
    }

    @Test
    void theLibraryThatTheExecutableItselfUsesComesFirst() throws Rejection {
        Path mapped = TestPythons.sharedLibrary(prefix.resolve("elsewhere/libpython3.11.so.1.0"));
        TestPythons.sharedLibrary(prefix.resolve("lib/libpython3.11.so.1.0"));
        facts.put("libpython", mapped.toString());
        assertEquals(mapped, find());
    }

    @Test
    void aStaticExecutableWithTheSharedLibraryBesideItWorks() throws Rejection {
        facts.put("Py_ENABLE_SHARED", "0");
        facts.put("LDLIBRARY", "libpython3.11.a");
        facts.put("INSTSONAME", "libpython3.11.a");
        Path library = TestPythons.sharedLibrary(prefix.resolve("lib/libpython3.11.so.1.0"));
        assertEquals(library, find());
    }

    @Test
    void aRelocatedInstallationIsFoundByItsPrefix() throws Rejection {
        facts.put("LIBDIR", "/install/lib");
        Path library = TestPythons.sharedLibrary(prefix.resolve("lib/libpython3.11.so.1.0"));
        assertEquals(library, find());
    }

    @Test
    void debiansFolderIsLookedAt() {
        facts.put("base_prefix", "/usr");
        facts.put("LIBDIR", "/usr/lib");
        facts.put("MULTIARCH", "x86_64-linux-gnu");
        assertTrue(candidates(Platform.of("Linux", "amd64"))
                .contains("/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0"));
    }

    @Test
    void otherSystemsHaveTheirOwnNames() {
        assertTrue(candidates(Platform.of("Windows 11", "amd64")).contains(prefix + "/python311.dll"));
        facts.put("PYTHONFRAMEWORKPREFIX", "/Library/Frameworks");
        facts.put("LDLIBRARY", "Python.framework/Versions/3.11/Python");
        facts.remove("INSTSONAME");
        List<String> mac = candidates(Platform.of("Mac OS X", "aarch64"));
        assertEquals("/Library/Frameworks/Python.framework/Versions/3.11/Python", mac.get(0));
        assertTrue(mac.contains(prefix + "/lib/libpython3.11.dylib"), mac.toString());
    }

    @Test
    void whatIsNoSharedLibraryForThisProcessorIsPassedOverAndNamed() throws IOException {
        Path lib = Files.createDirectories(prefix.resolve("lib"));
        Files.writeString(lib.resolve("libpython3.11.so"), "GROUP ( libpython3.11.so.1.0 )");
        byte[] foreign = Files.readAllBytes(TestPythons.jvmLibrary());
        foreign[18] = 21;
        foreign[19] = 0;
        Files.write(lib.resolve("libpython3.11.so.1.0"), foreign);
        Rejection e = assertThrows(Rejection.class, this::find);
        assertEquals(Rejection.Kind.NO_LIBPYTHON, e.kind());
        assertTrue(e.getMessage().contains(lib + "/libpython3.11.so: is not a shared library"), e.getMessage());
        assertTrue(e.getMessage().contains("libpython3.11.so.1.0: is for another processor"), e.getMessage());
    }

    @Test
    void aLibraryThatIsCutShortOrOf32BitsIsPassedOverAndNamed() throws IOException {
        // The system's loader would end the JVM with SIGBUS.
        Path library = Files.createDirectories(prefix.resolve("lib")).resolve("libpython3.11.so.1.0");
        byte[] whole = Files.readAllBytes(TestPythons.jvmLibrary());
        Files.write(library, Arrays.copyOf(whole, whole.length - 1));
        String message = assertThrows(Rejection.class, this::find).getMessage();
        assertTrue(message.contains(library + ": is cut short: it has " + (whole.length - 1) + " bytes of " + whole.length), message);
        whole[4] = 1;
        Files.write(library, whole);
        message = assertThrows(Rejection.class, this::find).getMessage();
        assertTrue(message.contains(library + ": is for another processor"), message);
    }

    @Test
    void theAdviceFitsTheInstallation() {
        facts.put("version", "3.98.1");
        facts.put("hexversion", String.valueOf(0x036201F0));
        facts.put("MULTIARCH", "x86_64-linux-gnu");
        facts.put("LDLIBRARY", "libpython3.98.so");
        facts.put("INSTSONAME", "libpython3.98.so.1.0");
        facts.put("base_prefix", "/usr");
        assertEquals("apt-get install libpython3.98",
                assertThrows(Rejection.class, this::find).advice());
        facts.put("base_prefix", "/home/me/.pyenv/versions/3.98.1");
        assertTrue(assertThrows(Rejection.class, this::find).advice()
                .contains("PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install --force 3.98.1"));
    }
}
