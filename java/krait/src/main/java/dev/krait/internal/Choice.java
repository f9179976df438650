package dev.krait.internal;

import dev.krait.ConversionException;
import java.lang.invoke.MethodHandle;
import java.lang.ref.WeakReference;
import java.lang.reflect.Array;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.Map;

/** A method or constructor that was chosen for arguments of some kinds, and what becomes of each argument on its way there. */
final class Choice {
    private static final byte PASS = 0;
    private static final byte TO_INT = 1;
    private static final byte CONVERT = 2;
    private static final byte CONTAINER = 3;
    private static final byte FUNCTION = 4;
    /** How often a choice is used before it is worth a {@link NumberCall}, whose handles take a while to make. */
    private static final int OFTEN = 100;

    final Candidate candidate;
    final MethodHandle handle;
    /** Whether the class was asked, and the first argument is the object. */
    final boolean targetFirst;
    /** Whether the last arguments are passed as one array. */
    private final boolean spread;
    private final byte[] steps;
    private final Class<?>[] kinds;
    /** Where a kind may be unloaded: then the choice is forgotten with it. */
    private final WeakReference<Class<?>[]> weakKinds;
    /** Counted by several threads at once, and not exactly. */
    private int uses;
    private long numberCall = -1;

    /**
     * Makes one.
     *
     * @param candidate what was chosen
     * @param spread whether its variable arguments are passed one by one
     * @param targetFirst whether the first kind is that of the object
     * @param kinds the kinds of all arguments
     * @param owner the class whose method it is, which lives as long as the choice
     */
    Choice(Candidate candidate, boolean spread, boolean targetFirst, Class<?>[] kinds, Class<?> owner) {
        this.candidate = candidate;
        this.handle = candidate.handle();
        this.spread = spread;
        this.targetFirst = targetFirst;
        this.steps = steps(candidate, kinds, targetFirst ? 1 : 0, spread);
        boolean permanent = true;
        for (Class<?> kind : kinds) {
            permanent &= kind == owner || Classes.isPermanent(kind);
        }
        this.kinds = permanent ? kinds : null;
        this.weakKinds = permanent ? null : new WeakReference<>(kinds);
    }

    /** The kinds of arguments that it is for, or null where one of them was unloaded. */
    Class<?>[] kinds() {
        return kinds != null ? kinds : weakKinds.get();
    }

    /** What native code is told of a {@link NumberCall} for it, or 0: not before it has been used often. */
    long numberCall(Members owner) {
        if (uses < OFTEN) {
            uses++;
            return 0;
        }
        if (numberCall < 0) {
            numberCall = spread || targetFirst || kinds == null ? 0 : owner.numberCall(candidate, kinds);
        }
        return numberCall;
    }

    private static byte[] steps(Candidate candidate, Class<?>[] kinds, int from, boolean spread) {
        byte[] steps = new byte[kinds.length - from];
        int fixed = spread ? candidate.types.length - 1 : candidate.types.length;
        for (int i = 0; i < steps.length; i++) {
            Class<?> type = i < fixed ? candidate.types[i] : candidate.types[fixed].getComponentType();
            steps[i] = step(kinds[i + from], type);
        }
        return steps;
    }

    private static byte step(Class<?> kind, Class<?> type) {
        if (kind == Fits.NULL) {
            return type == java.util.Optional.class || type.getName().startsWith("java.util.Optional") ? CONVERT : PASS;
        }
        if (kind == Fits.INT || kind == Fits.LONG) {
            if (type == int.class || type == Integer.class) {
                return TO_INT;
            }
            return type == long.class || type.isAssignableFrom(Long.class) ? PASS : CONVERT;
        }
        if (kind == Fits.CHAR) {
            return type.isAssignableFrom(String.class) ? PASS : CONVERT;
        }
        if (Collection.class.isAssignableFrom(kind) || Map.class.isAssignableFrom(kind) || Map.Entry.class.isAssignableFrom(kind)) {
            return CONTAINER;
        }
        if (Fits.isFunction(kind) && type.isInterface()) {
            return FUNCTION;
        }
        if (Fits.isFunction(kind) || Fits.isPython(kind)) {
            // An Iterable it is, too, but of objects.
            return type.isAssignableFrom(dev.krait.PyObject.class) && type != Iterable.class ? PASS : CONVERT;
        }
        if (type.isAssignableFrom(kind)) {
            return PASS;
        }
        // Boxes are unboxed, and widened, by the handle.
        boolean narrows = kind == Double.class && type != double.class;
        return type.isPrimitive() && kind.getName().startsWith("java.lang.") && !narrows ? PASS : CONVERT;
    }

    /**
     * What is passed.
     *
     * @param session the interpreter that calls
     * @param args the arguments without the object; may be changed
     * @param live a bit for each argument that is a Java object of Python's, not a value
     * @param name the method's name, for messages
     */
    Object[] pass(Session session, Object[] args, long live, String name) {
        if (!spread) {
            for (int i = 0; i < args.length; i++) {
                if (steps[i] != PASS) {
                    args[i] = convert(session, args[i], i, candidate.types[i], live, name);
                }
            }
            return args;
        }
        int fixed = candidate.types.length - 1;
        Object[] passed = new Object[fixed + 1];
        Class<?> element = candidate.types[fixed].getComponentType();
        Object rest = Array.newInstance(element, args.length - fixed);
        for (int i = 0; i < args.length; i++) {
            Class<?> type = i < fixed ? candidate.types[i] : element;
            Object value = steps[i] == PASS ? args[i] : convert(session, args[i], i, type, live, name);
            if (i < fixed) {
                passed[i] = value;
            } else if (element.isPrimitive()) {
                Array.set(rest, i - fixed, value);
            } else {
                ((Object[]) rest)[i - fixed] = value;
            }
        }
        passed[fixed] = rest;
        return passed;
    }

    private Object convert(Session session, Object value, int index, Class<?> type, long live, String name) {
        byte step = steps[index];
        if (step == TO_INT) {
            return (int) (long) (Long) value;
        }
        try {
            if (step == CONTAINER) {
                boolean isLive = index >= Long.SIZE || (live & 1L << index) != 0;
                if (isLive && type.isInstance(value)) {
                    return value;
                }
            }
            int last = candidate.types.length - 1;
            Type generic = spread && index >= last ? Types.component(candidate.generic(last)) : candidate.generic(index);
            // What Python made for this call is given the elements that the parameter's type asks for.
            return step == FUNCTION ? PythonProxy.function(session, value, type, generic) : session.convert(value, generic);
        } catch (ConversionException | NullPointerException e) {
            throw new PythonError("TypeError", "argument " + (index + 1) + " of " + name + "(): " + e.getMessage());
        }
    }
}
