package dev.krait.lifetime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.krait.PyFunction;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.testing.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;

/** What somebody sees of Python in a JVM that runs, from another terminal: with {@code jcmd}, as `docs/threads.md` says. */
final class JcmdTest {
    private static final Path JCMD = Path.of(System.getProperty("java.home"), "bin", "jcmd");

    private static String jcmd(String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(JCMD.toString(), String.valueOf(ProcessHandle.current().pid())));
        all.addAll(List.of(command));
        Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(all + ": " + output);
        }
        return output;
    }

    /** Is looked at while it runs Python code. */
    public static final class Watched {
        private Watched() {
        }

        /** The child's program. */
        public static void main(String[] args) throws Exception {
            PythonInterpreter py = PythonInterpreter.create();
            py.exec("def waits_in_python(f): return f()\n");
            CountDownLatch inside = new CountDownLatch(1);
            CountDownLatch stop = new CountDownLatch(1);
            Supplier<Object> waits = () -> {
                inside.countDown();
                try {
                    stop.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return null;
            };
            Thread thread = new Thread(() -> py.invoke("waits_in_python", waits), "watched");
            thread.start();
            inside.await();
            // The MBean and the recorder's events are there a moment after the start.
            Thread.sleep(2_500);
            byJmx();
            byRecorder();
            stop.countDown();
            thread.join();
        }

        private static void byJmx() throws Exception {
            jcmd("ManagementAgent.start_local");
            Matcher url = Pattern.compile("service:jmx:\\S+").matcher(jcmd("ManagementAgent.status"));
            if (!url.find()) {
                throw new AssertionError("no address");
            }
            try (JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(url.group()))) {
                MBeanServerConnection server = connector.getMBeanServerConnection();
                ObjectName name = new ObjectName("dev.krait:type=Krait");
                String stacks = (String) server.invoke(name, "dumpStacks", new Object[0], new String[0]);
                System.out.println("JMX: " + isStack(stacks) + ", " + server.getAttribute(name, "Interpreters"));
            }
        }

        private static void byRecorder() throws Exception {
            Path settings = Files.createTempFile("krait", ".jfc");
            Files.writeString(settings, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><configuration version=\"2.0\">"
                    + "<event name=\"dev.krait.PythonStacks\"><setting name=\"enabled\">true</setting></event></configuration>");
            Path file = Files.createTempFile("krait", ".jfr");
            jcmd("JFR.start", "name=krait", "settings=" + settings);
            jcmd("JFR.stop", "name=krait", "filename=" + file);
            boolean seen = RecordingFile.readAllEvents(file).stream()
                    .filter(event -> event.getEventType().getName().equals("dev.krait.PythonStacks"))
                    .anyMatch(event -> isStack(event.getString("thread") + event.getString("stack")));
            System.out.println("JFR: " + seen);
            Files.delete(file);
            Files.delete(settings);
        }

        private static boolean isStack(String text) {
            return text.contains("\"watched\"") && text.contains(", in waits_in_python");
        }
    }

    @Test
    void showsPythonsStacks() {
        assumeTrue(Files.isExecutable(JCMD), "this Java has no jcmd");
        String output = ChildJvm.of(Watched.class).run().fine();
        assertTrue(output.contains("JMX: true, 1\n"), output);
        assertTrue(output.contains("JFR: true\n"), output);
    }

    /** Records with the JDK's own settings, then with Krait's events. */
    public static final class Profiled {
        private Profiled() {
        }

        /** The child's program. */
        public static void main(String[] args) throws Exception {
            PythonInterpreter py = PythonInterpreter.create();
            py.exec("import time\ndef nap(text):\n    time.sleep(0.05)\n    return text * 2\n");
            Thread.sleep(2_500);
            for (String of : List.of("default", "profile")) {
                try (Recording recording = new Recording(Configuration.getConfiguration(of))) {
                    System.out.println(of + ": " + krait(recording, py).size());
                }
            }
            try (Recording recording = new Recording()) {
                for (String name : List.of("Call", "GilWait", "InterpreterOpen", "InterpreterClose")) {
                    recording.enable("dev.krait." + name).withThreshold(Duration.ZERO);
                }
                for (RecordedEvent event : krait(recording, py)) {
                    tell(event);
                }
            }
            py.close();
        }

        private static void tell(RecordedEvent event) {
            String name = event.getEventType().getName();
            boolean isOfMain = event.getThread().getJavaName().equals("main") && event.getStackTrace() != null;
            if (name.equals("dev.krait.Call") && "nap".equals(event.getString("name"))) {
                long millis = event.getDuration().toMillis();
                System.out.println(name + ": " + (millis >= 50 && millis < 5_000) + " " + isOfMain
                        + " " + (event.getLong("bytesToPython") > 2_000) + " " + (event.getLong("bytesToJava") > 4_000));
            } else if (name.startsWith("dev.krait.Interpreter")) {
                System.out.println(name + ": " + (event.getDuration().toNanos() > 0) + " " + isOfMain + " " + event.getInt("open"));
            }
        }

        private static List<RecordedEvent> krait(Recording recording, PythonInterpreter py) throws IOException {
            recording.start();
            py.invoke("nap", "x".repeat(2_001));
            PythonInterpreter.create().close();
            recording.stop();
            Path file = Files.createTempFile("krait", ".jfr");
            recording.dump(file);
            List<RecordedEvent> events = new ArrayList<>(RecordingFile.readAllEvents(file));
            Files.delete(file);
            events.removeIf(event -> !event.getEventType().getName().startsWith("dev.krait."));
            return events;
        }
    }

    /** Records calls that fail. */
    public static final class Failing {
        private Failing() {
        }

        /** The child's program. */
        public static void main(String[] args) throws Exception {
            try (PythonInterpreter py = PythonInterpreter.create(); Recording recording = new Recording()) {
                py.exec("def fails(x): return 1 // x\ndef inc(x): return x + 1");
                List<Object> endless = new ArrayList<>();
                endless.add(endless);
                recording.enable("dev.krait.Call").withThreshold(Duration.ZERO);
                try (PyFunction fails = py.function("fails"); PyFunction inc = py.function("inc")) {
                    recording.start();
                    told(() -> py.invoke("fails", 0));
                    told(() -> fails.callLong(0));
                    told(() -> fails.mapLongs(new long[] {1, 0}));
                    told(() -> fails.map(List.of(1, "x")).forEach(x -> { }));
                    // Refused before it begins: the next call is not of its name.
                    told(() -> py.invoke("inc", endless));
                    inc.callLong(1);
                    inc.mapLongs(new long[] {1, 2});
                    recording.stop();
                }
                Path file = Files.createTempFile("krait", ".jfr");
                recording.dump(file);
                List<RecordedEvent> events = new ArrayList<>(RecordingFile.readAllEvents(file));
                Files.delete(file);
                events.removeIf(event -> !event.getEventType().getName().equals("dev.krait.Call") || event.getString("operation").equals("NAME"));
                events.sort(Comparator.comparing(RecordedEvent::getStartTime));
                for (RecordedEvent event : events) {
                    System.out.println(event.getString("operation") + " " + event.getString("name") + " " + event.getBoolean("failed"));
                }
            }
        }

        private static void told(Runnable call) {
            try {
                call.run();
            } catch (PythonException e) {
                // Its event tells.
            }
        }
    }

    @Test
    void theRecorderTellsOfCallsThatFailedAndOfWhatWasCalled() {
        assertEquals(List.of("INVOKE fails true", "CALL null true", "MAP_LONGS null true", "MAP null true", "CALL null false",
                "MAP_LONGS null false"), List.of(ChildJvm.of(Failing.class).run().fine().split("\n")));
    }

    @Test
    void theRecorderHasKraitsEventsWhereTheyAreAskedFor() {
        assertEquals(List.of("default: 0", "profile: 0", "dev.krait.Call: true true true true",
                "dev.krait.InterpreterOpen: true true 2", "dev.krait.InterpreterClose: true true 1"),
                List.of(ChildJvm.of(Profiled.class).run().fine().split("\n")));
    }
}
