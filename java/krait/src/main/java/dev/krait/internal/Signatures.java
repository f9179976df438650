package dev.krait.internal;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.List;

/** Writes types as Java programmers do: without the packages of what everyone knows. */
final class Signatures {
    private Signatures() {
    }

    static String name(Type type) {
        if (type instanceof Class) {
            Class<?> raw = (Class<?>) type;
            return raw.isArray() ? name(raw.getComponentType()) + "[]" : shortened(raw.getTypeName());
        }
        if (type instanceof GenericArrayType) {
            return name(((GenericArrayType) type).getGenericComponentType()) + "[]";
        }
        if (type instanceof ParameterizedType) {
            ParameterizedType generic = (ParameterizedType) type;
            List<String> arguments = new ArrayList<>();
            for (Type argument : generic.getActualTypeArguments()) {
                arguments.add(name(argument));
            }
            return name(generic.getRawType()) + "<" + String.join(", ", arguments) + ">";
        }
        if (type instanceof WildcardType) {
            WildcardType wildcard = (WildcardType) type;
            if (wildcard.getLowerBounds().length > 0) {
                return "? super " + name(wildcard.getLowerBounds()[0]);
            }
            return wildcard.getUpperBounds()[0] == Object.class ? "?" : "? extends " + name(wildcard.getUpperBounds()[0]);
        }
        return type.getTypeName();
    }

    private static String shortened(String name) {
        String text = name.replace('$', '.');
        for (String known : new String[] {"java.lang.", "java.util.function.", "java.util."}) {
            if (text.startsWith(known) && text.indexOf('.', known.length()) < 0) {
                return text.substring(known.length());
            }
        }
        return text;
    }
}
