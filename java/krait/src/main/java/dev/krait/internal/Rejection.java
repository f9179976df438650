package dev.krait.internal;

import dev.krait.LibPythonNotFoundException;
import dev.krait.PythonNotFoundException;
import dev.krait.PythonSetupException;
import dev.krait.UnsupportedPythonException;

/** Why one Python cannot be used, while the finder may still go on to another. Becomes an exception of the API. */
final class Rejection extends Exception {
    private static final long serialVersionUID = 1L;

    /** Which exception of the API says it. */
    enum Kind {
        NOT_FOUND, UNSUPPORTED, NO_LIBPYTHON, INTERRUPTED
    }

    private final Kind kind;
    private final String headline;
    private final String advice;

    /**
     * Makes a rejection.
     *
     * @param reason what is wrong with this Python, a clause without its path
     * @param advice what the user can do, an imperative without a full stop, or "" where only another choice helps
     */
    Rejection(Kind kind, String reason, String advice) {
        this(kind, reason, "", advice, null);
    }

    Rejection(Kind kind, String reason, String advice, Throwable cause) {
        this(kind, reason, "", advice, cause);
    }

    /** Makes a rejection whose reason has details, which stand in the list of the places but not in headlines. */
    Rejection(Kind kind, String reason, String details, String advice, Throwable cause) {
        super(reason + details, cause);
        this.kind = kind;
        this.headline = reason;
        this.advice = advice;
    }

    /** The reason without its details. */
    String headline() {
        return headline;
    }

    Kind kind() {
        return kind;
    }

    String advice() {
        return advice;
    }

    /** The exception of the API for this reason, with the finder's whole message. */
    PythonSetupException toException(String message) {
        switch (kind) {
            case NOT_FOUND:
                return new PythonNotFoundException(message, getCause());
            case UNSUPPORTED:
                return new UnsupportedPythonException(message, getCause());
            case NO_LIBPYTHON:
                return new LibPythonNotFoundException(message, getCause());
            default:
                return new PythonSetupException(message, getCause());
        }
    }
}
