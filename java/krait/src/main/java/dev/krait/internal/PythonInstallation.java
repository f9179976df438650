package dev.krait.internal;

import dev.krait.PythonAlreadyRunningException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/** A Python that Krait can run, and how it was found. Immutable. */
public final class PythonInstallation {
    private final Path executable;
    private final String version;
    private final int major;
    private final int minor;
    private final int micro;
    private final Path libpython;
    private final String prefix;
    private final String basePrefix;
    private final String source;
    private final List<Place> tried;

    /** A place where a Python was looked for, and what came of it. */
    public static final class Place {
        private final String name;
        private final String outcome;

        Place(String name, String outcome) {
            this.name = name;
            this.outcome = outcome;
        }

        /** The place, such as {@code environment variable KRAIT_PYTHON}. */
        public String name() {
            return name;
        }

        /** What was there: {@code not set}, a path and a reason, or a path that was chosen. */
        public String outcome() {
            return outcome;
        }

        @Override
        public String toString() {
            return name + ": " + outcome;
        }
    }

    PythonInstallation(Path executable, PythonFacts facts, Path libpython, String source, List<Place> tried) {
        this.executable = executable;
        this.version = facts.text("version");
        this.major = facts.major();
        this.minor = facts.minor();
        this.micro = facts.micro();
        this.libpython = libpython;
        this.prefix = facts.text("prefix");
        this.basePrefix = facts.text("base_prefix");
        this.source = source;
        this.tried = Collections.unmodifiableList(new ArrayList<>(tried));
    }

    /**
     * The executable to name to CPython as its own: {@code sys.executable} as the Python itself says it. For a
     * virtual environment that is the environment's python, so that the environment is honoured.
     */
    public Path executable() {
        return executable;
    }

    /** The version as Python writes it, such as {@code 3.11.7} or {@code 3.14.0rc2}. */
    public String version() {
        return version;
    }

    /** The first number of the version. */
    public int major() {
        return major;
    }

    /** The second number of the version. */
    public int minor() {
        return minor;
    }

    /** The third number of the version. */
    public int micro() {
        return micro;
    }

    /** The real path of the shared library. */
    public Path libpython() {
        return libpython;
    }

    /** {@code sys.prefix}: the root of the virtual environment, or of the installation. */
    public String prefix() {
        return prefix;
    }

    /** {@code sys.base_prefix}: the root of the installation. */
    public String basePrefix() {
        return basePrefix;
    }

    /** Whether this is a virtual environment's Python. (A conda environment is an installation of its own.) */
    public boolean isVirtualEnvironment() {
        return !prefix.equals(basePrefix);
    }

    /** The place that named this Python, such as {@code environment variable VIRTUAL_ENV}. */
    public String source() {
        return source;
    }

    /** The places looked at, in order; the last is the one that gave this Python. */
    public List<Place> tried() {
        return tried;
    }

    /** Whether an interpreter that asks for the other Python is served by this one: one libpython, one prefix. */
    public boolean isSameAs(PythonInstallation other) {
        Objects.requireNonNull(other, "other");
        return libpython.equals(other.libpython) && prefix.equals(other.prefix);
    }

    /** The error for a process that runs this Python when another one is asked for. */
    public PythonAlreadyRunningException refusal(PythonInstallation other) {
        Objects.requireNonNull(other, "other");
        return new PythonAlreadyRunningException(refusal(summary(), other));
    }

    static String refusal(String running, PythonInstallation other) {
        return "this process runs one Python already and cannot run a second, different one."
                + "\n  Running:   " + running
                + "\n  Asked for: " + other.summary()
                + "\nTo do: use the same Python for every interpreter of this process (a builder's python(Path), system"
                + " property " + PythonFinder.PROPERTY + " or environment variable " + PythonFinder.VARIABLE
                + " names it), or start a JVM for each.";
    }

    /** One line: version, executable, prefix where it is an environment's, libpython, source. */
    String summary() {
        return "Python " + version + ", " + executable
                + (isVirtualEnvironment() ? ", virtual environment " + prefix : "")
                + ", libpython " + libpython + ", chosen by " + source;
    }

    @Override
    public String toString() {
        return summary();
    }
}
