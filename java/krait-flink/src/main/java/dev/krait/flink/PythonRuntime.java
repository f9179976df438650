package dev.krait.flink;

import dev.krait.PyFunction;
import dev.krait.PyObject;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import dev.krait.PythonSetupException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.api.ValidationException;

/** A function's interpreter, with the job's Python files in it: from a function's {@code open} to its {@code close}. */
final class PythonRuntime implements AutoCloseable {
    /** Krait's own Python code for Flink: together one module, made once for each interpreter with modules of its own. */
    private static final String[] OWN = {"job.py", "types.py", "values.py", "columns.py", "aggregates.py"};
    /** The module outlives the interpreter that makes it, as the jobs' modules do. Its name has its content's hash. */
    private static final String BOOT = "import sys, types\n"
            + "def _boot(name, sources):\n"
            + "    if name not in sys.modules:\n"
            + "        module = types.ModuleType(name)\n"
            + "        for file, source in sources.items():\n"
            + "            exec(compile(source, 'krait-flink/' + file, 'exec'), module.__dict__)\n"
            + "        sys.modules.setdefault(name, module)\n"
            + "    return sys.modules[name]\n";

    private final PythonDefinition definition;
    private final PythonInterpreter interpreter;
    private final PyObject own;
    private final PyObject job;

    private PythonRuntime(PythonDefinition definition, PythonInterpreter interpreter, PyObject own, PyObject job) {
        this.definition = definition;
        this.interpreter = interpreter;
        this.own = own;
        this.job = job;
    }

    static PythonRuntime open(PythonDefinition definition, Surroundings surroundings) {
        PythonInterpreter interpreter = interpreter(definition, surroundings);
        try {
            PyObject own = own(interpreter);
            Map<String, byte[]> files = new HashMap<>(definition.files);
            List<String> paths = new ArrayList<>(definition.paths);
            for (String name : definition.cachedFiles) {
                // The cache keeps a file's name no further than here.
                if (name.endsWith(".py")) {
                    files.put(name, Files.readAllBytes(cached(name, surroundings).toPath()));
                } else {
                    paths.add(cached(name, surroundings).getAbsolutePath());
                }
            }
            PyObject job = own.invokeMethod(PyObject.class, "open_job", key(definition, surroundings), files, paths);
            return new PythonRuntime(definition, interpreter, own, job);
        } catch (PythonException | IOException e) {
            interpreter.close();
            throw PythonFunctionException.of(definition, "cannot be loaded", e);
        } catch (Throwable e) {
            interpreter.close();
            throw e;
        }
    }

    private static PyObject own(PythonInterpreter interpreter) {
        Map<String, String> sources = new LinkedHashMap<>();
        MessageDigest digest = sha256();
        for (String name : OWN) {
            String source = PythonFiles.own(name);
            sources.put(name, source);
            digest.update(source.getBytes(StandardCharsets.UTF_8));
        }
        interpreter.exec(BOOT);
        return interpreter.invoke(PyObject.class, "_boot", "_krait_flink_" + hex(digest), sources);
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
        try {
            return builder.build();
        } catch (PythonSetupException e) {
            // Where Flink's users say it, which Krait's own message cannot know.
            throw new PythonSetupException("Python function " + definition + " has no Python to run in: " + e.getMessage()
                    + "\nIn Flink: 'krait.python' in the job's configuration, or KRAIT_PYTHON in the environment of "
                    + (surroundings.job.isEmpty() ? "whoever makes the job" : "the task managers")
                    + (python == null ? "." : ". This job asks for " + python + "."), e);
        }
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
        MessageDigest digest = sha256();
        digest.update(surroundings.job.getBytes(StandardCharsets.UTF_8));
        definition.files.forEach((name, content) -> {
            digest.update((name + "\n" + content.length + "\n").getBytes(StandardCharsets.UTF_8));
            digest.update(content);
        });
        digest.update(String.join("\n", definition.cachedFiles).getBytes(StandardCharsets.UTF_8));
        digest.update(String.join("\n", definition.paths).getBytes(StandardCharsets.UTF_8));
        return "job_" + hex(digest);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As much of the digest as tells two apart. */
    private static String hex(MessageDigest digest) {
        StringBuilder text = new StringBuilder();
        byte[] hash = digest.digest();
        for (int i = 0; i < 6; i++) {
            text.append(String.format("%02x", hash[i]));
        }
        return text.toString();
    }

    /** The function, or the class, that the definition names. */
    PyObject target() {
        return load(PyObject.class, "find", job, definition.module(), definition.spec.function);
    }

    /** The names and kinds of what the definition's module has for SQL. */
    List<?> declared() {
        return load(List.class, "declared", job, definition.module());
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

    /** An object of Krait's own that stands before the function or class that the definition names. */
    PyObject object(String maker, Object... arguments) {
        try (PyObject target = target()) {
            Object[] all = new Object[arguments.length + 2];
            all[0] = target;
            all[1] = job;
            System.arraycopy(arguments, 0, all, 2, arguments.length);
            return load(PyObject.class, maker, all);
        }
    }

    private <T> T load(Class<T> type, String name, Object... arguments) {
        try {
            return own.invokeMethod(type, name, arguments);
        } catch (PythonException e) {
            throw PythonFunctionException.of(definition, "cannot be loaded", e);
        }
    }

    /** One of Krait's own functions, to be called often. */
    PyFunction own(String name) {
        return own.getAttr(name, PyFunction.class);
    }

    <T> T invoke(Class<T> type, String name, Object... arguments) {
        try {
            return own.invokeMethod(type, name, arguments);
        } catch (PythonException e) {
            throw PythonFunctionException.of(definition, "cannot be used", e);
        }
    }

    /**
     * Lets go of the job's modules, if this was the last that used them, and of the interpreter; also in a task that is being cancelled,
     * whose thread's interrupt is not meant for this.
     */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            own.invokeMethod("close_job", job);
        } finally {
            interpreter.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
