package dev.krait.internal;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.GenericDeclaration;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.function.Function;

/** What a type that names type variables means where the variables are known. */
public final class Generics {
    private Generics() {
    }

    /**
     * Puts in what the variables of a type stand for.
     *
     * @param type a method's return type, say
     * @param context the type that the method is called on, such as {@code Function<String, Integer>}
     * @return the type without variables; those of methods, and those of raw types, stand for their bounds
     */
    public static Type resolve(Type type, Type context) {
        return substitute(type, variable -> value(variable, context));
    }

    /** Puts in what variables stand for, down to the arguments of arguments. */
    static Type substitute(Type type, Function<TypeVariable<?>, Type> values) {
        if (type instanceof TypeVariable) {
            return values.apply((TypeVariable<?>) type);
        }
        if (type instanceof WildcardType) {
            return substitute(Types.bound((WildcardType) type), values);
        }
        if (type instanceof ParameterizedType) {
            ParameterizedType parameterized = (ParameterizedType) type;
            Type[] arguments = parameterized.getActualTypeArguments();
            Type[] substituted = new Type[arguments.length];
            for (int i = 0; i < arguments.length; i++) {
                substituted[i] = substitute(arguments[i], values);
            }
            return new Parameterized(parameterized, substituted);
        }
        if (type instanceof GenericArrayType) {
            Type component = substitute(((GenericArrayType) type).getGenericComponentType(), values);
            return component instanceof Class
                    ? java.lang.reflect.Array.newInstance((Class<?>) component, 0).getClass()
                    : new ArrayOf(component);
        }
        return type;
    }

    private static Type value(TypeVariable<?> variable, Type context) {
        Type given = given(variable, context);
        if (given != Object.class) {
            return given;
        }
        // Object where nothing is given: a bound says more. It may name the variable itself: T extends Comparable<T>.
        return substitute(variable.getBounds()[0], other -> {
            Type otherGiven = given(other, context);
            return otherGiven == Object.class ? Types.raw(other) : otherGiven;
        });
    }

    private static Type given(TypeVariable<?> variable, Type context) {
        GenericDeclaration declares = variable.getGenericDeclaration();
        if (!(declares instanceof Class)) {
            return Object.class;
        }
        Class<?> supertype = (Class<?>) declares;
        return Types.argument(context, supertype, Arrays.asList(supertype.getTypeParameters()).indexOf(variable));
    }

    /** An array type whose elements have arguments. */
    private static final class ArrayOf implements GenericArrayType {
        private final Type component;

        ArrayOf(Type component) {
            this.component = component;
        }

        @Override
        public Type getGenericComponentType() {
            return component;
        }

        @Override
        public String toString() {
            return component.getTypeName() + "[]";
        }
    }

    /** A parameterized type with other arguments. */
    private static final class Parameterized implements ParameterizedType {
        private final ParameterizedType original;
        private final Type[] arguments;

        Parameterized(ParameterizedType original, Type[] arguments) {
            this.original = original;
            this.arguments = arguments;
        }

        @Override
        public Type[] getActualTypeArguments() {
            return arguments.clone();
        }

        @Override
        public Type getRawType() {
            return original.getRawType();
        }

        @Override
        public Type getOwnerType() {
            return original.getOwnerType();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof ParameterizedType && getRawType().equals(((ParameterizedType) other).getRawType())
                    && Arrays.equals(arguments, ((ParameterizedType) other).getActualTypeArguments());
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(arguments) ^ getRawType().hashCode();
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(getRawType().getTypeName());
            for (int i = 0; i < arguments.length; i++) {
                text.append(i == 0 ? "<" : ", ").append(arguments[i].getTypeName());
            }
            return text.append('>').toString();
        }
    }
}
