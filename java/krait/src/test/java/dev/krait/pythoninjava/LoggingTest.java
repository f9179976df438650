package dev.krait.pythoninjava;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.testing.ChildJvm;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Python's logging in Java's loggers. */
class LoggingTest {
    /** Keeps what arrives, with the MDC of the moment. */
    private static final class Seen extends AppenderBase<ILoggingEvent> {
        final List<ILoggingEvent> events = Collections.synchronizedList(new ArrayList<>());

        @Override
        protected void append(ILoggingEvent event) {
            event.prepareForDeferredProcessing();
            events.add(event);
        }
    }

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Seen seen = new Seen();
    private PythonInterpreter python;
    private Level before;

    @BeforeEach
    void open() {
        before = root.getLevel();
        root.setLevel(Level.TRACE);
        seen.setContext(root.getLoggerContext());
        seen.start();
        root.addAppender(seen);
        root.detachAppender("console");
        python = PythonInterpreter.builder().logging(System.Logger.Level.ALL).build();
        python.exec("import logging, krait\nlog = logging.getLogger('shop.orders')");
    }

    @AfterEach
    void close() {
        python.close();
        root.detachAppender(seen);
        root.setLevel(before);
    }

    private ILoggingEvent only() {
        assertEquals(1, seen.events.size(), seen.events.toString());
        return seen.events.get(0);
    }

    @Test
    void levelLoggerAndMessageArrive() {
        python.exec("log.warning('%d orders {} of %s', 3, 'Ada')");
        assertEquals("shop.orders", only().getLoggerName());
        assertEquals(Level.WARN, only().getLevel());
        assertEquals("3 orders {} of Ada", only().getFormattedMessage());
    }

    @Test
    void everyLevelHasItsOwn() {
        python.exec("for level in (50, 40, 30, 20, 10, 5, 25):\n    log.log(level, str(level))");
        List<Level> levels = new ArrayList<>();
        seen.events.forEach(event -> levels.add(event.getLevel()));
        assertEquals(List.of(Level.ERROR, Level.ERROR, Level.WARN, Level.INFO, Level.DEBUG, Level.TRACE, Level.INFO),
                levels);
    }

    @Test
    void anExceptionArrivesWithItsTraceback() {
        python.exec("def fails():\n    raise ValueError('bad')\n"
                + "try:\n    fails()\nexcept ValueError:\n    log.exception('caught')");
        PythonException thrown = (PythonException) ((ThrowableProxy) only().getThrowableProxy()).getThrowable();
        assertEquals("ValueError", thrown.typeName());
        assertTrue(thrown.traceback().contains("in fails"), thrown.traceback());
        assertEquals("fails", thrown.getStackTrace()[0].getMethodName());
        assertEquals("caught", only().getFormattedMessage());
    }

    @Test
    void aJavaExceptionArrivesAsItself() {
        IllegalStateException own = new IllegalStateException("own");
        python.set("thrower", (Runnable) () -> {
            throw own;
        });
        python.exec("try:\n    thrower()\nexcept Exception:\n    log.exception('caught')");
        assertSame(own, ((ThrowableProxy) only().getThrowableProxy()).getThrowable());
    }

    @Test
    void extraAndLogContextAreTheMdc() {
        MDC.put("order", "outside");
        try {
            python.exec("with krait.log_context(user='ada'):\n    log.warning('x', extra={'order': 17})\nlog.warning('y')");
            assertEquals("outside", MDC.get("order"));
            assertNull(MDC.get("user"));
        } finally {
            MDC.remove("order");
        }
        assertEquals(Map.of("order", "17", "user", "ada"), seen.events.get(0).getMDCPropertyMap());
        assertEquals(Map.of("order", "outside"), seen.events.get(1).getMDCPropertyMap());
    }

