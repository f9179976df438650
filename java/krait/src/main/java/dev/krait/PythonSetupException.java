package dev.krait;

/**
 * Krait cannot start Python: no usable Python, no usable native library, or another Python is running already.
 *
 * <p>The message says what was found, what was tried and what to do; it may have several lines. Nothing has been
 * started when it is thrown, so a program may catch it, choose another Python and try again. Subclasses tell the
 * cases apart. Thrown by whatever creates the first interpreter, in the thread that asked for it.
 */
public class PythonSetupException extends PythonException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message what was found, what was tried and what to do
     */
    public PythonSetupException(String message) {
        super(message);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param message what was found, what was tried and what to do
     * @param cause what went wrong below, or null
     */
    public PythonSetupException(String message, Throwable cause) {
        super(message, cause);
    }
}
