package dev.krait.internal;

import dev.krait.ConversionException;
import dev.krait.PythonException;
import dev.krait.PythonInterruptedException;
import dev.krait.PythonSetupException;
import dev.krait.PythonTimeoutException;

/** What calls throw: exceptions made of what a frame tells of, and of what cannot cross. */
final class Failures {
    /** No row of a batch. */
    static final long NO_ROW = -1;
    private static final int MAX_SUPPRESSED = 8;

    private Failures() {
    }

    /** The exception that a frame tells of; a Java throwable that came through Python is thrown as it is. */
    static RuntimeException of(Session session, Frame frame, FrameReader reader) {
        return of(session, frame, frame.status(), reader, NO_ROW);
    }

    /** The same, of a row of a batch. */
    static RuntimeException of(Session session, Frame frame, int status, FrameReader reader, long row) {
        frame.counts.errors++;
        if (status == Status.FAILED) {
            int code = reader.readFailure();
            String message = reader.readString();
            if ((code & Failure.CODE) == Failure.UNMADE) {
                throw new UnmadeArgument(code >>> Failure.INDEX, message);
            }
            RuntimeException refusal = atRow(refusal(session, code, message), row);
            refuse(reader.leaveForms(), refusal);
            throw refusal;
        }
        Forms forms = reader.leaveForms();
        ErrorRecord record = new ErrorRecord(reader.read());
        PythonException exception = Api.get().exception(record);
        if (exception instanceof PythonInterruptedException && !(exception instanceof PythonTimeoutException)) {
            // As for InterruptedException: who is told by an exception need not be told by the flag, too.
            Thread.interrupted();
        }
        atRow(exception, row);
        Throwable original = record.throwable();
        // The same throwable goes on; what Python adds to its stack travels along. A throwable that is thrown again
        // and again does not collect without end.
        if (original != null && original.getSuppressed().length < MAX_SUPPRESSED) {
            original.addSuppressed(exception);
        }
        if (forms != null) {
            throw Failures.<RuntimeException>sneaky(forms.failure(exception, original));
        }
        if (original == null) {
            return exception;
        }
        throw Failures.<RuntimeException>sneaky(original);
    }

    /** The same exception, told which row it is about if it can tell. */
    static <T extends Throwable> T atRow(T thrown, long row) {
        if (row != NO_ROW && thrown instanceof PythonException) {
            Api.get().atRow((PythonException) thrown, row);
        }
        return thrown;
    }

    /** Throws what other forms have in place of a ConversionException. */
    static void refuse(Forms forms, Throwable thrown) {
        if (forms != null && thrown instanceof ConversionException) {
            throw Failures.<RuntimeException>sneaky(forms.failure((ConversionException) thrown, null));
        }
    }

    private static RuntimeException refusal(Session session, int code, String message) {
        switch (code) {
            case Failure.CLOSED:
                // A close that began meanwhile lets go of objects before the globals, also of names that the caller knows as such.
                return session.isClosed() ? Session.closed() : new IllegalStateException(message);
            case Failure.CONVERSION:
                return new ConversionException(message);
            case Failure.ARGUMENT:
                return new IllegalArgumentException(message);
            case Failure.SETUP:
                return new PythonSetupException(message);
            case Failure.STACK:
                throw new StackOverflowError(message);
            case Failure.MEMORY:
                throw new OutOfMemoryError(message);
            default:
                throw new AssertionError("Krait: " + message);
        }
    }

    @SuppressWarnings("unchecked")
    static <T extends Throwable> T sneaky(Throwable throwable) throws T {
        throw (T) throwable;
    }

    /**
     * What is thrown for an argument that Python cannot make. The arguments are those of the call.
     */
    static RuntimeException unmade(Forms forms, UnmadeArgument unmade, Object[] args, String[] names, Object[] values) {
        ConversionException refusal;
        if (unmade.index < args.length) {
            int index = unmade.index;
            refusal = Refusals.argument("argument " + (index + 1) + " of " + args.length, args[index], unmade);
        } else {
            int index = unmade.index - args.length;
            refusal = Refusals.argument("keyword argument '" + names[index] + "'", values[index], unmade);
        }
        refuse(forms, refusal);
        return refusal;
    }
}
