package dev.krait.internal;

import dev.krait.PyFunction;
import dev.krait.PyObject;
import dev.krait.PythonException;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Converts Python objects that are no values to the Java type asked for, by asking Python. */
final class PythonConversion implements ObjectConversion {
    /** What objects raise that have no buffer, or none of a format that buffers know. */
    private static final Set<String> NO_BUFFER = Set.of("TypeError", "ValueError", "BufferError");

    private final Session session;

    PythonConversion(Session session) {
        this.session = session;
    }

    @Override
    public Object convert(Object pyObject, Type target) {
        Class<?> raw = Types.raw(target);
        boolean python = Api.get().sessionOf(pyObject) != null;
        if (raw == CompletableFuture.class || raw == CompletionStage.class || raw == Future.class) {
            Type result = Types.argument(target, raw, 0);
            CompletableFuture<Object> future = python ? Api.get().future(pyObject, result) : null;
            // What was no coroutine is there already.
            return future != null ? future : CompletableFuture.completedFuture(session.convert(pyObject, result));
        }
        if (!python) {
            return null;
        }
        if (raw == PyFunction.class) {
            return Api.get().function(pyObject);
        }
        if (raw.isArray() && raw.getComponentType().isPrimitive()) {
            return primitives(pyObject, target);
        }
        if (raw.isEnum()) {
            return session.convert(Requests.helper(session, 0, "enum_name", pyObject), target);
        }
        if (raw.isPrimitive() || Number.class.isAssignableFrom(raw) || raw == Boolean.class) {
            return plain(Requests.helper(session, 0, "as_number", pyObject), target);
        }
        if (raw.isArray() || Collection.class.isAssignableFrom(raw)) {
            return plain(Requests.helper(session, 0, "as_list", pyObject), target);
        }
        if (Map.class.isAssignableFrom(raw)) {
            return plain(Requests.helper(session, 0, "as_dict", pyObject), target);
        }
        if (raw == Iterator.class) {
            return iterator(pyObject, target, Iterator.class);
        }
        if (raw == Iterable.class) {
            Type items = Types.argument(target, Iterable.class, 0);
            return (Iterable<?>) () -> cast(Api.get().iterate(pyObject, items));
        }
        if (raw == Stream.class) {
            Iterator<?> items = iterator(pyObject, target, Stream.class);
            Spliterator<?> split = Spliterators.spliteratorUnknownSize(items, Spliterator.ORDERED);
            return StreamSupport.stream(split, false).onClose(() -> close(items));
        }
        if (raw.isInterface() && !raw.isAnnotation() && !Map.Entry.class.isAssignableFrom(raw)) {
            return Api.get().bind(pyObject, target, raw);
        }
        return null;
    }

    /** By its buffer if that is an array to Java, whose elements may become those that are wanted; else one by one. */
    private Object primitives(Object pyObject, Type target) {
        Object array = buffer(pyObject);
        boolean bytes = array instanceof byte[] && target != byte[].class;
        return plain(array == null || bytes ? Requests.helper(session, 0, "as_list", pyObject) : array, target);
    }

    /** A copy of an object's buffer, or null where it has none, or one of another shape or format than Java's arrays have. */
    private Object buffer(Object pyObject) {
        try {
            Object copy = Requests.onObject(session, Op.BUFFER, Api.get().handleOf(pyObject));
            if (copy instanceof PyObject) {
                ((PyObject) copy).close();
                return null;
            }
            return copy;
        } catch (PythonException e) {
            if (NO_BUFFER.contains(e.typeName())) {
                return null;
            }
            throw e;
        }
    }

    private static Iterator<?> iterator(Object pyObject, Type target, Class<?> of) {
        return Api.get().iterate(pyObject, Types.argument(target, of, 0));
    }

    @SuppressWarnings("unchecked")
    private static Iterator<Object> cast(Iterator<?> items) {
        return (Iterator<Object>) items;
    }

    private static void close(Iterator<?> items) {
        try {
            ((AutoCloseable) items).close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("Krait: a Python iterator throws nothing checked", e);
        }
    }

    /** Converts on, unless Python could not make a value of it. */
    private Object plain(Object value, Type target) {
        return value == null || Api.get().sessionOf(value) != null ? null : session.convert(value, target);
    }

    @Override
    public String typeName(Object pyObject) {
        if (Api.get().sessionOf(pyObject) == null) {
            return null;
        }
        return (String) Requests.onObject(session, Op.TYPE_NAME, Api.get().handleOf(pyObject));
    }
}
