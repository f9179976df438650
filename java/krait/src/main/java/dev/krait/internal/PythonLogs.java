package dev.krait.internal;

import dev.krait.PythonException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Python's log records, as SLF4J or the JDK's own loggers take them. */
public final class PythonLogs {
    private static final int MAX_SUPPRESSED = 8;

    /** Where records go. */
    interface Target {
        /**
         * Logs.
         *
         * @param logger the logger's name
         * @param level one of TRACE to ERROR
         * @param message the text
         * @param context the MDC, or null
         * @param thrown the exception, or null
         */
        void log(String logger, System.Logger.Level level, String message, Map<String, String> context,
                Throwable thrown);
    }

    private PythonLogs() {
    }

    /**
     * Sends the records of an interpreter to Java's loggers.
     *
     * @param session the interpreter
     * @param rootLevel for Python's root logger; null leaves it
     */
    public static void attach(Session session, System.Logger.Level rootLevel) {
        Target found = Slf4j.find(session.classLoader());
        Target target = found != null ? found : new Jdk();
        Callables.Target sink = args -> {
            log(target, args);
            return null;
        };
        Requests.helper(session, 0, "attach_logging", session.number(), sink, rootLevel == null ? null : python(rootLevel));
    }

    @SuppressWarnings("unchecked")
    private static void log(Target target, Object[] args) {
        Throwable thrown = args[4] == null ? null : thrown(new ErrorRecord(args[4]));
        target.log((String) args[0], level((Long) args[1]), (String) args[2], (Map<String, String>) args[3], thrown);
    }

    /** A Java throwable that came through Python stays itself; what Python adds to its stack travels along. */
    private static Throwable thrown(ErrorRecord record) {
        PythonException exception = Api.get().exception(record);
        Throwable original = record.throwable();
        if (original == null) {
            return exception;
        }
        if (original.getSuppressed().length < MAX_SUPPRESSED) {
            original.addSuppressed(exception);
        }
        return original;
    }

    /** The level at or below a number of Python's. */
    static System.Logger.Level level(long number) {
        if (number >= 40) {
            return System.Logger.Level.ERROR;
        } else if (number >= 30) {
            return System.Logger.Level.WARNING;
        } else if (number >= 20) {
            return System.Logger.Level.INFO;
        }
        return number >= 10 ? System.Logger.Level.DEBUG : System.Logger.Level.TRACE;
    }

    private static int python(System.Logger.Level level) {
        switch (level) {
            case OFF:
                return 1_000_000;
            case ERROR:
                return 40;
            case WARNING:
                return 30;
            case INFO:
                return 20;
            case DEBUG:
                return 10;
            default:
                // Not 0: for Python's loggers that means "as the parent", which the root logger has not.
                return 1;
        }
    }

    /** The JDK's loggers. */
    private static final class Jdk implements Target {
        private final Map<String, System.Logger> loggers = new ConcurrentHashMap<>();

        @Override
        public void log(String logger, System.Logger.Level level, String message, Map<String, String> context,
                Throwable thrown) {
            System.Logger target = loggers.computeIfAbsent(logger, System::getLogger);
            // Not as a pattern: braces in the text are text.
            target.log(level, () -> context == null ? message : message + " " + context, thrown);
        }
    }
}
