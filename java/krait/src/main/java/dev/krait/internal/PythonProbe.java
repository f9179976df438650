package dev.krait.internal;

import dev.krait.PythonSetupException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Runs an executable that should be a Python once, with the script {@code probe.py}, and reads what it says. */
final class PythonProbe {
    /** The script in the jar. */
    static final String SCRIPT = "/dev/krait/python/probe.py";

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** How long the output may lag behind the end of the process, which a child it left may hold open. */
    static final long LAG_MILLIS = 1_000;

    private static final int OUTPUT_LIMIT = 1 << 20;
    private static final int STDERR_SHOWN = 2_000;

    private final Duration timeout;

    PythonProbe() {
        this(TIMEOUT);
    }

    PythonProbe(Duration timeout) {
        this.timeout = timeout;
    }

    /**
     * The text of the probe script.
     *
     * @throws PythonSetupException when the jar lacks it
     */
    static String script() {
        try (InputStream in = PythonProbe.class.getResourceAsStream(SCRIPT)) {
            if (in == null) {
                throw new PythonSetupException("the Krait jar is incomplete: it lacks " + SCRIPT);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new PythonSetupException("cannot read " + SCRIPT + " from the Krait jar", e);
        }
    }

    /** Asks an executable what Python it is. */
    PythonFacts run(Path executable) throws Rejection {
        // -I: neither PYTHON* variables nor the working directory nor the user's site-packages have a say.
        ProcessBuilder command = new ProcessBuilder(executable.toString(), "-I", "-c", script());
        Process process;
        try {
            process = command.start();
        } catch (IOException e) {
            throw new Rejection(Rejection.Kind.NOT_FOUND, "cannot be started: " + e.getMessage(), "", e);
        }
        Reader output = new Reader(process.getInputStream());
        Reader errors = new Reader(process.getErrorStream());
        try {
            closeInput(process);
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new Rejection(Rejection.Kind.NOT_FOUND,
                        "did not answer within " + timeout.toMillis() / 1000.0 + " s and was stopped"
                                + said(errors), "find out why it hangs: run it with --version");
            }
            output.join(LAG_MILLIS);
            errors.join(LAG_MILLIS);
            return read(process.exitValue(), output, errors);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Rejection(Rejection.Kind.INTERRUPTED,
                    "was not waited for: this thread was interrupted", "", e);
        } finally {
            stop(process);
        }
    }

    private static PythonFacts read(int exit, Reader output, Reader errors) throws Rejection {
        if (exit != 0) {
            String stderr = errors.text();
            if (stderr.contains("Unknown option: -I")) {
                throw new Rejection(Rejection.Kind.UNSUPPORTED,
                        "is Python 2, or older than Python 3.4; Krait needs 3.10 or later",
                        "choose a CPython, 3.10 or later");
            }
            String signal = exit > 128 && exit < 192 ? ", killed by signal " + (exit - 128) : "";
            throw new Rejection(Rejection.Kind.NOT_FOUND,
                    "ended with exit code " + exit + signal + " when asked for its version" + said(errors), "");
        }
        PythonFacts facts = PythonFacts.parse(Arrays.asList(output.text().split("\r?\n")));
        if (facts == null) {
            String text = output.text().trim();
            throw new Rejection(Rejection.Kind.NOT_FOUND,
                    "does not answer as a Python does; it printed "
                            + (text.isEmpty() ? "nothing" : "“" + shortened(text, 200) + "”") + said(errors), "");
        }
        return facts;
    }

    static void closeInput(Process process) {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // It ended before it read anything: its exit code tells the story.
        }
    }

    static void stop(Process process) {
        // A wrapper script's children first: once it is gone, nothing leads to them.
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private static String said(Reader errors) {
        String text = errors.text().trim();
        // What is no Python may repeat its arguments, that is the whole script, which tells nobody anything.
        boolean says = !text.isEmpty() && !text.contains("krait-probe");
        return says ? "; its error output: " + shortened(text, STDERR_SHOWN) : "";
    }

    /** The end of a long text, where the reason mostly stands. */
    private static String shortened(String text, int length) {
        return text.length() <= length ? text : "…" + text.substring(text.length() - length);
    }

    /** Reads a stream to its end in a thread, so that a process that writes much never stalls, and keeps the start. */
    static final class Reader {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final Thread thread;

        Reader(InputStream in) {
            thread = new Thread(() -> drain(in), "krait-probe");
            thread.setDaemon(true);
            thread.start();
        }

        private void drain(InputStream in) {
            byte[] block = new byte[8192];
            try (InputStream stream = in) {
                for (int n = stream.read(block); n >= 0; n = stream.read(block)) {
                    synchronized (bytes) {
                        bytes.write(block, 0, Math.min(n, OUTPUT_LIMIT - bytes.size()));
                    }
                }
            } catch (IOException e) {
                // The process was stopped while it wrote; what came before is what there is.
            }
        }

        void join(long millis) throws InterruptedException {
            thread.join(millis);
        }

        String text() {
            synchronized (bytes) {
                return new String(bytes.toByteArray(), StandardCharsets.UTF_8);
            }
        }
    }
}
