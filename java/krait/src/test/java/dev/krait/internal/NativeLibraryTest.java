package dev.krait.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.krait.NativeLibraryException;
import dev.krait.PythonAlreadyRunningException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the native library gets from the jar into the JVM, and what a user reads when it does not. */
final class NativeLibraryTest {
    private static final Platform PLATFORM = Platform.current();
    private static final String ROOT = "/dev/krait/native/" + PLATFORM.id() + "/";
    private static final String LOADER = PLATFORM.libraryFile("krait_loader");
    private static final String CORE = PLATFORM.libraryFile("krait_core");
    private static final long BIND = 0x7F00_0000_1000L;

    @TempDir
    Path folder;

    private Path tmp;
    private PythonInstallation python;
    private final Map<String, byte[]> jar = new HashMap<>();
    private final Properties properties = new Properties();

    @BeforeEach
    void packJar() throws IOException {
        folder = folder.toRealPath();
        tmp = Files.createDirectory(folder.resolve("tmp"));
        properties.setProperty("java.io.tmpdir", tmp.toString());
        python = TestPythons.installation(folder.resolve("python"));
        pack(Files.readAllBytes(TestPythons.jvmLibrary()), "the core".getBytes(StandardCharsets.UTF_8));
    }

    private void pack(byte[] loader, byte[] core) {
        jar.put("/dev/krait/krait.properties", "version=1.2.3\n".getBytes(StandardCharsets.UTF_8));
        jar.put(ROOT + LOADER, loader);
        jar.put(ROOT + CORE, core);
        jar.put(ROOT + "SHA256SUMS", (Sha256.of(loader) + "  " + LOADER + "\n" + Sha256.of(core) + " *" + CORE + "\n")
                .getBytes(StandardCharsets.UTF_8));
    }

    private InputStream open(String name) {
        byte[] content = jar.get(name);
        return content == null ? null : new ByteArrayInputStream(content);
    }

    private NativeLibrary library() {
        return new NativeLibrary(properties, PLATFORM, this::open);
    }

    private String failure(NativeLibrary.Opener opener) {
        return assertThrows(NativeLibraryException.class, () -> library().load(python, opener)).getMessage();
    }

    private static NativeLibrary.Opener never() {
        return (loader, core, bind) -> {
            throw new AssertionError("should not come to loading " + loader);
        };
    }

