package dev.krait.flink;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.table.api.ValidationException;

/**
 * What a text such as {@code udfs.py:score(STRING, INT) -> DOUBLE} names: a place, a function in it, and, where they are
 * written, the SQL types of its arguments and of its result.
 */
final class FunctionSpec implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The last colon that a name follows ends the place, so that the place may be a URI. */
    private static final Pattern FORM = Pattern.compile(
            "\\s*(\\S.*?)\\s*:\\s*([\\p{L}_][\\p{L}\\p{N}_]*(?:\\.[\\p{L}_][\\p{L}\\p{N}_]*)*)\\s*(?:\\((.*)\\))?\\s*(?:->\\s*(\\S.*?))?\\s*",
            Pattern.DOTALL);
    private static final String REST = "...";

    /** A module's name, or the path or URI of a Python file. */
    final String place;
    /** The function's name, dotted where it is inside a class. */
    final String function;
    /** The types of the arguments, or null where they are not written. */
    final List<String> arguments;
    /** Whether the last argument stands for any number of them. */
    final boolean varargs;
    /** The type of the result, or null where it is not written. */
    final String result;

    private FunctionSpec(String place, String function, List<String> arguments, boolean varargs, String result) {
        this.place = place;
        this.function = function;
        this.arguments = arguments;
        this.varargs = varargs;
        this.result = result;
    }

    static FunctionSpec parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new ValidationException("'" + text + "' does not name a Python function: expected PLACE:FUNCTION, with types"
                    + " PLACE:FUNCTION(TYPE, …) -> TYPE, such as 'udfs.py:score' or 'package.module:score(STRING) -> DOUBLE'.");
        }
        List<String> arguments = form.group(3) == null ? null : split(form.group(3));
        boolean varargs = false;
        if (arguments != null && !arguments.isEmpty()) {
            int last = arguments.size() - 1;
            if (arguments.get(last).endsWith(REST)) {
                varargs = true;
                String type = arguments.get(last);
                arguments.set(last, type.substring(0, type.length() - REST.length()).trim());
            }
        }
        return new FunctionSpec(form.group(1), form.group(2), arguments, varargs, form.group(4));
    }

    boolean isFile() {
        return place.endsWith(".py");
    }

    /** The commas outside of all brackets separate types. */
    private static List<String> split(String types) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < types.length(); i++) {
            char c = types.charAt(i);
            if (c == '(' || c == '<') {
                depth++;
            } else if (c == ')' || c == '>') {
                depth--;
            } else if (c == ',' && depth == 0) {
                parts.add(types.substring(start, i).trim());
                start = i + 1;
            }
        }
        String last = types.substring(start).trim();
        if (!last.isEmpty() || !parts.isEmpty()) {
            parts.add(last);
        }
        return parts;
    }

    @Override
    public String toString() {
        return place + ":" + function;
    }
}
