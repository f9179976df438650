package dev.krait.lifetime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.ConversionException;
import dev.krait.Isolation;
import dev.krait.KraitMXBean;
import dev.krait.PyObject;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.testing.ChildJvm;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;

/** Krait as the JVM's tools see it: the flight recorder, JMX, the leak report. Each in a JVM of its own. */
final class WatchingTest {
    /** Calls while a recording runs, and tells what it has. */
    public static final class Recorded {
        public static void main(String[] args) throws Exception {
            PythonInterpreter interp = PythonInterpreter.create();
            interp.exec("import time\ndef nap(t): time.sleep(t)\ndef boom(): raise ValueError\n"
                    + "def outer(f): return f()\n");
            interp.invoke("nap", 0.001);
            // The recorder learns of Krait a moment after the start.
            Thread.sleep(2_500);
            try (Recording recording = new Recording()) {
                for (String name : List.of("GilWait", "InterpreterOpen", "InterpreterClose", "PythonStacks")) {
                    recording.enable("dev.krait." + name);
                }
                recording.enable("dev.krait.Call").withThreshold(Duration.ofMillis(200));
                recording.start();
                interp.invoke("nap", 0.001);
                interp.invoke("nap", 0.3);
                try {
                    interp.invoke("outer", (Supplier<Object>) () -> {
                        sleep(300);
                        throw new IllegalStateException();
                    });
                    throw new AssertionError("nothing was thrown");
                } catch (IllegalStateException e) {
                    // As wanted.
                }
                try (PythonInterpreter other = PythonInterpreter.builder().isolation(Isolation.SUB_INTERPRETER).build()) {
                    other.exec("x = 1");
                }
                Thread busy = new Thread(() -> interp.exec("end = time.monotonic() + 0.4\nwhile time.monotonic() < end: pass"));
                busy.start();
                sleep(100);
                interp.invoke("nap", 0);
                busy.join();
                CountDownLatch stop = new CountDownLatch(1);
                CountDownLatch inside = new CountDownLatch(1);
                Thread thread = new Thread(() -> interp.invoke("outer", (Supplier<Object>) () -> {
                    inside.countDown();
                    await(stop);
                    return null;
                }), "recorded");
                thread.start();
                inside.await();
                recording.stop();
                stop.countDown();
                thread.join();
                Path file = Files.createTempFile("krait", ".jfr");
                recording.dump(file);
                for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
                    tell(event);
                }
                Files.delete(file);
            }
        }

