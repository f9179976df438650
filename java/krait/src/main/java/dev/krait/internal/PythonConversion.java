package dev.krait.internal;

import dev.krait.PyFunction;
import dev.krait.PythonException;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Converts Python objects that are no values to the Java type asked for, by asking Python. */
final class PythonConversion implements ObjectConversion {
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
            Class<?> items = Types.raw(Types.argument(target, Iterable.class, 0));
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

    /** By its buffer if it has one, else one by one. */
    private Object primitives(Object pyObject, Type target) {
        try {
            return session.convert(Requests.onObject(session, Op.BUFFER, Api.get().handleOf(pyObject)), target);
        } catch (PythonException e) {
            if (!e.typeName().equals("TypeError")) {
                throw e;
            }
        }
        return plain(Requests.helper(session, 0, "as_list", pyObject), target);
    }

    private static Iterator<?> iterator(Object pyObject, Type target, Class<?> of) {
        return Api.get().iterate(pyObject, Types.raw(Types.argument(target, of, 0)));
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
