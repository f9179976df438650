package dev.krait.testing;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import org.junit.jupiter.api.function.Executable;

/** What many tests ask of the Python that runs: its version, its modules, what it raises. */
public final class Pythons {
    private Pythons() {
    }

    /** Lines of Python source. */
    public static String lines(String... lines) {
        return String.join("\n", lines) + "\n";
    }

    /** What follows runs on Python 3.minor and later only; the reason says why. */
    public static void from(PythonInterpreter py, int minor, String feature) {
        int running = py.eval(int.class, "__import__('sys').version_info[1]");
        assumeTrue(running >= minor, () -> feature + " came with Python 3." + minor + "; this is 3." + running);
    }

    /** What follows runs only where Python has the module. */
    public static void needs(PythonInterpreter py, String module) {
        boolean there = py.eval(boolean.class, "__import__('importlib.util').util.find_spec('" + module + "') is not None");
        assumeTrue(there, () -> "this Python has no " + module);
    }

    /** The Python exception of the given type that the code raises. */
    public static PythonException raised(String typeName, Executable code) {
        PythonException exception = assertThrows(PythonException.class, code);
        if (!exception.typeName().equals(typeName)) {
            throw new AssertionError("a " + typeName + " was expected, not " + exception, exception);
        }
        return exception;
    }
}
