package dev.krait.internal;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Collection;

/** Converts Python objects that are no values to the Java type asked for, by asking Python. */
final class PythonConversion implements ObjectConversion {
    private final Session session;

    PythonConversion(Session session) {
        this.session = session;
    }

    @Override
    public Object convert(Object pyObject, Type target) {
        if (Api.get().sessionOf(pyObject) == null) {
            return null;
        }
        long handle = Api.get().handleOf(pyObject);
        Class<?> raw = raw(target);
        if (raw.isArray() && raw.getComponentType().isPrimitive()) {
            return session.convert(session.onObject(Op.BUFFER, handle), target);
        }
        if (raw.isEnum()) {
            return session.convert(session.helper(0, "enum_name", pyObject), target);
        }
        if (raw.isPrimitive() || Number.class.isAssignableFrom(raw) || raw == Boolean.class) {
            return plain(session.helper(0, "as_number", pyObject), target);
        }
        if (raw.isArray() || Collection.class.isAssignableFrom(raw)) {
            return plain(session.helper(0, "as_list", pyObject), target);
        }
        return null;
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
        return (String) session.onObject(Op.TYPE_NAME, Api.get().handleOf(pyObject));
    }

    private static Class<?> raw(Type type) {
        if (type instanceof Class) {
            return (Class<?>) type;
        }
        if (type instanceof ParameterizedType) {
            return (Class<?>) ((ParameterizedType) type).getRawType();
        }
        return type instanceof GenericArrayType ? Object[].class : Object.class;
    }
}
