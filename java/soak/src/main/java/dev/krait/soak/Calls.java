package dev.krait.soak;

import dev.krait.Kwargs;
import dev.krait.PyFunction;
import dev.krait.PyIterator;
import dev.krait.PyObject;
import dev.krait.PythonInterpreter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Calls of all kinds, with results that are known. */
final class Calls {
    private final SplittableRandom random;
    private final Values values;
    private final Tally tally;

    Calls(SplittableRandom random, Values values, Tally tally) {
        this.random = random;
        this.values = values;
        this.tally = tally;
    }

    static void expect(Object expected, Object found) {
        if (!Values.equal(expected, found)) {
            throw new AssertionError("wanted " + expected + ", got " + found);
        }
    }

    Worker.Step next() {
        switch (random.nextInt(16)) {
            case 0:
                return named("value by name", this::byName);
            case 1:
                return named("value by handle", target -> {
                    Object value = values.any();
                    expect(value, target.same.call(new Object[] {value}));
                });
            case 2:
            case 3:
                return named("callLong", this::longs);
            case 4:
                return named("mapLongs", this::mapLongs);
            case 5:
                return named("map", this::map);
            case 6:
                return named("set and get", this::global);
            case 7:
                return named("Java object", this::identity);
            case 8:
                return named("Java and Python in turns", this::inTurns);
            case 9:
                return named("PyObject", this::object);
            case 10:
                return named("iterator", this::iterator);
            case 11:
                return named("asyncio", this::async);
            case 12:
                return named("keywords", this::keywords);
            case 13:
                return named("other thread", this::elsewhere);
            case 14:
                return named("Python's threads", this::threads);
            default:
                return named("eval and exec", this::code);
        }
    }

    private Worker.Step named(String kind, Worker.Step step) {
        return target -> {
            step.run(target);
            tally.called(kind);
        };
    }

    private void byName(Target target) {
        Object value = values.any();
        expect(value, target.interpreter.invoke("same", new Object[] {value}));
    }

    private void longs(Target target) {
        for (int i = 0; i < 50; i++) {
            long number = random.nextLong(Long.MAX_VALUE);
            long result = target.inc.callLong(number);
            if (result != number + 1) {
                throw new AssertionError("inc(" + number + ") gave " + result);
            }
        }
    }

    private void mapLongs(Target target) {
        long[] numbers = random.longs(random.nextInt(1, 3_000), 0, Long.MAX_VALUE).toArray();
        expect(Arrays.stream(numbers).map(x -> x + 1).toArray(), target.inc.mapLongs(numbers));
    }

    private void map(Target target) {
        List<Object> rows = new ArrayList<>();
        int count = random.nextInt(200);
        for (int i = 0; i < count; i++) {
            rows.add(values.any());
        }
        expect(rows, target.same.map(rows).collect(Collectors.toList()));
    }

    private void global(Target target) {
        String name = "global_" + Thread.currentThread().getId();
        Object value = values.any();
        target.interpreter.set(name, value);
        expect(value, target.interpreter.get(name));
    }

    private void identity(Target target) {
        Object object = new Object();
        if (target.same.call(object) != object) {
            throw new AssertionError("another object came back");
        }
        AtomicReference<Object> seen = new AtomicReference<>();
        Object value = values.any();
        Function<Object, Object> function = x -> {
            seen.set(x);
            return x;
        };
        expect(value, target.interpreter.invoke("call", function, value));
        expect(value, seen.get());
    }

    private void inTurns(Target target) {
        int depth = random.nextInt(12);
        try (PyFunction down = target.interpreter.function("down")) {
            AtomicReference<Function<Object, Object>> java = new AtomicReference<>();
            java.set(n -> down.call(n, java.get()));
            List<Object> expected = LongStream.iterate(depth, n -> n >= 0, n -> n - 1).boxed().collect(Collectors.toList());
            expect(expected, down.call(depth, java.get()));
        }
    }

    private void object(Target target) {
        long number = random.nextLong(1 << 30);
        PyObject kept = target.interpreter.invoke(PyObject.class, "keep", number);
        expect(number, kept.getAttr("number"));
        expect(number + 7, kept.invokeMethod("add", 7));
        // Every other one is forgotten, for the collector to find.
        if (random.nextBoolean()) {
            kept.close();
        }
    }

    private void iterator(Target target) {
        int count = random.nextInt(300);
        long sum = 0;
        try (PyObject numbers = target.interpreter.invoke(PyObject.class, "numbers", count);
                PyIterator<Object> items = numbers.iterator()) {
            while (items.hasNext()) {
                sum += (Long) items.next();
            }
        }
        expect((long) count * (count - 1) / 2, sum);
    }

    private void async(Target target) {
        long number = random.nextLong(1 << 30);
        Object result;
        try {
            result = target.interpreter.invokeAsync("later", number).join();
        } catch (java.util.concurrent.CompletionException | java.util.concurrent.CancellationException e) {
            if (target.isClosing()) {
                // Its event loop went with it.
                return;
            }
            throw e;
        }
        expect(2 * number, result);
    }

    private void keywords(Target target) {
        long number = random.nextLong(1000);
        int times = random.nextInt(4);
        expect(">" + String.valueOf(number).repeat(times),
                target.interpreter.invoke("describe", number, Kwargs.of("prefix", ">").and("times", times)));
    }

    /** A thread that lives for one call, with a small stack as often as not. */
    private void elsewhere(Target target) {
        long number = random.nextLong(1 << 30);
        AtomicReference<Object> result = new AtomicReference<>();
        Thread thread = new Thread(null, () -> {
            try {
                result.set(target.interpreter.invoke("inc", number));
            } catch (RuntimeException e) {
                result.set(e);
            }
        }, "short", random.nextBoolean() ? 0 : 256 << 10);
        thread.start();
        join(thread);
        if (result.get() instanceof RuntimeException) {
            throw (RuntimeException) result.get();
        }
        expect(number + 1, result.get());
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void threads(Target target) {
        // A thread that outlives its sub-interpreter would keep that from ending: interrupts may cut a join short.
        if (target.isolation != dev.krait.Isolation.SHARED) {
            return;
        }
        int count = random.nextInt(1, 5);
        Function<Object, Object> square = x -> (Long) x * (Long) x;
        Object results = target.interpreter.invoke("threads", count, square);
        List<Object> expected = LongStream.range(0, count).map(x -> x * x).boxed().collect(Collectors.toList());
        if (target.isClosing() && results instanceof List) {
            // A thread of its own may have been refused.
            return;
        }
        expect(expected, results);
    }

    private void code(Target target) {
        PythonInterpreter interpreter = target.interpreter;
        long number = random.nextLong(1000);
        String name = "code_" + Thread.currentThread().getId();
        interpreter.exec(name + " = [i * " + number + " for i in range(5)]");
        expect(10 * number, interpreter.eval("sum(" + name + ")"));
    }
}
