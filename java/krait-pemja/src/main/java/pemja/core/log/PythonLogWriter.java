package pemja.core.log;

import dev.krait.pemja.Logs;

/** Where Python's log records arrive; the name is PEMJA's. They go to SLF4J where it is, else to {@link System.Logger}. */
public class PythonLogWriter {
    /** One for any thread. */
    public PythonLogWriter() {
    }

    /**
     * Logs.
     *
     * @param name the logger's name
     * @param severityName ERROR, CRITICAL, WARN, INFO, NOTICE, DEBUG, TRACE or UNSPECIFIED
     * @param message the text
     * @param trace a traceback, or null; only warnings and errors show it
     * @throws IllegalArgumentException for another severity
     */
    public void log(String name, String severityName, String message, String trace) {
        switch (Severity.valueOf(severityName)) {
            case ERROR:
            case CRITICAL:
                Logs.log(name, System.Logger.Level.ERROR, with(message, trace));
                break;
            case WARN:
                Logs.log(name, System.Logger.Level.WARNING, with(message, trace));
                break;
            case INFO:
            case NOTICE:
                Logs.log(name, System.Logger.Level.INFO, message);
                break;
            case DEBUG:
                Logs.log(name, System.Logger.Level.DEBUG, message);
                break;
            default:
                Logs.log(name, System.Logger.Level.TRACE, message);
                break;
        }
    }

    private static String with(String message, String trace) {
        return trace == null ? message : message + " " + trace;
    }

    private enum Severity {
        ERROR,
        CRITICAL,
        WARN,
        INFO,
        NOTICE,
        DEBUG,
        TRACE,
        UNSPECIFIED
    }
}
