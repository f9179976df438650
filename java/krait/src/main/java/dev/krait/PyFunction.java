package dev.krait;

import dev.krait.internal.Session;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * A Python callable, held so that calls need no look-up: {@code interp.function("json_value_lower")}. Any thread may
 * call it. A function that is redefined in Python later is another object: this one stays what it was.
 */
public final class PyFunction extends PyObject {
    PyFunction(Session session, long handle) {
        super(session, handle);
    }

    static PyFunction of(Object value) {
        if (value instanceof PyFunction) {
            return (PyFunction) value;
        }
        PyObject object = (PyObject) value;
        return (PyFunction) object.session().helperFunction(object, PyFunction::new);
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
            return session().callLong(handle(), argument);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Calls it with a number, for one: no object is made on the Java side.
     *
     * @param argument the number
     * @return the result; an int that it gives is converted
     * @throws PythonException what it raises
     * @throws ConversionException if the result is no number
     */
    public double callDouble(double argument) {
        try {
            return session().callDouble(handle(), argument);
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
    public CompletableFuture<Object> callAsync(Object... args) {
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
    public <T> CompletableFuture<T> callAsync(Class<T> type, Object... args) {
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
    public <T> CompletableFuture<T> callAsync(TypeRef<T> type, Object... args) {
        Objects.requireNonNull(type, "type");
        return (CompletableFuture<T>) PyFuture.of(() -> call(false, args), session(), type.type());
    }

    /**
     * This function with a deadline for every call; see {@link PythonInterpreter#withDeadline}.
     *
     * @param deadline how long each call may take; more than nothing
     * @return another object for the same function
     */
    public PyFunction withDeadline(Duration deadline) {
        Session limited = session().withTimeout(Objects.requireNonNull(deadline, "deadline"));
        return (PyFunction) limited.helperFunction(this, PyFunction::new);
    }
}
