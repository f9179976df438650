package dev.krait.internal;

/** Throwables as Python is told of them. */
public final class Thrown {
    private Thrown() {
    }

    /**
     * What {@code krait._errors} makes an exception of.
     *
     * @param thrown any throwable
     * @return the Python exception that it stands for, or (throwable, class name, message)
     */
    public static Object record(Throwable thrown) {
        Object python = Api.get().pythonExceptionOf(thrown);
        return python != null ? python : new Object[] {thrown, thrown.getClass().getName(), message(thrown)};
    }

    /** The message, whatever {@code getMessage} does. */
    static String message(Throwable thrown) {
        try {
            return thrown.getMessage();
        } catch (RuntimeException e) {
            return "getMessage() threw " + e.getClass().getName();
        }
    }
}
