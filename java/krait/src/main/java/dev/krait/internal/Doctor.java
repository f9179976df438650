package dev.krait.internal;

import dev.krait.NativeLibraryException;
import dev.krait.PythonInterpreter;
import dev.krait.PythonSetupException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.function.UnaryOperator;

/** Tells the whole story of how Krait would start here, tries it, and says whether it can. */
public final class Doctor {
    private static final int LABEL_WIDTH = 38;
    private static final String OPTION = "option --python";

    /** Starts a Python in this JVM and prints what it says; a seam for the tests. */
    interface LiveCheck {
        void run(PythonInstallation python, Doctor doctor);
    }

    private final PrintStream out;
    private final UnaryOperator<String> environment;
    private final Properties properties;
    private final NativeSource.Resources resources;
    private final LiveCheck liveCheck;
    private final List<Throwable> failures = new ArrayList<>();

    Doctor(PrintStream out, UnaryOperator<String> environment, Properties properties,
            NativeSource.Resources resources, LiveCheck liveCheck) {
        this.out = out;
        this.environment = environment;
        this.properties = properties;
        this.resources = resources;
        this.liveCheck = liveCheck;
    }

    /**
     * Prints the report.
     *
     * @param out where to
     * @param pythonOption the path that the command line names as Python, or null
     * @return the exit code: 0 when Krait runs here, else 1, with the reason at the end of the report
     */
    public static int run(PrintStream out, String pythonOption) {
        Objects.requireNonNull(out, "out");
        return new Doctor(out, System::getenv, System.getProperties(), NativeSource::jar, Doctor::startPython)
                .report(pythonOption);
    }

    int report(String pythonOption) {
        surroundings();
        PythonInstallation python = python(pythonOption);
        nativeLibrary();
        if (failures.isEmpty()) {
            heading("Live check");
            attempt(() -> liveCheck.run(python, this));
        }
        out.println();
        if (failures.isEmpty()) {
            out.println("Krait runs here.");
        } else {
            out.println("Krait cannot run here.");
            for (Throwable failure : failures) {
                out.println();
                boolean expected = failure instanceof PythonSetupException;
                out.println("Error: " + (expected ? failure.getMessage() : failure));
                tellCauses(failure);
            }
        }
        out.flush();
        return failures.isEmpty() ? 0 : 1;
    }

    private void tellCauses(Throwable failure) {
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            out.println("  caused by " + cause);
        }
        for (Throwable also : failure.getSuppressed()) {
            out.println("  also: " + also.getMessage());
        }
    }

    private void surroundings() {
        heading("Krait");
        attempt(() -> line("version", NativeSource.version(resources)));
        heading("Java");
        line("version", property("java.version") + ", " + property("java.vm.name") + " " + property("java.vm.version"));
        line("vendor", property("java.vendor"));
        line("home", property("java.home"));
        line("platform", Platform.current() + " (os.name " + property("os.name") + " " + property("os.version")
                + ", os.arch " + property("os.arch") + ")");
        line("file name encoding", property("sun.jnu.encoding"));
    }

    private PythonInstallation python(String option) {
        heading("Looking for Python");
        PythonFinder finder = new PythonFinder(environment, properties::getProperty);
        PythonInstallation[] found = new PythonInstallation[1];
        attempt(() -> {
            try {
                found[0] = finder.find(OPTION, option);
            } finally {
                finder.tried().forEach(place -> line(place.name(), place.outcome()));
            }
        });
        PythonInstallation python = found[0];
        if (python != null) {
            heading("Python");
            line("version", python.version());
            line("chosen by", python.source());
            line("executable", python.executable().toString());
            line("prefix", python.prefix());
            line("base prefix", python.basePrefix());
            line("virtual environment", python.isVirtualEnvironment() ? "yes" : "no");
            line("libpython", python.libpython().toString());
        }
        line("probe cache", finder.cacheNote());
        return python;
    }

    private void nativeLibrary() {
        heading("Native library");
        Platform platform = Platform.current();
        attempt(() -> {
            NativeSource source = NativeSource.choose(properties, platform, resources);
            line("source", source.toString());
            for (String file : new String[] {source.loaderFile(), source.coreFile()}) {
                line(file, checksum(source, file));
            }
        });
        attempt(() -> {
            Path folder = new NativeLibrary(properties, platform, resources).temporaryFolder();
            MountTable mounts = MountTable.current();
            String mount = mounts.noexec(folder);
            String execution = !mounts.isKnown() ? "" : mount == null ? ", not noexec" : ", NOEXEC (" + mount + ")";
            line("unpacked to", folder + (Files.isWritable(folder) ? " (writable" : " (NOT WRITABLE") + execution + ")");
        });
    }

    private static String checksum(NativeSource source, String file) {
        try (InputStream in = source.open(file)) {
            byte[] content = in.readAllBytes();
            String actual = Sha256.of(content);
            if (!actual.equals(source.checksum(file))) {
                throw new NativeLibraryException(file + " from " + source + " is damaged: its SHA-256 is "
                        + actual + ", expected " + source.checksum(file));
            }
            return content.length + " bytes, SHA-256 " + actual.substring(0, 16) + "…"
                    + (source.folder() == null ? ", as SHA256SUMS says" : "");
        } catch (IOException e) {
            throw new NativeLibraryException("cannot read " + file + " from " + source, e);
        }
    }

    /** The live check: everything that the report cannot promise without trying it. */
    private static void startPython(PythonInstallation python, Doctor doctor) {
        PythonInterpreter.Builder builder = PythonInterpreter.builder();
        if (python.source().equals(OPTION)) {
            // Whatever else chose it does so again, and errors name that.
            builder.python(python.executable());
        }
        try (PythonInterpreter interpreter = builder.build()) {
            doctor.answer(interpreter, "sys.version", "__import__('sys').version");
            doctor.answer(interpreter, "sys.prefix", "__import__('sys').prefix");
            doctor.answer(interpreter, "import json", "__import__('json').__file__");
            // Missing when libpython's symbols are not global: json would then be slow without a word.
            doctor.answer(interpreter, "import _json", "repr(__import__('_json').scanstring)");
        }
    }

    private void answer(PythonInterpreter interpreter, String label, String expression) {
        Object value = interpreter.eval(expression);
        line(label, String.valueOf(value).replace('\n', ' '));
    }

    /** Runs a part of the report; its failure is printed at the end and does not keep the other parts from telling. */
    private void attempt(Runnable part) {
        out.flush();
        try {
            part.run();
        } catch (RuntimeException | LinkageError | AssertionError e) {
            // Errors too: what a broken native library throws is what the doctor is asked about.
            failures.add(e);
            String first = String.valueOf(e.getMessage()).split("\n", 2)[0];
            line("FAILED", e instanceof PythonSetupException ? first : e.getClass().getSimpleName() + ": " + first);
        }
    }

    private String property(String name) {
        return properties.getProperty(name, "unknown");
    }

    private void heading(String text) {
        out.println();
        out.println(text);
    }

    void line(String label, String value) {
        StringBuilder text = new StringBuilder("  ").append(label);
        do {
            text.append(' ');
        } while (text.length() < LABEL_WIDTH);
        // Further lines of a value stand below its first.
        String indent = "\n" + " ".repeat(LABEL_WIDTH);
        out.println(text.append(value.replace("\n", indent)));
    }
}
