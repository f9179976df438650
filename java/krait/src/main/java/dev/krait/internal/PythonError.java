package dev.krait.internal;

/** What Krait itself has to say to Python code: raised there as a built-in exception. */
final class PythonError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String type;

    /**
     * Makes one.
     *
     * @param type the name of a built-in exception, or of one of {@code krait._errors}
     * @param message what went wrong
     */
    PythonError(String type, String message) {
        super(message, null, false, false);
        this.type = type;
    }

    String type() {
        return type;
    }
}
