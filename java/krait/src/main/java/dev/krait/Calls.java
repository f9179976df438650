package dev.krait;

import dev.krait.internal.Arguments;
import dev.krait.internal.Operations;
import dev.krait.internal.Rows;
import dev.krait.internal.Session;
import java.lang.reflect.Type;
import java.util.Arrays;

/** The arguments of a call as users give them: an array whose last element may be {@link Kwargs}. */
final class Calls {
    /** Rows that are arguments. */
    static final Rows.ArgumentRows ROWS = new Rows.ArgumentRows() {
        @Override
        public int width(Object row) {
            return row instanceof Object[] && !holdKwargs((Object[]) row) ? ((Object[]) row).length : -1;
        }

        @Override
        public Arguments arguments(Object row) {
            return (Arguments) call((Object[]) row, Arguments::new);
        }
    };

    /** What is called with the arguments once they are taken apart. */
    interface Target {
        Object call(Object[] args, String[] names, Object[] values);
    }

    private Calls() {
    }

    /** Whether the arguments end with keyword arguments: {@link #call} is for those, and costs an object. */
    static boolean haveKeywords(Object[] args) {
        if (args == null) {
            throw new NullPointerException("args: for one None, pass (Object) null");
        }
        int last = args.length - 1;
        if (last >= 0 && args[last] instanceof Kwargs) {
            return true;
        }
        refuseKwargs(args);
        return false;
    }

    static Object call(Object[] args, Target target) {
        if (!haveKeywords(args)) {
            return target.call(args, null, null);
        }
        int last = args.length - 1;
        Object[] positional = Arrays.copyOf(args, last);
        refuseKwargs(positional);
        Kwargs keywords = (Kwargs) args[last];
        return target.call(positional, keywords.names(), keywords.values());
    }

    private static void refuseKwargs(Object[] args) {
        if (holdKwargs(args)) {
            throw new IllegalArgumentException("Kwargs must be the last argument of a call, and only one");
        }
    }

    private static boolean holdKwargs(Object[] args) {
        for (Object arg : args) {
            if (arg instanceof Kwargs) {
                return true;
            }
        }
        return false;
    }

    /** Whether a result of this type is asked for as a Python object, whatever it is. */
    static boolean wantsObject(Type type) {
        return Operations.givesObject(type);
    }

    static boolean wantsObject(TypeRef<?> type) {
        return wantsObject(type.type());
    }

    @SuppressWarnings("unchecked")
    static <T> T convert(Session session, Object value, Class<T> type) {
        if (type.isInstance(value)) {
            return (T) value;
        }
        // Not Class.cast: int.class is a Class<Integer> that no object is an instance of.
        return (T) converted(session, value, type);
    }

    @SuppressWarnings("unchecked")
    static <T> T convert(Session session, Object value, TypeRef<T> type) {
        return (T) converted(session, value, type.type());
    }

    private static Object converted(Session session, Object value, Type type) {
        try {
            return session.convert(value, type);
        } catch (ConversionException e) {
            if (value instanceof PyHandle) {
                // The caller does not get it, and cannot close it.
                ((PyHandle) value).leave();
            }
            throw e;
        }
    }
}
