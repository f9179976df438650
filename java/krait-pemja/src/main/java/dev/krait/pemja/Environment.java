package dev.krait.pemja;

import dev.krait.PythonInterpreter;
import dev.krait.internal.PythonFinder;
import dev.krait.internal.PythonInstallation;
import dev.krait.internal.RunningPython;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import pemja.core.PythonInterpreterConfig;

/**
 * The Python that an interpreter gets. A process has one CPython. Another environment of the very same version is served by the
 * one that runs, with the environment's packages first: each run of a Flink job may unpack its environment to another folder.
 * Another version is refused.
 */
final class Environment {
    private final Path executable;
    private final Path home;
    private final List<String> sitePackages;

    private Environment(Path executable, Path home, List<String> sitePackages) {
        this.executable = executable;
        this.home = home;
        this.sitePackages = sitePackages;
    }

    /** Without an executable, it is the one that Krait finds. */
    static Environment choose(PythonInterpreterConfig config) {
        Path home = config.getPythonHome() == null ? null : Path.of(config.getPythonHome());
        String exec = config.getPythonExec();
        if (exec == null || exec.isEmpty()) {
            return new Environment(null, home, List.of());
        }
        Path executable = Path.of(exec);
        if (home != null && executable.toAbsolutePath().startsWith(home.toAbsolutePath())) {
            // The executable says it all; the home of a virtual environment has no standard library.
            home = null;
        }
        RunningPython running = RunningPython.find();
        if (running == null) {
            return new Environment(executable, home, List.of());
        }
        PythonInstallation asked = PythonFinder.find(executable);
        if (running.isSameAs(asked) || !running.version().equals(asked.version())) {
            return new Environment(executable, home, List.of());
        }
        return new Environment(running.executable(), null, sitePackages(asked));
    }

    private static List<String> sitePackages(PythonInstallation python) {
        List<String> folders = new ArrayList<>();
        for (String lib : new String[] {"lib", "lib64"}) {
            folders.add(Path.of(python.prefix(), lib, "python" + python.major() + "." + python.minor(), "site-packages")
                    .toString());
        }
        return folders;
    }

    void apply(PythonInterpreter.Builder builder) {
        if (executable != null) {
            builder.python(executable);
        }
        if (home != null) {
            builder.home(home);
        }
    }

    /** Folders of another environment's packages, or none. */
    List<String> sitePackages() {
        return sitePackages;
    }
}
