package pemja.core;

/**
 * What Python raised. The message is the class and the text; {@link #getCause} is the {@link dev.krait.PythonException} with
 * the traceback and all else, or the Java throwable that came through Python.
 */
public class PythonException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what went wrong
     */
    public PythonException(String message) {
        super(message);
    }
}
