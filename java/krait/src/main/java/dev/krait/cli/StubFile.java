package dev.krait.cli;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** The stub file of one Java package: what type checkers and editors of Python code read. */
final class StubFile {
    private static final Set<String> KEYWORDS = Set.of("False", "None", "True", "and", "as", "assert", "async", "await", "break",
            "class", "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
            "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield");
    /** What pyright is not to look for in a stub. */
    private static final List<String> LOOSE = List.of("reportAttributeAccessIssue=false", "reportGeneralTypeIssues=false",
            "reportIncompatibleMethodOverride=false", "reportIncompatibleVariableOverride=false", "reportInconsistentOverload=false",
            "reportInvalidTypeArguments=false", "reportInvalidTypeVarUse=false", "reportMissingModuleSource=false",
            "reportOverlappingOverload=false");
    /** Python's own syntax for what extends these; E, K and V stand for the type's arguments. */
    private static final Map<Class<?>, List<String>> MANNERS = Map.ofEntries(
            Map.entry(Iterable.class, List.of("def __iter__(self) -> _t.Iterator[{0}]: ...")),
            Map.entry(java.util.Iterator.class,
                    List.of("def __iter__(self) -> _t.Iterator[{0}]: ...", "def __next__(self) -> {0}: ...")),
            Map.entry(java.util.stream.BaseStream.class, List.of("def __iter__(self) -> _t.Iterator[{0}]: ...")),
            Map.entry(java.util.Collection.class,
                    List.of("def __len__(self) -> int: ...", "def __contains__(self, value: object) -> bool: ...")),
            Map.entry(java.util.List.class, List.of("@overload", "def __getitem__(self, index: int) -> {0}: ...", "@overload",
                    "def __getitem__(self, index: slice) -> builtins.list[{0}]: ...",
                    "def __setitem__(self, index: Any, value: Any) -> None: ...",
                    "def __delitem__(self, index: int | slice) -> None: ...",
                    "def __iadd__(self, values: _t.Iterable[{0}]) -> Self: ...",
                    "def __reversed__(self) -> _t.Iterator[{0}]: ...")),
            Map.entry(java.util.Deque.class, List.of("def __reversed__(self) -> _t.Iterator[{0}]: ...")),
            Map.entry(Map.class, List.of("def __len__(self) -> int: ...", "def __iter__(self) -> _t.Iterator[{0}]: ...",
                    "def __contains__(self, key: object) -> bool: ...", "def __getitem__(self, key: {0}) -> {1}: ...",
                    "def __setitem__(self, key: {0}, value: {1}) -> None: ...", "def __delitem__(self, key: {0}) -> None: ...",
                    "def keys(self) -> _t.Iterator[{0}]: ...", "def items(self) -> _t.Iterator[builtins.tuple[{0}, {1}]]: ...")),
            Map.entry(AutoCloseable.class,
                    List.of("def __enter__(self) -> Self: ...", "def __exit__(self, *error: object) -> None: ...")),
            Map.entry(Comparable.class, List.of("def __lt__(self, other: Any) -> bool: ...", "def __le__(self, other: Any) -> bool: ...",
                    "def __gt__(self, other: Any) -> bool: ...", "def __ge__(self, other: Any) -> bool: ...")),
            Map.entry(Number.class, List.of("def __int__(self) -> int: ...", "def __float__(self) -> float: ...")),
            Map.entry(CharSequence.class, List.of("def __len__(self) -> int: ...",
                    "def __getitem__(self, index: int | slice) -> str: ...", "def __contains__(self, text: Any) -> bool: ...",
                    "def __reversed__(self) -> _t.Iterator[str]: ...")),
            Map.entry(java.nio.file.Path.class, List.of("def __fspath__(self) -> str: ...")),
            Map.entry(java.io.File.class, List.of("def __fspath__(self) -> str: ...")),
            Map.entry(java.util.concurrent.CompletionStage.class, List.of("def __await__(self) -> _t.Generator[Any, Any, {0}]: ...")));

    private final String name;
    private final Predicate<Class<?>> known;
    private final StubTypes types;
    private final StringBuilder text = new StringBuilder();

    /**
     * Makes one.
     *
     * @param name the package's name
     * @param known whether a class has a stub
     */
    StubFile(String name, Predicate<Class<?>> known) {
        this.name = name;
        this.known = known;
        this.types = new StubTypes(known);
    }

