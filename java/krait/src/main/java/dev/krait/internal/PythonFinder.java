package dev.krait.internal;

import dev.krait.PythonSetupException;
import java.io.File;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Finds the Python to run: the builder's path, {@code -Dkrait.python}, {@code KRAIT_PYTHON}, {@code VIRTUAL_ENV},
 * {@code CONDA_PREFIX}, {@code python3} on the PATH, in this order.
 *
 * <p>The first three are explicit choices: one that fails is an error, never a reason to take another Python. An
 * instance serves one search, in one thread.
 */
public final class PythonFinder {
    /** The system property that names a Python. */
    public static final String PROPERTY = "krait.python";

    /** The environment variable that names a Python. */
    public static final String VARIABLE = "KRAIT_PYTHON";

    static final String BUILDER = "the builder's python(Path)";
    private static final String GONE = "does not exist";
    private static final String ON_PATH = "python3 on the PATH";

    private final UnaryOperator<String> environment;
    private final Platform platform;
    private final PythonProbe probe;
    private final ProbeCache cache;
    private final UnaryOperator<String> properties;
    private final List<PythonInstallation.Place> tried = new ArrayList<>();

    PythonFinder(UnaryOperator<String> environment, UnaryOperator<String> properties) {
        this(environment, properties, new PythonProbe());
    }

    PythonFinder(UnaryOperator<String> environment, UnaryOperator<String> properties, PythonProbe probe) {
        this.environment = environment;
        this.properties = properties;
        this.platform = Platform.current();
        this.probe = probe;
        this.cache = new ProbeCache(environment, properties, platform);
    }

    /**
     * Finds the Python of this process's surroundings.
     *
     * @param builderPath the builder's path to an executable or to the root of a virtual environment, or null
     * @throws PythonSetupException when there is none that Krait can run; the message says what was tried
     */
    public static PythonInstallation find(Path builderPath) {
        return new PythonFinder(System::getenv, System::getProperty)
                .find(BUILDER, builderPath == null ? null : builderPath.toString());
    }

    /** Searches, with the label and the value of the first place, which may be null. */
    PythonInstallation find(String label, String value) {
        PythonInstallation found = explicit(label, value);
        if (found == null) {
            found = explicit("system property " + PROPERTY, properties.apply(PROPERTY));
        }
        if (found == null) {
            found = explicit("environment variable " + VARIABLE, environment.apply(VARIABLE));
        }
        if (found == null) {
            found = active("VIRTUAL_ENV", "bin/python3", "bin/python", "Scripts/python.exe");
        }
        if (found == null) {
            found = active("CONDA_PREFIX", "bin/python3", "bin/python", "python.exe");
        }
        return found == null ? onPath() : found;
    }

    /** The places looked at so far, also after a search that failed. */
    List<PythonInstallation.Place> tried() {
        return Collections.unmodifiableList(tried);
    }

    /** What became of the disk cache, for the doctor. */
    String cacheNote() {
        return cache.note();
    }

    private PythonInstallation explicit(String place, String value) {
        if (value == null || value.isEmpty()) {
            tried.add(new PythonInstallation.Place(place, "not set"));
            return null;
        }
        String file = value;
        try {
            Path resolved = resolve(value);
            file = resolved.toString();
            return examine(place, resolved);
        } catch (Rejection e) {
            throw failure(e, place, file);
        }
    }

