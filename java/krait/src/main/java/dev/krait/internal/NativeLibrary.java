package dev.krait.internal;

import dev.krait.NativeLibraryException;
import dev.krait.PythonAlreadyRunningException;
import dev.krait.PythonSetupException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Brings the native library into the JVM: unpacks it to a private folder, checks it, loads it, deletes it at once.
 *
 * <p>The loader library is loaded once for each class loader, since the JVM binds natives by class loader. The core is
 * opened once for each process: its bind function's address lies in a system property, where the Krait of
 * another class loader finds it.
 */
public final class NativeLibrary {
    /** The system property that names the folder to unpack to, instead of {@code java.io.tmpdir}. */
    static final String TEMPORARY = "krait.tmpdir";

    private static final String CORE = "dev.krait.core.";
    static final String PYTHON = "dev.krait.python";

    /** Interned, so one object for all class loaders: two of them must not open the core at the same time. */
    private static final Object PROCESS_LOCK = "dev.krait.internal.NativeLibrary.PROCESS_LOCK".intern();

    /** Loads the loader library and opens libpython and the core through it. */
    interface Opener {
        /**
         * Opens.
         *
         * @param loader the loader library
         * @param core the core library, or null when {@code bind} is not 0
         * @param bind the address of the bind function of the core that this process has, or 0
         * @return the address of the bind function
         */
        long open(Path loader, Path core, long bind);
    }

    private final Properties properties;
    private final Platform platform;
    private final NativeSource.Resources resources;

    NativeLibrary(Properties properties, Platform platform, NativeSource.Resources resources) {
        this.properties = properties;
        this.platform = platform;
        this.resources = resources;
    }

    /**
     * Loads the native library for this class's class loader and binds it. To be called once.
     *
     * @param python the Python whose libpython the core is to use
     * @param natives the class whose natives the core implements
     * @param upCalls the class whose static methods the core calls
     * @throws NativeLibraryException when a library cannot be unpacked, checked or loaded
     * @throws PythonAlreadyRunningException when this process has loaded a different Python
     */
    public static void load(PythonInstallation python, Class<?> natives, Class<?> upCalls) {
        Objects.requireNonNull(natives, "natives");
        Objects.requireNonNull(upCalls, "upCalls");
        String libpython = python.libpython().toString();
        new NativeLibrary(System.getProperties(), Platform.current(), NativeSource::jar)
                .load(python, (loader, core, bind) -> {
                    System.load(loader.toString());
                    return NativeLoader.open(libpython, core == null ? "" : core.toString(), bind, natives, upCalls);
                });
    }

    /** Loads through an opener. */
    void load(PythonInstallation python, Opener opener) {
        synchronized (PROCESS_LOCK) {
            refuseSecondPython(python);
            NativeSource source = NativeSource.choose(properties, platform, resources);
            String version = NativeSource.version(resources);
            String key = CORE + version + "." + source.checksum(source.coreFile()).substring(0, 16);
            refuseSecondKrait(key, version);
            long bind = Long.parseUnsignedLong(properties.getProperty(key, "0"), 16);
            long address = open(source, version, python, bind, opener);
            properties.setProperty(key, Long.toHexString(address));
            properties.setProperty(PYTHON, RunningPython.text(python));
        }
    }

    private long open(NativeSource source, String version, PythonInstallation python, long bind, Opener opener) {
        try {
            return source.folder() != null
                    ? loadInPlace(source, version, python, bind, opener)
                    : loadUnpacked(source, version, python, bind, opener);
        } catch (IllegalCallerException e) {
            Module module = NativeLibrary.class.getModule();
            throw new NativeLibraryException("this JVM forbids native access to what its command line does not name: "
                    + e.getMessage() + ".\nTo do: start it with --enable-native-access="
                    + (module.isNamed() ? module.getName() : "ALL-UNNAMED") + ".", e);
        }
    }

    /** What is loaded into CPython stays there, and it has room for one package named krait. */
    private void refuseSecondKrait(String key, String version) {
        for (String name : properties.stringPropertyNames()) {
            if (name.startsWith(CORE) && !name.equals(key)) {
                String other = name.substring(CORE.length(), name.lastIndexOf('.'));
                throw new NativeLibraryException("this process runs " + (other.equals(version) ? "another build of " : "")
                        + "Krait " + other + " already, for another class loader, and cannot run Krait " + version
                        + " too: what was loaded into CPython stays.\nTo do: use one version in all of the process, or start a JVM for each.");
            }
        }
    }

    private void refuseSecondPython(PythonInstallation python) {
        String running = properties.getProperty(PYTHON);
        if (running == null) {
            return;
        }
        RunningPython first = RunningPython.parse(running);
        if (!first.isSameAs(python)) {
            throw new PythonAlreadyRunningException(PythonInstallation.refusal(first.summary(), python));
        }
    }

    private long loadInPlace(NativeSource source, String version, PythonInstallation python, long bind,
            Opener opener) {
        Path loader = source.folder().resolve(source.loaderFile());
        Path core = bind == 0 ? source.folder().resolve(source.coreFile()) : null;
        try {
            return opener.open(loader, core, bind);
        } catch (UnsatisfiedLinkError e) {
            if (isTakenByOtherClassLoader(e)) {
                // The JVM gives one file to one class loader only; a copy is another file.
                try {
                    return loadUnpacked(source, version, python, bind, opener);
                } catch (NativeLibraryException failure) {
                    failure.addSuppressed(e);
                    throw failure;
                }
            }
            throw failure(e, source.folder(), NativeSource.PROPERTY, python);
        }
    }

    private static boolean isTakenByOtherClassLoader(UnsatisfiedLinkError e) {
        String text = String.valueOf(e.getMessage());
        return text.contains("already loaded in another classloader");
    }

