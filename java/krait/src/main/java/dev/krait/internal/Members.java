package dev.krait.internal;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What Python sees of a Java class: its public constructors, methods, fields and nested classes. Held by the Python class
 * that mirrors it, and by nobody else for long.
 */
final class Members implements Opaque {
    /** Forms of a group, as native code knows them. */
    static final int INSTANCE = 0;
    static final int STATIC = 1;
    static final int MIXED = 2;

    private static final System.Logger LOG = System.getLogger("dev.krait");

    final Class<?> type;
    final Classes classes;
    private final List<MethodGroup> groups = new ArrayList<>();
    private final List<Field> fields = new ArrayList<>();
    private volatile NumberCall[] numberCalls = {};
    private int constructor = -1;
    private int functional = -1;

    Members(Class<?> type, Classes classes) {
        this.type = type;
        this.classes = classes;
        addMethods();
        addConstructors();
        addFields();
    }

    MethodGroup group(int index) {
        return groups.get(index);
    }

    Field field(int index) {
        return fields.get(index);
    }

    /** A number that {@link #numberCall(Candidate, Class[])} gave. */
    NumberCall numberCall(int index) {
        return numberCalls[index];
    }

    /** The code of the call of a method with numbers of these kinds, or 0 if it is none. The same for the same. */
    synchronized long numberCall(Candidate candidate, Class<?>[] arguments) {
        int kinds = NumberCall.kinds(arguments);
        if (kinds < 0) {
            return 0;
        }
        int count = numberCalls.length;
        for (int i = 0; i < count; i++) {
            if (numberCalls[i].is(candidate, kinds)) {
                return numberCalls[i].code(i);
            }
        }
        NumberCall made = NumberCall.of(type, candidate, kinds);
        if (made == null) {
            return 0;
        }
        NumberCall[] more = Arrays.copyOf(numberCalls, count + 1);
        more[count] = made;
        numberCalls = more;
        return made.code(count);
    }

    private void addMethods() {
        Map<String, Map<List<Class<?>>, Method>> names = new LinkedHashMap<>();
        collect(type.getMethods(), names);
        if (type.isInterface()) {
            collect(Object.class.getMethods(), names);
        }
        if (Callables.Target.class.isAssignableFrom(type)) {
            collect(Callables.Target.class.getDeclaredMethods(), names);
        }
        Method only = Callables.functionalMethod(type);
        for (Map.Entry<String, Map<List<Class<?>>, Method>> name : names.entrySet()) {
            List<Candidate> candidates = new ArrayList<>();
            for (Method method : name.getValue().values()) {
                candidates.add(new Candidate(type, method));
            }
            if (only != null && name.getKey().equals(only.getName())) {
                functional = groups.size();
            }
            groups.add(new MethodGroup(this, name.getKey(), candidates));
        }
    }

    private void collect(Method[] methods, Map<String, Map<List<Class<?>>, Method>> names) {
        for (Method declared : methods) {
            Method method = accessible(declared);
            if (method == null) {
                continue;
            }
            Map<List<Class<?>>, Method> sameName = names.computeIfAbsent(declared.getName(), name -> new LinkedHashMap<>());
            List<Class<?>> parameters = Arrays.asList(declared.getParameterTypes());
            Method other = sameName.get(parameters);
            // Of several that differ in the result alone, the one with the narrowest.
            if (other == null || other.getReturnType().isAssignableFrom(method.getReturnType())) {
                sameName.put(parameters, method);
            }
        }
    }

    private void addConstructors() {
        if (Modifier.isAbstract(type.getModifiers()) || !classes.allows(type)) {
            return;
        }
        List<Candidate> candidates = new ArrayList<>();
        for (Constructor<?> declared : type.getConstructors()) {
            if (isOpen(type) || declared.trySetAccessible()) {
                candidates.add(new Candidate(type, declared));
            }
        }
        if (!candidates.isEmpty()) {
            constructor = groups.size();
            groups.add(new MethodGroup(this, "<init>", candidates));
        }
    }

    private void addFields() {
        Map<String, Field> names = new LinkedHashMap<>();
        for (Field field : type.getFields()) {
            if (classes.allows(field.getDeclaringClass())
                    && (isOpen(field.getDeclaringClass()) || field.trySetAccessible())) {
                names.putIfAbsent(field.getName(), field);
            }
        }
        fields.addAll(names.values());
    }

    /** Whether everyone may use the public members of a class. */
    private static boolean isOpen(Class<?> declaring) {
        return Modifier.isPublic(declaring.getModifiers())
                && declaring.getModule().isExported(declaring.getPackageName(), Members.class.getModule());
    }

    /** The method itself, or the declaration above it through which it may be called, or null. */
    private Method accessible(Method method) {
        Class<?> declaring = method.getDeclaringClass();
        if (declaring == Callables.Target.class) {
            // Krait's own callbacks, for streams, logging and coroutines: no filter is about them.
            return method;
        }
        boolean allowed = classes.allows(declaring);
        if (allowed && isOpen(declaring)) {
            return method;
        }
        if (!Modifier.isStatic(method.getModifiers())) {
            Method above = above(declaring, method);
            if (above != null) {
                return above;
            }
        }
        return allowed && method.trySetAccessible() ? method : null;
    }