        private static void tell(RecordedEvent event) {
            switch (event.getEventType().getName()) {
                case "dev.krait.Call":
                    System.out.println("call " + event.getString("operation") + " " + event.getString("name") + " "
                            + event.getBoolean("failed") + " " + (event.getDuration().toMillis() >= 200));
                    break;
                case "dev.krait.GilWait":
                    System.out.println("wait of " + event.getThread().getJavaName() + " " + event.getString("operation") + " "
                            + (event.getDuration("waited").toNanos() > 1_000_000));
                    break;
                case "dev.krait.InterpreterOpen":
                    System.out.println("open " + event.getString("isolation") + " " + event.getInt("open"));
                    break;
                case "dev.krait.InterpreterClose":
                    System.out.println("close " + event.getInt("open"));
                    break;
                case "dev.krait.PythonStacks":
                    System.out.println("stack " + event.getString("thread") + event.getString("stack"));
                    break;
                default:
                    break;
            }
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aRecordingHasCallsInterpretersAndStacks() {
        String output = ChildJvm.of(Recorded.class).run().fine();
        assertTrue(output.contains("call INVOKE nap false true\n"), output);
        assertEquals(1, output.split("call INVOKE nap", -1).length - 1, "the short one is below the threshold\n" + output);
        assertTrue(output.contains("call INVOKE outer true true\n"), output);
        assertTrue(output.contains("wait of main INVOKE true\n"), output);
        assertTrue(output.contains("open SUB_INTERPRETER 2\n"), output);
        assertTrue(output.contains("close 1\n"), output);
        assertTrue(output.contains("stack Java thread \"recorded\""), output);
        assertTrue(output.contains(", in outer\n"), output);
    }

    /** Asks the MBean. */
    public static final class Managed {
        public static void main(String[] args) throws Exception {
            PythonInterpreter interp = PythonInterpreter.create();
            interp.exec("def outer(f): return f()\n");
            MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            ObjectName name = new ObjectName("dev.krait:type=Krait");
            for (int i = 0; i < 100 && !server.isRegistered(name); i++) {
                Thread.sleep(100);
            }
            KraitMXBean bean = JMX.newMXBeanProxy(server, name, KraitMXBean.class);
            long before = bean.getCalls();
            interp.eval("1");
            interp.eval("1");
            System.out.println("calls " + (bean.getCalls() - before));
            System.out.println("interpreters " + server.getAttribute(name, "Interpreters"));
            bean.setGilWaitMeasured(true);
            System.out.println("measured " + bean.isGilWaitMeasured());
            System.out.println(interp.invoke("outer",
                    (Supplier<Object>) () -> bean.dumpStacks().contains(", in outer\n")));
            System.out.println(server.getMBeanInfo(name).getOperations()[0].getName());
        }
    }

    @Test
    void theMBeanHasTheNumbersAndTheStacks() {
        assertEquals(List.of("calls 2", "interpreters 1", "measured true", "true", "dumpStacks"),
                lines(ChildJvm.of(Managed.class).run().fine()));
    }

    @Test
    void withoutTheModulesOfTheRecorderAndOfJmxKraitRunsAllTheSame() {
        String output = ChildJvm.of(Small.class).options("--limit-modules", "java.base").run().fine();
        assertEquals(List.of("2"), lines(output));
    }

    /** Stays long enough to be watched. */
    public static final class Small {
        public static void main(String[] args) throws Exception {
            try (PythonInterpreter interp = PythonInterpreter.create()) {
                Thread.sleep(1_500);
                System.out.println(interp.eval("1 + 1"));
            }
        }
    }

    /** Forgets things. */
    public static final class Forgetful {
        public static void main(String[] args) throws Exception {
            try (PythonInterpreter interp = PythonInterpreter.create()) {
                for (int i = 0; i < 10; i++) {
                    forgottenObject(interp);
                }
                closed(interp);
                closedByNobody(interp);
                forgottenInterpreter();
                for (int i = 0; i < 10; i++) {
                    System.gc();
                    Thread.sleep(50);
                }
                System.out.println("end");
            }
        }

        private static void forgottenObject(PythonInterpreter interp) {
            interp.eval(PyObject.class, "object()");
        }

        private static void closed(PythonInterpreter interp) {
            interp.eval(PyObject.class, "object()").close();
            try {
                interp.eval("1 / 0");
            } catch (PythonException e) {
                // Its exception object is nobody's to close.
                return;
            }
        }

        /** Views, proxies, coroutines and what was refused are nobody's to close. */
        private static void closedByNobody(PythonInterpreter interp) {
            interp.exec("async def task(): return 1\nclass Speaker:\n    def get(self): return 2");
            interp.invokeAsync("task").join();
            try (PyObject speaker = interp.eval(PyObject.class, "Speaker()"); PyObject list = interp.eval(PyObject.class, "[1]");
                    PyObject dict = interp.eval(PyObject.class, "{1: 2}"); PyObject set = interp.eval(PyObject.class, "{1}")) {
                assertEquals(3, list.asList().size() + dict.asMap().size() + set.asSet().size());
                assertEquals(2L, interp.proxy(speaker, Supplier.class).get());
                assertEquals(2L, speaker.as(Supplier.class).get());
            }
            assertEquals(2L, interp.eval(Supplier.class, "Speaker()").get());
            assertEquals(3L, interp.eval(Supplier.class, "lambda: 3").get());
            assertThrows(ConversionException.class, () -> interp.eval(Integer.class, "object()"));
        }

        private static void forgottenInterpreter() {
            PythonInterpreter.create().withDeadline(Duration.ofSeconds(5)).exec("x = 1");
        }
    }

    @Test
    void theLeakReportTellsWhereForgottenThingsWereMade() {
        String output = ChildJvm.of(Forgetful.class).options("-Dkrait.leaks=report").run().fine();
        assertTrue(output.contains("A PyObject was never closed. "), output);
        assertTrue(output.contains("A PyObject was never closed (for the 10th time at this place)"), output);
        assertTrue(output.contains("A PythonInterpreter was never closed. "), output);
        assertTrue(output.contains("Forgetful.forgottenObject(WatchingTest.java:"), output);
        assertTrue(output.contains("Forgetful.forgottenInterpreter(WatchingTest.java:"), output);
        assertFalse(output.contains("Forgetful.closed("), output);
        assertFalse(output.contains("Forgetful.closedByNobody("), output);
    }

    @Test
    void withoutThePropertyNothingIsReported() {
        assertEquals(List.of("end"), lines(ChildJvm.of(Forgetful.class).run().fine()));
    }

    private static List<String> lines(String output) {
        return Arrays.stream(output.split("\n")).filter(line -> !line.isEmpty()).collect(Collectors.toList());
    }
}
