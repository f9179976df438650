package dev.krait;

import dev.krait.internal.ErrorRecord;
import org.jspecify.annotations.Nullable;

/**
 * A call was stopped while Python code ran: by {@link Thread#interrupt}, whose flag is cleared then, or by {@link
 * PythonInterpreter#interrupt}. The interpreter is usable. Where Python code made a group of what stopped it, as task groups do, this
 * is the group: {@link #typeName} says so, and its members are suppressed exceptions.
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