    private Method above(Class<?> declaring, Method method) {
        for (Class<?> at = declaring; at != null; at = at.getSuperclass()) {
            Method found = declared(at, method);
            if (found != null) {
                return found;
            }
            for (Class<?> parent : at.getInterfaces()) {
                found = above(parent, method);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private Method declared(Class<?> at, Method method) {
        if (!isOpen(at) || !classes.allows(at)) {
            return null;
        }
        try {
            Method found = at.getDeclaredMethod(method.getName(), method.getParameterTypes());
            return Modifier.isPublic(found.getModifiers()) ? found : null;
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    // ---- what Python makes a class of

    /** The facts, in the order that {@code krait._java} takes them. */
    Object[] describe() {
        Class<?> parent = type.getSuperclass();
        while (parent != null && !classes.allows(parent)) {
            parent = parent.getSuperclass();
        }
        List<Object> interfaces = new ArrayList<>();
        for (Class<?> declared : type.getInterfaces()) {
            if (classes.allows(declared)) {
                interfaces.add((long) classes.number(declared));
            }
        }
        List<Object> methods = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            if (i != constructor) {
                methods.add(new Object[] {groups.get(i).name(), (long) i, (long) groups.get(i).form()});
            }
        }
        List<Object> attributes = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            int modifiers = fields.get(i).getModifiers();
            attributes.add(new Object[] {
                fields.get(i).getName(), (long) i, Modifier.isStatic(modifiers), Modifier.isFinal(modifiers)});
        }
        List<Object> nested = new ArrayList<>();
        for (Class<?> member : classes.allows(type) ? nestedClasses() : new Class<?>[0]) {
            if (classes.allows(member)) {
                boolean isInner = !Modifier.isStatic(member.getModifiers());
                nested.add(new Object[] {member.getSimpleName(), isInner});
            }
        }
        String name = type.getTypeName();
        if (name.indexOf('/') >= 0) {
            // A lambda's: Outer$$Lambda$14/0x00007f.
            name = name.substring(0, name.indexOf('/')).replace("$$", "$");
        }
        String module = type.isArray() || type.isPrimitive() ? "" : type.getPackageName();
        String qualified = module.isEmpty() ? name : name.substring(module.length() + 1);
        return new Object[] {
            this, module, qualified.replace('$', '.'), Classes.isPermanent(type), !classes.allowsAll(), (long) Manners.flags(type),
            parent == null ? 0L : (long) classes.number(parent), interfaces, methods, attributes, nested,
            (long) constructor, (long) functional, components(), doc()};
    }

    /** The names of a record's components, in their order; none of another class. */
    private List<Object> components() {
        List<Object> names = new ArrayList<>();
        if (type.getSuperclass() == null || !type.getSuperclass().getName().equals("java.lang.Record")) {
            return names;
        }
        try {
            // Java 16 and later.
            Object[] components = (Object[]) Class.class.getMethod("getRecordComponents").invoke(type);
            for (Object component : components) {
                names.add(component.getClass().getMethod("getName").invoke(component));
            }
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("Krait: a record without components", e);
        }
        return names;
    }

    /** The declaration, with what it extends, and the constructors. */
    private String doc() {
        StringBuilder text = new StringBuilder(type.toGenericString());
        if (type.getSuperclass() != null && type.getSuperclass() != Object.class) {
            text.append(" extends ").append(type.getSuperclass().getTypeName());
        }
        if (type.getInterfaces().length > 0) {
            text.append(type.isInterface() ? " extends " : " implements ");
            List<String> names = new ArrayList<>();
            for (Class<?> declared : type.getInterfaces()) {
                names.add(declared.getTypeName());
            }
            text.append(String.join(", ", names));
        }
        if (constructor >= 0) {
            text.append("\n\nConstructors:\n");
            for (String signature : groups.get(constructor).signatures()) {
                text.append("  ").append(signature).append('\n');
            }
        }
        return text.toString();
    }

    /** The names of the default methods of an interface. */
    List<Object> defaultMethods() {
        List<Object> names = new ArrayList<>();
        for (Method method : type.getMethods()) {
            if (method.isDefault() && !names.contains(method.getName())) {
                names.add(method.getName());
            }
        }
        return names;
    }

    /** The public ones; none where one of them is missing, as optional ones may be: the JVM tells of none then. */
    private Class<?>[] nestedClasses() {
        try {
            return type.getClasses();
        } catch (LinkageError e) {
            LOG.log(System.Logger.Level.DEBUG, "The classes within " + type.getTypeName() + " cannot be had by their names", e);
            return new Class<?>[0];
        }
    }

    /** The nested class of this simple name. */
    Class<?> nested(String name) {
        for (Class<?> member : nestedClasses()) {
            if (member.getSimpleName().equals(name) && classes.allows(member)) {
                return member;
            }
        }
        throw new PythonError("AttributeError", type.getTypeName() + " has no public class " + name);
    }
}
