package sample;

import dev.krait.PyFunction;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import java.util.Arrays;
import java.util.List;

/** Hands a Java list to Python, holds a function for many calls, and catches what Python raises. */
public final class Totals {
    private Totals() {
    }

    public static void main(String[] arguments) {
        try (PythonInterpreter python = PythonInterpreter.create()) {
            python.exec("import statistics\n"
                    + "def median(values):\n"
                    + "    return statistics.median(values)\n");
            PyFunction median = python.function("median");
            List<Integer> values = Arrays.asList(5, 1, 4, 2, 3);
            Object result = median.call(values);
            System.out.println("median of " + values + " is " + result);
            if (!Long.valueOf(3).equals(result)) {
                throw new AssertionError("not the median: " + result);
            }
            try {
                Object impossible = median.call(Arrays.asList());
                throw new AssertionError("the median of nothing is " + impossible);
            } catch (PythonException e) {
                System.out.println("as Python says: " + e.getMessage());
                if (!e.getMessage().contains("no median for empty data")) {
                    throw e;
                }
            }
        }
    }
}
