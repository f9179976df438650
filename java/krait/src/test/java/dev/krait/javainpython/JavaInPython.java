package dev.krait.javainpython;

import dev.krait.PythonInterpreter;
import dev.krait.testing.Pythons;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** An interpreter for tests whose cases are Python code that uses Java. */
abstract class JavaInPython {
    PythonInterpreter py;

    @BeforeEach
    void open() {
        py = PythonInterpreter.create();
    }

    @AfterEach
    void close() {
        py.close();
    }

    /** Runs lines; their {@code assert}s are the test. */
    void run(String... lines) {
        py.exec(Pythons.lines(lines));
    }
}
