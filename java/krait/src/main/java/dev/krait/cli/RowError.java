package dev.krait.cli;

import dev.krait.PythonException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Why a row failed, with what is needed to find the row and to try it again. */
final class RowError {
    private final long row;
    private final byte[] input;
    private final boolean malformed;
    private final String message;
    private final String traceback;

    private RowError(long row, byte[] input, boolean malformed, String message, String traceback) {
        this.row = row;
        this.input = input;
        this.malformed = malformed;
        this.message = message;
        this.traceback = traceback;
    }

    static RowError malformed(long row, byte[] input) {
        return new RowError(row, input, true, "the row is not UTF-8", "");
    }

    static RowError raised(long row, byte[] input, Throwable exception) {
        if (exception instanceof PythonException) {
            String traceback = ((PythonException) exception).traceback();
            return new RowError(row, input, false, exception.getMessage(), traceback == null ? "" : traceback);
        }
        if (exception instanceof IllegalArgumentException) {
            return new RowError(row, input, false, exception.getMessage(), "");
        }
        StringWriter trace = new StringWriter();
        exception.printStackTrace(new PrintWriter(trace));
        return new RowError(row, input, false, exception.toString(), trace.toString());
    }

    /** For the terminal: the row, and Python's traceback or else the message. */
    String describe() {
        return "Row " + row + ": " + (traceback.isEmpty() ? message : message + "\n" + traceback.stripTrailing());
    }

    /** One line of JSON: {@code row}, {@code input} (or {@code input_base64}), {@code error}, {@code traceback}. */
    String toJson() {
        StringBuilder json = new StringBuilder("{\"row\": ").append(row);
        if (malformed) {
            json.append(", \"input_base64\": ");
            quote(Base64.getEncoder().encodeToString(input), json);
        } else {
            json.append(", \"input\": ");
            quote(new String(input, StandardCharsets.UTF_8), json);
        }
        json.append(", \"error\": ");
        quote(message, json);
        json.append(", \"traceback\": ");
        quote(traceback, json);
        return json.append('}').toString();
    }

    private static void quote(String text, StringBuilder json) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (unit == '"' || unit == '\\') {
                json.append('\\').append(unit);
            } else if (unit == '\n') {
                json.append("\\n");
            } else if (unit < 0x20 || unit == 0x7f || Character.isSurrogate(unit)) {
                // Surrogates, paired or not, are valid JSON when escaped.
                json.append(String.format("\\u%04x", (int) unit));
            } else {
                json.append(unit);
            }
        }
        json.append('"');
    }
}
