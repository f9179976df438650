package dev.krait.soak;

import dev.krait.Isolation;
import dev.krait.PyFunction;
import dev.krait.PythonInterpreter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An interpreter that many workers use, and that any of them may interrupt or close at any time: it knows which errors are
 * therefore to be expected.
 */
final class Target {
    private static final String FUNCTIONS = source();

    final PythonInterpreter interpreter;
    final Isolation isolation;
    /** Held, so that calls by handle are interrupted and closed, too. */
    final PyFunction inc;
    final PyFunction same;

    /** Interrupts of all its calls that were about to begin, and that are over. */
    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong over = new AtomicLong();
    private volatile boolean closing;

    Target(Isolation isolation) {
        this.isolation = isolation;
        interpreter = PythonInterpreter.builder().isolation(isolation).build();
        try {
            interpreter.exec(FUNCTIONS);
            inc = interpreter.function("inc");
            same = interpreter.function("same");
        } catch (Throwable e) {
            // Whoever opens it may be interrupted meanwhile.
            interpreter.close();
            throw e;
        }
    }

    static String functions() {
        return FUNCTIONS;
    }

    private static String source() {
        try (InputStream in = Target.class.getResourceAsStream("functions.py")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops all calls that run in it. */
    void interrupt() {
        begun.incrementAndGet();
        try {
            interpreter.interrupt();
        } finally {
            over.incrementAndGet();
        }
    }

    /** A moment's mark, for {@link #interruptedSince}. */
    long mark() {
        return over.get();
    }

    /** Whether its calls may have been interrupted since. */
    boolean interruptedSince(long mark) {
        return begun.get() > mark;
    }

    void close() {
        closing = true;
        interpreter.close();
    }

    /** Whether a call may be refused since the interpreter was closed. */
    boolean isClosing() {
        return closing;
    }
}
