package dev.krait.flink;

import dev.krait.PyFunction;
import dev.krait.PyObject;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.api.ValidationException;

/** A function's interpreter, with the job's Python files in it: from a function's {@code open} to its {@code close}. */
final class PythonRuntime implements AutoCloseable {
    /** Krait's own Python code for Flink: each interpreter runs it in its globals. */
    private static final String[] OWN = {"job.py", "types.py", "values.py"};

    private final PythonDefinition definition;
    final PythonInterpreter interpreter;
    private final PyObject job;

    private PythonRuntime(PythonDefinition definition, PythonInterpreter interpreter, PyObject job) {
        this.definition = definition;
        this.interpreter = interpreter;
        this.job = job;
    }

    static PythonRuntime open(PythonDefinition definition, Surroundings surroundings) {
        PythonInterpreter interpreter = interpreter(definition, surroundings);
        try {
            for (String name : OWN) {
                interpreter.set("_source", PythonFiles.own(name));
                interpreter.exec("exec(compile(_source, 'krait-flink/" + name + "', 'exec'))");
            }
            Map<String, byte[]> files = new HashMap<>(definition.files);
            List<String> paths = new ArrayList<>(definition.paths);
            for (String name : definition.cachedFiles) {
                paths.add(cached(name, surroundings).getAbsolutePath());
            }
            PyObject job = interpreter.invoke(PyObject.class, "open_job", key(definition, surroundings), files, paths);
            return new PythonRuntime(definition, interpreter, job);
        } catch (PythonException e) {
            interpreter.close();
            throw PythonFunctionException.of(definition, "cannot be loaded", e);
        } catch (RuntimeException | Error e) {
            interpreter.close();
            throw e;
        }
    }

    private static PythonInterpreter interpreter(PythonDefinition definition, Surroundings surroundings) {
        PythonInterpreter.Builder builder = PythonInterpreter.builder().isolation(definition.isolation).logging();
        if (surroundings.loader != null) {
            builder.classLoader(surroundings.loader);
        }
        String python = definition.python != null ? definition.python : surroundings.parameter.apply("krait.python", null);
        if (python != null) {
            builder.python(Path.of(python));
        }
        return builder.build();
    }

    private static File cached(String name, Surroundings surroundings) {
        File file = surroundings.cachedFile.apply(name);
        if (file == null) {
            throw new ValidationException("The distributed cache is not at hand here, where '" + name
                    + "' is needed to read a Python function's annotations: declare its types.");
        }
        return file;
    }

    /** One name for what functions share: those of one job with the same files. */
    private static String key(PythonDefinition definition, Surroundings surroundings) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(surroundings.job.getBytes(StandardCharsets.UTF_8));
            definition.files.forEach((name, content) -> {
                digest.update((name + "\n" + content.length + "\n").getBytes(StandardCharsets.UTF_8));
                digest.update(content);
            });
            digest.update(String.join("\n", definition.cachedFiles).getBytes(StandardCharsets.UTF_8));
            digest.update(String.join("\n", definition.paths).getBytes(StandardCharsets.UTF_8));
            StringBuilder key = new StringBuilder("job_");
            byte[] hash = digest.digest();
            for (int i = 0; i < 6; i++) {
                key.append(String.format("%02x", hash[i]));
            }
            return key.toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The function, or the class, that the definition names. */
    PyObject target() {
        return load(PyObject.class, "find", job, definition.module(), definition.spec.function);
    }

    /** What one of Krait's own functions makes of the function that the definition names. */
    PyFunction function(String maker, Object... arguments) {
        try (PyObject target = target()) {
            Object[] all = new Object[arguments.length + 1];
            all[0] = target;
            System.arraycopy(arguments, 0, all, 1, arguments.length);
            return load(PyFunction.class, maker, all);
        }
    }

    private <T> T load(Class<T> type, String name, Object... arguments) {
        try {
            return interpreter.invoke(type, name, arguments);
        } catch (PythonException e) {
            throw PythonFunctionException.of(definition, "cannot be loaded", e);
        }
    }

    <T> T invoke(Class<T> type, String name, Object... arguments) {
        try {
            return interpreter.invoke(type, name, arguments);
        } catch (PythonException e) {
            throw PythonFunctionException.of(definition, "cannot be used", e);
        }
    }

    /** Lets go of the job's modules, if this was the last that used them, and of the interpreter. */
    @Override
    public void close() {
        try {
            interpreter.invoke("close_job", job);
        } finally {
            interpreter.close();
        }
    }
}