    private long loadUnpacked(NativeSource source, String version, PythonInstallation python, long bind,
            Opener opener) {
        Path parent = temporaryFolder();
        AtomicReference<PrivateFolder> made = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(1);
        // Before there is anything to delete: the JVM may be told to end at any time.
        Thread ending = deleteAtEnd(made, done);
        try {
            PrivateFolder folder = folderIn(parent, version);
            made.set(folder);
            try {
                long address = openFrom(folder, source, version, python, bind, opener);
                cleanUp(folder, null);
                return address;
            } catch (RuntimeException | Error e) {
                cleanUp(folder, e);
                throw e;
            }
        } finally {
            done.countDown();
            release(ending);
        }
    }

    private static PrivateFolder folderIn(Path parent, String version) {
        try {
            return PrivateFolder.create(parent, "krait-" + version);
        } catch (IOException e) {
            throw new NativeLibraryException("cannot make a folder in " + parent + " to unpack the native library to: "
                    + e + ".\nTo do: name a folder that this user can write to with -D" + TEMPORARY + ".", e);
        }
    }

    /** Leaves nothing behind where the JVM is told to end meanwhile. */
    private static Thread deleteAtEnd(AtomicReference<PrivateFolder> made, CountDownLatch done) {
        Thread ending = new Thread(() -> {
            try {
                // Loading takes some hundredths of a second, and ends better than it is cut short.
                done.await(2, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            PrivateFolder folder = made.get();
            if (folder != null) {
                cleanUp(folder, null);
            }
        }, "krait-unpacked");
        try {
            Runtime.getRuntime().addShutdownHook(ending);
            return ending;
        } catch (IllegalStateException e) {
            // The JVM is ending already.
            return null;
        }
    }

    private static void release(Thread ending) {
        try {
            if (ending != null) {
                Runtime.getRuntime().removeShutdownHook(ending);
            }
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook runs, and finds nothing to do.
            return;
        }
    }

    private long openFrom(PrivateFolder folder, NativeSource source, String version, PythonInstallation python,
            long bind, Opener opener) {
        Path loader;
        Path core = null;
        try {
            loader = unpack(folder, source, source.loaderFile(), version);
            if (bind == 0) {
                core = source.folder() == null
                        ? unpack(folder, source, source.coreFile(), version)
                        : source.folder().resolve(source.coreFile());
            }
        } catch (ClosedByInterruptException e) {
            // The thread stays interrupted: whoever asked for that finds it out.
            throw new NativeLibraryException("interrupted while the native library was unpacked", e);
        } catch (IOException e) {
            throw new NativeLibraryException("cannot unpack the native library to " + folder.path() + ": "
                    + e.getMessage() + ".\nTo do: see that the folder has room, or name another one with -D"
                    + TEMPORARY + ".", e);
        }
        try {
            return opener.open(loader, core, bind);
        } catch (UnsatisfiedLinkError e) {
            throw failure(e, folder.path(), TEMPORARY, python);
        }
    }

    private static Path unpack(PrivateFolder folder, NativeSource source, String file, String version)
            throws IOException {
        int dot = file.lastIndexOf('.');
        String name = file.substring(0, dot) + "-" + version + file.substring(dot);
        try (InputStream content = source.open(file)) {
            return folder.write(name, content, source.checksum(file));
        }
    }

    /** Deletes the folder; what cannot be deleted is told by the failure there is, or goes when the JVM ends. */
    private static void cleanUp(PrivateFolder folder, Throwable failure) {
        try {
            folder.delete();
        } catch (IOException e) {
            if (failure != null) {
                failure.addSuppressed(e);
            } else {
                System.getLogger("dev.krait").log(System.Logger.Level.DEBUG,
                        "the unpacked native library stays until the JVM ends: " + folder.path(), e);
            }
        }
    }

    /** The folder to unpack to. */
    Path temporaryFolder() {
        String chosen = properties.getProperty(TEMPORARY);
        boolean explicit = chosen != null && !chosen.isEmpty();
        String property = explicit ? TEMPORARY : "java.io.tmpdir";
        String value = explicit ? chosen : properties.getProperty("java.io.tmpdir", "");
        try {
            Path folder = Path.of(value).toAbsolutePath();
            if (Files.isDirectory(folder)) {
                return folder;
            }
        } catch (InvalidPathException e) {
            throw new NativeLibraryException("system property " + property + ": " + e.getMessage(), e);
        }
        throw new NativeLibraryException("the folder to unpack the native library to does not exist: " + value
                + " (system property " + property + ").\nTo do: make it, or name another one with -D" + TEMPORARY + ".");
    }

    private static NativeLibraryException failure(UnsatisfiedLinkError e, Path folder, String property,
            PythonInstallation python) {
        String text = String.valueOf(e.getMessage());
        boolean ofPython = text.contains(python.libpython().toString());
        Path where = ofPython ? python.libpython().getParent() : folder;
        String advice = ofPython ? "choose another Python." : "name another folder with -D" + property + ".";
        if (text.contains("failed to map segment") || text.contains("Operation not permitted")) {
            String mount = MountTable.current().noexec(where);
            return new NativeLibraryException("the system refuses to execute code from " + where + ": "
                    + (mount == null
                            ? "its file system may be mounted noexec, or a security policy forbids it"
                            : "its file system, " + mount + ", is mounted noexec")
                    + " (" + text + ").\nTo do: " + advice, e);
        }
        return new NativeLibraryException("cannot load " + (ofPython ? "libpython" : "Krait's native library") + " from "
                + where + ": " + text + "\nThe Python is: " + python.summary(), e);
    }
}
