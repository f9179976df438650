package sample.squares;

import dev.krait.PythonInterpreter;

/** Runs from the module path, where only what Krait exports can be seen. */
public final class Squares {
    private Squares() {
    }

    public static void main(String[] arguments) {
        if (!PythonInterpreter.class.getModule().isNamed()) {
            throw new AssertionError("Krait is not on the module path");
        }
        try (PythonInterpreter python = PythonInterpreter.create()) {
            Object total = python.eval("sum(n * n for n in range(101))");
            System.out.println("sum of squares: " + total);
            if (!Long.valueOf(338350).equals(total)) {
                throw new AssertionError("not the sum of squares: " + total);
            }
        }
    }
}