    private static void assertContains(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), "“" + part + "” should be in: " + message);
        }
    }

    private void assertNothingLeft() {
        assertEquals(List.of(), TestPythons.list(tmp));
    }

    @Test
    void theLibrariesLieInAPrivateFolderUntilTheyAreLoaded() {
        library().load(python, (loader, core, bind) -> {
            assertEquals(0, bind);
            assertEquals(loader.getParent(), core.getParent());
            assertEquals(tmp, loader.getParent().getParent());
            assertTrue(loader.getParent().getFileName().toString().matches("krait-1\\.2\\.3-[0-9a-f]{32}"));
            assertTrue(loader.getFileName().toString().contains("krait_loader-1.2.3."), loader.toString());
            try {
                assertEquals("rwx------", permissions(loader.getParent()));
                assertEquals("rw-------", permissions(loader));
                assertEquals("rw-------", permissions(core));
                assertEquals("the core", Files.readString(core));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return BIND;
        });
        assertNothingLeft();
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void aRealLibraryStaysLoadedWhenItsFileIsGone() throws IOException {
        library().load(python, (loader, core, bind) -> {
            System.load(loader.toString());
            return BIND;
        });
        assertNothingLeft();
        assertTrue(Files.readString(Path.of("/proc/self/maps")).contains("krait_loader-1.2.3"));
    }

    @Test
    void noTwoFoldersHaveTheSameName() {
        String[] names = new String[2];
        for (int i = 0; i < 2; i++) {
            int index = i;
            library().load(python, (loader, core, bind) -> {
                names[index] = loader.getParent().toString();
                return BIND;
            });
        }
        assertNotEquals(names[0], names[1]);
    }

    @Test
    void aSecondClassLoaderGetsTheCoreThatIsThereAlready() {
        library().load(python, (loader, core, bind) -> BIND);
        library().load(python, (loader, core, bind) -> {
            assertEquals(BIND, bind);
            assertNull(core);
            assertEquals(List.of(loader), TestPythons.list(loader.getParent()));
            return bind;
        });
    }

    @Test
    void classLoadersThatStartAtTheSameTimeOpenOneCore() throws Exception {
        AtomicInteger opened = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Path prefix = folder.resolve("python");
            Future<Long> one = threads.submit(OtherClassLoader.task(properties, jar, prefix, opened));
            Future<Long> two = threads.submit(OtherClassLoader.task(properties, jar, prefix, opened));
            assertEquals(one.get(30, TimeUnit.SECONDS), two.get(30, TimeUnit.SECONDS));
            assertEquals(1, opened.get());
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aDifferentPythonIsRefusedEvenFromAnotherClassLoader() {
        library().load(python, (loader, core, bind) -> BIND);
        PythonInstallation other = TestPythons.installation(folder.resolve("other|python %"));
        PythonAlreadyRunningException e = assertThrows(PythonAlreadyRunningException.class,
                () -> library().load(other, never()));
        assertContains(e.getMessage(), "Running:   " + python.summary(), "Asked for: " + other.summary());
        library().load(python, (loader, core, bind) -> bind);
    }

    @Test
    void anotherVersionOfKraitIsRefusedByName() {
        library().load(python, (loader, core, bind) -> BIND);
        pack("loader".getBytes(StandardCharsets.UTF_8), "another core".getBytes(StandardCharsets.UTF_8));
        assertContains(failure(never()), "another build of Krait 1.2.3", "start a JVM for each");
        jar.put("/dev/krait/krait.properties", "version=1.3.0\n".getBytes(StandardCharsets.UTF_8));
        assertContains(failure(never()), "runs Krait 1.2.3 already", "cannot run Krait 1.3.0 too");
        assertNothingLeft();
    }

    @Test
    void anInterruptWhileItIsUnpackedIsToldAndKeptAndHarmsNoLaterAttempt() {
        Thread.currentThread().interrupt();
        String message = failure(never());
        assertTrue(Thread.interrupted());
        assertEquals("interrupted while the native library was unpacked", message);
        assertNothingLeft();
        library().load(python, (loader, core, bind) -> BIND);
    }

    @Test
    void afterAFailureAnotherPythonMayBeTried() {
        failure((loader, core, bind) -> {
            throw new UnsatisfiedLinkError("some symbol");
        });
        library().load(TestPythons.installation(folder.resolve("other")), (loader, core, bind) -> BIND);
    }

    @Test
    void aDamagedLibraryIsNeverLoaded() {
        jar.put(ROOT + CORE, "the c0re".getBytes(StandardCharsets.UTF_8));
        assertContains(failure(never()), "does not have the content it should", "krait_core", "SHA-256");
        assertNothingLeft();
    }

    @Test
    void anIncompleteJarIsSaidToBeThat() {
        jar.remove(ROOT + CORE);
        assertContains(failure(never()), "the Krait jar is incomplete", CORE);
        jar.put(ROOT + "SHA256SUMS", new byte[0]);
        assertContains(failure(never()), "the Krait jar is incomplete", "SHA256SUMS", LOADER);
        assertNothingLeft();
    }

    @Test
    void aPlatformThatTheJarLacksIsNamedWithThoseItHas() {
        byte[] sums = jar.remove(ROOT + "SHA256SUMS");
        assertContains(failure(never()), "no native library for " + PLATFORM.id(), "The jar has: none");
        String other = PLATFORM.isMac() ? "linux-x86_64" : "macos-aarch64";
        jar.put("/dev/krait/native/" + other + "/SHA256SUMS", sums);
        jar.put("/dev/krait/native/windows-x86_64/SHA256SUMS", sums);
        assertContains(failure(never()), "The jar has: " + other + ", windows-x86_64",
                "classifier " + PLATFORM.id(), "krait.library.path");
    }

    @Test
    void aFailureToLoadKeepsTheSystemsWordsAndLeavesNothingBehind() {
        UnsatisfiedLinkError cause = new UnsatisfiedLinkError("undefined symbol: PyFoo");
        NativeLibraryException e = assertThrows(NativeLibraryException.class,
                () -> library().load(python, (loader, core, bind) -> {
                    throw cause;
                }));
        assertSame(cause, e.getCause());
        assertContains(e.getMessage(), "undefined symbol: PyFoo", tmp.toString(), python.summary());
        assertNothingLeft();
    }

    @Test
    void anErrorThatIsNotAboutLoadingAlsoLeavesNothingBehind() {
        IllegalStateException cause = new IllegalStateException("x");
        assertSame(cause, assertThrows(IllegalStateException.class,
                () -> library().load(python, (loader, core, bind) -> {
                    throw cause;
                })));
        assertNothingLeft();
    }

    @Test
    void aJvmThatForbidsNativeAccessIsSaidToBeThatWithItsFlag() {
        IllegalCallerException cause = new IllegalCallerException("Illegal native access from an unnamed module");
        NativeLibraryException e = assertThrows(NativeLibraryException.class,
                () -> library().load(python, (loader, core, bind) -> {
                    throw cause;
                }));
        assertSame(cause, e.getCause());
        assertContains(e.getMessage(), "Illegal native access", "--enable-native-access=ALL-UNNAMED");
        assertNothingLeft();
    }

    @Test
    void whatCouldNotBeCleanedUpIsASuppressedException() {
        NativeLibraryException e = assertThrows(NativeLibraryException.class,
                () -> library().load(python, (loader, core, bind) -> {
                    try {
                        Files.writeString(loader.resolveSibling("of-somebody-else"), "x");
                    } catch (IOException unexpected) {
                        throw new AssertionError(unexpected);
                    }
                    throw new UnsatisfiedLinkError("undefined symbol");
                }));
        assertEquals(1, e.getSuppressed().length);
        assertContains(e.getSuppressed()[0].toString(), tmp.toString());
    }

    @Test
    void aMissingTemporaryFolderIsNamedWithItsProperty() {
        properties.setProperty("java.io.tmpdir", folder.resolve("none").toString());
        assertContains(failure(never()), folder.resolve("none").toString(), "system property java.io.tmpdir",
                "-Dkrait.tmpdir");
        properties.setProperty("krait.tmpdir", folder.resolve("neither").toString());
        assertContains(failure(never()), folder.resolve("neither").toString(), "system property krait.tmpdir");
    }

    @Test
    void theTemporaryFolderOfThePropertyIsUsed() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        properties.setProperty("krait.tmpdir", other.toString());
        library().load(python, (loader, core, bind) -> {
            assertTrue(loader.startsWith(other));
            return BIND;
        });
    }

    @Test
    void aTemporaryFolderThatIsMountedNoexecIsNamedWithTheProperty() throws Exception {
        Path mount = Files.createDirectory(folder.resolve("no exec"));
        Process mounting = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "noexec,size=4m", "none", mount.toString())
                .start();
        assumeTrue(mounting.waitFor() == 0, "this user may not mount");
        try {
            properties.setProperty("krait.tmpdir", mount.toString());
            String message = failure((loader, core, bind) -> {
                System.load(loader.toString());
                return BIND;
            });
            assertContains(message, "refuses to execute code from " + mount, mount + ", is mounted noexec",
                    "-Dkrait.tmpdir");
            assertEquals(List.of(), TestPythons.list(mount));
            Path libraries = Files.createDirectory(mount.resolve("libraries"));
            Files.copy(TestPythons.jvmLibrary(), libraries.resolve(LOADER));
            Files.writeString(libraries.resolve(CORE), "core");
            properties.setProperty("krait.library.path", libraries.toString());
            assertContains(failure((loader, core, bind) -> {
                System.load(loader.toString());
                return BIND;
            }), "is mounted noexec", "-Dkrait.library.path");
        } finally {
            // Lazily: the C library leaves a part of what it could not load mapped.
            TestPythons.run(List.of("umount", "-l", mount.toString()));
        }
    }

    @Test
    void anExplicitFolderIsUsedInPlaceAndUnpacksNothing() throws IOException {
        Path libraries = explicitFolder();
        library().load(python, (loader, core, bind) -> {
            assertEquals(libraries.resolve(LOADER), loader);
            assertEquals(libraries.resolve(CORE), core);
            assertNothingLeft();
            return BIND;
        });
        library().load(python, (loader, core, bind) -> {
            assertEquals(BIND, bind);
            return bind;
        });
    }

    private Path explicitFolder() throws IOException {
        Path libraries = Files.createDirectory(folder.resolve("libraries"));
        Files.write(libraries.resolve(LOADER), new byte[] {1});
        Files.write(libraries.resolve(CORE), new byte[] {2});
        properties.setProperty("krait.library.path", libraries.toString());
        return libraries;
    }

    @Test
    void anExplicitFolderThatFailsNeverFallsBackToTheJar() throws IOException {
        Path libraries = explicitFolder();
        assertContains(failure((loader, core, bind) -> {
            assertTrue(loader.startsWith(libraries));
            throw new UnsatisfiedLinkError("file too short");
        }), "file too short", libraries.toString());
        Files.delete(libraries.resolve(CORE));
        assertContains(failure(never()), "system property krait.library.path names the folder " + libraries,
                CORE + " does not exist");
    }

    @Test
    void aSecondClassLoaderGetsACopyOfTheExplicitFoldersLoader() throws IOException {
        Path libraries = explicitFolder();
        library().load(python, (loader, core, bind) -> {
            if (loader.startsWith(libraries)) {
                // The JVM's own words when a file belongs to another class loader.
                throw new UnsatisfiedLinkError("Native Library " + loader + " already loaded in another classloader");
            }
            assertTrue(loader.startsWith(tmp));
            assertEquals(libraries.resolve(CORE), core);
            return BIND;
        });
        assertNothingLeft();
    }

    @Test
    void theKeyOfTheCoreNamesVersionAndContent() {
        library().load(python, (loader, core, bind) -> BIND);
        String sum = Sha256.of("the core".getBytes(StandardCharsets.UTF_8)).substring(0, 16);
        assertEquals(Long.toHexString(BIND), properties.getProperty("dev.krait.core.1.2.3." + sum));
    }
}
