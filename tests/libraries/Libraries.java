import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Uses each library of uses.py twice by itself, on new threads, the first of them with the smallest stack that Java gives, and then
 * all of them on four threads at once. Run as {@code java -cp krait.jar Libraries.java FOLDER}.
 */
public final class Libraries {
    private static final long SMALL_STACK = 256 << 10;
    private static final int SECONDS = 120;

    private final PythonInterpreter python;
    private final Map<String, String> failures = new TreeMap<>();

    private Libraries(PythonInterpreter python) {
        this.python = python;
    }

    public static void main(String[] args) throws Exception {
        int passed;
        int failed;
        try (PythonInterpreter python = PythonInterpreter.create()) {
            python.set("folder", args[0]);
            python.exec("import sys; sys.path.insert(0, folder); import uses");
            Libraries libraries = new Libraries(python);
            List<?> names = python.invoke(List.class, "uses.names");
            libraries.useAll(names);
            failed = libraries.failures.size();
            passed = names.size() - failed;
        }
        System.out.println(passed + " passed, " + failed + " failed");
        System.exit(failed == 0 ? 0 : 1);
    }

    private void useAll(List<?> names) throws InterruptedException {
        for (Object name : names) {
            long start = System.nanoTime();
            alone((String) name, SMALL_STACK);
            long first = System.nanoTime() - start;
            alone((String) name, 0);
            System.out.printf("%-25s %6d ms%n", name, TimeUnit.NANOSECONDS.toMillis(first));
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<?> alone = python.get("uses.ALONE", List.class);
        List<String> used = new ArrayList<>();
        List<Future<?>> uses = new ArrayList<>();
        for (int round = 0; round < 2; round++) {
            for (Object name : names) {
                if (!alone.contains(name) && !failures.containsKey(name)) {
                    used.add((String) name);
                    uses.add(threads.submit(() -> python.invoke("uses." + name)));
                }
            }
        }
        for (int i = 0; i < uses.size(); i++) {
            await(used.get(i), uses.get(i));
        }
        threads.shutdown();
    }

    private void alone(String name, long stack) throws InterruptedException {
        FutureTask<Object> use = new FutureTask<>(() -> python.invoke("uses." + name));
        new Thread(null, use, name, stack).start();
        await(name, use);
    }

    private void await(String name, Future<?> use) throws InterruptedException {
        try {
            use.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            boolean python = e.getCause() instanceof PythonException;
            failed(name, python ? ((PythonException) e.getCause()).traceback() : e.getCause().toString());
        } catch (TimeoutException e) {
            failed(name, "no end within " + SECONDS + " s; the stacks are\n" + python.dumpStacks());
        }
    }

    private void failed(String name, String how) {
        if (failures.put(name, how) == null) {
            System.out.println(name + " FAILED: " + how);
        }
    }
}
