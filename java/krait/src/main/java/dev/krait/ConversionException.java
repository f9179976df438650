package dev.krait;

/**
 * A value cannot cross between Java and Python, or not as the type asked for. The message says which argument or part
 * of the value, which Java class and which Python type.
 */
public final class ConversionException extends PythonException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message what cannot cross, and why
     */
    public ConversionException(String message) {
        super(message);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param message what cannot cross, and why
     * @param cause what went wrong below, or null
     */
    public ConversionException(String message, Throwable cause) {
        super(message, cause);
    }
}
