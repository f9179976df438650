package dev.krait;

import dev.krait.internal.ErrorRecord;
import dev.krait.internal.Requests;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An exception that Python raised, or a failure of Krait on the way to Python. Unchecked; thrown in the thread that
 * made the call.
 *
 * <p>It keeps everything: {@link #typeName} and {@link #getMessage}, {@link #notes}, {@code __cause__} or {@code
 * __context__} as {@link #getCause}, the members of an exception group as {@link #getSuppressed}, the Python frames
 * above the Java ones in {@link #getStackTrace}, in calling order, and the {@link #traceback} as Python prints it.
 *
 * <p>{@code KeyboardInterrupt}, {@code MemoryError} and {@code RecursionError} arrive like any other; {@code
 * SystemExit} is a {@link PythonExit}.
 */
@SuppressWarnings("exports") // Nullable is for tools; a module without them need not read its module.
public class PythonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Krait's classes that stand between a user's call and Python, besides those that users call. */
    private static final Set<String> INNER = Set.of("dev.krait.Calls", "dev.krait.ApiAccess", "dev.krait.InterpreterSettings");

    private final String typeName;
    private final String pythonMessage;
    /** Null until somebody asks, where Python code called the Java code that was told. */
    private volatile @Nullable String traceback;
    private final List<String> notes;
    private final List<String> bases;
    private final List<StackTraceElement> frames;
    private final transient @Nullable PyObject exception;
    private final @Nullable String fileName;
    private final int line;
    private final int column;
    private long row = -1;

    /**
     * Makes an exception that did not come from Python code.
     *
     * @param message what went wrong
     */
    public PythonException(String message) {
        this(message, null);
    }

    /**
     * Makes an exception that did not come from Python code, with a cause.
     *
     * @param message what went wrong
     * @param cause what went wrong below, or null
     */
    public PythonException(String message, @Nullable Throwable cause) {
        super(message, cause);
        typeName = "";
        pythonMessage = message == null ? "" : message;
        traceback = "";
        notes = Collections.emptyList();
        bases = Collections.emptyList();
        frames = Collections.emptyList();
        exception = null;
        fileName = null;
        line = -1;
        column = -1;
    }

    PythonException(ErrorRecord record, @Nullable Throwable cause) {
        super(text(record), cause);
        typeName = record.typeName();
        pythonMessage = record.message();
        traceback = record.traceback();
        notes = record.notes();
        bases = record.bases();
        frames = Collections.unmodifiableList(record.frames());
        // One that stands for a Java throwable comes as that throwable.
        exception = record.object() instanceof PyObject ? (PyObject) record.object() : null;
        if (exception != null) {
            exception.leave();
        }
        Object[] place = record.extra() instanceof Object[] ? (Object[]) record.extra() : new Object[4];
        fileName = place[0] instanceof String ? (String) place[0] : null;
        line = number(place[1]);
        column = number(place[2]);
        for (ErrorRecord member : record.members()) {
            // A Java throwable that came through Python is itself.
            addSuppressed(member.throwable() != null ? member.throwable() : of(member));
        }
        splice(record.passed());
    }

    static PythonException of(ErrorRecord record) {
        // From the innermost outwards: one inside the other would take stack for each, of which there may be little left.
        Deque<ErrorRecord> causes = new ArrayDeque<>();
        ErrorRecord next = cause(record);
        while (next != null && next.throwable() == null) {
            causes.push(next);
            next = cause(next);
        }
        Throwable cause = next == null ? null : next.throwable();
        for (ErrorRecord outer : causes) {
            cause = of(outer, cause);
        }
        return of(record, cause);
    }

    private static PythonException of(ErrorRecord record, @Nullable Throwable cause) {
        if (isOrHas(record, "krait.CallTimeout")) {
            return new PythonTimeoutException(record, cause);
        }
        if (isOrHas(record, "krait.CallInterrupted")) {
            return new PythonInterruptedException(record, cause);
        }
        boolean exit = record.typeName().equals("SystemExit") || record.bases().contains("SystemExit");
        return exit ? new PythonExit(record, cause) : new PythonException(record, cause);
    }

    /** Whether it is of that type, or a group of which a member is: task groups make one of what stops a call. */
    private static boolean isOrHas(ErrorRecord record, String typeName) {
        if (record.typeName().equals(typeName)) {
            return true;
        }
        for (ErrorRecord member : record.members()) {
            if (isOrHas(member, typeName)) {
                return true;
            }
        }
        return false;
    }

    private static String text(ErrorRecord record) {
        return record.message().isEmpty() ? record.typeName() : record.typeName() + ": " + record.message();
    }

    private static @Nullable ErrorRecord cause(ErrorRecord record) {
        ErrorRecord cause = record.cause();
        return cause != null ? cause : record.context();
    }

    private static int number(Object value) {
        return value instanceof Long ? (int) Math.min((Long) value, Integer.MAX_VALUE) : -1;
    }

    /** Puts the Python frames, innermost first, above the Java frame that called into Python. */
    private void splice(StackTraceElement[] passed) {
        StackTraceElement[] java = getStackTrace();
        List<StackTraceElement> spliced = between(passed, java);
        List<StackTraceElement> outer = new ArrayList<>(frames.subList(0, Math.max(0, frames.size() - python(spliced))));
        Collections.reverse(outer);
        spliced.addAll(outer);
        int caller = 0;
        while (caller < java.length && isKrait(java[caller].getClassName())) {
            caller++;
        }
        // The entry into Krait stays, so that a reader sees which call it was.
        for (int i = Math.max(0, caller - 1); i < java.length; i++) {
            spliced.add(java[i]);
        }
        setStackTrace(spliced.toArray(new StackTraceElement[0]));
    }

    /** The stack with which it came from Java into the Python code that it leaves now, without what is below that code. */
    private static List<StackTraceElement> between(StackTraceElement[] passed, StackTraceElement[] java) {
        int end = passed.length;
        for (int i = java.length; i > 0 && end > 0 && java[i - 1].equals(passed[end - 1]); i--) {
            end--;
        }
        while (end > 0 && isKrait(passed[end - 1].getClassName())) {
            end--;
        }
        return new ArrayList<>(Arrays.asList(passed).subList(0, end));
    }

    private static int python(List<StackTraceElement> stack) {
        int count = 0;
        for (StackTraceElement element : stack) {
            count += element.getClassName().equals("<python>") ? 1 : 0;
        }
        return count;
    }

    private static boolean isKrait(String className) {
        return className.startsWith("dev.krait.internal.") || INNER.contains(className)
                || className.startsWith("dev.krait.Py");
    }

    /**
     * The exception's Python class.
     *
     * @return the qualified name, for built-in classes without a module: {@code ValueError}, {@code
     *     json.decoder.JSONDecodeError}; empty where no Python code raised it
     */
    public String typeName() {
        return typeName;
    }

    /**
     * The exception's {@code str()}; {@link #getMessage} has the type before it.
     *
     * @return the message, maybe empty
     */
    public String pythonMessage() {
        return pythonMessage;
    }

    void atRow(long index) {
        row = index;
    }

    /**
     * The row of a batch that failed; see {@link PyFunction#map(Iterable)}.
     *
     * @return the row's index, from 0; -1 where the call was no batch
     */
    public long row() {
        return row;
    }

    /** The type's name and the message, after the row of a batch. */
    @Override
    public String getMessage() {
        return row < 0 ? super.getMessage() : "row " + row + ": " + super.getMessage();
    }

    /**
     * The notes that {@code add_note} added.
     *
     * @return the notes in order
     */
    public List<String> notes() {
        return notes;
    }

    /**
     * The Python frames.
     *
     * @return the frames, the outermost first, each with class {@code <python>}
     */
    public List<StackTraceElement> pythonFrames() {
        return frames;
    }

    /**
     * The traceback as Python prints it, with causes and notes.
     *
     * @return the text; empty where no Python code raised it, and for causes and members, which are part of the outer text
     */
    public String traceback() {
        String known = traceback;
        if (known == null) {
            known = format();
            traceback = known;
        }
        return known;
    }

    private String format() {
        PyObject own = exception;
        if (own != null) {
            try {
                return (String) Requests.helper(own.session(), 0, "format_exception", own);
            } catch (IllegalStateException e) {
                // Its interpreter was closed: the frames that came along remain.
                return plain();
            }
        }
        return plain();
    }

    private String plain() {
        StringBuilder text = new StringBuilder("Traceback (most recent call last):\n");
        for (StackTraceElement frame : frames) {
            text.append("  File \"").append(frame.getFileName()).append("\", line ").append(frame.getLineNumber())
                    .append(", in ").append(frame.getMethodName()).append('\n');
        }
        return text.append(typeName).append(pythonMessage.isEmpty() ? "" : ": " + pythonMessage).append('\n').toString();
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        // Whoever reads it has no Python to ask.
        traceback();
        out.defaultWriteObject();
    }

    /**
     * Whether the Python class has this name or inherits from one that has.
     *
     * @param name a name as {@link #typeName} gives it, such as {@code OSError}
     * @return whether {@code except name:} would catch it
     */
    public boolean isInstance(String name) {
        return bases.contains(Objects.requireNonNull(name, "name"));
    }

    /**
     * The live Python exception, as long as its interpreter is open.
     *
     * @return the exception; null where no Python code raised it, for causes and members, and after deserialisation
     */
    public @Nullable PyObject exception() {
        return exception;
    }

    /**
     * The file that a SyntaxError is about.
     *
     * @return the file's name, or null
     */
    public @Nullable String fileName() {
        return fileName;
    }

    /**
     * The line that a SyntaxError is about.
     *
     * @return the line, from 1, or -1
     */
    public int lineNumber() {
        return line;
    }

    /**
     * The column that a SyntaxError is about.
     *
     * @return the column in characters, from 1, or -1
     */
    public int columnNumber() {
        return column;
    }
}
