package dev.krait.cli;

import dev.krait.PyObject;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Java's types as Python's annotations, by the rules of {@code docs/values.md}: what a method gives is a copy where it is a value, and
 * what it takes may be Python's own or the Java object.
 */
final class StubTypes {
    private static final Map<String, String> VALUES = Map.ofEntries(
            Map.entry("void", "None"), Map.entry("java.lang.Void", "None"), Map.entry("boolean", "bool"),
            Map.entry("java.lang.Boolean", "bool"), Map.entry("byte", "int"), Map.entry("java.lang.Byte", "int"),
            Map.entry("short", "int"), Map.entry("java.lang.Short", "int"), Map.entry("int", "int"),
            Map.entry("java.lang.Integer", "int"), Map.entry("long", "int"), Map.entry("java.lang.Long", "int"),
            Map.entry("java.math.BigInteger", "int"), Map.entry("float", "float"), Map.entry("java.lang.Float", "float"),
            Map.entry("double", "float"), Map.entry("java.lang.Double", "float"), Map.entry("char", "str"),
            Map.entry("java.lang.Character", "str"), Map.entry("java.lang.String", "str"), Map.entry("byte[]", "builtins.bytes"),
            Map.entry("boolean[]", "memoryview"), Map.entry("short[]", "_array.array[int]"), Map.entry("int[]", "_array.array[int]"),
            Map.entry("long[]", "_array.array[int]"), Map.entry("char[]", "_array.array[int]"),
            Map.entry("float[]", "_array.array[float]"), Map.entry("double[]", "_array.array[float]"),
            Map.entry("java.math.BigDecimal", "_decimal.Decimal"), Map.entry("java.time.LocalDate", "_datetime.date"),
            Map.entry("java.sql.Date", "_datetime.date"), Map.entry("java.time.LocalTime", "_datetime.time"),
            Map.entry("java.time.OffsetTime", "_datetime.time"), Map.entry("java.sql.Time", "_datetime.time"),
            Map.entry("java.time.LocalDateTime", "_datetime.datetime"), Map.entry("java.sql.Timestamp", "_datetime.datetime"),
            Map.entry("java.time.OffsetDateTime", "_datetime.datetime"), Map.entry("java.time.ZonedDateTime", "_datetime.datetime"),
            Map.entry("java.time.Instant", "_datetime.datetime"), Map.entry("java.util.Date", "_datetime.datetime"),
            Map.entry("java.time.Duration", "_datetime.timedelta"), Map.entry("java.util.UUID", "_uuid.UUID"),
            Map.entry("java.util.OptionalInt", "int | None"), Map.entry("java.util.OptionalLong", "int | None"),
            Map.entry("java.util.OptionalDouble", "float | None"));

    private final Predicate<Class<?>> known;
    /** The packages that were named. */
    final Set<String> packages = new TreeSet<>();
    /** The type variables that were named. */
    final Set<String> variables = new TreeSet<>();
    /** What the variables of the supertypes stand for in the class that is written. */
    private final Map<TypeVariable<?>, Type> inherited = new HashMap<>();

    /**
     * Makes one for a file.
     *
     * @param known whether there are stubs of a class; any other one is {@code Any}
     */
    StubTypes(Predicate<Class<?>> known) {
        this.known = known;
    }

    /** Begins a class: what it inherits is told in its own terms from now on. */
    void enter(Class<?> type) {
        inherited.clear();
        inherit(type);
    }

    private void inherit(Class<?> type) {
        for (Type parent : parents(type)) {
            TypeVariable<?>[] parameters = raw(parent).getTypeParameters();
            for (int i = 0; i < parameters.length; i++) {
                inherited.put(parameters[i], argument(parent, i));
            }
            inherit(raw(parent));
        }
    }

    /** The superclass, if there is one, and the interfaces. */
    static List<Type> parents(Class<?> type) {
        List<Type> parents = new ArrayList<>(Arrays.asList(type.getGenericInterfaces()));
        if (type.getGenericSuperclass() != null) {
            parents.add(0, type.getGenericSuperclass());
        }
        return parents;
    }

    /** What a method or a field gives. */
    String given(Type type) {
        Class<?> raw = raw(type);
        if (inherited.containsKey(type)) {
            return given(inherited.get(type));
        } else if (type instanceof TypeVariable) {
            return variable((TypeVariable<?>) type);
        } else if (type instanceof WildcardType) {
            return given(bound((WildcardType) type));
        } else if (VALUES.containsKey(raw.getTypeName())) {
            return VALUES.get(raw.getTypeName());
        } else if (raw.isArray()) {
            return "builtins.tuple[" + given(component(type)) + ", ...]";
        } else if (raw == java.util.Optional.class) {
            return given(argument(type, 0)) + " | None";
        } else if (raw == Map.Entry.class) {
            return "krait.Entry";
        } else if (Map.class.isAssignableFrom(raw)) {
            return isPlain(type, 2) ? "builtins.dict[" + given(argument(type, 0)) + ", " + given(argument(type, 1)) + "]"
                    : "builtins.dict[Any, Any]";
        } else if (Collection.class.isAssignableFrom(raw)) {
            String element = isPlain(type, 1) ? given(argument(type, 0)) : "Any";
            String set = "builtins.set[" + element + "]";
            String list = "builtins.list[" + element + "]";
            return Set.class.isAssignableFrom(raw) ? set : raw == Collection.class ? list + " | " + set : list;
        }
        return object(type);
    }

