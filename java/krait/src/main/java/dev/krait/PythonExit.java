package dev.krait;

import dev.krait.internal.ErrorRecord;

/**
 * Python code asked to exit: {@code sys.exit(3)}, {@code raise SystemExit}. The JVM goes on; what to do is the
 * caller's choice.
 */
public final class PythonExit extends PythonException {
    private static final long serialVersionUID = 1L;

    private final int code;

    PythonExit(ErrorRecord record) {
        super(record);
        Object extra = record.extra();
        if (extra == null) {
            code = 0;
        } else if (extra instanceof Number) {
            code = ((Number) extra).intValue();
        } else {
            code = 1;
        }
    }

    /**
     * The exit code as Python's own executable would use it: 0 for none, 1 for text (which is the message).
     *
     * @return the code
     */
    public int code() {
        return code;
    }
}
