package dev.krait.threads;

import static dev.krait.testing.Pythons.lines;
import static dev.krait.testing.Pythons.needs;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.PythonInterpreter;
import dev.krait.PythonTimeoutException;
import dev.krait.testing.ChildJvm;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Greenlets, as gevent and SQLAlchemy's asyncio use them, that stop half-way where Java called back into Python. */
class GreenletsTest {
    private static final String SETUP = lines(
            "import greenlet, json",
            "from java.util import ArrayList",
            "numbers = ArrayList([1, 2, 3])",
            "main = greenlet.getcurrent",
            "def deep(n): return sorted([n], key=lambda k: deep(k - 1) if k else 0)[0]");

    /** Runs code and prints what an expression is, each argument after the first. */
    public static final class Evaluated {
        private Evaluated() {
        }

        /** The child's program. */
        public static void main(String[] args) {
            try (PythonInterpreter py = PythonInterpreter.create()) {
                py.exec(SETUP + "\n" + args[0]);
                for (int i = 1; i < args.length; i++) {
                    System.out.println(py.eval(args[i]));
                }
            }
        }
    }

    /** Calls of which one has a deadline, and the inner one waits in a greenlet. */
    public static final class Stopped {
        private Stopped() {
        }

        /** The child's program. */
        public static void main(String[] args) {
            Duration deadline = Duration.ofMillis(200);
            try (PythonInterpreter py = PythonInterpreter.create()) {
                Callable<Object> calls = () -> py.invoke("inner");
                Callable<Object> callsBriefly = () -> py.invoke(deadline, "inner");
                py.set("calls", calls);
                py.set("calls_briefly", callsBriefly);
                py.exec(SETUP + "\n" + args[0]);
                System.out.println(py.invoke("outer", "calls_briefly"));
                try {
                    System.out.println(py.invoke(deadline, "outer", "calls"));
                } catch (PythonTimeoutException e) {
                    System.out.println("outer: " + e.getMessage());
                }
                System.out.println(py.eval("ended"));
            }
        }
    }

    /** Functions that wait for ever, each stopped by its deadline. */
    public static final class Waiting {
        private Waiting() {
        }

        /** The child's program. */
        public static void main(String[] args) {
            try (PythonInterpreter py = PythonInterpreter.create()) {
                py.exec(args[0]);
                for (int i = 1; i < args.length; i++) {
                    String name = args[i];
                    PythonTimeoutException stopped = assertThrows(PythonTimeoutException.class,
                            () -> py.invoke(Duration.ofMillis(200), name));
                    System.out.println(name + " " + stopped.getMessage() + " " + py.invoke("fine"));
                }
            }
        }
    }

    @BeforeAll
    static void installed() {
        installed("greenlet");
    }

    private static void installed(String module) {
        try (PythonInterpreter py = PythonInterpreter.create()) {
            needs(py, module);
        }
    }

    private static ChildJvm evaluated(String... codeAndExpressions) {
        return ChildJvm.of(Evaluated.class).arguments((Object[]) codeAndExpressions);
    }

    @Test
    void takeTurnsAcrossCallsOfJavaAndBack() {
        String turns = lines(
                "def turns():",
                "    here, seen = main(), []",
                "    other = greenlet.greenlet(lambda: numbers.forEach(lambda k: seen.append(here.switch(k))))",
                "    for _ in range(3):",
                "        seen.append(other.switch())",
                "        deep(20)",
                "        # Calls Java, and Java Python, below what waits.",
                "        ArrayList([4]).forEach(lambda k: seen.append(-k))",
                "    other.switch()",
                "    return repr(seen)");
        String seen = "[1, -4, (), 2, -4, (), 3, -4, ()]\n";
        assertEquals(seen + seen, evaluated(turns, "[turns() for _ in range(500)][-1]", "turns()").run().fine());
    }

    @Test
    void endWithTheCallFromJavaThatTheyWaitIn() {
        String left = lines(
                "ends = []",
                "def wait(k, here):",
                "    try: here.switch(k)",
                "    except BaseException as e: ends.append(type(e).__name__); raise",
                "def left(count):",
                "    here = main()",
                "    for _ in range(count):",
                "        greenlets.append(greenlet.greenlet(lambda: numbers.forEach(lambda k: wait(k, here))))",
                "    return sum(g.switch() for g in greenlets[-count:])",
                "greenlets = []");
        assertEquals("1\n[GreenletExit]\n5\n6\n[true, true, true, true, true, true]\n2\n", evaluated(left, "left(1)", "ends", "left(5)",
                "len(ends)", "[g.dead for g in greenlets]", "1 + 1").run().fine());
    }

    @Test
    void thatRaiseOtherwiseAreToldOf() {
        String raising = lines(
                "def wait(here):",
                "    try: here.switch(7)",
                "    finally: raise ValueError('on its way out')",
                "def left():",
                "    here = main()",
                "    return greenlet.greenlet(lambda: numbers.forEach(lambda k: wait(here))).switch()");
        String output = evaluated(raising, "left()", "1 + 1").run().fine();
        assertTrue(output.contains("ValueError: on its way out") && output.endsWith("7\n2\n"), output);
    }

