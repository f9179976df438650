package dev.krait.values;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.krait.PythonInterpreter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Values sent to Python and back. */
abstract class Crossing {
    final PythonInterpreter py = PythonInterpreter.create();

    @BeforeEach
    void define() {
        py.exec("def same(x): return x\n"
                + "def kind(x): return type(x).__name__ if type(x).__module__ == 'builtins'"
                + " else type(x).__module__ + '.' + type(x).__qualname__\n"
                + "def kinds(x): return [kind(item) for item in x]\n");
    }

    @AfterEach
    void close() {
        py.close();
    }

    /** What Python sees: the type and the repr. */
    void becomes(Object value, String type, String repr) {
        assertEquals(type, py.invoke("kind", value), () -> "the Python type of " + value);
        assertEquals(repr, py.invoke("repr", value));
    }

    Object same(Object value) {
        return py.invoke("same", value);
    }

    /** The value comes back equal, of the same class, as an argument, as a global and inside a list. */
    void roundTrips(Object value) {
        comesBackAs(value, value);
    }

    void comesBackAs(Object expected, Object value) {
        equal(expected, same(value));
        py.set("held", value);
        equal(expected, py.get("held"));
        equal(expected, ((java.util.List<?>) same(java.util.Arrays.asList(1, value))).get(1));
    }

    private static void equal(Object expected, Object found) {
        assertEquals(expected, found);
        if (expected instanceof Number || expected instanceof String) {
            assertEquals(expected.getClass(), found.getClass());
        }
    }
}
