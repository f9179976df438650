package dev.krait.internal;

import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.HashMap;
import java.util.Map;

/** Reads generic types: the class behind one, and what its elements are. */
final class Types {
    private Types() {
    }

    /** The class whose instances a value of the type is; for variables and wildcards that of their bound. */
    static Class<?> raw(Type type) {
        Type bound = bound(type);
        if (bound instanceof Class) {
            return (Class<?>) bound;
        }
        if (bound instanceof ParameterizedType) {
            return (Class<?>) ((ParameterizedType) bound).getRawType();
        }
        Type component = ((GenericArrayType) bound).getGenericComponentType();
        return Array.newInstance(raw(component), 0).getClass();
    }

    /** What a variable or a wildcard must be at least; other types as they are. */
    static Type bound(Type type) {
        Type bound = type;
        while (true) {
            if (bound instanceof WildcardType) {
                bound = bound((WildcardType) bound);
            } else if (bound instanceof TypeVariable) {
                bound = ((TypeVariable<?>) bound).getBounds()[0];
            } else {
                return bound;
            }
        }
    }

    /** The bound of a wildcard, which may be a variable. */
    static Type bound(WildcardType wildcard) {
        Type[] lower = wildcard.getLowerBounds();
        // "? super Integer": an Integer is right, an Object would only be allowed.
        return lower.length > 0 ? lower[0] : wildcard.getUpperBounds()[0];
    }

    /** The element type of an array type. */
    static Type component(Type array) {
        return array instanceof GenericArrayType
                ? ((GenericArrayType) array).getGenericComponentType()
                : raw(array).getComponentType();
    }

    /**
     * What a type gives as an argument of one of its supertypes: the Integer of {@code class Ints extends
     * ArrayList<Integer>}
     * for the first of Collection. Object where nothing is given.
     */
    static Type argument(Type type, Class<?> supertype, int index) {
        Type[] arguments = arguments(bound(type), supertype, Map.of());
        return arguments == null ? Object.class : bound(arguments[index]);
    }

    private static Type[] arguments(Type type, Class<?> supertype, Map<TypeVariable<?>, Type> known) {
        Class<?> raw = raw(type);
        if (!supertype.isAssignableFrom(raw)) {
            return null;
        }
        Map<TypeVariable<?>, Type> variables = new HashMap<>();
        if (type instanceof ParameterizedType) {
            Type[] given = ((ParameterizedType) type).getActualTypeArguments();
            TypeVariable<?>[] names = raw.getTypeParameters();
            for (int i = 0; i < given.length; i++) {
                variables.put(names[i], known.isEmpty() ? given[i]
                        : Generics.substitute(given[i], variable -> known.getOrDefault(variable, variable)));
            }
        }
        if (raw == supertype) {
            TypeVariable<?>[] names = raw.getTypeParameters();
            Type[] found = new Type[names.length];
            for (int i = 0; i < names.length; i++) {
                found[i] = variables.getOrDefault(names[i], names[i]);
            }
            return found;
        }
        if (raw.getGenericSuperclass() != null) {
            Type[] found = arguments(raw.getGenericSuperclass(), supertype, variables);
            if (found != null) {
                return found;
            }
        }
        for (Type parent : raw.getGenericInterfaces()) {
            Type[] found = arguments(parent, supertype, variables);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
