package dev.krait.internal;

import dev.krait.ConversionException;

/** The errors that both sides of the codec throw, with one wording each. */
final class Refusals {
    /** The containers that may stand inside one another, the outermost included. */
    static final int MAX_DEPTH = 1000;

    /** Containers inside one another that take next to nothing of a stack. */
    private static final int FITS_ANY_STACK = 50;

    private Refusals() {
    }

    /** An argument that cannot cross: which one, its Java class, the Python type that it would have, and why. */
    static ConversionException argument(String which, Object value, RuntimeException why) {
        String type = value.getClass().getTypeName();
        String wanted = pythonType(value);
        String made = wanted.equals(type) ? "" : ", as a Python " + wanted;
        Throwable cause = why instanceof ConversionException ? why : null;
        return new ConversionException(which + " (" + type + made + "): " + why.getMessage(), cause);
    }

    private static String pythonType(Object value) {
        switch (ValueKind.of(value.getClass())) {
            case ValueKind.UTIL_DATE:
            case ValueKind.SQL_TIMESTAMP:
                return "datetime.datetime";
            case ValueKind.SQL_DATE:
                return "datetime.date";
            case ValueKind.SQL_TIME:
                return "datetime.time";
            default:
                return Mismatch.pythonType(value);
        }
    }

    static ConversionException tooLarge() {
        return new ConversionException("a value of more than 2 GiB cannot cross in one call; pass it in parts");
    }

    static ConversionException containsItself(Object container) {
        return new ConversionException(
                "a collection that contains itself cannot cross (" + container.getClass().getTypeName() + ")");
    }

    static ConversionException tooDeep(String container) {
        return new ConversionException("a value that is nested deeper than 1,000 cannot cross (" + container + ")");
    }

    /** What to throw where a value took the last of the stack: where it is not nested deeply, it is not to blame. */
    static RuntimeException stackUsedUp(StackOverflowError cause, int depth) {
        if (depth < FITS_ANY_STACK) {
            throw cause;
        }
        return new ConversionException("a value is nested deeper than the stack of thread "
                + Thread.currentThread().getName() + " allows; give the thread a larger stack", cause);
    }

    /** A frame that Krait's other side cannot have written: a fault of Krait, not of its user. */
    static AssertionError corrupt(String what, int position) {
        return new AssertionError("Krait: corrupt frame: " + what + " at byte " + position);
    }
}