    @Test
    void logContextFollowsCoroutines() {
        python.exec("import asyncio\nasync def work(name):\n    with krait.log_context(job=name):\n"
                + "        await asyncio.sleep(0.01)\n        log.warning(name)\n"
                + "async def both():\n    await asyncio.gather(work('a'), work('b'))\n");
        python.invokeAsync("both").join();
        seen.events.removeIf(event -> !event.getLoggerName().equals("shop.orders"));
        for (ILoggingEvent event : seen.events) {
            assertEquals(Map.of("job", event.getFormattedMessage()), event.getMDCPropertyMap());
        }
        assertEquals(2, seen.events.size());
    }

    @Test
    void theRootLevelStaysUnlessAskedAndComesBack() {
        python.close();
        try (PythonInterpreter plain = PythonInterpreter.builder().logging().build()) {
            assertEquals(30L, plain.eval("__import__('logging').getLogger().level"));
            plain.exec("import logging\nlogging.getLogger('x').info('not seen')\nlogging.getLogger('x').error('seen')");
        }
        assertEquals("seen", only().getFormattedMessage());
        try (PythonInterpreter chatty = PythonInterpreter.builder().logging(System.Logger.Level.DEBUG).build()) {
            assertEquals(10L, chatty.eval("__import__('logging').getLogger().level"));
        }
        try (PythonInterpreter other = PythonInterpreter.create()) {
            assertEquals(30L, other.eval("__import__('logging').getLogger().level"));
            assertEquals(List.of(), other.eval("__import__('logging').getLogger().handlers"));
        }
    }

    @Test
    void anInterpreterThatDidNotAskForItLogsAsPythonDoes() {
        try (PythonInterpreter other = PythonInterpreter.create()) {
            other.exec("import logging, sys, io\nkeep, sys.stderr = sys.stderr, io.StringIO()\n"
                    + "try:\n    logging.getLogger('other').warning('to stderr')\n    text = sys.stderr.getvalue()\n"
                    + "finally:\n    sys.stderr = keep");
            assertEquals("to stderr\n", other.get("text"));
        }
        assertEquals(List.of(), seen.events);
    }

    @Test
    void threadsLogToTheInterpreterThatStartedThem() {
        try (PythonInterpreter second = PythonInterpreter.builder().logging().build()) {
            second.exec("pass");
            python.exec("import threading\nthread = threading.Thread(target=lambda: log.error('from a thread'))\n"
                    + "thread.start()\nthread.join()");
        }
        assertEquals("from a thread", only().getFormattedMessage());
    }

    @Test
    void aLoggerThatFailsDoesNotStopPython() {
        python.exec("import sys, io\nkeep, sys.stderr = sys.stderr, io.StringIO()\n"
                + "try:\n    log.warning('%d', 'no number')\n    text = sys.stderr.getvalue()\nfinally:\n    sys.stderr = keep");
        assertTrue(python.get("text", String.class).contains("Logging error"));
    }

    @Test
    void withoutSlf4jTheJdksLoggersGetIt() {
        String output = ChildJvm.of(Jdk.class).without("slf4j", "logback").run().fine();
        assertEquals("WARNING shop.orders broken {user=ada} ValueError\n", output);
    }

    /** Runs without SLF4J. */
    public static final class Jdk {
        private Jdk() {
        }

        /** Prints the one record that arrives. */
        public static void main(String[] args) {
            java.util.logging.Logger root = LogManager.getLogManager().getLogger("");
            for (Handler handler : root.getHandlers()) {
                root.removeHandler(handler);
            }
            root.addHandler(new Handler() {
                @Override
                public void publish(LogRecord record) {
                    PythonException thrown = (PythonException) record.getThrown();
                    System.out.print(record.getLevel() + " " + record.getLoggerName() + " " + record.getMessage() + " "
                            + (thrown == null ? "" : thrown.typeName()) + "\n");
                }

                @Override
                public void flush() {
                    System.out.flush();
                }

                @Override
                public void close() {
                    flush();
                }
            });
            try (PythonInterpreter python = PythonInterpreter.builder().logging().build()) {
                python.exec("import logging, krait\nlog = logging.getLogger('shop.orders')\nlog.info('quiet')\n"
                        + "try:\n    raise ValueError()\nexcept ValueError:\n"
                        + "    with krait.log_context(user='ada'):\n        log.warning('broken', exc_info=True)\n");
            }
        }
    }
}
