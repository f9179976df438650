package dev.krait.javainpython;

import static dev.krait.testing.Pythons.raised;

import dev.krait.ClassFilter;
import dev.krait.PythonInterpreter;
import dev.krait.testing.Page;
import org.junit.jupiter.api.Test;

/** The snippets of docs/java-in-python.md. */
class JavaInPythonPageTest extends JavaInPython {
    @Test
    void theSnippetsRunInTheirOrder() {
        Page.of("java-in-python.md").snippets("python").forEach(py::exec);
        Page.of("java-in-python.md").hasItsJavaIn(JavaInPythonPageTest.class);
    }

    @Test
    void aFilterNarrowsWhatIsReached() {
        ClassFilter filter = ClassFilter.denyAll().allow("java.util.**", "java.lang.*").deny("java.lang.Runtime", "java.lang.Process*");
        try (PythonInterpreter interp = PythonInterpreter.builder().classFilter(filter).build()) {
            interp.exec("from java.util import ArrayList");
        }
        try (PythonInterpreter interp = PythonInterpreter.builder().classFilter(filter).build()) {
            raised("ImportError", () -> interp.exec("from java.lang import Runtime"));
            raised("ImportError", () -> interp.exec("from java.io import File"));
        }
    }
}
