package dev.krait.internal;

import java.lang.reflect.Type;

/** What {@link Converter} asks about Python objects, which only an interpreter can answer. Any thread may call it. */
public interface ObjectConversion {
    /**
     * Converts a Python object.
     *
     * @param pyObject a value that {@link Converter} cannot convert by itself
     * @param target the type asked for
     * @return the converted value, or null if there is no way
     */
    Object convert(Object pyObject, Type target);

    /**
     * Names the Python type of an object.
     *
     * @param pyObject any object
     * @return the name, or null if it is not a Python object
     */
    String typeName(Object pyObject);
}
