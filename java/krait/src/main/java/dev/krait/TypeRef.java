package dev.krait;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import org.jspecify.annotations.Nullable;

/**
 * Names a generic type at run time, where {@code List<Integer>.class} would be needed:
 *
 * <pre>{@code
 * List<Integer> list = interpreter.get("numbers", new TypeRef<List<Integer>>() {});
 * }</pre>
 *
 * <p>Immutable; any thread may use it. Two references are equal when their types are.
 *
 * @param <T> the type
 */
@SuppressWarnings("exports") // Nullable is for tools; a module without them need not read its module.
public abstract class TypeRef<T extends @Nullable Object> {
    private final Type type;

    /**
     * Captures the type argument of the subclass, which is usually anonymous.
     *
     * @throws IllegalStateException if the subclass gives none, or a type variable
     */
    protected TypeRef() {
        Type parent = getClass().getGenericSuperclass();
        if (getClass().getSuperclass() != TypeRef.class || !(parent instanceof ParameterizedType)) {
            throw new IllegalStateException("TypeRef needs its type where it is made: new TypeRef<List<String>>() {}");
        }
        Type argument = ((ParameterizedType) parent).getActualTypeArguments()[0];
        if (argument instanceof TypeVariable) {
            throw new IllegalStateException("TypeRef cannot know what the type variable " + argument.getTypeName()
                    + " stands for; name the type itself: new TypeRef<List<String>>() {}");
        }
        type = argument;
    }

    /**
     * The type.
     *
     * @return T as reflection sees it
     */
    public final Type type() {
        return type;
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof TypeRef && type.equals(((TypeRef<?>) other).type);
    }

    @Override
    public final int hashCode() {
        return type.hashCode();
    }

    /** The name of the type, as in source code. */
    @Override
    public final String toString() {
        return type.getTypeName();
    }
}
