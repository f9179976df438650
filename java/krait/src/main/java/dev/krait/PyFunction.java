package dev.krait;

import dev.krait.internal.FunctionCalls;
import dev.krait.internal.NumberRows;
import dev.krait.internal.Requests;
import dev.krait.internal.Rows;
import dev.krait.internal.Session;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A Python callable, held so that calls need no look-up: {@code interp.function("json_value_lower")}. Any thread may
 * call it. A function that is redefined in Python later is another object: this one stays what it was.
 */
@SuppressWarnings("exports") // Nullable is for tools; a module without them need not read its module.
public final class PyFunction extends PyObject {
    PyFunction(Session session, long handle) {
        super(session, handle);
    }

    /** The object as a function; null if it cannot be called. */
    static PyFunction of(PyObject object) {
        if (object instanceof PyFunction) {
            return (PyFunction) object;
        }
        return object.isCallable() ? Requests.function(object.session(), object, PyFunction::new) : null;
    }

    /**
     * Calls it with a whole number, for one: no object is made on the Java side.
     *
     * @param argument the number
     * @return the result
     * @throws PythonException what it raises
     * @throws ConversionException if the result is no int that fits 64 bits
     */
    public long callLong(long argument) {
        try {
            return FunctionCalls.callLong(session(), handle(), argument);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Calls it with a number, for one: no object is made on the Java side.
     *
     * @param argument the number
     * @return the result; an int that it gives is converted, and rounded where no double is exactly that, which {@link
     *     #call(Class, Object...)} with {@code double.class} refuses
     * @throws PythonException what it raises; OverflowError for an int that is too large for a double
     * @throws ConversionException if the result is no number
     */
    public double callDouble(double argument) {
        try {
            return FunctionCalls.callDouble(session(), handle(), argument);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Calls it, and gives a future of its result. A coroutine runs on the interpreter's event loop, a daemon
     * thread that is started when it is first needed and ends with the interpreter; anything else has run when this
     * returns. Exceptions are in the future, also those of the call itself.
     *
     * <p>Cancelling the future, or completing it otherwise, {@code orTimeout} say, cancels the Python task; a task that
     * is cancelled in Python cancels the future. Stages that depend on it run on the event loop's thread unless their
     * {@code …Async} variants are used; a stage that waits there for another coroutine waits for ever. Deadlines of
     * {@link PythonInterpreter#withDeadline} count for the call, not for the coroutine: use {@code orTimeout}.
     *
     * @param args the arguments; the last may be {@link Kwargs}
     * @return the future
     */
    public CompletableFuture<@Nullable Object> callAsync(@Nullable Object... args) {
        return callAsync(Object.class, args);
    }

    /**
     * As {@link #callAsync(Object...)}, for a result of a type.
     *
     * @param <T> the type
     * @param type the type to convert the result to; {@code PyObject.class} for the object itself, whatever it is
     * @param args the arguments; the last may be {@link Kwargs}
     * @return the future
     */
    @SuppressWarnings("unchecked")
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(Class<T> type, @Nullable Object... args) {
        Objects.requireNonNull(type, "type");
        return (CompletableFuture<T>) PyFuture.of(() -> call(Calls.wantsObject(type), args), session(), type);
    }

    /**
     * As {@link #callAsync(Object...)}, for a result of a generic type.
     *
     * @param <T> the type
     * @param type the type to convert the result to
     * @param args the arguments; the last may be {@link Kwargs}
     * @return the future
     */
    @SuppressWarnings("unchecked")
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(TypeRef<T> type, @Nullable Object... args) {
        Objects.requireNonNull(type, "type");
        return (CompletableFuture<T>) PyFuture.of(() -> call(Calls.wantsObject(type), args), session(), type.type());
    }

    /**
     * Calls it once for each row, many rows in one crossing. The stream is lazy and ordered: rows are taken a chunk ahead
     * of the results (16 at first, at most 1,024 or 256 KiB of them), so memory is bounded however many there are.
     *
     * <p>Where a row fails, the results before it come first; then the stream throws what a call would, and {@link
     * PythonException#row} tells the row. A Java exception that came through Python is thrown as itself, with a suppressed
     * PythonException that tells the row. What {@code rows} itself throws comes after the results before it, too.
     *
     * <p>A deadline ({@link #withDeadline}) is for each chunk.
     *
     * @param rows the arguments, one for each call
     * @return the results in the order of the rows; for one thread at a time
     */
    public Stream<@Nullable Object> map(Iterable<?> rows) {
        return stream(rows, false, Function.identity(), false);
    }

    /**
     * Calls it once for each row, for results of a type; see {@link #map(Iterable)}.
     *
     * @param <T> the type
     * @param type the type to convert the results to; {@code PyObject.class} for the objects themselves, whatever they are
     * @param rows the arguments, one for each call
     * @return the results in the order of the rows; for one thread at a time
     */
    public <T extends @Nullable Object> Stream<T> map(Class<T> type, Iterable<?> rows) {
        Objects.requireNonNull(type, "type");
        return stream(rows, Calls.wantsObject(type), result -> Calls.convert(session(), result, type), false);
    }

    /**
     * Calls it once for each row of arguments, many rows in one crossing; otherwise as {@link #map(Iterable)}.
     *
     * @param rows the arguments of each call; the last of a row may be {@link Kwargs}
     * @return the results in the order of the rows; for one thread at a time
     */
    public Stream<@Nullable Object> callBatch(Iterable<@Nullable Object[]> rows) {
        return stream(rows, false, Function.identity(), true);
    }

    /**
     * Calls it once for each row of arguments, for results of a type; see {@link #callBatch(Iterable)}.
     *
     * @param <T> the type
     * @param type the type to convert the results to; {@code PyObject.class} for the objects themselves, whatever they are
     * @param rows the arguments of each call; the last of a row may be {@link Kwargs}
     * @return the results in the order of the rows; for one thread at a time
     */
    public <T extends @Nullable Object> Stream<T> callBatch(Class<T> type, Iterable<@Nullable Object[]> rows) {
        Objects.requireNonNull(type, "type");
        return stream(rows, Calls.wantsObject(type), result -> Calls.convert(session(), result, type), true);
    }

    private <T> Stream<T> stream(Iterable<?> rows, boolean asObjects, Function<Object, T> convert, boolean arguments) {
        Iterator<?> source = Objects.requireNonNull(rows, "rows").iterator();
        return StreamSupport.stream(rows(source, asObjects, convert, arguments), false);
    }

    private <T> Rows<T> rows(Iterator<?> source, boolean asObjects, Function<Object, T> convert, boolean arguments) {
        return new Rows<>(session(), this::handle, asObjects, arguments ? Calls.ROWS : null, source, convert);
    }

    /**
     * Calls it once for each whole number, many in one crossing: nothing is made on the Java side but the array of results.
     * A deadline ({@link #withDeadline}) is for the whole.
     *
     * @param arguments the arguments, one for each call
     * @return the results in the same order
     * @throws PythonException what it raises; {@link PythonException#row} tells the row
     * @throws ConversionException if a result is no int that fits 64 bits
     */
    public long[] mapLongs(long[] arguments) {
        long[] results = new long[Objects.requireNonNull(arguments, "arguments").length];
        mapLongs(arguments, results);
        return results;
    }

    /**
     * As {@link #mapLongs(long[])}, with an array for the results: where a row fails, those of the rows before it are there.
     *
     * @param arguments the arguments, one for each call
     * @param results where the results go; as long or longer; may be the same array
     * @throws PythonException what it raises; {@link PythonException#row} tells the row
     * @throws ConversionException if a result is no int that fits 64 bits
     */
    public void mapLongs(long[] arguments, long[] results) {
        checkLength(Objects.requireNonNull(arguments, "arguments").length, Objects.requireNonNull(results, "results").length);
        try {
            NumberRows.mapLongs(session(), handle(), arguments, results);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Calls it once for each number, many in one crossing: nothing is made on the Java side but the array of results.
     * A deadline ({@link #withDeadline}) is for the whole.
     *
     * @param arguments the arguments, one for each call
     * @return the results in the same order; ints that it gives are converted as {@link #callDouble} says
     * @throws PythonException what it raises, or OverflowError for an int that is too large; {@link PythonException#row}
     *     tells the row
     * @throws ConversionException if a result is no number
     */
    public double[] mapDoubles(double[] arguments) {
        double[] results = new double[Objects.requireNonNull(arguments, "arguments").length];
        mapDoubles(arguments, results);
        return results;
    }

    /**
     * As {@link #mapDoubles(double[])}, with an array for the results: where a row fails, those of the rows before it are
     * there.
     *
     * @param arguments the arguments, one for each call
     * @param results where the results go; as long or longer; may be the same array
     * @throws PythonException what it raises, or OverflowError for an int that is too large; {@link PythonException#row}
     *     tells the row
     * @throws ConversionException if a result is no number
     */
    public void mapDoubles(double[] arguments, double[] results) {
        checkLength(Objects.requireNonNull(arguments, "arguments").length, Objects.requireNonNull(results, "results").length);
        try {
            NumberRows.mapDoubles(session(), handle(), arguments, results);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private static void checkLength(int arguments, int results) {
        if (results < arguments) {
            throw new IllegalArgumentException("results has room for " + results + " of " + arguments + " rows");
        }
    }

    /**
     * This function with a deadline for every call; see {@link PythonInterpreter#withDeadline}.
     *
     * @param deadline how long each call may take; more than nothing
     * @return another object for the same function
     */
    public PyFunction withDeadline(Duration deadline) {
        Session limited = session().withTimeout(Objects.requireNonNull(deadline, "deadline"));
        return Requests.function(limited, this, PyFunction::new);
    }
}
