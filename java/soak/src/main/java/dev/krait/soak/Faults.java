package dev.krait.soak;

import static dev.krait.soak.Calls.expect;

import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.PythonPool;
import dev.krait.PythonTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Faults of all kinds: exceptions on both sides, timeouts, interrupts, closes, memory and stacks that are too small. */
final class Faults {
    /** More than the heap. */
    private static final int TOO_LARGE = 400 << 20;

    private final Soak soak;
    private final SplittableRandom random;
    private final Values values;

    Faults(Soak soak, SplittableRandom random, Values values) {
        this.soak = soak;
        this.random = random;
        this.values = values;
    }

    Worker.Step next() {
        int kind = random.nextInt(200);
        if (kind < 3) {
            return fault("close", target -> soak.replace(target));
        }
        if (kind < 20) {
            return fault("interpreter interrupted", Target::interrupt);
        }
        if (kind < 45) {
            return target -> {
                if (soak.worker(random.nextInt(soak.workers())).interrupt()) {
                    soak.tally().injected("thread interrupted");
                }
            };
        }
        if (kind < 65) {
            return fault("timeout", this::timeout);
        }
        if (kind < 85) {
            return fault("deadline near the end", this::nearly);
        }
        if (kind < 90) {
            return fault("timeout in Java", this::timeoutInJava);
        }
        if (kind < 110) {
            return fault("Python exception", this::pythonException);
        }
        if (kind < 130) {
            return fault("Java exception through Python", this::javaException);
        }
        if (kind < 140) {
            return fault("exception in a batch", this::batch);
        }
        if (kind < 150) {
            return fault("MemoryError", target -> expectPython("MemoryError", () -> target.interpreter.invoke("too_large")));
        }
        if (kind < 152) {
            return fault("OutOfMemoryError in a callback", this::outOfMemory);
        }
        if (kind < 153) {
            return fault("result too large for the heap", this::resultTooLarge);
        }
        if (kind < 163) {
            return fault("RecursionError", target -> expectPython("RecursionError",
                    () -> target.interpreter.invoke(random.nextBoolean() ? "endless" : "deep", 1)));
        }
        if (kind < 168) {
            return fault("StackOverflowError in a callback", this::overflow);
        }
        if (kind < 180) {
            return fault("unwritable argument", this::unwritable);
        }
        return fault("exception in a pool", this::pool);
    }

    private Worker.Step fault(String kind, Worker.Step step) {
        return target -> {
            step.run(target);
            soak.tally().injected(kind);
        };
    }

    private static void expectPython(String type, Runnable code) {
        try {
            code.run();
        } catch (PythonException e) {
            if (e.typeName().equals(type)) {
                return;
            }
            throw e;
        }
        throw new AssertionError("no " + type + " was raised");
    }

    private void timeout(Target target) {
        Duration deadline = Duration.ofMillis(random.nextInt(1, 40));
        long begin = System.nanoTime();
        try {
            target.interpreter.invoke(deadline, "spin");
            throw new AssertionError("an endless call returned");
        } catch (PythonTimeoutException e) {
            if (System.nanoTime() - begin < deadline.toNanos()) {
                throw new AssertionError("before its deadline", e);
            }
        }
        expect(3L, target.interpreter.invoke("inc", 2));
    }

    /** The deadline passes about when the call ends: either may win, and the next call is never hit. */
    private void nearly(Target target) {
        int rounds = random.nextInt(1, 20_000);
        try {
            expect(work(rounds), target.interpreter.invoke(Duration.ofNanos(random.nextInt(1, 20_000_000)), "work", rounds));
        } catch (PythonTimeoutException e) {
            // As well.
        }
        for (int i = 0; i < 20; i++) {
            expect(i + 1L, target.interpreter.invoke("inc", i));
        }
    }

    private static long work(int rounds) {
        long total = 0;
        for (int i = 0; i < rounds; i++) {
            total = (total * 31 + i) % 1_000_003;
        }
        return total;
    }

