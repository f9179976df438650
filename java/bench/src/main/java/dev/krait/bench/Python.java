package dev.krait.bench;

import dev.krait.PyFunction;
import dev.krait.PythonInterpreter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The interpreter of a measurement, with the functions of {@code functions.py}; for all its threads. */
@State(Scope.Benchmark)
public class Python {
    final PythonInterpreter interpreter = PythonInterpreter.create();
    final PyFunction nothing;
    final PyFunction inc;
    final PyFunction same;
    final PyFunction jsonValueLower;
    final PyFunction repeat;

    /** Opens the interpreter. */
    public Python() {
        interpreter.exec(source());
        nothing = function("nothing");
        inc = function("inc");
        same = function("same");
        jsonValueLower = function("json_value_lower");
        repeat = function("repeat");
    }

    final PyFunction function(String name) {
        return interpreter.function(name);
    }

    /** Where CPython has an object, for code that calls it in C; the interpreter's globals keep it alive. */
    final long address(String expression) {
        return (Long) interpreter.eval("id(" + expression + ")");
    }

    private static String source() {
        try (InputStream in = Python.class.getResourceAsStream("functions.py")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Closes the interpreter. */
    @TearDown
    public void close() {
        interpreter.close();
    }
}
