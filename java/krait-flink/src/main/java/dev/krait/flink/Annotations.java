package dev.krait.flink;

import dev.krait.PyObject;
import dev.krait.PythonSetupException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.api.ValidationException;

/** The SQL types that a Python function's annotations stand for. */
final class Annotations {
    final List<String> arguments;
    final int required;
    final boolean varargs;
    final String result;

    /** The types as a text after a function's name says them; without the arguments where any may come. */
    String text() {
        if (arguments.contains(null) || required != arguments.size() - (varargs ? 1 : 0)) {
            return " -> " + result;
        }
        return "(" + String.join(", ", arguments) + (varargs ? "..." : "") + ") -> " + result;
    }

    private Annotations(List<String> arguments, int required, boolean varargs, String result) {
        this.arguments = arguments;
        this.required = required;
        this.varargs = varargs;
        this.result = result;
    }

    /** Imports the function, here where the job is made, and reads its annotations. */
    static Annotations read(PythonDefinition definition, Kind kind, ClassLoader loader) {
        try (PythonRuntime runtime = PythonRuntime.open(definition, Surroundings.client(loader))) {
            try (PyObject function = runtime.target()) {
                Object[] read = runtime.invoke(Object[].class, "describe", function, kind.name().toLowerCase(java.util.Locale.ROOT));
                List<String> arguments = new ArrayList<>();
                ((List<?>) read[0]).forEach(type -> arguments.add((String) type));
                return new Annotations(arguments, ((Long) read[1]).intValue(), (Boolean) read[2], (String) read[3]);
            }
        } catch (PythonSetupException e) {
            throw new ValidationException("The types of Python function " + definition + " are not declared, and there is no"
                    + " Python here to read its annotations. Declare them: returns(…), or 'PLACE:FUNCTION -> TYPE'.", e);
        } catch (PythonFunctionException e) {
            throw new ValidationException(e.getMessage(), e);
        }
    }
}
