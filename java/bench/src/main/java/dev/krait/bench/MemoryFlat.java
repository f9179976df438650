package dev.krait.bench;

import dev.krait.Kwargs;
import dev.krait.PyFunction;
import dev.krait.PyObject;
import dev.krait.PythonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/**
 * Checks that calls leave the process's resident memory as it was. Argument: how many calls of each kind; a tenth as
 * many raise.
 *
 * <p>The heap must be fixed and touched ({@code -Xms -Xmx -XX:+AlwaysPreTouch}), so that the resident memory grows only by
 * what is outside it. Exits with 1 when it grew by more than 5 MiB, over all kinds or during one of them.
 */
public final class MemoryFlat {
    private static final double MOST_MIB = 5;
    /**
     * Enough for the compilers to be done with a kind, and for the collector to have run often: as many objects as are
     * forgotten between two collections have been there at once, and their memory is kept.
     */
    private static final long WARM_UP = 1_000_000;

    private final Python python = new Python();
    private final Map<String, Kind> kinds = new LinkedHashMap<>();
    private long checked;

    /** One kind of call; what it gives is checked. */
    private interface Kind {
        boolean call(long number);
    }

    private MemoryFlat() {
        PyFunction same = python.same;
        PyFunction inc = python.inc;
        List<Object> list = new ArrayList<>(List.of(1L, 2.5, "three", true, 1L << 40));
        Map<String, Object> map = new LinkedHashMap<>(Map.of("one", 1L, "two", "zwei", "three", 3.0));
        byte[] few = "a few bytes".getBytes(StandardCharsets.UTF_8);
        byte[] many = new byte[10_000];
        LongUnaryOperator operator = number -> number + 1;

        kinds.put("callLong", number -> inc.callLong(number) == number + 1);
        kinds.put("int", number -> inc.call(number).equals(number + 1));
        kinds.put("invoke by name", number -> python.interpreter.invoke("inc", number).equals(number + 1));
        kinds.put("str", number -> same.call("a short text").equals("a short text"));
        kinds.put("str, Cyrillic", number -> same.call("короткий текст").equals("короткий текст"));
        kinds.put("list", number -> same.call(list).equals(list));
        kinds.put("dict", number -> same.call(map).equals(map));
        kinds.put("bytes", number -> ((byte[]) same.call((Object) few)).length == few.length);
        kinds.put("bytes by reference", number -> ((byte[]) same.call((Object) many)).length == many.length);
        PyFunction keywords = python.function("keywords");
        kinds.put("keyword arguments", number -> keywords.call(number, Kwargs.of("b", 1L)).equals(number + 1));
        PyFunction newObject = python.function("new_object");
        kinds.put("PyObject, closed", number -> {
            try (PyObject object = (PyObject) newObject.call()) {
                return object.truth();
            }
        });
        kinds.put("PyObject, forgotten", number -> newObject.call() instanceof PyObject);
        kinds.put("Java object", number -> same.call(operator) == operator);
        PyFunction callEach = python.function("call_each");
        kinds.put("Python calls Java", number -> callEach.call(1L, operator) == null);
    }

    /**
     * Checks.
     *
     * @param arguments see above
     * @throws IOException if the resident memory cannot be read
     * @throws InterruptedException if it is interrupted
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        long calls = Long.parseLong(arguments[0]);
        if (calls <= 0) {
            throw new IllegalArgumentException("how many calls? " + calls);
        }
        System.exit(new MemoryFlat().check(calls) ? 0 : 1);
    }

    private boolean check(long calls) throws IOException, InterruptedException {
        PyFunction fail = python.function("fail");
        Kind raise = number -> {
            try {
                fail.call();
                return false;
            } catch (PythonException e) {
                return "ValueError".equals(e.typeName());
            }
        };
        System.out.printf(Locale.ROOT, "%-22s %12s %12s %12s%n", "", "calls", "MiB", "grown by");
        // All kinds twice, so that late compilations of what they share are over.
        for (int round = 0; round < 2; round++) {
            for (Kind kind : kinds.values()) {
                run(kind, WARM_UP);
            }
            run(raise, WARM_UP / 10);
        }
        double start = resident();
        double now = start;
        boolean flat = true;
        line("after warm-up", checked, start, 0);
        for (Map.Entry<String, Kind> entry : kinds.entrySet()) {
            double before = now;
            now = measure(entry.getKey(), entry.getValue(), calls, before);
            flat &= now - before <= MOST_MIB;
        }
        double before = now;
        now = measure("raised exceptions", raise, Math.max(1, calls / 10), before);
        flat &= now - before <= MOST_MIB && now - start <= MOST_MIB;
        line("all", checked, now, now - start);
        System.out.println(flat ? "The memory is flat." : "The memory grew by more than " + MOST_MIB + " MiB.");
        return flat;
    }

    private double measure(String name, Kind kind, long calls, double before) throws IOException, InterruptedException {
        run(kind, calls);
        double after = resident();
        line(name, calls, after, after - before);
        return after;
    }

    private void run(Kind kind, long calls) {
        for (long number = 0; number < calls; number++) {
            if (!kind.call(number)) {
                throw new AssertionError("a call gave something else");
            }
        }
        checked += calls;
    }

    private static void line(String name, long calls, double mib, double grown) {
        System.out.printf(Locale.ROOT, "%-22s %,12d %12.1f %+12.1f%n", name, calls, mib, grown);
    }

    /** The resident memory in MiB, once what is dead has been collected and its handles were released. */
    private double resident() throws IOException, InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            // The cleaner works through what the collector found; the next call releases it.
            Thread.sleep(200);
            python.nothing.call();
        }
        for (String line : Files.readAllLines(Paths.get("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
            }
        }
        throw new IOException("/proc/self/status has no VmRSS");
    }
}
