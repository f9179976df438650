package dev.krait.pemja;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** SLF4J where the program has it, else the JDK's own loggers. */
public final class Logs {
    private static final boolean SLF4J = hasSlf4j();

    private Logs() {
    }

    private static boolean hasSlf4j() {
        try {
            Class.forName("org.slf4j.LoggerFactory", true, Logs.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /**
     * Logs; braces in the text are text.
     *
     * @param name the logger's name
     * @param level TRACE to ERROR
     * @param message the text
     */
    public static void log(String name, System.Logger.Level level, String message) {
        if (SLF4J) {
            Slf4j.log(name, level, message);
        } else {
            System.getLogger(name).log(level, () -> message);
        }
    }

    /** Apart: loading it needs SLF4J. */
    private static final class Slf4j {
        static void log(String name, System.Logger.Level level, String message) {
            Logger logger = LoggerFactory.getLogger(name);
            switch (level) {
                case ERROR:
                    logger.error(message);
                    break;
                case WARNING:
                    logger.warn(message);
                    break;
                case INFO:
                    logger.info(message);
                    break;
                case DEBUG:
                    logger.debug(message);
                    break;
                default:
                    logger.trace(message);
                    break;
            }
        }
    }
}
