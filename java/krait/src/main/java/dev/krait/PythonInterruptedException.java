package dev.krait;

import dev.krait.internal.ErrorRecord;
import org.jspecify.annotations.Nullable;

/**
 * A call was stopped while Python code ran: by {@link Thread#interrupt}, whose flag is cleared then, or by {@link
 * PythonInterpreter#interrupt}. The interpreter is usable.
 */
public class PythonInterruptedException extends PythonException {
    private static final long serialVersionUID = 1L;

    PythonInterruptedException(String message) {
        super(message);
    }

    PythonInterruptedException(ErrorRecord record, @Nullable Throwable cause) {
        super(record, cause);
    }
}
