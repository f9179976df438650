package dev.krait.internal;

import dev.krait.PythonSetupException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Finds out before CPython starts whether it can. CPython ends its process when it cannot, say for a wrong {@code
 * PYTHONHOME}: that must be an exception here.
 */
final class PythonEnvironment {
    /** Variables that cannot keep CPython from starting. */
    private static final Set<String> HARMLESS = Set.of("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED",
            "PYTHONPYCACHEPREFIX", "PYTHONNOUSERSITE", "PYTHONUSERBASE", "PYTHONSAFEPATH", "PYTHONSTARTUP");
    /** What CPython runs or needs while it starts: found by a {@code PYTHONPATH} before its own, it can end the process. */
    private static final Set<String> OF_THE_START = Set.of("encodings", "os.py", "site.py", "sitecustomize.py", "sitecustomize",
            "usercustomize.py", "usercustomize");
    private static final long TIMEOUT_SECONDS = 20;

    private PythonEnvironment() {
    }

    static void check(PythonInstallation python, Path home) {
        if (home != null && !KraitRuntime.hasStandardLibrary(home, python.major(), python.minor())) {
            throw new PythonSetupException("home " + home + " has no standard library of Python " + python.major()
                    + "." + python.minor() + " (lib/python" + python.major() + "." + python.minor()
                    + "/encodings is missing). Leave home out: the executable knows where its library is.");
        }
        Map<String, String> risky = new TreeMap<>();
        System.getenv().forEach((name, value) -> {
            if (name.startsWith("PYTHON") && !HARMLESS.contains(name) || name.equals("PYTHONPATH") && takesPartInTheStart(value)) {
                risky.put(name, value);
            }
        });
        if (!risky.isEmpty()) {
            tryOut(python, risky);
        }
    }

    private static boolean takesPartInTheStart(String path) {
        for (String folder : path.split(File.pathSeparator)) {
            if (OF_THE_START.stream().anyMatch(name -> new File(folder, name).exists())) {
                return true;
            }
        }
        return false;
    }

    /**
     * Starts the executable with the same environment: what ends it would end the JVM. (Not every Python has math in itself.)
     * Neither threads nor processes that the start leaves behind are waited for: CPython has started all the same.
     */
    private static void tryOut(PythonInstallation python, Map<String, String> risky) {
        String text;
        try {
            Process process = new ProcessBuilder(python.executable().toString(), "-c", "import math, os; os._exit(0)")
                    .redirectErrorStream(true).start();
            try {
                PythonProbe.Reader output = new PythonProbe.Reader(process.getInputStream());
                PythonProbe.closeInput(process);
                boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
                if (ended && process.exitValue() == 0) {
                    return;
                }
                if (ended) {
                    output.join(PythonProbe.LAG_MILLIS);
                }
                text = output.text().strip() + (ended ? "" : "\n(it had not started after " + TIMEOUT_SECONDS + " s, and was stopped)");
            } finally {
                PythonProbe.stop(process);
            }
        } catch (IOException e) {
            text = e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PythonSetupException("interrupted while Python's environment was tried out", e);
        }
        throw new PythonSetupException(python.executable() + " does not run with these environment variables, and could "
                + "end the JVM: " + risky + ". Unset what belongs to another Python. It says:\n" + text);
    }
}
