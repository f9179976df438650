package dev.krait;

import dev.krait.internal.FunctionCalls;
import dev.krait.internal.Futures;
import dev.krait.internal.MethodCalls;
import dev.krait.internal.Operations;
import dev.krait.internal.Requests;
import dev.krait.internal.Session;
import java.lang.ref.Reference;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Python object that is no value, held by Java: a class, a function, a module, an instance. It comes back to Python
 * as the same object.
 *
 * <p>Any thread may use it. {@link #close} lets go of it at once; one that is forgotten is let go of after the garbage
 * collector found it. Closing twice, from any thread, or after the interpreter is harmless; using it then is an
 * {@link IllegalStateException}.
 *
 * <p>What Python raises is a {@link PythonException}; a value that cannot cross, or is of another type than was asked
 * for, is a {@link ConversionException}; null where none may be is a {@link NullPointerException} with the parameter's
 * name. Results are converted as the page {@code docs/values.md} says, unless a type is asked for.
 */
@SuppressWarnings("exports") // Nullable is for tools; a module without them need not read its module.
public class PyObject extends PyOperators implements Iterable<@Nullable Object>, Comparable<PyObject> {
    PyObject(Session session, long handle) {
        super(session, handle);
    }

    /** Another hold on the same object, which lives on when this one is closed; for a view, which nobody can close. */
    final PyObject another() {
        PyObject other = raw(Operations.VALUE);
        other.leave();
        return other;
    }

    // ---- attributes

    /**
     * An attribute's value.
     *
     * @param name the attribute's name
     * @return the value
     * @throws PythonException AttributeError if there is none
     */
    public @Nullable Object getAttr(String name) {
        return on(Operations.GET_ATTR, Objects.requireNonNull(name, "name"));
    }

    /**
     * An attribute's value, as a type.
     *
     * @param <T> the type
     * @param name the attribute's name
     * @param type the type to convert to; {@code PyObject.class} for the object itself, whatever it is
     * @return the value
     * @throws PythonException AttributeError if there is none
     */
    public <T extends @Nullable Object> T getAttr(String name, Class<T> type) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
        return Calls.convert(session(), on(Operations.raw(Operations.GET_ATTR, Calls.wantsObject(type)), name), type);
    }

    /**
     * An attribute's value, as a generic type.
     *
     * @param <T> the type
     * @param name the attribute's name
     * @param type the type to convert to
     * @return the value
     * @throws PythonException AttributeError if there is none
     */
    public <T extends @Nullable Object> T getAttr(String name, TypeRef<T> type) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
        return Calls.convert(session(), on(Operations.raw(Operations.GET_ATTR, Calls.wantsObject(type)), name), type);
    }

    /**
     * Whether there is an attribute of this name.
     *
     * @param name the attribute's name
     * @return what Python's {@code hasattr} says
     */
    public boolean hasAttr(String name) {
        return (Boolean) Requests.helper(session(), 0, "has_attr", this, Objects.requireNonNull(name, "name"));
    }

    /**
     * Sets an attribute.
     *
     * @param name the attribute's name
     * @param value the value, or null for None
     */
    public void setAttr(String name, @Nullable Object value) {
        on(Operations.SET_ATTR, Objects.requireNonNull(name, "name"), value);
    }

    /**
     * Deletes an attribute.
     *
     * @param name the attribute's name
     * @throws PythonException AttributeError if there is none
     */
    public void delAttr(String name) {
        on(Operations.DEL_ATTR, Objects.requireNonNull(name, "name"));
    }

    // ---- items

    /**
     * An item's value: {@code this[key]}.
     *
     * @param key an index, a key or a {@code slice}; null for None
     * @return the value
     * @throws PythonException KeyError or IndexError if there is none
     */
    public @Nullable Object getItem(@Nullable Object key) {
        return on(Operations.GET_ITEM, key);
    }

    /**
     * An item's value, as a type.
     *
     * @param <T> the type
     * @param key an index, a key or a {@code slice}; null for None
     * @param type the type to convert to; {@code PyObject.class} for the object itself, whatever it is
     * @return the value
     * @throws PythonException KeyError or IndexError if there is none
     */
    public <T extends @Nullable Object> T getItem(@Nullable Object key, Class<T> type) {
        Objects.requireNonNull(type, "type");
        return Calls.convert(session(), on(Operations.raw(Operations.GET_ITEM, Calls.wantsObject(type)), key), type);
    }

    /**
     * An item's value, as a generic type.
     *
     * @param <T> the type
     * @param key an index, a key or a {@code slice}; null for None
     * @param type the type to convert to
     * @return the value
     * @throws PythonException KeyError or IndexError if there is none
     */
    public <T extends @Nullable Object> T getItem(@Nullable Object key, TypeRef<T> type) {
        Objects.requireNonNull(type, "type");
        return Calls.convert(session(), on(Operations.raw(Operations.GET_ITEM, Calls.wantsObject(type)), key), type);
    }

    /**
     * Sets an item: {@code this[key] = value}.
     *
     * @param key an index, a key or a {@code slice}; null for None
     * @param value the value, or null for None
     */
    public void setItem(@Nullable Object key, @Nullable Object value) {
        on(Operations.SET_ITEM, key, value);
    }

    /**
     * Deletes an item: {@code del this[key]}.
     *
     * @param key an index, a key or a {@code slice}; null for None
     * @throws PythonException KeyError or IndexError if there is none
     */
    public void delItem(@Nullable Object key) {
        on(Operations.DEL_ITEM, key);
    }

    /**
     * Whether a value is in it: {@code value in this}.
     *
     * @param value a value, or null for None
     * @return what Python says
     * @throws PythonException TypeError if it is no container
     */
    public boolean contains(@Nullable Object value) {
        return (Boolean) on(Operations.CONTAINS, value);
    }

    /**
     * The object's {@code __len__}.
     *
     * @return the length
     * @throws PythonException TypeError if it has none
     */
    public long length() {
        return (Long) on(Operations.LENGTH);
    }

    // ---- calls

    /**
     * Calls it.
     *
     * @param args the arguments; the last may be {@link Kwargs}
     * @return the result, converted as the table of values says
     * @throws PythonException what it raises
     */
    public @Nullable Object call(@Nullable Object... args) {
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
    public <T extends @Nullable Object> T call(Class<T> type, @Nullable Object... args) {
        Objects.requireNonNull(type, "type");
        return Calls.convert(session(), call(Calls.wantsObject(type), args), type);
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
    public <T extends @Nullable Object> T call(TypeRef<T> type, @Nullable Object... args) {
        Objects.requireNonNull(type, "type");
        return Calls.convert(session(), call(Calls.wantsObject(type), args), type);
    }

    final Object call(boolean asObject, Object[] args) {
        try {
            long called = handle();
            int operation = Operations.raw(Operations.CALL, asObject);
            if (!Calls.haveKeywords(args)) {
                return FunctionCalls.call(session(), operation, called, args, null, null);
            }
            return Calls.call(args, (positional, names, values) ->
                    FunctionCalls.call(session(), operation, called, positional, names, values));
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
     * @throws PythonException what it raises; AttributeError if there is no such method
     */
    public @Nullable Object invokeMethod(String name, @Nullable Object... args) {
        return invokeMethod(false, name, args);
    }

    /**
     * Calls a method, for a result of a type.
     *
     * @param <T> the type
     * @param type the type to convert the result to; {@code PyObject.class} for the object itself, whatever it is
     * @param name the method's name
     * @param args the arguments; the last may be {@link Kwargs}
     * @return the result
     * @throws PythonException what it raises; AttributeError if there is no such method
     */
    public <T extends @Nullable Object> T invokeMethod(Class<T> type, String name, @Nullable Object... args) {
        Objects.requireNonNull(type, "type");
        return Calls.convert(session(), invokeMethod(Calls.wantsObject(type), name, args), type);
    }

    /**
     * Calls a method, for a result of a generic type.
     *
     * @param <T> the type
     * @param type the type to convert the result to
     * @param name the method's name
     * @param args the arguments; the last may be {@link Kwargs}
     * @return the result
     * @throws PythonException what it raises; AttributeError if there is no such method
     */
    public <T extends @Nullable Object> T invokeMethod(TypeRef<T> type, String name, @Nullable Object... args) {
        Objects.requireNonNull(type, "type");
        return Calls.convert(session(), invokeMethod(Calls.wantsObject(type), name, args), type);
    }

    final Object invokeMethod(boolean asObject, String name, Object[] args) {
        Objects.requireNonNull(name, "name");
        int operation = Operations.raw(Operations.INVOKE_METHOD, asObject);
        try {
            long called = handle();
            if (!Calls.haveKeywords(args)) {
                return MethodCalls.invokeMethod(session(), operation, called, name, args, null, null);
            }
            return Calls.call(args, (positional, names, values) ->
                    MethodCalls.invokeMethod(session(), operation, called, name, positional, names, values));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    // ---- conversions and views

    /**
     * The object as a value of a type: an iterable as a {@code List}, an array as {@code double[]}, an enum's member as
     * the Java enum's constant of that name, a function as a functional interface, a module or an instance as any
     * interface whose methods it has, a coroutine as a {@code CompletableFuture}, an iterator as an {@code Iterator} or
     * a {@code Stream}.
     *
     * @param <T> the type
     * @param type the type to convert to
     * @return the value; an interface's instance holds the object by itself, also when this one is closed
     * @throws ConversionException if it cannot be one; for an interface, the message lists every method that is missing
     */
    public <T extends @Nullable Object> T as(Class<T> type) {
        Objects.requireNonNull(type, "type");
        return Calls.convert(session(), source(type), type);
    }

    /** What is converted: this, or the value that it is. */
    private Object source(Type type) {
        if (Calls.wantsObject(type)) {
            return this;
        }
        // A user's interface is for the object, also where it is a value: an instance of a subclass of dict, say.
        Type raw = type instanceof ParameterizedType ? ((ParameterizedType) type).getRawType() : type;
        boolean bound = raw instanceof Class && ((Class<?>) raw).isInterface() && !raw.getTypeName().startsWith("java.");
        return bound ? another() : on(Operations.VALUE);
    }

    /**
     * The object as a value of a generic type.
     *
     * @param <T> the type
     * @param type the type to convert to
     * @return the value
     * @throws ConversionException if it cannot be one
     */
    public <T extends @Nullable Object> T as(TypeRef<T> type) {
        Objects.requireNonNull(type, "type");
        return Calls.convert(session(), source(type.type()), type);
    }

    /**
     * A live view of a sequence: what is read comes from Python, what is written goes there.
     *
     * @return the view; it cannot be modified where Python's sequence cannot
     * @throws PythonException TypeError if the object is no sequence
     */
    public List<@Nullable Object> asList() {
        return asList(Object.class);
    }

    /**
     * A live view of a sequence, whose elements are converted to a type when they are read.
     *
     * @param <E> the type
     * @param type the elements' type
     * @return the view; it cannot be modified where Python's sequence cannot
     * @throws PythonException TypeError if the object is no sequence
     */
    public <E extends @Nullable Object> List<E> asList(Class<E> type) {
        return PyListView.of(this, Objects.requireNonNull(type, "type"));
    }

    /**
     * A live view of a mapping: what is read comes from Python, what is written goes there.
     *
     * @return the view; it cannot be modified where Python's mapping cannot
     * @throws PythonException TypeError if the object is no mapping
     */
    public Map<@Nullable Object, @Nullable Object> asMap() {
        return asMap(Object.class, Object.class);
    }

    /**
     * A live view of a mapping, whose keys and values are converted to types when they are read.
     *
     * @param <K> the keys' type
     * @param <V> the values' type
     * @param keyType the keys' type
     * @param valueType the values' type
     * @return the view; it cannot be modified where Python's mapping cannot
     * @throws PythonException TypeError if the object is no mapping
     */
    public <K extends @Nullable Object, V extends @Nullable Object> Map<K, V> asMap(Class<K> keyType, Class<V> valueType) {
        Objects.requireNonNull(keyType, "keyType");
        return PyMapView.of(this, keyType, Objects.requireNonNull(valueType, "valueType"));
    }

    /**
     * A live view of a set: what is read comes from Python, what is written goes there.
     *
     * @return the view; it cannot be modified where Python's set cannot
     * @throws PythonException TypeError if the object is no set
     */
    public Set<@Nullable Object> asSet() {
        return asSet(Object.class);
    }

    /**
     * A live view of a set, whose elements are converted to a type when they are read.
     *
     * @param <E> the type
     * @param type the elements' type
     * @return the view; it cannot be modified where Python's set cannot
     * @throws PythonException TypeError if the object is no set
     */
    public <E extends @Nullable Object> Set<E> asSet(Class<E> type) {
        return PySetView.of(this, Objects.requireNonNull(type, "type"));
    }

    // ---- iteration

    /**
     * Iterates: {@code iter(this)}. A generator runs as far as the items that were asked for and no further; {@link
     * PyIterator#close} closes it. What can be iterated over asynchronously only, an async generator, runs on the interpreter's
     * event loop, and the calling thread waits for each item.
     *
     * @return the iterator
     * @throws PythonException TypeError if it cannot be iterated over
     */
    public PyIterator<@Nullable Object> asIterator() {
        return asIterator(Object.class);
    }

    /**
     * Iterates, with items converted to a type.
     *
     * @param <T> the type
     * @param type the items' type
     * @return the iterator
     * @throws PythonException TypeError if it cannot be iterated over
     */
    public <T extends @Nullable Object> PyIterator<T> asIterator(Class<T> type) {
        return iterate(Objects.requireNonNull(type, "type"));
    }

    /** Iterates, with items converted to a type, which is what T stands for. */
    <T extends @Nullable Object> PyIterator<T> iterate(Type type) {
        return new PyIterator<>(iteration(), type);
    }

    private PyObject iteration() {
        try {
            return raw(Operations.ITER);
        } catch (PythonException e) {
            Object items = e.typeName().equals("TypeError") ? Futures.iterate(session(), this) : null;
            if (items == null) {
                throw e;
            }
            return (PyObject) items;
        }
    }

    /** Iterates as {@link #asIterator()} does: {@code for (Object item : object)}. */
    @Override
    public PyIterator<@Nullable Object> iterator() {
        return asIterator();
    }

    /**
     * Iterates as a stream: lazily, in order, item by item. Closing the stream closes the iterator.
     *
     * @return a sequential stream
     * @throws PythonException TypeError if it cannot be iterated over
     */
    public Stream<@Nullable Object> stream() {
        return asIterator().stream();
    }

    // ---- context manager, buffer

    /**
     * Enters it as a context manager, for try-with-resources:
     *
     * <pre>{@code
     * try (PyContext file = interp.invoke(PyObject.class, "open", path).enter()) {
     *     String text = file.value(PyObject.class).invokeMethod(String.class, "read");
     * }
     * }</pre>
     *
     * <p>Java does not tell {@code close()} of an exception on its way; where {@code __exit__} must know of it, use
     * {@link #with}, or call {@link PyContext#failed} in a catch.
     *
     * @return the entered context
     * @throws PythonException TypeError if it is no context manager, or what {@code __enter__} raises
     */
    public PyContext enter() {
        return PyContext.enter(this);
    }

    /**
     * Enters it as a context manager, runs code, and leaves it: {@code with this as value:}. An exception of the code is
     * passed to {@code __exit__}, a {@link PythonException} as the Python exception, another throwable as Python sees
     * Java's throwables.
     *
     * @param <T> the result's type
     * @param body given what {@code __enter__} returned
     * @return the body's result; null where {@code __exit__} suppressed an exception
     * @throws PythonException TypeError if it is no context manager; what {@code __enter__} or {@code __exit__} raises
     */
    public <T> @Nullable T with(Function<@Nullable Object, ? extends @Nullable T> body) {
        return PyContext.with(this, Objects.requireNonNull(body, "body"));
    }

    /**
     * The memory that the object exports by the buffer protocol, as it is: nothing is copied.
     *
     * @return the buffer
     * @throws PythonException TypeError if it exports none, BufferError if its memory is not contiguous in C order
     */
    public PyBuffer buffer() {
        return PyBuffer.of(this);
    }

    // ---- what it is

    /**
     * The object's truth, as {@code bool()} gives it.
     *
     * @return the truth
     */
    public boolean truth() {
        return (Boolean) on(Operations.TRUTH);
    }

    /**
     * Whether it can be called.
     *
     * @return what Python's {@code callable} says
     */
    public boolean isCallable() {
        return (Boolean) on(Operations.CALLABLE);
    }

    /**
     * The object's class.
     *
     * @return what Python's {@code type} gives
     */
    public PyObject type() {
        return (PyObject) Requests.helper(session(), Operations.raw(0, true), "type_of", this);
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
     * Whether it is an instance of a class or of one below.
     *
     * @param type the class
     * @return what Python's {@code isinstance} says
     * @throws PythonException TypeError if the other object is no class
     */
    public boolean isInstance(PyObject type) {
        return (Boolean) on(Operations.IS_INSTANCE, Objects.requireNonNull(type, "type"));
    }

    /**
     * The names of its attributes.
     *
     * @return what Python's {@code dir} gives
     */
    public List<String> dir() {
        return Calls.convert(session(), on(Operations.DIR), new TypeRef<List<String>>() {});
    }

    /**
     * The object's {@code repr()}.
     *
     * @return the text
     */
    public String repr() {
        return (String) on(Operations.REPR);
    }

    /**
     * The order that Python's {@code ==}, {@code <} and {@code >} say.
     *
     * @param other another object
     * @return -1, 0 or 1
     * @throws PythonException TypeError where none of the three is true
     */
    @Override
    public final int compareTo(PyObject other) {
        return ((Long) on(Operations.ORDER, Objects.requireNonNull(other, "other"))).intValue();
    }

    /** Whether Python says {@code ==}. Objects of interpreters that are isolated from each other are never equal. */
    @Override
    public final boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof PyObject && session().hasObjectsOf(((PyObject) other).session())
                && Boolean.TRUE.equals(comparison(Operations.EQUAL, other));
    }

    /** Python's {@code hash()}. */
    @Override
    public final int hashCode() {
        return Long.hashCode((Long) on(Operations.HASH));
    }

    /** Python's {@code str()}; says so instead where the object is closed. */
    @Override
    public final String toString() {
        return isClosed() ? "<closed Python object>" : (String) on(Operations.STR);
    }
}
