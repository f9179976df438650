package dev.krait.setup;

import static dev.krait.testing.Pythons.lines;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.krait.Isolation;
import dev.krait.PythonExit;
import dev.krait.PythonInterpreter;
import dev.krait.PythonPool;
import dev.krait.testing.ChildJvm;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a process ends that has run Python. */
class ExitTest {
    private static final Map<String, Consumer<PythonInterpreter>> ENDINGS = Map.ofEntries(
            ending("plain", py -> py.exec("print('said')")),
            ending("atexit", py -> py.exec(lines("import atexit, sys", "atexit.register(lambda: print('at exit'))",
                    "sys.stdout.write('no end of line, ')"))),
            ending("executors", py -> py.exec(lines("import atexit, threading, time", "from concurrent.futures import ThreadPoolExecutor",
                    "idle, busy = ThreadPoolExecutor(2), ThreadPoolExecutor(1)", "assert idle.submit(abs, -1).result() == 1",
                    "workers = [thread for thread in threading.enumerate() if thread.name.startswith('ThreadPool')]",
                    "busy.submit(time.sleep, 3600)",
                    "atexit.register(lambda: print(len(workers), 'worker,', [thread for thread in workers if thread.is_alive()]))"))),
            ending("isolated atexit", py -> {
                py.exec("import atexit\natexit.register(lambda: print('the main one, '))");
                for (String name : new String[] {"open", "closed"}) {
                    PythonInterpreter apart = PythonInterpreter.builder().isolation(Isolation.SUB_INTERPRETER).build();
                    apart.set("name", name);
                    apart.exec(lines("import atexit, sys", "atexit.register(lambda: print(name, 'at exit'))",
                            "sys.stdout.write(name + ' said, ')"));
                    if (name.equals("closed")) {
                        apart.close();
                    }
                }
            }),
            ending("System.exit", py -> {
                py.exec("import atexit\natexit.register(lambda: print('at exit'))\nprint('said', end=', ')");
                System.exit(5);
            }),
            ending("System.exit inside Python", py -> {
                py.exec("import atexit\natexit.register(lambda: print('at exit'))");
                py.set("end", (Runnable) () -> System.exit(6));
                py.exec("end()");
            }),
            ending("System.exit at exit", py -> exitsAtExit(py)),
            ending("System.exit after System.exit", py -> {
                exitsAtExit(py);
                System.exit(5);
            }),
            ending("System.exit at an isolated exit", py -> exitsAtExit(PythonInterpreter.builder().isolation(Isolation.SUB_INTERPRETER).build())),
            ending("sys.exit", py -> {
                try {
                    py.exec("import sys; sys.exit(3)");
                } catch (PythonExit e) {
                    System.out.println("exit " + e.code());
                }
            }),
            ending("busy daemon", py -> py.exec(lines("import threading", "def spin():", "    while True: sum(range(1000))",
                    "for i in range(4): threading.Thread(target=spin, daemon=True).start()", "print('started')"))),
            ending("busy thread", py -> py.exec(lines("import threading, time", "def work():", "    time.sleep(60)",
                    "threading.Thread(target=work).start()", "print('started')"))),
            ending("thread in Java", py -> {
                Callable<Object> endless = () -> {
                    Thread.sleep(60_000);
                    return null;
                };
                py.set("endless", endless);
                py.exec(lines("import threading", "threading.Thread(target=endless).start()", "print('started')"));
            }),
            ending("Java thread in Python", py -> {
                Thread thread = new Thread(() -> py.exec("while True: pass"));
                thread.setDaemon(true);
                thread.start();
                py.exec("import time; time.sleep(0.05)\nprint('started')");
            }),
            ending("endless atexit", py -> py.exec(lines("import atexit, time", "atexit.register(time.sleep, 60)", "print('said')"))),
            ending("System.exit inside Python, and a hook closes the interpreter", py -> {
                Runtime.getRuntime().addShutdownHook(new Thread(py::close));
                py.exec("import atexit\natexit.register(lambda: print('at exit'))");
                py.set("end", (Runnable) () -> System.exit(13));
                py.exec("end()");
            }),
            ending("System.exit inside of a pool, and a hook closes that", py -> {
                PythonPool pool = PythonPool.builder().size(2).setUp(one -> one.set("end", (Runnable) () -> System.exit(13))).build();
                Runtime.getRuntime().addShutdownHook(new Thread(pool::close));
                py.exec("import atexit\natexit.register(lambda: print('at exit'))");
                pool.invoke("end");
            }),
            ending("System.exit while a pool runs what was submitted, and a hook closes it", py -> {
                PythonPool pool = PythonPool.builder().size(1).setUp("def spin():\n    while True: pass").build();
                Runtime.getRuntime().addShutdownHook(new Thread(pool::close));
                py.exec("import atexit\natexit.register(lambda: print('at exit'))");
                pool.submit("spin");
                pool.submit("spin");
                System.exit(13);
            }),
            ending("System.exit while a call runs", py -> {
                py.exec("import atexit\natexit.register(lambda: print('at exit'))");
                Thread ender = new Thread(() -> System.exit(8));
                py.set("start", (Runnable) ender::start);
                py.exec("import time\nstart()\nwhile True: time.sleep(0.01)");
            }),
            ending("System.exit while C code runs", py -> {
                py.exec("import atexit\natexit.register(lambda: print('at exit'))");
                Thread ender = new Thread(() -> System.exit(9));
                py.set("start", (Runnable) ender::start);
                py.exec("import time\nstart()\ntime.sleep(100)");
            }),
            ending("System.exit on a thread of Python's", py -> {
                py.set("end", (Runnable) () -> System.exit(10));
                py.exec("import threading\nprint('said')\nt = threading.Thread(target=end)\nt.start()\nt.join()");
            }),
            ending("System.exit inside Python on a virtual thread", py -> {
                py.exec("import atexit\natexit.register(lambda: print('at exit'))");
                py.set("end", (Runnable) () -> System.exit(11));
                try {
                    Object virtual = Thread.class.getMethod("ofVirtual").invoke(null);
                    Thread thread = (Thread) Class.forName("java.lang.Thread$Builder").getMethod("start", Runnable.class)
                            .invoke(virtual, (Runnable) () -> py.exec("end()"));
                    thread.join();
                } catch (ReflectiveOperationException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }),
            ending("threads of Python's that call Java, System.exit", py -> {
                threadsThatCallJava(py, true);
                System.exit(12);
            }),
            ending("threads of Python's that call Java, main returns", py -> threadsThatCallJava(py, true)),
            ending("threads of Python's that are no daemons and call Java, main returns", py -> threadsThatCallJava(py, false)),
            ending("streams of interpreters' own", py -> {
                for (Isolation isolation : new Isolation[] {Isolation.SHARED, Isolation.SUB_INTERPRETER}) {
                    OutputStream buffered = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out));
                    PythonInterpreter.builder().isolation(isolation).stdout(buffered).build().exec("print('said', end=', ')");
                }
                Runtime.getRuntime().addShutdownHook(new Thread(() -> py.exec("import time\ntime.sleep(1)\nprint('from the hook')")));
            }),
            ending("atexit functions of isolated interpreters with streams of their own", py -> {
                for (int i = 0; i < 2; i++) {
                    StringWriter said = new StringWriter();
                    OutputStream quoted = new OutputStream() {
                        @Override
                        public void write(int b) {
                            said.write(b);
                        }

                        @Override
                        public void flush() {
                            System.out.print(said.toString().toUpperCase(Locale.ROOT));
                            said.getBuffer().setLength(0);
                        }
                    };
                    PythonInterpreter.builder().isolation(Isolation.SUB_INTERPRETER).stdout(quoted).build()
                            .exec("import atexit\natexit.register(lambda: print('at exit'))");
                }
            }),
            ending("System.exit inside a stream of an interpreter's own", py -> {
                py.exec("import atexit\natexit.register(lambda: print('at exit'))");
                OutputStream ends = new OutputStream() {
                    @Override
                    public void write(int b) {
                        System.exit(14);
                    }
                };
                PythonInterpreter.builder().stdout(ends).build().exec("print('said')");
            }),
            ending("call in a shutdown hook", py -> Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                // Before or after Python's own end: it must not matter.
                py.exec("import time\ntime.sleep(0.5)\nprint('from the hook')");
            }))),
            ending("killed", py -> py.exec(lines("import atexit, os, signal, time", "atexit.register(lambda: print('at exit'))",
                    "print('said')", "os.kill(os.getpid(), signal.SIGTERM)", "time.sleep(60)"))),
            ending("interrupted by Ctrl-C", py -> py.exec(lines("import atexit, os, signal, time",
                    "atexit.register(lambda: print('at exit'))", "os.kill(os.getpid(), signal.SIGINT)", "time.sleep(60)"))));

    private static void threadsThatCallJava(PythonInterpreter py, boolean daemon) {
        py.set("java", (Callable<Object>) () -> List.of("x", new Object()));
        py.set("daemon", daemon);
        py.exec(lines("import atexit, threading, time", "atexit.register(lambda: print('at exit'))", "def work():", "    while True: java()",
                "for i in range(8): threading.Thread(target=work, daemon=daemon).start()", "time.sleep(0.3)"));
    }

    private static void exitsAtExit(PythonInterpreter py) {
        py.set("end", (Runnable) () -> System.exit(7));
        // Those that are registered last run first.
        py.exec(lines("import atexit, sys, threading", "atexit.register(lambda: end())", "atexit.register(lambda: sys.stdout.write('at exit'))"));
    }

    private static Map.Entry<String, Consumer<PythonInterpreter>> ending(String name, Consumer<PythonInterpreter> code) {
        return Map.entry(name, code);
    }

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

    /** Python is first used when the JVM ends. */
    public static final class Late {
        private Late() {
        }

        /** The child's program. */
        public static void main(String[] args) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try (PythonInterpreter py = PythonInterpreter.create()) {
                    py.exec("print('late')\nimport sys\nsys.stdout.flush()");
                }
            }));
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

    /** As in Python, but that it would wait for the busy one. */
    @Test
    void executorsAreToldToEndBeforeAtexit() {
        ChildJvm.Ended ended = run("executors", "leave open");
        assertEquals("1 worker, []\n", ended.fine());
        assertTrue(ended.millis < 30_000, () -> ended.millis + " ms");
    }

    @Test
    void theCallbacksOfIsolatedInterpretersRunOnce() {
        String said = run("isolated atexit", "leave open").fine();
        for (String once : new String[] {"open said, ", "open at exit\n", "closed said, ", "closed at exit\n", "the main one, "}) {
            assertEquals(2, said.split(once, -1).length, () -> once + " in " + said);
        }
    }

    @Test
    void javasExitCodeIsKeptAndPythonsCallbacksRun() {
        assertEquals("said, at exit\n", run("System.exit", "close").withCode(5));
        assertEquals("at exit\n", run("System.exit inside Python", "close").withCode(6));
    }

    /**
     * As anywhere in Java: who asks for the end a second time waits for it, and the first code counts. Only where the main method
     * returned, the JVM may take either's.
     */
    @Test
    void aCallbackThatCallsSystemExitDoesNotHoldTheEndUp() {
        for (String ending : new String[] {"System.exit at exit", "System.exit after System.exit", "System.exit at an isolated exit"}) {
            ChildJvm.Ended ended = ChildJvm.of(Ends.class).arguments(ending, "leave open").options("-Dkrait.exit.timeout=60000").run();
            boolean asked = ending.contains("after");
            assertTrue(ended.exitCode == (asked ? 5 : 7) || !asked && ended.exitCode == 0, () -> "ended with " + ended.exitCode);
            assertEquals("at exit", ended.withCode(ended.exitCode));
            assertTrue(ended.millis < 30_000, () -> ended.millis + " ms");
        }
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
    void aVirtualThreadMayEndTheJvm() {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with JDK 21");
        assertEquals("at exit\n", run("System.exit inside Python on a virtual thread", "leave open").withCode(11));
    }

    @ParameterizedTest
    @ValueSource(strings = {"threads of Python's that call Java, System.exit", "threads of Python's that call Java, main returns",
        "threads of Python's that are no daemons and call Java, main returns"})
    void threadsOfPythonsThatCallJavaMeanwhileDoNotHinderTheEnd(String ending) {
        ChildJvm.Ended ended = run(ending, "leave open");
        assertEquals("at exit\n", ended.withCode(ending.endsWith("System.exit") ? 12 : 0));
        assertTrue(ended.millis < 30_000, () -> ended.millis + " ms");
    }

    @Test
    void anEndlessCallbackAtExitHasItsTime() {
        ChildJvm.Ended ended = ChildJvm.of(Ends.class).arguments("endless atexit", "close")
                .options("-Dkrait.exit.timeout=500").run();
        assertEquals("said\n", ended.fine());
        assertTrue(ended.millis < 20_000, () -> ended.millis + " ms");
    }

    @Test
    void aCallThatRunsDoesNotHinderTheEnd() {
        for (String ending : new String[] {"System.exit while a call runs", "System.exit while C code runs"}) {
            ChildJvm.Ended ended = run(ending, "leave open");
            assertEquals("at exit\n", ended.withCode(ending.contains("C code") ? 9 : 8));
            assertTrue(ended.millis < 30_000, () -> ended.millis + " ms");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"System.exit inside Python, and a hook closes the interpreter", "System.exit inside of a pool, and a hook closes that",
        "System.exit while a pool runs what was submitted, and a hook closes it"})
    void aHookThatClosesWhatTheCallRunsInThatEndsTheJvmDoesNotHinderTheEnd(String ending) {
        ChildJvm.Ended ended = run(ending, "leave open");
        assertEquals("at exit\n", ended.withCode(13));
        assertTrue(ended.millis < 30_000, () -> ended.millis + " ms");
    }

    @Test
    void aThreadOfPythonsMayEndTheJvm() {
        assertEquals("said\n", run("System.exit on a thread of Python's", "leave open").withCode(10));
    }

    @Test
    void shutdownHooksMayCallPython() {
        assertEquals("from the hook\n", run("call in a shutdown hook", "leave open").fine());
        assertEquals("late\n", ChildJvm.of(Late.class).run().fine());
    }

    @Test
    void whatInterpretersHaveSaidToStreamsOfTheirOwnIsWritten() {
        assertEquals("said, said, from the hook\n", run("streams of interpreters' own", "leave open").fine());
    }

    @Test
    void whatAtexitFunctionsOfAnIsolatedInterpreterSayGoesToItsOwnStream() {
        assertEquals("AT EXIT\nAT EXIT\n",
                run("atexit functions of isolated interpreters with streams of their own", "leave open").fine());
    }

    @Test
    void aStreamThatEndsTheJvmDoesNotHinderTheEnd() {
        ChildJvm.Ended ended = ChildJvm.of(Ends.class).arguments("System.exit inside a stream of an interpreter's own", "leave open")
                .options("-Dkrait.exit.timeout=60000").run();
        assertEquals("at exit\n", ended.withCode(14));
        assertTrue(ended.millis < 30_000, () -> ended.millis + " ms");
    }

    @Test
    void theSignalThatEndsAJvmStaysTheJvms() {
        assertEquals("said\nat exit\n", run("killed", "leave open").withCode(143));
    }

    @Test
    void ctrlCStaysTheJvms() throws IOException {
        assumeFalse(ignoresInterrupts(), "started in the background, where Ctrl-C is ignored, by child processes too");
        assertEquals("at exit\n", run("interrupted by Ctrl-C", "leave open").withCode(130));
    }

    private static boolean ignoresInterrupts() throws IOException {
        String ignored = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:")).findFirst().orElse("SigIgn:\t0");
        int interrupt = 2;
        return (Long.parseUnsignedLong(ignored.split("\\s+")[1], 16) >> (interrupt - 1) & 1) != 0;
    }

    /** Ends while Python starts. */
    public static final class EndsAtOnce {
        private EndsAtOnce() {
        }

        /** The child's program: the temporary folder. */
        public static void main(String[] args) throws Exception {
            Thread starting = new Thread(() -> PythonInterpreter.create().close());
            starting.setDaemon(true);
            starting.start();
            while (Path.of(args[0]).toFile().list().length == 0) {
                Thread.onSpinWait();
            }
            System.exit(3);
        }
    }

    @Test
    void aProcessThatEndsWhilePythonStartsLeavesNothingInTheTemporaryFolder(@TempDir Path folder) {
        ChildJvm.of(EndsAtOnce.class).options("-Djava.io.tmpdir=" + folder).arguments(folder).run().withCode(3);
        assertEquals(0, folder.toFile().list().length);
    }
}