    /** The executable that an explicit value means: a file, a virtual environment's root, or a command's name. */
    private Path resolve(String value) throws Rejection {
        Path path = path(value);
        if (Files.isDirectory(path)) {
            Path inside = inside(path, "bin/python3", "bin/python", "Scripts/python.exe", "python.exe");
            if (inside == null) {
                throw new Rejection(Rejection.Kind.NOT_FOUND, "is a folder without bin/python3 in it", "");
            }
            return inside;
        }
        boolean command = path.getNameCount() == 1 && !path.isAbsolute();
        if (command && !Files.exists(path)) {
            for (Path folder : searchPath()) {
                Path file = folder.resolve(path);
                if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                    return file;
                }
            }
            throw new Rejection(Rejection.Kind.NOT_FOUND,
                    "does not exist, neither in the working directory (" + path("").toAbsolutePath()
                            + ") nor on the PATH", "");
        }
        return path.toAbsolutePath();
    }

    /** The first of some files that the folder has, be it a link that leads nowhere; or null. */
    private static Path inside(Path folder, String... names) {
        for (String name : names) {
            Path file = folder.toAbsolutePath().resolve(name);
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                return file;
            }
        }
        return null;
    }

    /** The environment that is active in the shell: passed over only when there is no python in its folder. */
    private PythonInstallation active(String variable, String... names) {
        String place = "environment variable " + variable;
        String value = environment.apply(variable);
        if (value == null || value.isEmpty()) {
            tried.add(new PythonInstallation.Place(place, "not set"));
            return null;
        }
        String inside = value;
        try {
            Path folder = path(value);
            Path file = inside(folder, names);
            if (file == null) {
                String absence = absence(folder.resolve(names[0]));
                String fault = !absence.equals(GONE) ? absence : Files.isDirectory(folder) ? "has no " + names[0] : "is not a folder";
                tried.add(new PythonInstallation.Place(place, value + " " + fault + "; passed over"));
                return null;
            }
            inside = file.toString();
            return examine(place, file);
        } catch (Rejection e) {
            throw failure(e, place, inside);
        }
    }

    private PythonInstallation onPath() {
        List<String> names = platform.isWindows() ? List.of("python3.exe", "python.exe") : List.of("python3");
        Rejection first = null;
        List<Rejection> others = new ArrayList<>();
        for (Path folder : searchPath()) {
            for (String name : names) {
                Path file = folder.resolve(name);
                if (!Files.isRegularFile(file) || !Files.isExecutable(file)) {
                    continue;
                }
                try {
                    return examine(ON_PATH, file);
                } catch (Rejection e) {
                    if (e.kind() == Rejection.Kind.INTERRUPTED) {
                        throw e.toException(file + " " + e.getMessage());
                    }
                    if (first == null) {
                        first = e;
                    } else {
                        others.add(e);
                    }
                }
            }
        }
        if (first == null) {
            String path = environment.apply("PATH");
            tried.add(new PythonInstallation.Place(ON_PATH, path == null ? "there is no PATH" : "none in PATH=" + path));
            first = new Rejection(Rejection.Kind.NOT_FOUND, "no python3 was found",
                    "install CPython 3.10 or later with its shared library (Debian and Ubuntu: apt-get install python3"
                            + " libpython3-dev)");
            throw first.toException("no Python was found." + trace(first.advice()));
        }
        PythonSetupException failure = first.toException(
                "no python3 on the PATH can be used: the first one " + first.headline() + "."
                        + trace(first.advice()));
        others.forEach(failure::addSuppressed);
        throw failure;
    }

    /** The folders of the PATH, each once; an empty or relative one (the working directory) is nobody's choice. */
    private List<Path> searchPath() {
        List<Path> folders = new ArrayList<>();
        Set<Path> seen = new HashSet<>();
        String value = environment.apply("PATH");
        for (String entry : value == null ? new String[0] : value.split(File.pathSeparator)) {
            try {
                Path folder = Path.of(entry);
                if (folder.isAbsolute() && Files.isDirectory(folder) && seen.add(folder.toRealPath())) {
                    folders.add(folder);
                }
            } catch (InvalidPathException | IOException e) {
                tried.add(new PythonInstallation.Place(ON_PATH, "passed over " + entry + ": " + e.getMessage()));
            }
        }
        return folders;
    }

    /** Asks one executable, or the cache for it, and records the outcome. */
    private PythonInstallation examine(String place, Path file) throws Rejection {
        try {
            requireExecutable(file);
            ProbeCache.Key key = cache.key(file);
            ProbeCache.Hit hit = cache.read(key);
            PythonFacts facts;
            Path libpython;
            if (hit != null) {
                facts = hit.facts();
                facts.requireSupported();
                libpython = hit.libpython();
            } else {
                facts = probe.run(file);
                facts.requireSupported();
                libpython = new LibPython(facts, platform).find();
                cache.write(key, file, facts, libpython);
            }
            String own = facts.text("executable");
            Path executable = own.isEmpty() ? file : path(own);
            tried.add(new PythonInstallation.Place(place, file + " (chosen)"));
            return new PythonInstallation(executable, facts, libpython, place, tried);
        } catch (Rejection e) {
            tried.add(new PythonInstallation.Place(place, file + " " + e.getMessage()));
            throw e;
        }
    }

    private static void requireExecutable(Path file) throws Rejection {
        if (!Files.exists(file)) {
            boolean link = Files.isSymbolicLink(file);
            String absence = absence(file);
            String advice = !absence.equals(GONE) ? "allow this user to enter it, or choose a Python outside of others' home folders"
                    : link ? "make the virtual environment anew, for the Python it was made with is gone" : "";
            throw new Rejection(Rejection.Kind.NOT_FOUND, link ? "is a link to a file that " + absence : absence, advice);
        }
        if (!Files.isRegularFile(file)) {
            throw new Rejection(Rejection.Kind.NOT_FOUND, "is not a file", "");
        }
        if (!Files.isExecutable(file)) {
            throw new Rejection(Rejection.Kind.NOT_FOUND, "is not executable for this user",
                    "chmod +x it");
        }
    }

    /** Why there is no file, as far as this user can tell: what lies in another user's home folder may exist. */
    static String absence(Path file) {
        try {
            Files.readAttributes(file, BasicFileAttributes.class);
        } catch (AccessDeniedException e) {
            return "lies in a folder that this user may not enter";
        } catch (IOException e) {
            return GONE;
        }
        return GONE;
    }

    private static Path path(String value) throws Rejection {
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw new Rejection(Rejection.Kind.NOT_FOUND,
                    "has a name that this JVM cannot express in its file name encoding, "
                            + System.getProperty("sun.jnu.encoding"),
                    "start the JVM with LC_ALL=C.UTF-8", e);
        }
    }

    private PythonSetupException failure(Rejection e, String place, String file) {
        boolean recorded = !tried.isEmpty() && tried.get(tried.size() - 1).name().equals(place);
        if (!recorded) {
            tried.add(new PythonInstallation.Place(place, file + " " + e.getMessage()));
        }
        return e.toException("the Python chosen by " + place + " cannot be used: " + file + " " + e.headline() + "."
                + trace(e.advice()));
    }

    private String trace(String advice) {
        StringBuilder text = new StringBuilder("\nLooked at:");
        for (PythonInstallation.Place each : tried) {
            text.append("\n  ").append(each.name()).append(": ").append(each.outcome());
        }
        text.append("\nTo do: ");
        if (!advice.isEmpty()) {
            text.append(advice).append("; or ");
        }
        return text.append("name another Python with the builder's python(Path), -D").append(PROPERTY)
                .append("=/path/to/python3 or ").append(VARIABLE).append("=/path/to/python3.").toString();
    }
}
