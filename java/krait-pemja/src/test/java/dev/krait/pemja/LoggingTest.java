package dev.krait.pemja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import pemja.core.PythonInterpreter;
import pemja.core.PythonInterpreterConfig;

/** Python's log records at SLF4J, named by file and line as PEMJA names them. */
class LoggingTest {
    @Test
    void whatPythonLogsArrivesAtSlf4j() {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> records = new ListAppender<>();
        records.start();
        root.addAppender(records);
        Level before = root.getLevel();
        root.setLevel(Level.TRACE);
        try (PythonInterpreter py = new PythonInterpreter(PythonInterpreterConfig.newBuilder().build())) {
            py.exec("import logging\nlog = logging.getLogger('job')\nlog.info('read %d {}', 5)\nlog.debug('d')\nlog.critical('c')\n"
                    + "try:\n  1 / 0\nexcept ZeroDivisionError:\n  log.exception('failed')");
        } finally {
            root.detachAppender(records);
            root.setLevel(before);
        }
        List<ILoggingEvent> own = records.list.stream().filter(record -> record.getLoggerName().startsWith("<string>:"))
                .collect(Collectors.toList());
        assertEquals(List.of(Level.INFO, Level.DEBUG, Level.ERROR, Level.ERROR),
                own.stream().map(ILoggingEvent::getLevel).collect(Collectors.toList()));
        assertEquals("read 5 {}", own.get(0).getFormattedMessage());
        assertEquals("<string>:3", own.get(0).getLoggerName());
        assertTrue(own.get(3).getFormattedMessage().contains("ZeroDivisionError"), own.get(3)::getFormattedMessage);
    }

    @Test
    void eachRecordArrivesOnceHoweverManyInterpretersThereAre() {
        PythonInterpreterConfig config = PythonInterpreterConfig.newBuilder().build();
        try (PythonInterpreter one = new PythonInterpreter(config); PythonInterpreter two = new PythonInterpreter(config)) {
            two.exec("import logging");
            one.exec("import logging\nr = sum(type(h).__name__ == 'PythonLogHandler' for h in logging.getLogger().handlers)");
            assertEquals(1L, one.get("r"));
        }
    }
}
