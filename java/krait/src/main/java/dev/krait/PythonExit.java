package dev.krait;

import dev.krait.internal.ErrorRecord;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * Python code asked to exit: {@code sys.exit(3)}, {@code raise SystemExit}. The JVM goes on; what to do is the
 * caller's choice.
 */
public final class PythonExit extends PythonException {
    private static final long serialVersionUID = 1L;

    private final int code;

    PythonExit(ErrorRecord record, @Nullable Throwable cause) {
        super(record, cause);
        code = codeOf(record.extra());
    }

    /** What CPython makes of it: a C int, cut from a C long, and -1 for what is beyond that. */
    private static int codeOf(Object given) {
        if (given == null || Boolean.FALSE.equals(given)) {
            return 0;
        }
        if (given instanceof BigInteger) {
            return -1;
        }
        return given instanceof Number ? ((Number) given).intValue() : 1;
    }

    /**
     * The exit code as Python's own executable would use it: 0 for none, 1 for text (which is the message), -1 for an int
     * beyond 64 bits.
     *
     * @return the code
     */
    public int code() {
        return code;
    }
}
