package dev.krait.internal;

import dev.krait.PythonInterruptedException;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Throwables as Python is told of them. */
public final class Thrown {
    private static final int MAX_CAUSES = 100;
    private static final String PACKAGE = Thrown.class.getPackageName() + ".";

    private Thrown() {
    }

    /**
     * What {@code krait._errors} makes an exception of.
     *
     * @param thrown any throwable
     * @return the Python exception that it stands for, or (throwable, class name, message)
     */
    public static Object record(Throwable thrown) {
        Throwable original = original(thrown);
        Object python = Api.get().pythonExceptionOf(original);
        return python != null ? python : mirrored(original);
    }

    /**
     * The same, for what is raised in Python code that runs: what stopped another call is a Java exception like any other there, and no
     * KeyboardInterrupt, which would end more than that call.
     */
    static Object raised(Throwable thrown) {
        Throwable original = original(thrown);
        return isStop(original) ? mirrored(original) : record(original);
    }

    /** The Python exception that a throwable stands for in Python code that runs, or null. */
    static Object pythonOf(Throwable thrown) {
        return isStop(thrown) ? null : Api.get().pythonExceptionOf(thrown);
    }

    private static boolean isStop(Throwable thrown) {
        return thrown instanceof PythonInterruptedException;
    }

    /** (throwable, class name, message). */
    static Object[] mirrored(Throwable thrown) {
        return new Object[] {thrown, thrown.getClass().getName(), message(thrown)};
    }

    /** What a proxy of a Python object threw, where its interface does not declare it. */
    static Throwable original(Throwable thrown) {
        Throwable original = thrown;
        while (original instanceof UndeclaredThrowableException && original.getCause() != null) {
            original = original.getCause();
        }
        return original;
    }

    /** The causes, the nearest first: a Python exception that one stands for ends the list, and none comes twice. */
    static Object[] causes(Throwable thrown) {
        List<Object> causes = new ArrayList<>();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        seen.add(thrown);
        for (Throwable at = thrown.getCause(); at != null && seen.add(at) && causes.size() < MAX_CAUSES; at = at.getCause()) {
            if (original(at) != at) {
                continue;
            }
            Object python = Api.get().pythonExceptionOf(at);
            causes.add(python == null ? at : python);
            if (python != null) {
                break;
            }
        }
        return causes.toArray();
    }

    /** The Java frames that it has in the code that Python called, as text; "" where there are none. */
    static String stack(Throwable thrown) {
        StringBuilder text = new StringBuilder();
        for (StackTraceElement frame : thrown.getStackTrace()) {
            if (frame.getClassName().startsWith(PACKAGE)) {
                break;
            }
            text.append("\n  at ").append(frame);
        }
        return text.length() == 0 ? "" : "Java stack:" + text;
    }

    /** The message, whatever {@code getMessage} does. */
    static String message(Throwable thrown) {
        try {
            return thrown.getMessage();
        } catch (RuntimeException | Error e) {
            return "getMessage() threw " + e.getClass().getName();
        }
    }
}
