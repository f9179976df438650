package dev.krait;

import static dev.krait.testing.Pythons.lines;
import static dev.krait.testing.Pythons.raised;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Standard streams of an interpreter's own. */
class StreamsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private static String text(ByteArrayOutputStream bytes) {
        return new String(bytes.toByteArray(), StandardCharsets.UTF_8);
    }

    private PythonInterpreter open() {
        return PythonInterpreter.builder().stdout(out).stderr(err).build();
    }

    private static InputStream input(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatPythonPrintsArrivesLineByLine() {
        try (PythonInterpreter py = open()) {
            py.exec("print('größe 𝒳', 1)");
            assertEquals("größe 𝒳 1\n", text(out));
            py.exec("import sys\nprint('problem', file=sys.stderr)");
            assertEquals("problem\n", text(err));
            assertEquals("größe 𝒳 1\n", text(out));
        }
    }

    @Test
    void anUnfinishedLineArrivesByFlushOrAtTheLatestWithTheEnd() {
        try (PythonInterpreter py = open()) {
            py.exec("print('a', end='', flush=True)");
            assertEquals("a", text(out));
            py.exec("print('b', end='')");
        }
        assertEquals("ab", text(out));
    }

    @Test
    void bytesArriveAsTheyAre() {
        try (PythonInterpreter py = open()) {
            py.exec(lines("import sys", "sys.stdout.buffer.write(bytes(range(256)))", "sys.stdout.buffer.flush()"));
            byte[] all = out.toByteArray();
            assertEquals(256, all.length);
            for (int i = 0; i < 256; i++) {
                assertEquals((byte) i, all[i]);
            }
        }
    }

    @Test
    void textThatIsNoUnicodeIsEscaped() {
        try (PythonInterpreter py = open()) {
            py.exec("print('\\ud800')");
            assertEquals("\\ud800\n", text(out));
            assertEquals("utf-8", py.eval("__import__('sys').stdout.encoding"));
            assertEquals(false, py.eval("__import__('sys').stdout.isatty()"));
        }
    }

    @Test
    void muchOutputArrivesWhole() {
        try (PythonInterpreter py = open()) {
            py.exec("for i in range(20_000): print(i)\nprint('x' * 1_000_000)");
            String text = text(out);
            assertTrue(text.startsWith("0\n1\n2\n") && text.contains("\n19999\nxxx"), text.substring(0, 20));
            assertEquals(1_000_000 + 1, text.length() - text.indexOf("xxx"));
        }
    }

    @Test
    void inputIsRead() {
        try (PythonInterpreter py = PythonInterpreter.builder().stdin(input("größe\nzwei\r\ndrei")).stdout(out).build()) {
            assertEquals("größe", py.eval("input('> ')"));
            assertEquals("> ", text(out));
            assertEquals("zwei", py.eval("__import__('sys').stdin.readline().rstrip()"));
            assertEquals(List.of("drei"), py.eval("list(__import__('sys').stdin)"));
            raised("EOFError", () -> py.eval("input()"));
        }
    }

    @Test
    void inputIsReadAsBytes() {
        byte[] bytes = {0, -1, 10, 13, 127};
        try (PythonInterpreter py = PythonInterpreter.builder().stdin(new ByteArrayInputStream(bytes)).build()) {
            assertEquals(List.of(0L, 255L, 10L, 13L, 127L), py.eval("list(__import__('sys').stdin.buffer.read())"));
        }
    }

    @Test
    void twoInterpretersKeepTheirStreamsApart() {
        ByteArrayOutputStream other = new ByteArrayOutputStream();
        try (PythonInterpreter one = open(); PythonInterpreter two = PythonInterpreter.builder().stdout(other).build()) {
            one.exec("def speak(): print('one')");
            two.exec("def speak(): print('two')");
            one.invoke("speak");
            two.invoke("speak");
            PyFunction oneSpeaks = one.function("speak");
            two.set("nested", (Runnable) oneSpeaks::call);
            two.exec("nested(); print('after')");
            assertEquals("one\none\n", text(out));
            assertEquals("two\nafter\n", text(other));
        }
    }

    @Test
    void anInterpreterWithoutStreamsUsesTheProcesss() {
        try (PythonInterpreter own = open(); PythonInterpreter plain = PythonInterpreter.create()) {
            own.exec("print('own')");
            plain.exec("import sys\nsys.stdout.write('')");
            assertEquals("own\n", text(out));
            assertEquals(1L, plain.eval("sys.stdout.fileno()"));
        }
    }

    @Test
    void streamsHaveTheNamesOfPythonsOwn() {
        try (PythonInterpreter py = PythonInterpreter.builder().stdout(out).stderr(err).stdin(input("")).build()) {
            py.exec("import sys");
            assertEquals(List.of("<stdin>", "<stdout>", "<stderr>"), py.eval("[s.name for s in (sys.stdin, sys.stdout, sys.stderr)]"));
        }
    }

    @Test
    void whereThereIsNoStandardOutputPrintsGoNowhereAsInPython() {
        try (PythonInterpreter plain = PythonInterpreter.create()) {
            plain.exec("import sys\nkept = sys.stdout\nsys.stdout = None");
            try (PythonInterpreter own = open()) {
                own.exec("print('own')");
                plain.exec("print('gone')");
                assertEquals("own\n", text(out));
            } finally {
                plain.exec("sys.stdout = kept");
            }
        }
    }

    @Test
    void aThreadThatPythonMadePrintsWhereItsMakerDoes() {
        ByteArrayOutputStream other = new ByteArrayOutputStream();
        try (PythonInterpreter one = open(); PythonInterpreter two = PythonInterpreter.builder().stdout(other).build()) {
            String code = lines("import threading", "from concurrent.futures import ThreadPoolExecutor", "def run(text):",
                    "    t = threading.Thread(target=print, args=(text,))", "    t.start()", "    t.join()",
                    "    with ThreadPoolExecutor(1) as pool: pool.submit(print, text, 'pool').result()");
            one.exec(code);
            two.exec(code);
            one.invoke("run", "one");
            two.invoke("run", "two");
            assertEquals("one\none pool\n", text(out));
            assertEquals("two\ntwo pool\n", text(other));
        }
    }

    @Test
    void aStreamThatFailsIsTheErrorOfWhoPrints() {
        IOException full = new IOException("disk full");
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw full;
            }
        };
        PythonInterpreter py = PythonInterpreter.builder().stdout(broken).stderr(err).build();
        Throwable thrown = assertThrows(Throwable.class, () -> py.exec("print('x')"));
        assertSame(full, thrown);
        assertEquals(2L, py.eval("1 + 1"));
        py.close();
    }

    @Test
    void pythonsOwnMessagesGoToStandardError() {
        try (PythonInterpreter py = open()) {
            py.exec(lines("import warnings, logging, threading", "warnings.simplefilter('always')", "warnings.warn('careful')"));
            assertTrue(text(err).contains("UserWarning: careful"), text(err));
            py.exec("logging.getLogger('krait.test').warning('logged %s', 'ä')");
            assertTrue(text(err).contains("logged ä"), text(err));
            py.exec(lines("def bad(): raise ValueError('in a thread')", "t = threading.Thread(target=bad)", "t.start()", "t.join()"));
            assertTrue(text(err).contains("ValueError: in a thread"), text(err));
        }
    }

    /** Keeps what is logged. */
    private static final class Kept implements System.Logger {
        private final List<String> records = new CopyOnWriteArrayList<>();

        @Override
        public String getName() {
            return "kept";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
            records.add(level + " " + message);
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... params) {
            records.add(level + " " + format);
        }
    }

    @Test
    void aLoggerGetsARecordForEachLine() {
        Kept logger = new Kept();
        try (PythonInterpreter py = PythonInterpreter.builder().stdout(logger, System.Logger.Level.INFO)
                .stderr(logger, System.Logger.Level.ERROR).build()) {
            py.exec("import sys\nprint('größe {0} {}')\nprint('two\\nlines')\nprint('bad', file=sys.stderr)\nprint('end', end='')");
            assertEquals(List.of("INFO größe {0} {}", "INFO two", "INFO lines", "ERROR bad"), logger.records);
        }
        assertEquals(List.of("INFO end"), logger.records.subList(4, logger.records.size()));
    }

    @Test
    void printingFromManyThreadsLosesNothing() throws Exception {
        try (PythonInterpreter py = open()) {
            Thread[] threads = new Thread[8];
            for (int i = 0; i < threads.length; i++) {
                int number = i;
                threads[i] = new Thread(() -> {
                    for (int j = 0; j < 100; j++) {
                        py.exec("print('line " + number + "')");
                    }
                });
                threads[i].start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            // print writes its text and the end of the line one after the other: lines of other threads may come between.
            String printed = text(out);
            assertEquals(800, java.util.regex.Pattern.compile("line \\d").matcher(printed).results().count());
            assertEquals(800, printed.chars().filter(c -> c == '\n').count());
        }
    }
}
