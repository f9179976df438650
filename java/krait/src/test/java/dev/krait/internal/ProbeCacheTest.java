package dev.krait.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.krait.PythonSetupException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a start need not run Python to ask what it is, and when it must. */
final class ProbeCacheTest {
    @TempDir
    Path folder;

    private Path cache;
    private Path venv;
    private final Map<String, String> environment = TestPythons.map();
    private final Map<String, String> properties = TestPythons.map();
    private PythonFinder finder;

    @BeforeEach
    void prepare() throws IOException {
        folder = folder.toRealPath();
        cache = folder.resolve("cache");
        properties.put("krait.cache", cache.toString());
        venv = TestPythons.venv(TestPythons.any(), folder.resolve("venv"));
    }

    private PythonInstallation find(Path python) {
        finder = new PythonFinder(environment::get, properties::get);
        return finder.find(PythonFinder.BUILDER, python.toString());
    }

    private void assertWritten(Path python) {
        find(python);
        assertTrue(finder.cacheNote().endsWith("(written)"), finder.cacheNote());
    }

    private void assertUsed(Path python) {
        find(python);
        assertTrue(finder.cacheNote().endsWith("(used)"), finder.cacheNote());
    }

    @Test
    void theSecondSearchDoesNotRunPythonAndFindsTheSame() throws Exception {
        PythonInstallation first = find(venv);
        assertTrue(finder.cacheNote().endsWith("(written)"), finder.cacheNote());
        PythonProbe none = new PythonProbe(Duration.ZERO);
        finder = new PythonFinder(environment::get, properties::get, none);
        PythonInstallation second = finder.find(PythonFinder.BUILDER, venv.toString());
        assertEquals(first.summary(), second.summary());
        assertEquals(first.prefix(), second.prefix());
        assertEquals(first.basePrefix(), second.basePrefix());
        assertTrue(first.isSameAs(second));
    }

