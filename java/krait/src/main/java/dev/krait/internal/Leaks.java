package dev.krait.internal;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells of Python objects and interpreters that were forgotten instead of closed, with where they were made. Only with system
 * property {@code krait.leaks=report}: the stack of each place costs some microseconds.
 */
public final class Leaks {
    private static final boolean REPORTED = "report".equals(System.getProperty("krait.leaks"));
    private static final System.Logger LOG = System.getLogger("dev.krait");
    /** Places beyond these are told of each time: a program has few. */
    private static final int MOST_PLACES = 1_000;

    private static final Map<List<StackTraceElement>, Integer> FOUND = new HashMap<>();

    private Leaks() {
    }

    /** Where something was made. */
    public static final class Origin extends Throwable {
        private static final long serialVersionUID = 1L;

        Origin() {
            super("made here");
        }
    }

    /**
     * Remembers where something is made, if that is wanted.
     *
     * @return the place, or null
     */
    public static Origin here() {
        return REPORTED ? new Origin() : null;
    }

    /**
     * Tells of something that was forgotten. At the same place it is told the first time, the tenth, the hundredth, and so on.
     *
     * @param what what it was
     * @param origin where it was made
     */
    public static void found(String what, Origin origin) {
        int times = count(Arrays.asList(origin.getStackTrace()));
        if (Long.toString(times).matches("10*")) {
            String often = times == 1 ? "" : " (for the " + times + "th time at this place)";
            LOG.log(System.Logger.Level.WARNING, "A " + what + " was never closed" + often + ". It was", origin);
        }
    }

    private static synchronized int count(List<StackTraceElement> place) {
        if (FOUND.size() >= MOST_PLACES && !FOUND.containsKey(place)) {
            return 1;
        }
        return FOUND.merge(place, 1, Integer::sum);
    }

    /**
     * Watches an interpreter, if that is wanted: what is given here is to be held by all that can close it.
     *
     * @param session the interpreter
     * @return what to hold, or null
     */
    public static Object watch(Session session) {
        Origin origin = here();
        if (origin == null) {
            return null;
        }
        Object token = new Object();
        session.cleanup().register(token, forgotten -> {
            if (forgotten && !session.isClosed()) {
                found("PythonInterpreter", origin);
            }
        });
        return token;
    }
}