    /** The text of the file for these classes of the package. */
    String write(List<Class<?>> classes) {
        for (Class<?> type : classes) {
            text.append("\n\n");
            type(type, "");
        }
        StringBuilder head = new StringBuilder("# The Java package " + name + ", by `krait stubs`.\n# mypy: ignore-errors\n"
                // Java's overrides and overloads are not all Python's, and pyright checks what it finds below the project, stubs as well.
                + "# pyright: basic, " + String.join(", ", LOOSE) + "\n\n"
                // Under other names than members of classes can have.
                + "import array as _array\nimport builtins\nimport datetime as _datetime\nimport decimal as _decimal\n"
                + "import typing as _t\nimport uuid as _uuid\nfrom typing import Any, ClassVar, Generic, TypeVar, overload\n\n"
                + "import krait\nfrom typing_extensions import Self\n");
        for (String other : types.packages) {
            head.append("import ").append(other).append('\n');
        }
        head.append('\n');
        for (String variable : types.variables) {
            head.append(variable).append(" = TypeVar(\"").append(variable).append("\")\n");
        }
        return head.append(text).toString();
    }

    private void line(String indent, String line) {
        text.append(indent).append(line).append('\n');
    }

    private void type(Class<?> type, String indent) {
        types.enter(type);
        List<String> bases = new ArrayList<>();
        if (type == Throwable.class || Throwable.class.isAssignableFrom(type) && !known.test(type.getSuperclass())) {
            bases.add("krait.JavaException");
        }
        for (Type parent : StubTypes.parents(type)) {
            String base = types.object(parent);
            if (!base.equals("Any")) {
                bases.add(base);
            }
        }
        if (bases.isEmpty()) {
            bases.add("krait.JavaObject");
        }
        List<String> variables = new ArrayList<>();
        for (TypeVariable<?> variable : type.getTypeParameters()) {
            variables.add(types.variable(variable));
        }
        if (!variables.isEmpty()) {
            bases.add("Generic[" + String.join(", ", variables) + "]");
        }
        if (type.isEnum()) {
            bases.add("metaclass=krait._JavaEnumClass");
        }
        String own = indent.isEmpty() ? named(type.getSimpleName()) : member(type.getSimpleName(), type.getDeclaringClass());
        line(indent, "class " + own + "(" + String.join(", ", bases) + "):");
        String inner = indent + "    ";
        int before = text.length();
        fields(type, inner);
        constructors(type, inner);
        methods(type, inner);
        manners(type, variables, inner);
        Class<?>[] nested = type.getClasses();
        Arrays.sort(nested, Comparator.comparing(Class::getName));
        for (Class<?> member : nested) {
            if (member.getDeclaringClass() == type && known.test(member)) {
                text.append('\n');
                type(member, inner);
            }
        }
        if (text.length() == before) {
            line(inner, "...");
        }
    }

    private void fields(Class<?> type, String indent) {
        for (Field field : type.getDeclaredFields()) {
            if (Modifier.isPublic(field.getModifiers()) && !field.isSynthetic()) {
                String given = field.isEnumConstant() ? types.object(type) : types.given(field.getGenericType());
                boolean isStatic = Modifier.isStatic(field.getModifiers());
                line(indent, member(field.getName(), type) + ": " + (isStatic ? "ClassVar[" + given + "]" : given));
            }
        }
    }

    private void constructors(Class<?> type, String indent) {
        List<String> all = new ArrayList<>();
        if (!Modifier.isAbstract(type.getModifiers())) {
            for (Constructor<?> constructor : type.getConstructors()) {
                all.add("def __init__(self" + parameters(constructor, true) + ") -> None: ...");
            }
        }
        overloads(all, "", indent);
    }

