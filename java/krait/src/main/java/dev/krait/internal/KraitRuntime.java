package dev.krait.internal;

import dev.krait.Isolation;
import dev.krait.PythonAlreadyRunningException;
import dev.krait.PythonSetupException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Semaphore;

/** The one CPython of the process, as this class loader's Krait starts or joins it. */
public final class KraitRuntime {
    /** The package's modules in the jar. Importing order does not matter: they are found by name. */
    private static final String[] MODULES = {"__init__", "_bootstrap", "_bridge", "_errors", "_loops", "_rows", "_streams", "_threads",
        "_values", "_views", "_java", "_java_classes", "_java_manners", "_java_numbers", "_java_import", "_java_throwables",
        "_async", "_log_context", "_logging"};
    private static final String RESOURCES = "/dev/krait/python/krait/";
    private static final String STACK_SIZE = "krait.stack.size";
    private static final String EXIT_TIMEOUT = "krait.exit.timeout";
    private static final long EXIT_MILLIS = 5_000;
    /** Python code that runs on the main thread while CPython starts must not be short of stack. */
    private static final long MAIN_STACK = 16L << 20;
    private static final long LEAST_STACK = 1 << 20;
    /** More than this, no system maps for more than a few threads. */
    private static final long MOST_STACK = 64L << 30;

    private static final System.Logger LOG = System.getLogger("dev.krait");

    private static KraitRuntime running;

    private final PythonInstallation python;
    private final String home;
    private final long binding;

    private KraitRuntime(PythonInstallation python, String home, long binding) {
        this.python = python;
        this.home = home;
        this.binding = binding;
    }

    /**
     * Starts Python, or joins the one that runs.
     *
     * @param executable the Python asked for, or null for the one that Krait finds
     * @param home what {@code PYTHONHOME} would say, or null
     * @param stackSize bytes of stack for Python that threads get which call for the first time, or 0
     * @return the binding to its main interpreter
     * @throws PythonSetupException if there is no Python to run, or another runs
     * @throws IllegalArgumentException if the system has no stack of that size
     */
    public static synchronized long binding(Path executable, Path home, long stackSize) {
        String homeText = home == null ? "" : home.toAbsolutePath().toString();
        if (running != null) {
            running.check(executable, homeText);
            requireStack(stackSize);
            return running.binding;
        }
        long defaultSize = defaultStackSize();
        checkExitTimeout();
        PythonInstallation python = PythonFinder.find(executable);
        PythonEnvironment.check(python, home);
        NativeLibrary.load(python, Native.class, UpCalls.class);
        long binding = start(python, homeText, defaultSize);
        running = new KraitRuntime(python, homeText, binding);
        GilWaits.ready();
        requireStack(stackSize);
        return binding;
    }

    private static void requireStack(long bytes) {
        if (Native.stack(bytes) == 0) {
            throw new IllegalArgumentException("bytes: the system has no memory for a stack of " + bytes
                    + " bytes: ask for less, or allow the process more (ulimit -v)");
        }
    }

    /**
     * Opens an interpreter.
     *
     * @param executable the Python asked for, or null for the one that Krait finds
     * @param home what {@code PYTHONHOME} would say, or null
     * @param isolation what the interpreter has for itself
     * @param java what its Python code has of Java
     * @param stackSize bytes of stack for Python that threads get which call for the first time, or 0
     * @return its session
     * @throws PythonSetupException if there is no Python to run, another runs, or it cannot isolate so
     */
    public static Session open(Path executable, Path home, Isolation isolation, JavaAccess java, long stackSize) {
        Object opening = Flight.RECORDER == null ? null : Flight.RECORDER.opening();
        Session session = openSession(binding(executable, home, stackSize), isolation, java);
        if (opening != null) {
            Flight.RECORDER.opened(opening, isolation.name());
        }
        return session;
    }

    private static Session openSession(long main, Isolation isolation, JavaAccess java) {
        if (isolation == Isolation.SHARED) {
            return Lifecycle.open(main, true, java, () -> { });
        }
        PythonInstallation python = python();
        if (isolation == Isolation.OWN_GIL && (python.major() < 3 || python.major() == 3 && python.minor() < 12)) {
            throw new PythonSetupException("Isolation.OWN_GIL needs CPython 3.12 or newer, and this is " + python
                    + ". Use Isolation.SUB_INTERPRETER, whose interpreters share the GIL, or a newer Python.");
        }
        long binding = openSubInterpreter(main, isolation == Isolation.OWN_GIL);
        return Lifecycle.open(binding, false, java, () -> endSubInterpreter(main, binding));
    }

    /** {@return whether Python runs, as far as this class loader knows} */
    static synchronized boolean isRunning() {
        return running != null;
    }

    private static synchronized PythonInstallation python() {
        return running.python;
    }

