package dev.krait.internal;

import dev.krait.PythonSetupException;
import java.nio.file.Path;

/** The Python that this process runs, as the class loader that started it tells all others. */
public final class RunningPython {
    private static final String PROPERTY = NativeLibrary.PYTHON;
    private static final int FIELDS = 5;

    private final String[] fields;

    private RunningPython(String[] fields) {
        this.fields = fields;
    }

    /** {@return the Python that runs, or null where none does yet} */
    public static RunningPython find() {
        String text = System.getProperty(PROPERTY);
        return text == null ? null : parse(text);
    }

    static RunningPython parse(String text) {
        String[] fields = text.split("\\|", -1);
        if (fields.length != FIELDS) {
            throw new PythonSetupException("system property " + PROPERTY + " was changed: " + text);
        }
        for (int i = 0; i < FIELDS; i++) {
            fields[i] = PythonFacts.decode(fields[i]);
        }
        return new RunningPython(fields);
    }

    static String text(PythonInstallation python) {
        return String.join("|", PythonFacts.encode(python.libpython().toString()), PythonFacts.encode(python.prefix()),
                PythonFacts.encode(python.summary()), PythonFacts.encode(python.version()),
                PythonFacts.encode(python.executable().toString()));
    }

    /**
     * Whether an interpreter that asks for a Python is served by the one that runs.
     *
     * @param python the Python
     * @return whether libpython and the prefix are the same
     */
    public boolean isSameAs(PythonInstallation python) {
        return fields[0].equals(python.libpython().toString()) && fields[1].equals(python.prefix());
    }

    /** {@return version, executable, libpython, as one line} */
    public String summary() {
        return fields[2];
    }

    /** {@return the version, such as 3.11.7} */
    public String version() {
        return fields[3];
    }

    /** {@return the executable} */
    public Path executable() {
        return Path.of(fields[4]);
    }
}