    @Test
    void theEntriesAreForTheUserAlone() throws IOException {
        assertWritten(venv);
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(cache)));
        assertEquals(1, TestPythons.list(cache).size());
        Path entry = TestPythons.list(cache).get(0);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(entry)));
    }

    @Test
    void twoEnvironmentsOfOnePythonAreTwoEntries() {
        Path other = TestPythons.venv(TestPythons.any(), folder.resolve("other"));
        assertWritten(venv);
        assertWritten(other);
        assertUsed(venv);
        assertEquals(venv.toString(), find(venv).prefix());
        assertEquals(other.toString(), find(other).prefix());
    }

    @Test
    void aChangedPyvenvFileMeansAskingAgain() throws IOException {
        assertWritten(venv);
        Path file = venv.resolve("pyvenv.cfg");
        Files.writeString(file, Files.readString(file) + "\nprompt = other\n");
        assertWritten(venv);
        assertUsed(venv);
    }

    @Test
    void aVirtualEnvironmentMadeAnewWithAnotherPythonIsSeen() throws IOException {
        assertWritten(venv.resolve("bin/python3"));
        Path link = venv.resolve("bin/python3");
        Path copy = Files.copy(link.toRealPath(), folder.resolve("upgraded"));
        Files.delete(link);
        Files.createSymbolicLink(link, copy);
        ProbeCache fresh = new ProbeCache(environment::get, properties::get, Platform.current());
        assertNull(fresh.read(fresh.key(link)));
    }

    @Test
    void aReplacedExecutableMeansAskingAgain() throws IOException {
        Path copies = TestPythons.venv(TestPythons.any(), folder.resolve("copies"), "--copies");
        Path python = copies.resolve("bin/python3").toRealPath();
        assertWritten(python);
        assertUsed(python);
        Path twin = Files.copy(python, folder.resolve("twin"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.move(twin, python, StandardCopyOption.REPLACE_EXISTING);
        assertWritten(python);
        Files.setLastModifiedTime(python, FileTime.from(Instant.now().plusSeconds(5)));
        assertWritten(python);
        assertUsed(python);
    }

    @Test
    void aLibpythonThatWentAwayOrChangedMeansLookingAgain() throws IOException {
        ProbeCache store = new ProbeCache(environment::get, properties::get, Platform.current());
        Path python = venv.resolve("bin/python3");
        Map<String, String> described = TestPythons.facts(folder);
        described.put("executable", python.toString());
        PythonFacts facts = TestPythons.parse(described);
        Path library = TestPythons.sharedLibrary(folder.resolve("lib|bar/libpython3.11.so.1.0"));
        ProbeCache.Key key = store.key(python);
        store.write(key, python, facts, library);
        assertEquals(library, store.read(key).libpython());
        assertEquals(facts.lines(), store.read(key).facts().lines());
        Files.write(library, new byte[] {1});
        assertNull(store.read(key));
        Files.delete(library);
        assertNull(store.read(key));
    }

    @Test
    void theLibraryPathOfTheEnvironmentBelongsToTheEntry() {
        assertWritten(venv);
        environment.put("LD_LIBRARY_PATH", folder.toString());
        assertWritten(venv);
    }

    @Test
    void aDamagedEntryIsReplaced() throws IOException {
        assertWritten(venv);
        Path entry = TestPythons.list(cache).get(0);
        byte[] whole = Files.readAllBytes(entry);
        for (int length = 0; length < whole.length - 1; length += 37) {
            Files.write(entry, Arrays.copyOf(whole, length));
            ProbeCache store = new ProbeCache(environment::get, properties::get, Platform.current());
            assertNull(store.read(store.key(venv.resolve("bin/python3"))), "cut at " + length);
        }
        Files.write(entry, new byte[] {(byte) 0xFF, 0, 1});
        assertWritten(venv);
        assertUsed(venv);
    }

    @Test
    void anEntryThatOthersCouldHaveWrittenIsNotBelieved() throws IOException {
        assertWritten(venv);
        Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwxrwxrwx"));
        find(venv);
        assertTrue(finder.cacheNote().startsWith("not kept: others may write"), finder.cacheNote());
        Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwx------"));
        assertUsed(venv);
        Files.setPosixFilePermissions(TestPythons.list(cache).get(0), PosixFilePermissions.fromString("rw-rw-rw-"));
        assertWritten(venv);
    }

    @Test
    void anEntryOfAnotherUserIsNotBelieved() throws IOException {
        assertWritten(venv);
        Path entry = TestPythons.list(cache).get(0);
        try {
            UserPrincipal other = cache.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
            Files.setOwner(entry, other);
            Files.setOwner(cache, other);
        } catch (IOException e) {
            abort("only root can give files away: " + e);
        }
        find(venv);
        assertTrue(finder.cacheNote().startsWith("not kept: others may write"), finder.cacheNote());
    }

    @Test
    void aScriptIsAskedEachTime() {
        Path shim = TestPythons.script(folder.resolve("shim"), "exec " + TestPythons.any() + " \"$@\"");
        find(shim);
        assertTrue(finder.cacheNote().contains("is a script"), finder.cacheNote());
        assertFalse(Files.exists(cache));
    }

    @Test
    void aLauncherThatRunsAnotherExecutableIsAskedEachTime() throws IOException {
        // Stands for a version manager's binary: what it answers is true of another file.
        ProbeCache store = new ProbeCache(environment::get, properties::get, Platform.current());
        Path launcher = Files.copy(TestPythons.jvmLibrary(), folder.resolve("python3"));
        PythonFacts facts = TestPythons.parse(Map.of("version", "3.11.7", "hexversion", "51054576", "implementation",
                "cpython", "pointer_bits", "64", "prefix", "/x", "base_prefix", "/x", "executable",
                TestPythons.any().toString()));
        store.write(store.key(launcher), launcher, facts, TestPythons.jvmLibrary());
        assertTrue(store.note().contains("launcher"), store.note());
        assertFalse(Files.exists(cache));
    }

    @Test
    void failuresAreNotKept() throws IOException {
        Path broken = Files.copy(Path.of("/bin/false").toRealPath(), folder.resolve("python3"));
        assertThrows(PythonSetupException.class, () -> find(broken));
        assertFalse(Files.exists(cache));
    }

    @Test
    void aFolderThatCannotBeWrittenIsNoError() throws IOException {
        Files.writeString(cache, "a file where the folder should be");
        assertEquals(venv.toString(), find(venv).prefix());
        assertTrue(finder.cacheNote().startsWith("not kept: "), finder.cacheNote());
    }

    @Test
    void theFolderIsChosenByPropertyThenXdgThenHome() {
        assertEquals(cache, folderOf("Linux"));
        properties.put("krait.cache", "off");
        assertNull(folderOf("Linux"));
        properties.remove("krait.cache");
        assertNull(folderOf("Linux"));
        properties.put("user.home", "/home/me");
        assertEquals(Path.of("/home/me/.cache/krait"), folderOf("Linux"));
        assertEquals(Path.of("/home/me/Library/Caches/krait"), folderOf("Mac OS X"));
        environment.put("XDG_CACHE_HOME", "relative");
        assertEquals(Path.of("/home/me/.cache/krait"), folderOf("Linux"));
        environment.put("XDG_CACHE_HOME", "/xdg");
        assertEquals(Path.of("/xdg/krait"), folderOf("Linux"));
    }

    private Path folderOf(String os) {
        return new ProbeCache(environment::get, properties::get, Platform.of(os, "amd64")).folder();
    }

    @Test
    void anEntryIsTextThatAPersonCanRead() throws IOException {
        assertWritten(venv);
        String text = Files.readString(TestPythons.list(cache).get(0), StandardCharsets.UTF_8);
        assertTrue(text.contains("\nversion=3."), text);
    }
}
