package dev.krait;

import dev.krait.internal.Operations;
import dev.krait.internal.Requests;
import dev.krait.internal.Thrown;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A Python context manager that was entered: {@link PyObject#enter}. Closing it leaves it, as at the end of a {@code
 * with} block. Any thread may use it; it is left once.
 */
@SuppressWarnings("exports") // Nullable is for tools; a module without them need not read its module.
public final class PyContext implements AutoCloseable {
    private final PyObject context;
    private boolean left;

    private PyContext(PyObject context) {
        this.context = context;
    }

    static PyContext enter(PyObject manager) {
        return new PyContext((PyObject) Requests.helper(manager.session(), Operations.raw(0, true), "enter_context", manager));
    }

    static <T> @Nullable T with(PyObject manager, Function<@Nullable Object, ? extends @Nullable T> body) {
        PyContext context = enter(manager);
        T result;
        try {
            result = body.apply(context.value());
        } catch (Throwable e) {
            if (context.leaveAfter(e)) {
                return null;
            }
            throw e;
        }
        context.close();
        return result;
    }

    /** Leaves after a failure; what leaving throws instead has the failure as suppressed. */
    private boolean leaveAfter(Throwable failure) {
        try {
            return failed(failure);
        } catch (Throwable e) {
            if (e != failure) {
                e.addSuppressed(failure);
            }
            throw e;
        }
    }

    /**
     * What {@code __enter__} returned: the value after {@code as}.
     *
     * @return the value
     */
    public @Nullable Object value() {
        return context.getAttr("value");
    }

    /**
     * What {@code __enter__} returned, as a type.
     *
     * @param <T> the type
     * @param type the type to convert to; {@code PyObject.class} for the object itself, whatever it is
     * @return the value
     * @throws ConversionException if it is of no such type
     */
    public <T extends @Nullable Object> T value(Class<T> type) {
        return context.getAttr("value", type);
    }

    /**
     * Leaves the context because of an exception, which {@code __exit__} is told of: a {@link PythonException} as the
     * Python exception, another throwable as Python sees Java's throwables. Does nothing where it was left already.
     *
     * @param thrown the exception
     * @return whether {@code __exit__} suppressed the exception; if not, throw it on
     * @throws PythonException what {@code __exit__} raises
     */
    public boolean failed(Throwable thrown) {
        return leave(Thrown.record(Objects.requireNonNull(thrown, "thrown")));
    }

    /**
     * Leaves the context; harmless a second time and after the interpreter was closed.
     *
     * @throws PythonException what {@code __exit__} raises
     */
    @Override
    public void close() {
        leave(null);
    }

    private boolean leave(Object thrown) {
        synchronized (this) {
            if (left) {
                return false;
            }
            left = true;
        }
        if (context.isClosed()) {
            return false;
        }
        try (PyObject leaving = context) {
            return (Boolean) leaving.invokeMethod("leave", thrown);
        }
    }
}
