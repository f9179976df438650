package dev.krait.internal;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.GenericDeclaration;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;

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
        if (type instanceof Class) {
            return type;
        }
        if (type instanceof TypeVariable) {
            return variable((TypeVariable<?>) type, context);
        }
        if (type instanceof ParameterizedType) {
            ParameterizedType parameterized = (ParameterizedType) type;
            Type[] arguments = parameterized.getActualTypeArguments();
            Type[] resolved = new Type[arguments.length];
            for (int i = 0; i < arguments.length; i++) {
                resolved[i] = resolve(arguments[i], context);
            }
            return new Parameterized(parameterized, resolved);
        }
        if (type instanceof GenericArrayType) {
            Type component = resolve(((GenericArrayType) type).getGenericComponentType(), context);
            return component instanceof Class
                    ? java.lang.reflect.Array.newInstance((Class<?>) component, 0).getClass()
                    : (GenericArrayType) () -> component;
        }
        return type instanceof WildcardType ? resolve(Types.bound(type), context) : type;
    }

    private static Type variable(TypeVariable<?> variable, Type context) {
        GenericDeclaration declares = variable.getGenericDeclaration();
        if (declares instanceof Class) {
            Class<?> supertype = (Class<?>) declares;
            int index = Arrays.asList(supertype.getTypeParameters()).indexOf(variable);
            Type found = Types.argument(context, supertype, index);
            if (!(found instanceof TypeVariable)) {
                // Object where nothing is given: a bound says more.
                return found == Object.class ? Types.raw(variable) : found;
            }
        }
        return Types.raw(variable);
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
