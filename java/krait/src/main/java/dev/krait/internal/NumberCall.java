package dev.krait.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * A method that was chosen for arguments which are nothing but numbers, two at most: they cross in registers, and so does
 * the result if it is a number, too. Native code is told of it after some calls of the method by way of the frame, and uses it
 * whenever arguments of the same kinds come again. Any thread may use it.
 */
final class NumberCall {
    /** The most arguments. */
    static final int ARGUMENTS = 2;
    private static final int BITS_PER_KIND = 4;
    private static final int KINDS_AT = 32;
    private static final int RESULT_AT = 40;

    private static final MethodHandle TO_DOUBLE;
    private static final MethodHandle TO_BITS;
    private static final MethodType NUMBER = MethodType.methodType(long.class, Object.class, long.class, long.class);
    private static final MethodType OBJECT = NUMBER.changeReturnType(Object.class);

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            TO_DOUBLE = lookup.findStatic(Double.class, "longBitsToDouble", MethodType.methodType(double.class, long.class));
            TO_BITS = lookup.findStatic(Double.class, "doubleToRawLongBits", MethodType.methodType(long.class, double.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Class<?> owner;
    private final Candidate candidate;
    private final int kinds;
    private final int result;
    /** Of type {@link #NUMBER}, or of type {@link #OBJECT} where the result is in the frame. */
    private final MethodHandle handle;

    private NumberCall(Class<?> owner, Candidate candidate, int kinds, int result, MethodHandle handle) {
        this.owner = owner;
        this.candidate = candidate;
        this.kinds = kinds;
        this.result = result;
        this.handle = handle;
    }

    /** The kinds of arguments, {@value #BITS_PER_KIND} bits for each, or -1 if there are others than numbers, or too many. */
    static int kinds(Class<?>[] arguments) {
        if (arguments.length > ARGUMENTS) {
            return -1;
        }
        int kinds = 0;
        for (int i = 0; i < arguments.length; i++) {
            int kind = kind(arguments[i]);
            if (kind == NumberKind.NONE) {
                return -1;
            }
            kinds |= kind << BITS_PER_KIND * i;
        }
        return kinds;
    }

    private static int kind(Class<?> argument) {
        return argument == Fits.INT ? NumberKind.INT
                : argument == Fits.LONG ? NumberKind.LONG
                : argument == Double.class ? NumberKind.DOUBLE
                : argument == Boolean.class ? NumberKind.BOOLEAN : NumberKind.NONE;
    }

    /** Makes one, or null where an argument has to be converted by more than a widening. */
    static NumberCall of(Class<?> owner, Candidate candidate, int kinds) {
        MethodHandle made = candidate.direct();
        if (candidate.isStatic) {
            made = MethodHandles.dropArguments(made, 0, Object.class);
        } else {
            made = made.asType(made.type().changeParameterType(0, Object.class));
        }
        for (int i = 0; i < candidate.types.length; i++) {
            MethodHandle argument = argument(kinds >>> BITS_PER_KIND * i & (1 << BITS_PER_KIND) - 1, candidate.types[i]);
            if (argument == null) {
                return null;
            }
            made = MethodHandles.filterArguments(made, i + 1, argument);
        }
        for (int i = candidate.types.length; i < ARGUMENTS; i++) {
            made = MethodHandles.dropArguments(made, i + 1, long.class);
        }
        int result = result(made.type().returnType());
        return new NumberCall(owner, candidate, kinds, result, answering(made, result));
    }

    /** From the number to the parameter, as {@link Choice} has it; null where that takes more. */
    private static MethodHandle argument(int kind, Class<?> type) {
        MethodHandle same = MethodHandles.identity(long.class);
        switch (kind) {
            case NumberKind.INT:
                if (type == int.class || type == Integer.class) {
                    return to(int.class, same).asType(MethodType.methodType(type, long.class));
                }
                if (type == double.class) {
                    return to(double.class, same);
                }
                return whole(same, type);
            case NumberKind.LONG:
                return whole(same, type);
            case NumberKind.DOUBLE:
                return type == double.class || type.isAssignableFrom(Double.class)
                        ? TO_DOUBLE.asType(MethodType.methodType(type, long.class)) : null;
            default:
                return type == boolean.class || type.isAssignableFrom(Boolean.class)
                        ? to(boolean.class, same).asType(MethodType.methodType(type, long.class)) : null;
        }
    }

    private static MethodHandle whole(MethodHandle same, Class<?> type) {
        return type == long.class || type.isAssignableFrom(Long.class)
                ? same.asType(MethodType.methodType(type, long.class)) : null;
    }

    private static MethodHandle to(Class<?> type, MethodHandle same) {
        return MethodHandles.explicitCastArguments(same, MethodType.methodType(type, long.class));
    }

    private static int result(Class<?> type) {
        return type == void.class ? NumberKind.VOID
                : type == boolean.class ? NumberKind.BOOLEAN
                : type == int.class || type == long.class ? NumberKind.LONG
                : type == double.class ? NumberKind.DOUBLE : NumberKind.NONE;
    }

    private static MethodHandle answering(MethodHandle made, int result) {
        switch (result) {
            case NumberKind.NONE:
                return made.asType(OBJECT);
            case NumberKind.VOID:
                return MethodHandles.filterReturnValue(made, MethodHandles.constant(long.class, 1L));
            case NumberKind.DOUBLE:
                return MethodHandles.filterReturnValue(made, TO_BITS);
            default:
                return MethodHandles.explicitCastArguments(made, NUMBER);
        }
    }

    boolean is(Candidate other, int itsKinds) {
        return candidate == other && kinds == itsKinds;
    }

    /** What native code is told: 1 more than the index, and behind it the kinds of arguments and result. */
    long code(int index) {
        return index + 1 | (long) kinds << KINDS_AT | (long) result << RESULT_AT;
    }

    /** Whether the result is a number. */
    boolean givesNumber() {
        return result != NumberKind.NONE;
    }

    /** Calls a method that gives a number. */
    long number(Object target, long first, long second) throws Throwable {
        check(target);
        return (long) handle.invokeExact(target, first, second);
    }

    /** Calls a method that gives anything else. */
    Object object(Object target, long first, long second) throws Throwable {
        check(target);
        return (Object) handle.invokeExact(target, first, second);
    }

    /** The number that a method gave, for the frame. */
    Object value(long number) {
        return result == NumberKind.DOUBLE ? (Object) Double.longBitsToDouble(number) : (Object) number;
    }

    private void check(Object target) {
        if (!candidate.takes(target)) {
            throw MethodGroup.notOf(candidate.member.getName(), owner, target);
        }
    }
}
