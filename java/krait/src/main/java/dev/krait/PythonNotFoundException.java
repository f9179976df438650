package dev.krait;

/**
 * No Python was found, or what was named as Python is missing, cannot be executed or does not answer as a Python.
 *
 * <p>The message lists every place that was looked at, with its outcome.
 */
public final class PythonNotFoundException extends PythonSetupException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message what was found, what was tried and what to do
     */
    public PythonNotFoundException(String message) {
        super(message);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param message what was found, what was tried and what to do
     * @param cause what went wrong below, or null
     */
    public PythonNotFoundException(String message, Throwable cause) {
        super(message, cause);
    }
}
