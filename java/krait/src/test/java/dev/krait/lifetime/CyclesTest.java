package dev.krait.lifetime;

import static dev.krait.testing.Pythons.lines;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.krait.Isolation;
import dev.krait.KraitMetrics;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.PythonSetupException;
import dev.krait.testing.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Interpreters that come and go, and threads that do, leave nothing behind. */
final class CyclesTest {
    private static final String GROWN = "grown by ";
    /** How Java tells of SIGABRT. */
    private static final int DIED = 128 + 6;

    private static long residentKilobytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new AssertionError("no VmRSS");
    }

    /** Tells what is left, once what is dead has been collected. */
    private static void tell(long before, PythonInterpreter outer, KraitMetrics at) throws Exception {
        KraitMetrics now = KraitMetrics.now();
        for (int i = 0; i < 200 && (now.pythonObjects() > at.pythonObjects() || now.threadStates() > at.threadStates()); i++) {
            System.gc();
            Thread.sleep(10);
            outer.eval("1");
            now = KraitMetrics.now();
        }
        System.out.println("left: " + (now.pythonObjects() - at.pythonObjects()) + " Python objects, "
                + Math.max(0, now.javaObjects() - at.javaObjects()) + " Java objects, " + (now.interpreters() - at.interpreters())
                + " interpreters, " + Math.max(0, now.threadStates() - at.threadStates()) + " thread states");
        System.out.println(GROWN + (residentKilobytes() - before));
    }

    private static String[] run(ChildJvm child) {
        // A heap that is there from the beginning cannot be what grows, nor code that is compiled meanwhile, but for a little.
        return child.options("-Xms96m", "-Xmx96m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1").run()
                .fine().split("\n");
    }

    private static void checkLeft(String[] lines) {
        assertEquals("left: 0 Python objects, 0 Java objects, 0 interpreters, 0 thread states", lines[0]);
    }

    private static void check(String[] lines, long mostKilobytes) {
        checkLeft(lines);
        long grown = Long.parseLong(lines[1].substring(GROWN.length()));
        assertTrue(grown < mostKilobytes, () -> "grown by " + grown + " KiB, at most " + mostKilobytes + " are right");
    }

    /** By how many KiB plain CPython grows that opens, uses and ends as many interpreters that import the same modules. */
    private static long plainGrowth(Isolation isolation, int warmUp, int times, String modules) throws Exception {
        String python = System.getenv().getOrDefault("KRAIT_PYTHON", "python3");
        String code = lines("import sys", "try:", "    import _interpreters as interpreters", "except ImportError:",
                "    import _xxsubinterpreters as interpreters", "new, own_gil, warm_up, times, modules = " +
                "sys.version_info >= (3, 13), sys.argv[1] == 'OWN_GIL', int(sys.argv[2]), int(sys.argv[3]), sys.argv[4].split(',')",
                "def create():",
                "    return interpreters.create('isolated' if own_gil else 'legacy') if new else interpreters.create(isolated=own_gil)",
                "code = f'import importlib, sys\\nfor name in {modules!r}:\\n    if name[0] == \"-\": sys.modules[name[1:]] = None\\n'",
                "code += f'for name in {modules!r}:\\n    try: importlib.import_module(name)\\n    except ImportError: pass\\n'",
                "code += 'def f(x): return x + 1\\nkept = [f]\\nkept.append(kept)\\nf(1)\\n'",
                "def cycles(count):", "    for _ in range(count):", "        one = create()",
                "        interpreters.run_string(one, code)", "        interpreters.destroy(one)",
                "def resident():", "    with open('/proc/self/status') as status:",
                "        return next(int(line.split()[1]) for line in status if line.startswith('VmRSS:'))",
                "cycles(warm_up)", "before = resident()", "cycles(times)", "print(resident() - before)");
        Process process = new ProcessBuilder(python, "-c", code, isolation.name(), String.valueOf(warmUp), String.valueOf(times),
                modules).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int ended = process.waitFor();
        // CPython 3.12.1 itself dies of a double free of its own at the end of some interpreters with a GIL of their own.
        assumeFalse(isolation == Isolation.OWN_GIL && ended == DIED, "plain CPython does not survive this");
        assertEquals(0, ended);
        return Long.parseLong(output.trim());
    }

    /** Opens and closes interpreters of a kind, so many times, after some more to warm up. */
    public static final class Opens {
        private Opens() {
        }

        /** The child's program: the kind, the number of times, and of those before. */
        public static void main(String[] args) throws Exception {
            Isolation isolation = Isolation.valueOf(args[0]);
            int times = Integer.parseInt(args[1]);
            try (PythonInterpreter outer = PythonInterpreter.create()) {
                cycles(isolation, Integer.parseInt(args[2]));
                System.gc();
                KraitMetrics at = KraitMetrics.now();
                long before = residentKilobytes();
                cycles(isolation, times);
                tell(before, outer, at);
                try (PythonInterpreter one = PythonInterpreter.builder().isolation(isolation).build()) {
                    // A dash says that Krait lets this interpreter do without the module, the C half of another one.
                    System.out.println(one.eval("','.join('-' * (v is None) + m for m, v in __import__('sys').modules.items()"
                            + " if m.split('.')[0] not in ('krait', '_krait', '__main__'))"));
                }
            } catch (PythonSetupException e) {
                if (isolation != Isolation.OWN_GIL) {
                    throw e;
                }
                System.out.println("not here");
            }
        }

        private static void cycles(Isolation isolation, int times) {
            Function<Object, Object> java = x -> (Long) x + 1;
            for (int i = 0; i < times; i++) {
                try (PythonInterpreter each = PythonInterpreter.builder().isolation(isolation).build()) {
                    each.exec("def f(x, java): return java(x)\nkept = [f]\nkept.append(kept)");
                    if (!Long.valueOf(i + 1).equals(each.invoke("f", i, java))) {
                        throw new AssertionError("not " + (i + 1));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void manyCyclesOfEachIsolationLeaveNothing(Isolation isolation) throws Exception {
        checkCycles(isolation, isolation == Isolation.SHARED ? 10_000 : 200);
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    @Tag("slow")
    void tenThousandCyclesOfEachIsolationLeaveNothing(Isolation isolation) throws Exception {
        try (PythonInterpreter outer = PythonInterpreter.create()) {
            long minor = (Long) outer.eval("__import__('sys').version_info.minor");
            boolean leaves = minor == 12 || minor == 13;
            assumeFalse(isolation != Isolation.SHARED && leaves, "CPython itself leaves gigabytes of so many");
        }
        checkCycles(isolation, 10_000);
    }

    /**
     * CPython itself does not give all back that an interpreter had: Krait may add next to nothing to that. From 3.12 on
     * it is in pieces of a MiB, of which a few objects more may take one more: up to a quarter of what CPython leaves.
     */
    private static void checkCycles(Isolation isolation, int times) throws Exception {
        int before = isolation == Isolation.SHARED ? 1_000 : 100;
        String[] lines = run(ChildJvm.of(Opens.class).arguments(isolation, times, before).within(7_200));
        if (lines[0].equals("not here")) {
            return;
        }
        checkLeft(lines);
        long plain = isolation == Isolation.SHARED ? 0 : plainGrowth(isolation, before, times, lines[2]);
        System.out.println(times + " cycles of " + isolation + ": " + lines[1] + " KiB, plain CPython by " + plain);
        check(lines, plain + plain / 4 + 12 * 1024);
    }

    /** Before CPython 3.12 the subclasses of {@code object} are those of all interpreters, also of those that are gone. */
    @Test
    void noClassOfAnInterpreterIsLeftThatWasClosed() {
        try (PythonInterpreter outer = PythonInterpreter.create()) {
            outer.exec("def classes():\n    import gc; gc.collect()\n"
                    + "    return sum(c.__module__ == 'krait' for c in object.__subclasses__())");
            Opens.cycles(Isolation.SUB_INTERPRETER, 1);
            Object before = outer.invoke("classes");
            Opens.cycles(Isolation.SUB_INTERPRETER, 5);
            assertEquals(before, outer.invoke("classes"));
        }
    }

    /** A thread may be about to learn a name when another one closes the interpreter. */
    @Test
    void callsByNewNamesWhileTheInterpreterIsClosedLeaveNothing() throws Exception {
        try (PythonInterpreter outer = PythonInterpreter.create()) {
            outer.eval("1");
            long before = KraitMetrics.now().pythonObjects();
            for (int i = 0; i < 300; i++) {
                PythonInterpreter each = PythonInterpreter.create();
                Thread[] threads = new Thread[3];
                for (int j = 0; j < threads.length; j++) {
                    String prefix = "name_" + j + "_";
                    threads[j] = new Thread(() -> {
                        try {
                            for (int k = 0; k < 4_000; k++) {
                                try {
                                    each.invoke(prefix + k);
                                } catch (PythonException e) {
                                    // There is no function of that name.
                                }
                            }
                        } catch (IllegalStateException e) {
                            // Closed.
                        }
                    });
                    threads[j].start();
                }
                Thread.sleep(1);
                each.close();
                for (Thread thread : threads) {
                    thread.join();
                }
            }
            for (int i = 0; i < 200 && KraitMetrics.now().pythonObjects() > before; i++) {
                System.gc();
                Thread.sleep(10);
                outer.eval("1");
            }
            assertEquals(before, KraitMetrics.now().pythonObjects());
        }
    }

    /** Closes interpreters while some threads have called and end, and others are about to call for the first time. */
    public static final class ClosesBetweenThreads {
        private static final int CYCLES = 100;

        private ClosesBetweenThreads() {
        }

        /** The child's program. */
        public static void main(String[] args) throws InterruptedException {
            Random random = new Random(1);
            try (PythonInterpreter outer = PythonInterpreter.create()) {
                outer.eval("1");
                for (int i = 0; i < CYCLES; i++) {
                    PythonInterpreter each = PythonInterpreter.builder().isolation(Isolation.SUB_INTERPRETER).build();
                    Thread[] threads = new Thread[12];
                    for (int j = 0; j < threads.length; j++) {
                        int micros = random.nextInt(400);
                        threads[j] = new Thread(() -> {
                            spin(micros);
                            try {
                                each.eval("1");
                            } catch (IllegalStateException e) {
                                // Closed.
                            }
                        });
                        threads[j].start();
                    }
                    spin(random.nextInt(600));
                    each.close();
                    for (Thread thread : threads) {
                        thread.join();
                    }
                }
                System.out.println("closed");
            }
        }

        private static void spin(int micros) {
            long end = System.nanoTime() + 1_000L * micros;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
        }
    }

    /** What cannot end says so in a warning, and stays in memory. */
    @Test
    void everyInterpreterEndsThatIsClosedWhileThreadsEndAndOthersCome() {
        assertEquals("closed\n", ChildJvm.of(ClosesBetweenThreads.class).run().fine());
    }

    @Test
    void closingTwiceWhileACallRunsFreesEverything() throws Exception {
        try (PythonInterpreter outer = PythonInterpreter.create()) {
            outer.exec("import gc");
            // What the process makes once: mirrors of the classes.
            closeTwiceWhileACallRuns();
            outer.exec("gc.collect()");
            KraitMetrics before = KraitMetrics.now();
            for (int i = 0; i < 10; i++) {
                closeTwiceWhileACallRuns();
            }
            outer.exec("gc.collect()");
            assertEquals(before.pythonObjects(), KraitMetrics.now().pythonObjects());
            assertEquals(before.javaObjects(), KraitMetrics.now().javaObjects());
        }
    }

    private static void closeTwiceWhileACallRuns() throws InterruptedException {
        PythonInterpreter each = PythonInterpreter.create();
        each.exec("kept = []\ndef f(x, java):\n    kept.append(x)\n    java.run()");
        CountDownLatch runs = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        Runnable waits = () -> {
            runs.countDown();
            try {
                goesOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
        Thread calls = new Thread(() -> each.invoke("f", new Object(), waits));
        calls.start();
        runs.await();
        Thread closes = new Thread(each::close);
        closes.start();
        while (!each.isClosed()) {
            Thread.sleep(1);
        }
        each.close();
        goesOn.countDown();
        calls.join();
        closes.join();
    }

    /** The interpreter may be closed once the arguments are written, and before they are Python's. */
    @Test
    void javaObjectsOfCallsThatComeTooLateAreLetGoOf() throws Exception {
        try (PythonInterpreter outer = PythonInterpreter.create()) {
            outer.exec("import gc");
            long before = KraitMetrics.now().javaObjects();
            for (int i = 0; i < 100; i++) {
                PythonInterpreter each = PythonInterpreter.create();
                each.exec("def f(*args): pass");
                List<Object> last = new AbstractList<>() {
                    @Override
                    public Object get(int index) {
                        each.close();
                        return new Object();
                    }

                    @Override
                    public int size() {
                        return 1;
                    }
                };
                assertThrows(IllegalStateException.class, () -> each.invoke("f", new Object(), last));
            }
            outer.exec("gc.collect()");
            assertEquals(before, KraitMetrics.now().javaObjects());
        }
    }

    /** Ten thousand threads that live for a call, of the sizes and kinds that there are. */
    public static final class Threads {
        private Threads() {
        }

        /** The child's program. */
        public static void main(String[] args) throws Exception {
            try (PythonInterpreter py = PythonInterpreter.create()) {
                py.exec("import threading\nlocal = threading.local()\n"
                        + "def f(x):\n    local.kept = [x] * 100\n    return x + 1\n"
                        + "def own(java):\n"
                        + "    threads = [threading.Thread(target=java, args=(i,)) for i in range(10)]\n"
                        + "    for t in threads: t.start()\n    for t in threads: t.join()\n");
                threads(py, 10_000);
                System.gc();
                KraitMetrics at = KraitMetrics.now();
                long before = residentKilobytes();
                threads(py, 10_000);
                tell(before, py, at);
            }
        }

        private static void threads(PythonInterpreter py, int count) throws InterruptedException {
            Function<Object, Object> java = x -> py.invoke("f", x);
            for (int i = 0; i < count; i += 20) {
                Thread[] threads = new Thread[10];
                for (int j = 0; j < threads.length; j++) {
                    long number = i + j;
                    threads[j] = new Thread(null, () -> {
                        if (!Long.valueOf(number + 1).equals(py.invoke("f", number))) {
                            throw new AssertionError("not " + (number + 1));
                        }
                    }, "short", j % 2 == 0 ? 0 : 256 << 10);
                    threads[j].start();
                }
                // As many that Python makes, which call Java, which calls Python.
                py.invoke("own", java);
                for (Thread thread : threads) {
                    thread.join();
                }
            }
        }
    }

    @Test
    void tenThousandShortLivedThreadsLeaveNothing() {
        check(run(ChildJvm.of(Threads.class)), 24 * 1024);
    }
}