    @Test
    void areStoppedOnlyForTheCallThatTheyRunIn() {
        String stopped = lines(
                "import time",
                "ended = []",
                "def inner():",
                "    try:",
                "        here.switch()",
                "        while True: deep(5)",
                "    except BaseException as e: ended.append(type(e).__name__); raise",
                "def outer(name):",
                "    global here",
                "    here = main()",
                "    other = greenlet.greenlet(globals()[name].call)",
                "    other.switch()",
                "    end = time.monotonic() + 0.6",
                "    while name == 'calls' or time.monotonic() < end: ArrayList([4]).forEach(id)",
                "    try: other.switch()",
                "    except BaseException as e: return 'inner: ' + str(e)");
        String output = ChildJvm.of(Stopped.class).arguments(stopped).run().fine();
        assertTrue(output.endsWith(lines(
                "inner: krait.CallTimeout: the call ran longer than its deadline",
                "outer: krait.CallTimeout: the call ran longer than its deadline",
                "[CallTimeout, GreenletExit]")), output);
    }

    @Test
    void ofGeventAreStoppedWhereverTheyWait() {
        installed("gevent");
        String waiting = lines(
                "import gevent",
                "# It prints what a greenlet raises, to there.",
                "gevent.get_hub().exception_stream = None",
                "def sleeps(): gevent.sleep(60)",
                "def joins(): gevent.joinall([gevent.spawn(gevent.sleep, 60) for _ in range(3)])",
                "def endless(pause):",
                "    while True: pause()",
                "def turns(): gevent.spawn(endless, lambda: gevent.sleep(0)).join()",
                "def spins(): gevent.spawn(endless, int).join()",
                "from java.util import ArrayList",
                "def in_java(): ArrayList([1]).forEach(lambda k: gevent.sleep(60))",
                "def joins_in_java(): gevent.joinall([gevent.spawn(in_java) for _ in range(3)])",
                "def spins_beside():",
                "    gevent.spawn(in_java)",
                "    gevent.sleep(0)",
                "    endless(int)",
                "import krait",
                "def hit_once_more():",
                "    try: gevent.sleep(60)",
                "    finally: raise krait.CallTimeout()",
                "def ends_twice():",
                "    gevent.spawn(ArrayList([1]).forEach, lambda k: hit_once_more())",
                "    gevent.sleep(60)",
                "def fine(): return gevent.spawn(lambda: gevent.sleep(0.01) or 5).get()");
        String[] names = {"sleeps", "joins", "turns", "spins", "joins_in_java", "spins_beside", "ends_twice"};
        String stopped = " krait.CallTimeout: the call ran longer than its deadline 5\n";
        assertEquals(String.join(stopped, names) + stopped,
                ChildJvm.of(Waiting.class).arguments(waiting).arguments((Object[]) names).run().fine());
    }

    @Test
    void ofGeventThatRaiseOtherwiseAreToldOfAndLeaveTheHubAsItWas() {
        installed("gevent");
        String raising = lines(
                "import gevent",
                "from java.util import ArrayList",
                "gevent.get_hub().exception_stream = None",
                "def raises():",
                "    try: gevent.sleep(60)",
                "    finally: raise KeyboardInterrupt('on its way out')",
                "def sleeps():",
                "    gevent.spawn(ArrayList([1]).forEach, lambda k: raises())",
                "    gevent.sleep(60)",
                "def fine(): return gevent.spawn(lambda: gevent.sleep(0.01) or 5).get()");
        String output = ChildJvm.of(Waiting.class).arguments(raising, "sleeps").run().fine();
        assertTrue(output.contains("KeyboardInterrupt: on its way out")
                && output.endsWith("sleeps krait.CallTimeout: the call ran longer than its deadline 5\n"), output);
    }

    @Test
    void whoseEndJavaPassesOnAsAnotherExceptionAreNotToldOf() {
        String passing = lines(
                "from java.util.concurrent import CompletableFuture, ExecutionException",
                "def wait(here):",
                "    try: here.switch(7)",
                "    finally: ends.append('ended')",
                "def left(get):",
                "    here = main()",
                "    return greenlet.greenlet(lambda: get(CompletableFuture.completedFuture(1).thenApply(lambda k: wait(here)))).switch()",
                "def raised(future):",
                "    try: future.join()",
                "    except BaseException as e: raise ValueError('on its way out') from e",
                "ends = []");
        assertEquals("7\n7\n[ended, ended]\n",
                evaluated(passing, "left(lambda f: f.join())", "left(lambda f: f.get())", "ends").run().fine());
        String output = evaluated(passing, "left(raised)", "ends").run().fine();
        assertTrue(output.contains("ValueError: on its way out") && output.endsWith("7\n[ended]\n"), output);
    }

    @Test
    void thatNeverEndAreAFatalErrorThatSaysSo() {
        String endless = lines(
                "def wait(here):",
                "    while True:",
                "        try: here.switch(7)",
                "        except greenlet.GreenletExit: pass",
                "def left():",
                "    here = main()",
                "    return greenlet.greenlet(lambda: numbers.forEach(lambda k: wait(here))).switch()");
        String output = evaluated(endless, "left()").run().output;
        assertTrue(output.contains("a call of Python from Java ends before one inside it"), output);
    }
}
