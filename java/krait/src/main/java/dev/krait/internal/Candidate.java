package dev.krait.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.Arrays;

/** One method or constructor that Python may call. Any thread may use it. */
final class Candidate {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
    private static final MethodType UNIFORM = MethodType.methodType(Object.class, Object.class, Object[].class);

    /** The class that has it, maybe from one above. */
    private final Class<?> owner;
    final Executable member;
    final Class<?>[] types;
    final boolean isStatic;
    private volatile MethodHandle handle;
    private volatile Type[] generic;

    Candidate(Class<?> owner, Executable member) {
        this.owner = owner;
        this.member = member;
        types = member.getParameterTypes();
        // A constructor needs no object either.
        isStatic = member instanceof Constructor || Modifier.isStatic(member.getModifiers());
    }

    boolean isVarArgs() {
        return member.isVarArgs();
    }

    /** Whether the result says something: of two functional interfaces, Python's functions fit the one that returns. */
    boolean returns() {
        return !(member instanceof Method) || ((Method) member).getReturnType() != void.class;
    }

    /** The type that it takes an argument of an index as, one of variable arguments too; null where it takes none. */
    Class<?> typeOf(int index) {
        int last = types.length - 1;
        if (isVarArgs() && index >= last) {
            return types[last].getComponentType();
        }
        return index <= last ? types[index] : null;
    }

    /** The type of a parameter with its arguments. */
    Type generic(int index) {
        Type[] known = generic;
        if (known == null) {
            known = Arrays.copyOf(types, types.length, Type[].class);
            Type[] given = member.getGenericParameterTypes();
            // Constructors of inner classes and enums have parameters at their beginning that the generic signature leaves out.
            int hidden = types.length - given.length;
            for (int i = 0; i < given.length; i++) {
                Class<?> type = types[hidden + i];
                Type resolved = Generics.resolve(given[i], owner);
                // What a class gives for a variable itself is no type of the parameter: that is the variable's bound.
                known[hidden + i] = Types.raw(resolved) == type ? resolved : Types.raw(given[i]) == type ? given[i] : type;
            }
            generic = known;
        }
        return known[index];
    }

    /** The call, as (Object target, Object[] args) → Object; static methods ignore the target. */
    MethodHandle handle() {
        MethodHandle known = handle;
        if (known == null) {
            known = make();
            handle = known;
        }
        return known;
    }

    private MethodHandle make() {
        MethodHandle made = direct();
        if (isStatic) {
            made = MethodHandles.dropArguments(made, 0, Object.class);
        }
        made = made.asType(MethodType.genericMethodType(types.length + 1));
        return made.asSpreader(Object[].class, types.length).asType(UNIFORM);
    }

    /** The call with its own types; the object first where it takes one. */
    MethodHandle direct() {
        try {
            MethodHandle made = member instanceof Method
                    ? LOOKUP.unreflect((Method) member) : LOOKUP.unreflectConstructor((Constructor<?>) member);
            return made.asFixedArity();
        } catch (IllegalAccessException e) {
            throw new PythonError("TypeError", this + " cannot be called: " + e.getMessage());
        }
    }

    /** Whether it can be called with an object: any where it takes none. */
    boolean takes(Object target) {
        return isStatic || member.getDeclaringClass().isInstance(target);
    }

    /** Whether each parameter of this may be passed to the other, and not only the other way round too. */
    boolean isMoreSpecificThan(Candidate other, int count) {
        boolean strictly = false;
        for (int i = 0; i < count; i++) {
            Class<?> mine = type(i, count);
            Class<?> its = other.type(i, count);
            if (mine == its) {
                continue;
            }
            if (!its.isAssignableFrom(mine)) {
                return false;
            }
            strictly = true;
        }
        return strictly;
    }

    /** The type of the parameter that takes an argument; with more arguments than parameters, the varargs' element. */
    private Class<?> type(int index, int count) {
        if (index < types.length - 1 || index < types.length && count <= types.length) {
            return types[index];
        }
        return types[types.length - 1].getComponentType();
    }

    /** The declaration as Java programmers read it, without its class. */
    String signature() {
        StringBuilder text = new StringBuilder();
        if (Modifier.isStatic(member.getModifiers())) {
            text.append("static ");
        }
        if (member instanceof Method) {
            text.append(Signatures.name(((Method) member).getGenericReturnType())).append(' ').append(member.getName());
        } else {
            text.append(member.getDeclaringClass().getSimpleName());
        }
        text.append('(');
        Type[] parameters = member.getGenericParameterTypes();
        for (int i = 0; i < parameters.length; i++) {
            String name = Signatures.name(parameters[i]);
            boolean rest = isVarArgs() && i == parameters.length - 1 && name.endsWith("[]");
            text.append(i == 0 ? "" : ", ").append(rest ? name.substring(0, name.length() - 2) + "..." : name);
            if (member.getParameters().length == parameters.length && member.getParameters()[i].isNamePresent()) {
                text.append(' ').append(member.getParameters()[i].getName());
            }
        }
        return text.append(')').toString();
    }

    @Override
    public String toString() {
        return signature();
    }
}
