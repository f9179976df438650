package dev.krait;

import dev.krait.internal.ErrorRecord;
import org.jspecify.annotations.Nullable;

/** A call was stopped since its deadline passed while Python code ran. The interpreter is usable. */
public final class PythonTimeoutException extends PythonInterruptedException {
    private static final long serialVersionUID = 1L;

    PythonTimeoutException(String message) {
        super(message);
    }

    PythonTimeoutException(ErrorRecord record, @Nullable Throwable cause) {
        super(record, cause);
    }
}