    /** The call is late while it waits for Java; what Java calls meanwhile is left alone. */
    private void timeoutInJava(Target target) {
        AtomicReference<PythonTimeoutException> wrong = new AtomicReference<>();
        Supplier<Object> slow = () -> {
            long end = System.nanoTime() + 60_000_000;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            try {
                expect(6L, target.interpreter.invoke("inc", 5));
            } catch (PythonTimeoutException e) {
                wrong.set(e);
            }
            return null;
        };
        try {
            target.interpreter.invoke(Duration.ofMillis(10), "call_and_spin", slow);
            throw new AssertionError("no timeout");
        } catch (PythonTimeoutException e) {
            if (wrong.get() != null) {
                throw new AssertionError("the call inside was hit", wrong.get());
            }
        }
    }

    private void pythonException(Target target) {
        String text = values.text();
        try {
            target.interpreter.invoke("boom", text);
        } catch (PythonException e) {
            if (!e.typeName().endsWith("Mine")) {
                throw e;
            }
            expect(text, e.pythonMessage());
            return;
        }
        throw new AssertionError("nothing was raised");
    }

    private void javaException(Target target) {
        RuntimeException mine = new UnsupportedOperationException("mine " + random.nextInt());
        Supplier<Object> throwing = () -> {
            throw mine;
        };
        try {
            target.interpreter.invoke("guarded", throwing);
        } catch (UnsupportedOperationException e) {
            expect(mine, e);
            return;
        }
        throw new AssertionError("nothing was thrown");
    }

    private void batch(Target target) {
        List<Object> seen = new ArrayList<>();
        try (dev.krait.PyFunction picky = target.interpreter.function("picky")) {
            picky.map(LongStream.range(0, 2_000).boxed().collect(Collectors.toList())).forEach(seen::add);
        } catch (PythonException e) {
            if (!e.typeName().endsWith("Mine")) {
                throw e;
            }
            expect(777L, e.row());
            expect(LongStream.range(0, 777).map(x -> 2 * x).boxed().collect(Collectors.toList()), seen);
            return;
        }
        throw new AssertionError("nothing was raised");
    }

    private void outOfMemory(Target target) {
        Supplier<Object> greedy = () -> new long[TOO_LARGE];
        try {
            target.interpreter.invoke("guarded", greedy);
        } catch (OutOfMemoryError e) {
            expect(3L, target.interpreter.invoke("inc", 2));
            return;
        }
        throw new AssertionError("there was memory");
    }

    private void resultTooLarge(Target target) {
        try {
            target.interpreter.invoke("too_large_for_java", TOO_LARGE);
        } catch (PythonException e) {
            if (!e.typeName().equals("MemoryError")) {
                throw e;
            }
            expect(3L, target.interpreter.invoke("inc", 2));
            return;
        }
        throw new AssertionError("there was memory");
    }

    private void overflow(Target target) {
        Supplier<Object> endless = new Supplier<>() {
            @Override
            public Object get() {
                return "x" + get();
            }
        };
        try {
            target.interpreter.invoke("guarded", endless);
        } catch (StackOverflowError e) {
            expect(3L, target.interpreter.invoke("inc", 2));
            return;
        }
        throw new AssertionError("there was stack");
    }

    /** A list that contains itself cannot cross, and what came before it is given back. */
    private void unwritable(Target target) {
        List<Object> loop = new ArrayList<>(List.of(new Object(), "x"));
        loop.add(loop);
        try {
            target.interpreter.invoke("same", new Object(), loop);
        } catch (dev.krait.ConversionException e) {
            return;
        }
        throw new AssertionError("it crossed");
    }

    private void pool(Target ignored) {
        PythonPool pool = soak.pool();
        long number = random.nextLong(1000);
        expect(number + 1, pool.invoke("inc", number));
        try {
            pool.submit("boom", "in a pool").join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof PythonException && ((PythonException) e.getCause()).pythonMessage().equals("in a pool")) {
                return;
            }
            throw e;
        }
        throw new AssertionError("nothing was raised");
    }

    /** Something of the interpreter's that never goes wrong: for those who look whether it is still alive. */
    static void alive(PythonInterpreter interpreter) {
        expect(2L, interpreter.eval("1 + 1"));
    }
}