    /** What a parameter takes. */
    String taken(Type type) {
        Class<?> raw = raw(type);
        if (inherited.containsKey(type)) {
            return taken(inherited.get(type));
        } else if (type instanceof TypeVariable) {
            return variable((TypeVariable<?>) type);
        } else if (type instanceof WildcardType) {
            return taken(bound((WildcardType) type));
        } else if (raw.isPrimitive()) {
            return VALUES.get(raw.getTypeName());
        }
        String value = values(type, raw);
        // Any takes in everything else.
        return value.equals("Any") || object(type).equals("Any") && value.isEmpty() ? "Any" : value + rest(type, raw, value) + " | None";
    }

    private String rest(Type type, Class<?> raw, String value) {
        String object = object(type);
        return object.equals("Any") || raw.isArray() ? "" : value.isEmpty() ? object : " | " + object;
    }

    /** Python's own that passes for a parameter of this type, or nothing. */
    private String values(Type type, Class<?> raw) {
        if (isAnything(raw)) {
            return "Any";
        } else if (raw == byte[].class) {
            return "builtins.bytes | bytearray | memoryview | _t.Sequence[int]";
        } else if (raw.isArray()) {
            return "_t.Sequence[" + (raw.getComponentType().isPrimitive() ? VALUES.get(raw.getComponentType().getTypeName())
                    : taken(component(type))) + "]";
        } else if (VALUES.containsKey(raw.getTypeName())) {
            return VALUES.get(raw.getTypeName()).replace(" | None", "");
        } else if (raw == CharSequence.class) {
            return "str";
        } else if (raw.isEnum()) {
            return "str";
        } else if (raw == java.util.Optional.class) {
            return taken(argument(type, 0)).replace(" | None", "");
        } else if (Map.class.isAssignableFrom(raw)) {
            return isPlain(type, 2) ? "_t.Mapping[" + taken(argument(type, 0)) + ", " + taken(argument(type, 1)) + "]"
                    : "_t.Mapping[Any, Any]";
        } else if (raw == Iterable.class || Collection.class.isAssignableFrom(raw)) {
            return isPlain(type, 1) ? "_t.Iterable[" + taken(argument(type, 0)) + "]" : "_t.Iterable[Any]";
        } else if (raw == Class.class) {
            return "builtins.type[Any]";
        }
        Method only = function(raw);
        return only == null ? "" : "_t.Callable[..., " + (only.getReturnType() == boolean.class ? "builtins.object"
                : only.getReturnType() == void.class ? "builtins.object" : "Any") + "]";
    }

    /** A PyObject is whatever object Python has. */
    private static boolean isAnything(Class<?> raw) {
        return raw == Object.class || PyObject.class.isAssignableFrom(raw);
    }

    /** The Java class itself. */
    String object(Type type) {
        Class<?> raw = raw(type);
        if (isAnything(raw) || raw.isArray() || !known.test(raw)) {
            return "Any";
        }
        packages.add(raw.getPackageName());
        String name = raw.getPackageName() + "." + simple(raw);
        List<String> arguments = new ArrayList<>();
        if (type instanceof ParameterizedType) {
            for (Type argument : ((ParameterizedType) type).getActualTypeArguments()) {
                arguments.add(given(argument));
            }
        }
        return arguments.isEmpty() ? name : name + "[" + String.join(", ", arguments) + "]";
    }

    /** The name within the package, as Python writes it. */
    static String simple(Class<?> type) {
        return type.getTypeName().substring(type.getPackageName().length() + 1).replace('$', '.');
    }

    String variable(TypeVariable<?> variable) {
        variables.add(variable.getName());
        return variable.getName();
    }

    private static boolean isPlain(Type type, int count) {
        return type instanceof ParameterizedType && ((ParameterizedType) type).getActualTypeArguments().length == count;
    }

    private static Type argument(Type type, int index) {
        return type instanceof ParameterizedType ? ((ParameterizedType) type).getActualTypeArguments()[index] : Object.class;
    }

    private static Type bound(WildcardType type) {
        return type.getLowerBounds().length > 0 ? type.getLowerBounds()[0] : type.getUpperBounds()[0];
    }

    private static Type component(Type type) {
        return type instanceof GenericArrayType ? ((GenericArrayType) type).getGenericComponentType()
                : ((Class<?>) type).getComponentType();
    }

    /** The one abstract method of an interface that has no more, or null. */
    static Method function(Class<?> type) {
        Method only = null;
        for (Method method : type.isInterface() ? type.getMethods() : new Method[0]) {
            if (Modifier.isAbstract(method.getModifiers()) && !method.getName().equals("equals")) {
                if (only != null) {
                    return null;
                }
                only = method;
            }
        }
        return only;
    }

    static Class<?> raw(Type type) {
        if (type instanceof Class) {
            return (Class<?>) type;
        } else if (type instanceof ParameterizedType) {
            return (Class<?>) ((ParameterizedType) type).getRawType();
        } else if (type instanceof GenericArrayType) {
            return java.lang.reflect.Array.newInstance(raw(((GenericArrayType) type).getGenericComponentType()), 0).getClass();
        } else if (type instanceof TypeVariable) {
            return raw(((TypeVariable<?>) type).getBounds()[0]);
        }
        return raw(((WildcardType) type).getUpperBounds()[0]);
    }
}