    private void methods(Class<?> type, String indent) {
        Map<String, List<Method>> names = new TreeMap<>();
        List<Method> inherited = new ArrayList<>();
        for (Method method : type.getMethods()) {
            Class<?> declaring = method.getDeclaringClass();
            // A class without a stub has nobody else to tell of its methods.
            if (declaring == type || declaring != Object.class && !known.test(declaring)) {
                add(method, names.computeIfAbsent(method.getName(), any -> new ArrayList<>()));
            } else {
                inherited.add(method);
            }
        }
        for (Method method : inherited) {
            // In Python, a method hides all inherited ones of its name.
            add(method, names.getOrDefault(method.getName(), new ArrayList<>()));
        }
        names.values().removeIf(List::isEmpty);
        for (Map.Entry<String, List<Method>> entry : names.entrySet()) {
            Set<Boolean> kinds = new TreeSet<>();
            List<String> all = new ArrayList<>();
            for (Method method : entry.getValue()) {
                boolean isStatic = Modifier.isStatic(method.getModifiers());
                kinds.add(isStatic);
                String given = types.given(method.getGenericReturnType());
                all.add("def " + named(entry.getKey()) + "(" + (isStatic ? parameters(method, false) : "self" + parameters(method, true))
                        + ") -> " + given + ": ...");
            }
            if (kinds.size() > 1) {
                // Of the class and of its objects at once: no annotation says that.
                line(indent, named(entry.getKey()) + ": _t.Callable[..., Any]");
            } else {
                overloads(all, kinds.contains(true) ? "@staticmethod" : "", indent);
            }
        }
    }

    private static void add(Method method, List<Method> same) {
        if (isOwn(method) && same.stream().noneMatch(other -> Arrays.equals(other.getParameterTypes(), method.getParameterTypes()))) {
            same.add(method);
        }
    }

    /** Whether it is one that the source has, or that the compiler adds for one of a superclass that is not public. */
    private static boolean isOwn(Method method) {
        return !method.isSynthetic() || method.isBridge() && Arrays.stream(method.getDeclaringClass().getDeclaredMethods())
                .noneMatch(other -> !other.isBridge() && isErasure(method, other));
    }

    private static boolean isErasure(Method bridge, Method method) {
        Class<?>[] wider = bridge.getParameterTypes();
        Class<?>[] types = method.getParameterTypes();
        return bridge.getName().equals(method.getName()) && wider.length == types.length
                && IntStream.range(0, wider.length).allMatch(i -> wider[i].isAssignableFrom(types[i]));
    }

    private void overloads(List<String> all, String decorator, String indent) {
        List<String> distinct = new ArrayList<>(new java.util.LinkedHashSet<>(all));
        // The first that fits is taken: what takes anything comes last.
        distinct.sort(Comparator.comparing((String one) -> one.contains(": Any")).thenComparing(Comparator.naturalOrder()));
        for (String one : distinct) {
            if (distinct.size() > 1) {
                line(indent, "@overload");
            }
            if (!decorator.isEmpty()) {
                line(indent, decorator);
            }
            line(indent, one);
        }
    }

    private String parameters(Executable member, boolean follows) {
        StringBuilder list = new StringBuilder();
        Type[] generic = member.getGenericParameterTypes();
        Parameter[] parameters = member.getParameters();
        boolean complete = generic.length == parameters.length;
        for (int i = 0; i < parameters.length; i++) {
            Type type = complete ? generic[i] : parameters[i].getType();
            boolean rest = member.isVarArgs() && i == parameters.length - 1;
            // Java takes no keyword arguments: two underscores say so to every checker.
            String parameter = "__" + (parameters[i].isNamePresent() ? parameters[i].getName() : "a" + i);
            String taken = rest ? types.taken(StubTypes.raw(type).getComponentType()) : types.taken(type);
            list.append(follows || i > 0 ? ", " : "").append(rest ? "*" : "").append(parameter).append(": ").append(taken);
        }
        return list.toString();
    }

    private void manners(Class<?> type, List<String> variables, String indent) {
        List<String> lines = MANNERS.getOrDefault(type, List.of());
        for (String line : lines) {
            String filled = line.replace("{0}", variables.isEmpty() ? "Any" : variables.get(0));
            line(indent, filled.replace("{1}", variables.size() < 2 ? "Any" : variables.get(1)));
        }
        Method only = lines.isEmpty() ? StubTypes.function(type) : null;
        if (only != null && only.getDeclaringClass() == type) {
            line(indent, "def __call__(self" + parameters(only, true) + ") -> " + types.given(only.getGenericReturnType()) + ": ...");
        }
    }

    /** The name of a field or a nested class: one that a method has, too, ends with an underscore. */
    private static String member(String name, Class<?> type) {
        boolean taken = Arrays.stream(type.getMethods()).anyMatch(method -> method.getName().equals(name));
        return taken ? name + "_" : named(name);
    }

    private static String named(String name) {
        return KEYWORDS.contains(name) ? name + "_" : name;
    }
}
