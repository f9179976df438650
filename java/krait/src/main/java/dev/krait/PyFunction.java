package dev.krait;

import dev.krait.internal.Session;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Objects;

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
