package dev.krait.values;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.krait.PyObject;
import dev.krait.PythonInterpreter;
import dev.krait.TypeRef;
import dev.krait.testing.Page;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The snippets of docs/values.md, and the example that opens the README. */
final class ValuesPageTest {
    public enum Color {
        RED, GREEN
    }

    @Test
    void everySnippetOfThePagesIsHere() {
        Page.of("values.md").hasItsJavaIn(ValuesPageTest.class);
        Page.of("README.md").hasItsJavaIn(ValuesPageTest.class);
    }

    @Test
    void aTypeYouAskFor() {
        try (PythonInterpreter interp = PythonInterpreter.create()) {
            interp.exec("import enum, sys, types\n"
                    + "class Color(enum.Enum):\n    RED = 1\n"
                    + "color = Color.RED\nx = 1\n"
                    + "def count(text):\n    return {w: [i for i, v in enumerate(text.split()) if v == w] for w in text.split()}\n"
                    // So that the page's example runs where numpy is not installed.
                    + "numpy = types.SimpleNamespace(ones=lambda n: [1.0] * n)\n");
            String text = "a b a";
            Map<String, List<Integer>> counts = interp.invoke(new TypeRef<Map<String, List<Integer>>>() {}, "count", text);
            double[] weights = interp.invoke(double[].class, "numpy.ones", 3);
            Color color = interp.get("color", Color.class);        // a Java enum, from a str or a Python enum's member
            PyObject object = interp.get("x", PyObject.class);      // the Python object itself, whatever it is
            assertEquals(Map.of("a", List.of(0, 2), "b", List.of(1)), counts);
            assertArrayEquals(new double[] {1, 1, 1}, weights);
            assertEquals(Color.RED, color);
            assertEquals("int", object.typeName());
        }
    }

    @Test
    void theReadmesExampleRuns() {
        try (PythonInterpreter interp = PythonInterpreter.create()) {
            interp.exec("import json\n"
                    + "def json_value_lower(s):\n"
                    + "    a = json.loads(s)\n"
                    + "    a['a'] = a['a'].lower()\n"
                    + "    return json.dumps(a)\n");
            String row = interp.invoke(String.class, "json_value_lower", "{\"a\": \"ABC\"}");
            System.out.println(row);   // {"a": "abc"}
        }
    }

    @Test
    void theReadmesExampleGivesWhatItSays() {
        try (PythonInterpreter interp = PythonInterpreter.create()) {
            interp.exec("import json\ndef f(s):\n    a = json.loads(s)\n    a['a'] = a['a'].lower()\n    return json.dumps(a)\n");
            assertEquals("{\"a\": \"abc\"}", interp.invoke(String.class, "f", "{\"a\": \"ABC\"}"));
        }
    }
}
