package dev.krait;

/**
 * A suitable Python was found, but not its shared library (libpython), which Krait loads into the JVM.
 *
 * <p>The message lists the files that were tried and how to install the library.
 */
public final class LibPythonNotFoundException extends PythonSetupException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message what was found, what was tried and what to do
     */
    public LibPythonNotFoundException(String message) {
        super(message);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param message what was found, what was tried and what to do
     * @param cause what went wrong below, or null
     */
    public LibPythonNotFoundException(String message, Throwable cause) {
        super(message, cause);
    }
}
