package dev.krait;

/**
 * A Python was found that Krait cannot run: older than 3.10, a free-threaded or 32-bit build, or not CPython.
 *
 * <p>The message names the executable, what it is, and every place that was looked at.
 */
public final class UnsupportedPythonException extends PythonSetupException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message what was found, what was tried and what to do
     */
    public UnsupportedPythonException(String message) {
        super(message);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param message what was found, what was tried and what to do
     * @param cause what went wrong below, or null
     */
    public UnsupportedPythonException(String message, Throwable cause) {
        super(message, cause);
    }
}
