package dev.krait.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A Python exception as it crossed: the fields of {@code krait._errors.describe}. */
public final class ErrorRecord {
    private static final int FIELDS = 12;

    private final Object[] fields;

    ErrorRecord(Object value) {
        if (!(value instanceof Object[]) || ((Object[]) value).length != FIELDS) {
            throw new AssertionError("Krait: a corrupt error record: " + value);
        }
        fields = (Object[]) value;
    }

    /** {@return the class's qualified name; built-in ones without a module} */
    public String typeName() {
        return (String) fields[0];
    }

    /** {@return {@code str()} of the exception} */
    public String message() {
        return (String) fields[1];
    }

    /** {@return the notes} */
    public List<String> notes() {
        return strings(fields[2]);
    }

    /** {@return the frames, the outermost first} */
    public List<StackTraceElement> frames() {
        List<StackTraceElement> frames = new ArrayList<>();
        for (Object frame : (List<?>) fields[3]) {
            Object[] parts = (Object[]) frame;
            frames.add(element((String) parts[2], (String) parts[0], ((Long) parts[1]).intValue()));
        }
        return frames;
    }

    /** A frame as Java prints it: {@code <python>.function(file:line)}. */
    private static StackTraceElement element(String function, String file, int line) {
        return new StackTraceElement("<python>", function, file, line);
    }

    /** {@return the explicit cause, or null} */
    public ErrorRecord cause() {
        return nested(fields[4]);
    }

    /** {@return the exception that was being handled, or null where it is suppressed} */
    public ErrorRecord context() {
        return nested(fields[5]);
    }

    /** {@return the members of an exception group} */
    public List<ErrorRecord> members() {
        List<ErrorRecord> members = new ArrayList<>();
        for (Object member : (List<?>) fields[6]) {
            if (member != null) {
                members.add(new ErrorRecord(member));
            }
        }
        return members;
    }

    /** {@return the formatted traceback; empty in nested records; null where it is to be asked for} */
    public String traceback() {
        return (String) fields[7];
    }

    /** {@return the exception as a PyObject, or null} */
    public Object object() {
        return fields[8];
    }

    /** {@return the Java throwable that came through Python, or null} */
    public Throwable throwable() {
        return fields[9] instanceof Throwable ? (Throwable) fields[9] : null;
    }

    /** {@return the stack that it had when it came from Java into Python the last time; empty where it did not} */
    public StackTraceElement[] passed() {
        return fields[9] instanceof PassedFrames ? ((PassedFrames) fields[9]).frames() : new StackTraceElement[0];
    }

    /** {@return a SystemExit's code; a SyntaxError's file, line, column and text; else null} */
    public Object extra() {
        return fields[10];
    }

    /** {@return the names of the class and its bases} */
    public List<String> bases() {
        return strings(fields[11]);
    }

    private static ErrorRecord nested(Object value) {
        return value == null ? null : new ErrorRecord(value);
    }

    private static List<String> strings(Object value) {
        List<String> strings = new ArrayList<>();
        for (Object string : (List<?>) value) {
            strings.add((String) string);
        }
        return Collections.unmodifiableList(strings);
    }
}
