package pemja.core;

import java.io.File;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/** What a {@link PythonInterpreter} is opened with. */
public final class PythonInterpreterConfig {
    private final String pythonHome;
    private final String workingDirectory;
    private final String[] paths;
    private final String pythonExec;
    private final ExecType execType;

    private PythonInterpreterConfig(PythonInterpreterConfigBuilder builder) {
        pythonHome = builder.pythonHome;
        workingDirectory = builder.workingDirectory;
        paths = builder.paths.toArray(new String[0]);
        pythonExec = builder.pythonExec;
        execType = builder.execType;
    }

    /** {@return what {@code PYTHONHOME} would say, or null} */
    public String getPythonHome() {
        return pythonHome;
    }

    /** {@return the process's working directory from the start of Python on, or null} */
    public String getWorkingDirectory() {
        return workingDirectory;
    }

    /** {@return what stands first in {@code sys.path}} */
    public String[] getPaths() {
        return paths;
    }

    /** {@return the Python executable, or null for the one that Krait finds} */
    public String getPythonExec() {
        return pythonExec;
    }

    /** {@return what the interpreter has for itself} */
    public ExecType getExecType() {
        return execType;
    }

    /** {@return a builder} */
    public static PythonInterpreterConfigBuilder newBuilder() {
        return new PythonInterpreterConfigBuilder();
    }

    /** Collects settings. */
    public static class PythonInterpreterConfigBuilder {
        private final Set<String> paths = new LinkedHashSet<>();
        private String pythonHome;
        private String workingDirectory;
        private String pythonExec;
        private ExecType execType = ExecType.MULTI_THREAD;

        /** An empty one. */
        public PythonInterpreterConfigBuilder() {
        }

        /**
         * What {@code PYTHONHOME} would say; seldom needed, since the executable knows where its library is.
         *
         * @param pythonHome the prefix that has {@code lib/pythonX.Y}
         * @return this builder
         */
        public PythonInterpreterConfigBuilder setPythonHome(String pythonHome) {
            this.pythonHome = pythonHome;
            return this;
        }

        /**
         * The process's working directory.
         *
         * @param workingDirectory a folder
         * @return this builder
         */
        public PythonInterpreterConfigBuilder setWorkingDirectory(String workingDirectory) {
            this.workingDirectory = workingDirectory;
            return this;
        }

        /**
         * Adds to the begin of {@code sys.path}.
         *
         * @param paths folders or zip files, with the system's path separator between them
         * @return this builder
         */
        public PythonInterpreterConfigBuilder addPythonPaths(String paths) {
            return addPythonPaths(paths.split(File.pathSeparator));
        }

        /**
         * Adds to the begin of {@code sys.path}.
         *
         * @param paths folders or zip files
         * @return this builder
         */
        public PythonInterpreterConfigBuilder addPythonPaths(String... paths) {
            this.paths.addAll(Arrays.asList(paths));
            return this;
        }

        /**
         * The Python to use: a virtual environment's {@code bin/python} alone is enough to use the environment.
         *
         * @param pythonExec an executable, by its path or as the PATH finds it
         * @return this builder
         */
        public PythonInterpreterConfigBuilder setPythonExec(String pythonExec) {
            this.pythonExec = pythonExec;
            return this;
        }

        /**
         * What the interpreter has for itself. (The name is PEMJA's.)
         *
         * @param excType the type
         * @return this builder
         */
        public PythonInterpreterConfigBuilder setExcType(ExecType excType) {
            execType = excType;
            return this;
        }

        /** {@return the configuration} */
        public PythonInterpreterConfig build() {
            return new PythonInterpreterConfig(this);
        }
    }

    /** What an interpreter has for itself. */
    public enum ExecType {
        /** Its globals; modules are the process's. */
        MULTI_THREAD,
        /** Its globals and its modules. */
        SUB_INTERPRETER
    }
}
