package compat;

import java.util.LinkedHashMap;
import java.util.Map;
import pemja.core.PythonInterpreter;

/** The cases by name, in order; each gets an interpreter of its own. */
final class Cases {
    private final Map<String, Case> cases = new LinkedHashMap<>();

    /** What is tried. */
    interface Case {
        /** {@return what is rendered} */
        Object run(PythonInterpreter interp) throws Throwable;
    }

    static Map<String, Case> all() {
        Cases cases = new Cases();
        Values.toJava(cases);
        Values.toPython(cases);
        Values.asTypes(cases);
        Calls.add(cases);
        JavaInPython.add(cases);
        Life.add(cases);
        return cases.cases;
    }

    void add(String name, Case one) {
        if (cases.put(name, one) != null) {
            throw new IllegalStateException("two cases are named " + name);
        }
    }

    /** Python code whose {@code result} is rendered. */
    void python(String name, String code) {
        add(name, interp -> {
            interp.exec(code);
            return interp.get("result");
        });
    }
}
