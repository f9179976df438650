package dev.krait.lifetime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.Isolation;
import dev.krait.KraitMetrics;
import dev.krait.PythonInterpreter;
import dev.krait.PythonSetupException;
import dev.krait.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Interpreters that come and go, and threads that do, leave nothing behind. */
final class CyclesTest {
    private static final String GROWN = "grown by ";

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
                + (now.javaObjects() - at.javaObjects()) + " Java objects, " + (now.interpreters() - at.interpreters())
                + " interpreters, " + Math.max(0, now.threadStates() - at.threadStates()) + " thread states");
        System.out.println(GROWN + (residentKilobytes() - before));
    }

    private static void check(ChildJvm child, long mostKilobytes) {
        // A heap that is there from the beginning cannot be what grows.
        String output = child.options("-Xms96m", "-Xmx96m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC").run().fine();
        String[] lines = output.split("\n");
        if (lines[0].equals("not here")) {
            return;
        }
        assertEquals("left: 0 Python objects, 0 Java objects, 0 interpreters, 0 thread states", lines[0]);
        assertTrue(Long.parseLong(lines[1].substring(GROWN.length())) < mostKilobytes, output);
    }

    /** Opens and closes interpreters of a kind, so many times, after some more to warm up. */
    public static final class Opens {
        private Opens() {
        }

        /** The child's program: the kind and the number of times. */
        public static void main(String[] args) throws Exception {
            Isolation isolation = Isolation.valueOf(args[0]);
            int times = Integer.parseInt(args[1]);
            try (PythonInterpreter outer = PythonInterpreter.create()) {
                cycles(isolation, Math.max(50, times / 10));
                System.gc();
                KraitMetrics at = KraitMetrics.now();
                long before = residentKilobytes();
                cycles(isolation, times);
                tell(before, outer, at);
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
    void manyCyclesOfEachIsolationLeaveNothing(Isolation isolation) {
        int times = isolation == Isolation.SHARED ? 10_000 : 100;
        check(ChildJvm.of(Opens.class).arguments(isolation, times), 24 * 1024);
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    @Tag("slow")
    void tenThousandCyclesOfEachIsolationLeaveNothing(Isolation isolation) {
        // CPython itself does not give all back that a sub-interpreter had.
        long most = isolation == Isolation.SHARED ? 16 * 1024 : 10_000 * 24;
        check(ChildJvm.of(Opens.class).arguments(isolation, 10_000).within(3_600), most);
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
        check(ChildJvm.of(Threads.class), 24 * 1024);
    }
}
