package dev.krait.cli;

import dev.krait.PyFunction;
import dev.krait.PyObject;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.PythonSetupException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The user's function in an interpreter of its own. */
final class PythonRows implements RowFunction, AutoCloseable {
    private final PythonInterpreter interpreter;
    private final PyFunction function;

    private PythonRows(PythonInterpreter interpreter, PyFunction function) {
        this.interpreter = interpreter;
        this.function = function;
    }

    /**
     * Starts Python, runs the file and finds the function.
     *
     * @param spec file and function
     * @param python the Python to use, or null for the one that Krait finds
     * @param rowsToStdout whether the rows go to standard output, where prints must not mix with them
     */
    static PythonRows open(FunctionSpec spec, Path python, boolean rowsToStdout) {
        if (!Files.isRegularFile(spec.file())) {
            throw new CliException(ExitCodes.NO_PYTHON, "No such file: " + spec.file());
        }
        PythonInterpreter interpreter = start(spec, python, rowsToStdout);
        try {
            load(interpreter, spec.file());
            return new PythonRows(interpreter, interpreter.function(spec.function()));
        } catch (PythonException e) {
            interpreter.close();
            String traceback = e.traceback() == null ? "" : e.traceback().stripTrailing();
            // One that is only a line says what the message says.
            boolean tells = traceback.contains("\n");
            throw new CliException(ExitCodes.NO_PYTHON,
                    "Cannot use " + spec + ": " + e.getMessage() + (tells ? "\n" + traceback : ""), e);
        }
    }

    /** Runs the file as an import would, not as a script: what it does under {@code __main__} is not asked for here. */
    private static void load(PythonInterpreter interpreter, Path file) {
        String name = file.getFileName().toString().replaceFirst("\\.py$", "");
        interpreter.set("__name__", name);
        interpreter.run(file);
        // Where pickle, and with it multiprocessing, looks for the file's functions.
        interpreter.importModule("sys").getAttr("modules", PyObject.class)
                .invokeMethod("setdefault", name, interpreter.importModule("__main__"));
    }

    private static PythonInterpreter start(FunctionSpec spec, Path python, boolean rowsToStdout) {
        PythonInterpreter.Builder builder = PythonInterpreter.builder()
                .paths(spec.file().toAbsolutePath().getParent())
                .stdin(InputStream.nullInputStream());
        if (python != null) {
            builder.python(python);
        }
        if (rowsToStdout) {
            builder.stdout(System.err);
        }
        try {
            return builder.build();
        } catch (PythonSetupException e) {
            throw new CliException(ExitCodes.NO_PYTHON, e.getMessage(), e);
        }
    }

    @Override
    public String apply(String row) {
        Object result = function.call(row);
        if (result == null || result instanceof String) {
            return (String) result;
        }
        String type = interpreter.invoke(PyObject.class, "builtins.type", result).getAttr("__name__", String.class);
        throw new IllegalArgumentException("the function must return a str or None, not " + type);
    }

    /** Whether a file descriptor is a terminal; Java before 22 cannot tell them apart. */
    boolean isTerminal(int descriptor) {
        return Boolean.TRUE.equals(interpreter.eval("__import__('os').isatty(" + descriptor + ")"));
    }

    @Override
    public void close() {
        interpreter.close();
    }
}
