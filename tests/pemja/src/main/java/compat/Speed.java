package compat;

import pemja.core.PythonInterpreter;
import pemja.core.PythonInterpreterConfig;
import pemja.core.object.PyIterator;
import pemja.core.object.PyObject;

/**
 * Measures what Flink's thread mode calls for each row, on whichever {@code pemja.core} is on the class path: {@code Speed PYTHON PACKAGES CASE}.
 * Prints the case and the nanoseconds per call, the best and the median of the rounds.
 */
public final class Speed {
    private static final int ROUNDS = 7;
    private static final long ROUND_NANOS = Long.getLong("round.millis", 500) * 1_000_000;
    private static Object sink;

    private Speed() {
    }

    private interface Call {
        Object call() throws Exception;
    }

    public static void main(String[] args) throws Exception {
        PythonInterpreterConfig config = PythonInterpreterConfig.newBuilder().setPythonExec(args[0]).addPythonPaths(args[1]).build();
        PythonInterpreter interp = new PythonInterpreter(config);
        interp.exec("class Operation:\n"
                + "  def process_element(self, value): return value\n"
                + "class Rows:\n"
                + "  def process_element(self, value):\n"
                + "    yield value\n    yield value\n    yield value\n"
                + "class Gauge:\n"
                + "  def get_value(self): return 5\n"
                + "operation = Operation()\nrows = Rows()\ngauge = Gauge()");
        measure(args[2], call(interp, args[2]));
        Runtime.getRuntime().halt(0);
    }

    private static Call call(PythonInterpreter interp, String name) {
        Object[] row = {1L, "some text", 2.5, null, true, new Object[] {3L, "x"}};
        byte[] bytes = new byte[200];
        switch (name) {
            case "row":
                return () -> interp.invokeMethod("operation", "process_element", (Object) row);
            case "bytes":
                return () -> interp.invokeMethod("operation", "process_element", bytes);
            case "long":
                return () -> interp.invokeMethod("operation", "process_element", 5L);
            case "string":
                return () -> interp.invokeMethod("operation", "process_element", "{\"a\": \"some text of sixty or so characters, as rows have it\"}");
            case "text":
                String text = "0123456789".repeat(1000);
                return () -> interp.invokeMethod("operation", "process_element", text);
            case "object":
                PyObject operation = (PyObject) interp.get("operation");
                return () -> operation.invokeMethod("process_element", (Object) row);
            case "gauge":
                PyObject gauge = (PyObject) interp.get("gauge");
                return () -> gauge.invokeMethod("get_value");
            case "generator":
                return () -> {
                    PyIterator items = (PyIterator) interp.invokeMethod("rows", "process_element", (Object) row);
                    Object last = null;
                    while (items.hasNext()) {
                        last = items.next();
                    }
                    items.close();
                    return last;
                };
            default:
                throw new IllegalArgumentException(name);
        }
    }

    private static void measure(String name, Call call) throws Exception {
        double[] rounds = new double[ROUNDS];
        for (int round = -2; round < ROUNDS; round++) {
            long calls = 0;
            long start = System.nanoTime();
            long end;
            do {
                for (int i = 0; i < 1000; i++) {
                    sink = call.call();
                }
                calls += 1000;
                end = System.nanoTime();
            } while (end - start < ROUND_NANOS);
            if (round >= 0) {
                rounds[round] = (double) (end - start) / calls;
            }
        }
        java.util.Arrays.sort(rounds);
        System.out.printf(java.util.Locale.ROOT, "%s\t%.0f\t%.0f%n", name, rounds[0], rounds[ROUNDS / 2]);
    }
}
