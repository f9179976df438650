package dev.krait.flink;

import dev.krait.PythonException;

/**
 * A Python function failed: its message has Python's traceback, so that it is in the job's exception wherever Flink
 * shows it. The cause is the {@link PythonException}, or what else went wrong.
 */
public final class PythonFunctionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PythonFunctionException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The exception for what calling {@code function} threw. */
    static PythonFunctionException of(Object function, String what, Throwable cause) {
        return new PythonFunctionException("Python function " + function + " " + what + ": " + text(cause), cause);
    }

    private static String text(Throwable cause) {
        if (cause instanceof PythonException && !((PythonException) cause).traceback().isEmpty()) {
            return cause.getMessage() + "\n" + ((PythonException) cause).traceback().stripTrailing();
        }
        return cause instanceof FromPython.Misfit ? cause.getMessage() : cause.toString();
    }
}
