package dev.krait.pemja;

import dev.krait.PyObject;
import dev.krait.PythonInterpreter;
import dev.krait.PythonSetupException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The Python modules {@code _pemja} and {@code pemja}, whose sources are in the jar. */
final class PythonModules {
    private static final String[] NAMES = {"_pemja", "_pemja_collector", "_pemja_paths", "_pemja_shortcut", "pemja", "pemja.logger",
        "pemja.version"};
    private static final Map<String, String> SOURCES = new TreeMap<>();
    private static final String INSTALL = source("_pemja_install");

    static {
        for (String name : NAMES) {
            SOURCES.put(name, source(name));
        }
    }

    private PythonModules() {
    }

    /** Makes the modules importable, and sets the paths. No name is left in the interpreter's globals. */
    static void install(PythonInterpreter interpreter, String[] paths, List<String> sitePackages) {
        try (PyObject load = interpreter.eval(PyObject.class, "lambda source, scope: exec(compile(source, "
                + "'<krait-pemja>/_pemja_install.py', 'exec'), scope) or scope['install']");
                PyObject install = load.call(PyObject.class, INSTALL, Map.of("__name__", "_pemja_install"))) {
            List<?> shared = install.call(List.class, SOURCES, Arrays.asList(paths), sitePackages);
            if (shared == null) {
                throw new PythonSetupException("PEMJA's own native library runs in this process, and Krait's drop-in cannot run"
                        + " beside it. Use one of the two in a JVM: see that krait-pemja's jar comes before every copy of PEMJA,"
                        + " also those that other jars bundle.");
            }
            if (!shared.isEmpty()) {
                Logs.log("dev.krait.pemja", System.Logger.Level.WARNING, "Jobs of one TaskManager share Python's modules: this job "
                        + "gets " + shared + " as another one brought them, not from its own files.");
            }
        }
    }

    private static String source(String module) {
        String file = "python/" + module + ".py";
        try (InputStream in = PythonModules.class.getResourceAsStream(file)) {
            return new String(Objects.requireNonNull(in, () -> "krait-pemja's jar has no " + file).readAllBytes(),
                    StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("krait-pemja's jar cannot be read: " + file, e);
        }
    }
}
