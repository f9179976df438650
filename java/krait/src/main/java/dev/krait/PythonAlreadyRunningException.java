package dev.krait;

/**
 * This process runs a Python already, and another one was asked for. CPython can be loaded once per process.
 *
 * <p>The message names both Pythons and where each was chosen. Use the same Python for every interpreter, or a
 * second JVM.
 */
public final class PythonAlreadyRunningException extends PythonSetupException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message what was found, what was tried and what to do
     */
    public PythonAlreadyRunningException(String message) {
        super(message);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param message what was found, what was tried and what to do
     * @param cause what went wrong below, or null
     */
    public PythonAlreadyRunningException(String message, Throwable cause) {
        super(message, cause);
    }
}
