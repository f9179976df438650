package sample;

import dev.krait.PythonInterpreter;

/** Defines a Python function, calls it, and fails when the answer is not the right one. */
public final class Greeting {
    private Greeting() {
    }

    public static void main(String[] arguments) {
        try (PythonInterpreter python = PythonInterpreter.create()) {
            python.exec("def greet(name):\n    return f'Γειά σου, {name}!'\n");
            Object greeting = python.invoke("greet", "Ελλάδα");
            System.out.println(greeting);
            if (!"Γειά σου, Ελλάδα!".equals(greeting)) {
                throw new AssertionError("not the greeting that Python makes: " + greeting);
            }
        }
    }
}