    private static long openSubInterpreter(long main, boolean ownGil) {
        Frame frame = FrameStack.acquire();
        try {
            long binding = Native.open(main, ownGil ? 1 : 0, frame.address(), frame.capacity());
            if (binding == 0) {
                FrameReader reader = frame.read(null, null);
                reader.readFailure();
                throw new PythonSetupException("the interpreter could not be opened: " + reader.readString());
            }
            return binding;
        } finally {
            FrameStack.release(frame);
        }
    }

    private static void endSubInterpreter(long main, long binding) {
        int refused = Native.end(main, binding);
        if (refused == 2) {
            // In a thread of the interpreter's own, say of its event loop, that calls Java: once the thread has ended.
            Thread own = Thread.currentThread();
            Thread ending = new Thread(() -> {
                boolean joined = false;
                while (!joined) {
                    try {
                        own.join();
                        joined = true;
                    } catch (InterruptedException e) {
                        // Nobody has this thread: it goes on.
                    }
                }
                endSubInterpreter(main, binding);
            }, "krait-end");
            ending.setDaemon(true);
            ending.start();
        } else if (refused == 3) {
            LOG.log(System.Logger.Level.WARNING, "An interpreter was closed while threads that its Python code started "
                    + "still run. CPython cannot end it then: its memory stays. Join the threads before closing.");
        }
    }

    private void check(Path executable, String otherHome) {
        if (executable != null) {
            PythonInstallation other = PythonFinder.find(executable);
            if (!python.isSameAs(other)) {
                throw python.refusal(other);
            }
        }
        if (!otherHome.isEmpty() && !otherHome.equals(home)) {
            throw new PythonAlreadyRunningException("Python runs in this process with "
                    + (home.isEmpty() ? "no home of its own" : "home " + home) + "; it cannot be " + otherHome
                    + " for another interpreter. A process has one Python: give all builders the same home.");
        }
    }

    /**
     * Whether a stack for Python can have a size.
     *
     * @param bytes the size
     * @return what it must be, or null if it is that
     */
    public static String stackSizeFault(long bytes) {
        return bytes >= LEAST_STACK && bytes <= MOST_STACK ? null : "a stack has 1 MiB to 64 GiB";
    }

    private static long defaultStackSize() {
        String text = System.getProperty(STACK_SIZE, "");
        long bytes = text.isEmpty() ? MAIN_STACK : Long.getLong(STACK_SIZE, 0);
        String fault = stackSizeFault(bytes);
        if (fault != null) {
            throw wrongProperty(STACK_SIZE, fault + ", as a number of bytes", text, MAIN_STACK);
        }
        return bytes;
    }

    /** It is read as the JVM ends, when nobody could be told any more. */
    private static void checkExitTimeout() {
        String text = System.getProperty(EXIT_TIMEOUT, "");
        if (!text.isEmpty() && Long.getLong(EXIT_TIMEOUT, -1) < 0) {
            throw wrongProperty(EXIT_TIMEOUT, "a number of milliseconds is wanted", text, EXIT_MILLIS);
        }
    }

    private static PythonSetupException wrongProperty(String name, String wanted, String given, long byDefault) {
        return new PythonSetupException("system property " + name + ": " + wanted + ", not " + given
                + ".\nTo do: correct it, or leave it out for the default of " + byDefault + ".");
    }

    private static long start(PythonInstallation python, String home, long stackSize) {
        Frame frame = FrameStack.acquire();
        try {
            FrameWriter writer = frame.write(null);
            writer.putLong(stackSize);
            text(writer, python.executable().toString());
            text(writer, home);
            writer.putInt(MODULES.length);
            for (String module : MODULES) {
                text(writer, module.equals("__init__") ? "krait" : "krait." + module);
                text(writer, resource(RESOURCES + module + ".py"));
            }
            writer.finish();
            Semaphore asked = new Semaphore(0);
            Semaphore done = new Semaphore(0);
            Runnable exit = Weakly.request(asked, done, EXIT_TIMEOUT, EXIT_MILLIS);
            long binding = Native.start(frame.address(), frame.capacity(), exit, asked, done);
            if (binding == 0) {
                FrameReader reader = frame.read(null, null);
                reader.readFailure();
                throw new PythonSetupException(reader.readString() + "\n  with " + python);
            }
            return binding;
        } catch (IOException e) {
            throw new PythonSetupException("CPython did not start: " + e.getMessage(), e);
        } finally {
            FrameStack.release(frame);
        }
    }

    private static void text(FrameWriter writer, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        writer.putInt(bytes.length);
        writer.putBytes(bytes, bytes.length);
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = KraitRuntime.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, () -> "Krait's jar has no " + name).readAllBytes(),
                    StandardCharsets.UTF_8);
        }
    }

    /** Whether a home has CPython's standard library: without it CPython would end the process. */
    static boolean hasStandardLibrary(Path home, int major, int minor) {
        String folder = "python" + major + "." + minor;
        return Files.exists(home.resolve("lib").resolve(folder).resolve("encodings"))
                || Files.exists(home.resolve("lib64").resolve(folder).resolve("encodings"))
                || Files.exists(home.resolve("Lib").resolve("encodings"));
    }
}
