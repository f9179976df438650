package dev.krait;

import dev.krait.internal.Operations;
import dev.krait.internal.Session;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A Python object that is no value, held by Java: a class, a function, a module, an instance. It comes back to Python
 * as the same object.
 *
 * <p>Any thread may use it. {@link #close} lets go of it at once; one that is forgotten is let go of after the garbage
 * collector found it. Closing twice, from any thread, or after the interpreter is harmless; using it then is an
 * {@link IllegalStateException}.
 */
public class PyObject implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Session session;
    private final Handle handle;
    private final Cleaner.Cleanable cleanable;

    /** The handle with its release; it must not refer to the PyObject, which would then never be found unreachable. */
    private static final class Handle implements Runnable {
        private final AtomicLong value;
        private final Runnable release;

        Handle(Session session, long value) {
            this.value = new AtomicLong(value);
            this.release = Session.releaser(session, value);
        }

        @Override
        public void run() {
            if (value.getAndSet(0) != 0) {
                release.run();
            }
        }
    }

    PyObject(Session session, long handle) {
        this.session = session;
        this.handle = new Handle(session, handle);
        this.cleanable = CLEANER.register(this, this.handle);
    }

    final Session session() {
        return session;
    }

    final long handle() {
        long value = handle.value.get();
        if (value == 0) {
            throw new IllegalStateException("the Python object was closed");
        }
        return value;
    }

    /**
     * An attribute's value.
     *
     * @param name the attribute's name
     * @return the value, converted as results are
     * @throws PythonException AttributeError if there is none
     */
    public Object getAttr(String name) {
        return on(Operations.GET_ATTR, Objects.requireNonNull(name, "name"));
    }

    /**
     * An attribute's value, as a type.
     *
     * @param <T> the type
     * @param name the attribute's name
     * @param type the type to convert to
     * @return the value
     * @throws PythonException AttributeError if there is none
     * @throws ConversionException if the value is of no such type
     */
    public <T> T getAttr(String name, Class<T> type) {
        Objects.requireNonNull(name, "name");
        return Calls.convert(session, on(Operations.raw(Operations.GET_ATTR, Calls.wantsObject(type)), name), type);
    }

    /**
     * Sets an attribute.
     *
     * @param name the attribute's name
     * @param value the value, or null for None
     */
    public void setAttr(String name, Object value) {
        on(Operations.SET_ATTR, Objects.requireNonNull(name, "name"), value);
    }

    /**
     * Deletes an attribute.
     *
     * @param name the attribute's name
     */
    public void delAttr(String name) {
        on(Operations.DEL_ATTR, Objects.requireNonNull(name, "name"));
    }

    /**
     * Calls it.
     *
     * @param args the arguments; the last may be {@link Kwargs}
     * @return the result, converted as the table of values says
     * @throws PythonException what it raises
     */
    public Object call(Object... args) {
        return call(false, args);
    }

    /**
     * Calls it, for a result of a type. To pass a {@code Class} as the first argument, use {@link
     * #call(Class, Object...)} with {@code Object.class} before it.
     *
     * @param <T> the type
     * @param type the type to convert the result to
     * @param args the arguments; the last may be {@link Kwargs}
     * @return the result
     * @throws PythonException what it raises
     * @throws ConversionException if the result is of no such type
     */
    public <T> T call(Class<T> type, Object... args) {
        Objects.requireNonNull(type, "type");
        return Calls.convert(session, call(Calls.wantsObject(type), args), type);
    }

    /**
     * Calls it, for a result of a generic type.
     *
     * @param <T> the type
     * @param type the type to convert the result to
     * @param args the arguments; the last may be {@link Kwargs}
     * @return the result
     * @throws PythonException what it raises
     * @throws ConversionException if the result is of no such type
     */
    public <T> T call(TypeRef<T> type, Object... args) {
        Objects.requireNonNull(type, "type");
        return Calls.convert(session, call(false, args), type);
    }

    private Object call(boolean asObject, Object[] args) {
        try {
            long called = handle();
            return Calls.call(args, (positional, names, values) ->
                    session.call(Operations.raw(Operations.CALL, asObject), called, positional, names, values));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Calls a method.
     *
     * @param name the method's name
     * @param args the arguments; the last may be {@link Kwargs}
     * @return the result
     * @throws PythonException what it raises
     */
    public Object invokeMethod(String name, Object... args) {
        Objects.requireNonNull(name, "name");
        try {
            long called = handle();
            return Calls.call(args, (positional, names, values) ->
                    session.invokeMethod(Operations.INVOKE_METHOD, called, name, positional, names, values));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * The object as a value of a type: an iterable as a {@code List}, an array as {@code double[]}, an enum's member as the Java
     * enum's constant of that name.
     *
     * @param <T> the type
     * @param type the type to convert to
     * @return the value
     * @throws ConversionException if it cannot be one
     */
    public <T> T as(Class<T> type) {
        Objects.requireNonNull(type, "type");
        return Calls.convert(session, Calls.wantsObject(type) ? this : on(Operations.VALUE), type);
    }

    /**
     * The object's {@code __len__}.
     *
     * @return the length
     */
    public long length() {
        return (Long) on(Operations.LENGTH);
    }

    /**
     * The object's truth, as {@code bool()} gives it.
     *
     * @return the truth
     */
    public boolean truth() {
        return (Boolean) on(Operations.TRUTH);
    }

    /**
     * The name of the object's class, with its module unless that is built in.
     *
     * @return the name
     */
    public String typeName() {
        return (String) on(Operations.TYPE_NAME);
    }

    /**
     * The object's {@code repr()}.
     *
     * @return the text
     */
    public String repr() {
        return (String) on(Operations.REPR);
    }

    private Object on(int operation, Object... operands) {
        try {
            return session.onObject(operation, handle(), operands);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Whether Python says {@code ==}. */
    @Override
    public final boolean equals(Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof PyObject)) {
            return false;
        }
        try {
            return Boolean.TRUE.equals(session.compare(handle(), Operations.EQUAL, other));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Python's {@code hash()}. */
    @Override
    public final int hashCode() {
        return Long.hashCode((Long) on(Operations.HASH));
    }

    /** Python's {@code str()}; says so instead where the object is closed. */
    @Override
    public final String toString() {
        if (handle.value.get() == 0 || session.isClosed()) {
            return "<closed Python object>";
        }
        return (String) on(Operations.STR);
    }

    @Override
    public final void close() {
        cleanable.clean();
    }
}
