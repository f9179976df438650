package dev.krait.setup;

import static dev.krait.testing.Pythons.lines;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.PythonExit;
import dev.krait.PythonInterpreter;
import dev.krait.testing.ChildJvm;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a process ends that has run Python. */
class ExitTest {
    private static final Map<String, Consumer<PythonInterpreter>> ENDINGS = Map.of(
            "plain", py -> py.exec("print('said')"),
            "atexit", py -> py.exec(lines("import atexit, sys", "atexit.register(lambda: print('at exit'))",
                    "sys.stdout.write('no end of line, ')")),
            "System.exit", py -> {
                py.exec("import atexit\natexit.register(lambda: print('at exit'))\nprint('said', end=', ')");
                System.exit(5);
            },
            "System.exit inside Python", py -> {
                py.exec("import atexit\natexit.register(lambda: print('at exit'))");
                py.set("end", (Runnable) () -> System.exit(6));
                py.exec("end()");
            },
            "sys.exit", py -> {
                try {
                    py.exec("import sys; sys.exit(3)");
                } catch (PythonExit e) {
                    System.out.println("exit " + e.code());
                }
            },
            "busy daemon", py -> py.exec(lines("import threading", "def spin():", "    while True: sum(range(1000))",
                    "for i in range(4): threading.Thread(target=spin, daemon=True).start()", "print('started')")),
            "busy thread", py -> py.exec(lines("import threading, time", "def work():", "    time.sleep(60)",
                    "threading.Thread(target=work).start()", "print('started')")),
            "thread in Java", py -> {
                Callable<Object> endless = () -> {
                    Thread.sleep(60_000);
                    return null;
                };
                py.set("endless", endless);
                py.exec(lines("import threading", "threading.Thread(target=endless).start()", "print('started')"));
            },
            "Java thread in Python", py -> {
                Thread thread = new Thread(() -> py.exec("while True: pass"));
                thread.setDaemon(true);
                thread.start();
                py.exec("import time; time.sleep(0.05)\nprint('started')");
            },
            "endless atexit", py -> py.exec(lines("import atexit, time", "atexit.register(time.sleep, 60)", "print('said')")));

    /** Runs one ending. */
    public static final class Ends {
        private Ends() {
        }

        /** The child's program: the ending's name, and whether to close the interpreter. */
        public static void main(String[] args) {
            PythonInterpreter py = PythonInterpreter.create();
            ENDINGS.get(args[0]).accept(py);
            if (args[1].equals("close")) {
                py.close();
            }
        }
    }

    private static ChildJvm.Ended run(String ending, String close) {
        return ChildJvm.of(Ends.class).arguments(ending, close).run();
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "leave open"})
    void whatPythonSaidIsWritten(String close) {
        assertEquals("said\n", run("plain", close).fine());
        assertEquals("no end of line, at exit\n", run("atexit", close).fine());
    }

    @Test
    void javasExitCodeIsKeptAndPythonsCallbacksRun() {
        assertEquals("said, at exit\n", run("System.exit", "close").withCode(5));
        assertEquals("at exit\n", run("System.exit inside Python", "close").withCode(6));
    }

    @Test
    void sysExitEndsNothing() {
        assertEquals("exit 3\n", run("sys.exit", "close").fine());
    }

    @ParameterizedTest
    @ValueSource(strings = {"busy daemon", "thread in Java", "Java thread in Python"})
    void threadsThatStillRunDoNotHinderTheEnd(String ending) {
        ChildJvm.Ended ended = run(ending, "leave open");
        assertEquals("started\n", ended.fine());
        assertTrue(ended.millis < 30_000, () -> ended.millis + " ms");
    }

    @Test
    void aSleepingThreadDoesNotHinderTheEndForLong() {
        ChildJvm.Ended ended = run("busy thread", "close");
        assertEquals("started\n", ended.fine());
        assertTrue(ended.millis < 30_000, () -> ended.millis + " ms");
    }

    @Test
    void anEndlessCallbackAtExitHasItsTime() {
        ChildJvm.Ended ended = ChildJvm.of(Ends.class).arguments("endless atexit", "close")
                .options("-Dkrait.exit.timeout=500").run();
        assertEquals("said\n", ended.fine());
        assertTrue(ended.millis < 20_000, () -> ended.millis + " ms");
    }
}
