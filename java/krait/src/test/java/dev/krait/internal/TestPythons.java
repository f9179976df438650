package dev.krait.internal;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The real Pythons of this machine, and executables that only claim to be one. */
final class TestPythons {
    private TestPythons() {}

    private static final List<Path> SUPPORTED = all().stream()
            .filter(each -> version(each) >= 10).filter(TestPythons::hasLibrary).collect(Collectors.toList());

    /** The executables of CPython 3.10 and later with a shared library, of pyenv and of the PATH. */
    static List<Path> supported() {
        if (SUPPORTED.isEmpty()) {
            throw new AssertionError("these tests need a CPython 3.10 or later with a shared libpython,"
                    + " on the PATH or of pyenv");
        }
        return SUPPORTED;
    }

    /** Asks Python itself, for the finder is what is tested. */
    private static boolean hasLibrary(Path python) {
        String script = "import os, sysconfig as s; v = s.get_config_var;"
                + " f = os.path.join(v('LIBDIR'), v('INSTSONAME'));"
                + " raise SystemExit(not (f.endswith('.so.1.0') and os.path.exists(f)))";
        try {
            return new ProcessBuilder(python.toString(), "-c", script).inheritIO().start().waitFor() == 0;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(python.toString(), e);
        }
    }

    static Path any() {
        return supported().get(0);
    }

    /** Python 3 executables below 3.10. */
    static List<Path> old() {
        return all().stream().filter(each -> version(each) < 10).collect(Collectors.toList());
    }

    private static TreeSet<Path> all() {
        TreeSet<Path> found = new TreeSet<>();
        String root = System.getenv("PYENV_ROOT");
        Path versions = Path.of(root != null ? root : System.getProperty("user.home") + "/.pyenv").resolve("versions");
        if (Files.isDirectory(versions)) {
            for (Path each : list(versions)) {
                addPythons(found, each.resolve("bin"));
            }
        }
        for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
            addPythons(found, Path.of(folder));
        }
        return found;
    }

    private static void addPythons(TreeSet<Path> found, Path folder) {
        if (Files.isDirectory(folder) && !folder.endsWith("shims")) {
            list(folder).stream()
                    .filter(each -> each.getFileName().toString().matches("python3\\.\\d+"))
                    .filter(Files::isExecutable)
                    .forEach(each -> found.add(realFolder(folder).resolve(each.getFileName())));
        }
    }

    /** Where /bin is a link to /usr/bin, its Pythons are found once. */
    private static Path realFolder(Path folder) {
        try {
            return folder.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Path> list(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.collect(Collectors.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int version(Path executable) {
        return Integer.parseInt(executable.getFileName().toString().substring("python3.".length()));
    }

    /** Makes a virtual environment, without pip. */
    static Path venv(Path python, Path folder, String... options) {
        List<String> command = new ArrayList<>(List.of(python.toString(), "-m", "venv", "--without-pip"));
        command.addAll(List.of(options));
        command.add(folder.toString());
        run(command);
        return folder;
    }

    static void run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(command + ": " + output);
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(command.toString(), e);
        }
    }

    /** An executable shell script. */
    static Path script(Path file, String body) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, "#!/bin/sh\n" + body + "\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the probe would say of a well-built Python 3.11.7 in a folder, for a test to change. */
    static Map<String, String> facts(Path prefix) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("version", "3.11.7");
        facts.put("hexversion", String.valueOf(0x030B07F0));
        facts.put("implementation", "cpython");
        facts.put("pointer_bits", "64");
        facts.put("executable", prefix.resolve("bin/python3").toString());
        facts.put("prefix", prefix.toString());
        facts.put("exec_prefix", prefix.toString());
        facts.put("base_prefix", prefix.toString());
        facts.put("abiflags", "");
        facts.put("gil_enabled", "1");
        facts.put("trace_refs", "0");
        facts.put("Py_ENABLE_SHARED", "1");
        facts.put("Py_GIL_DISABLED", "0");
        facts.put("LIBDIR", prefix.resolve("lib").toString());
        facts.put("LDLIBRARY", "libpython3.11.so");
        facts.put("INSTSONAME", "libpython3.11.so.1.0");
        return facts;
    }

    static PythonFacts parse(Map<String, String> facts) {
        return PythonFacts.parse(lines(facts));
    }

    private static List<String> lines(Map<String, String> facts) {
        List<String> lines = new ArrayList<>();
        lines.add("krait-probe=1");
        facts.forEach((key, value) -> lines.add(key + "=" + PythonFacts.encode(value)));
        lines.add("krait-probe=end");
        return lines;
    }

    /** A script that answers the probe with the given facts. */
    static Path claiming(Path file, Map<String, String> facts) {
        return script(file, "cat <<'END'\n" + String.join("\n", lines(facts)) + "\nEND");
    }

    /** A file that looks like a shared library for this machine: the head of the JVM's own. */
    static Path sharedLibrary(Path file) {
        try {
            Files.createDirectories(file.getParent());
            Files.copy(jvmLibrary(), file);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A small native library that this JVM can load. */
    static Path jvmLibrary() {
        return Path.of(System.getProperty("java.home"), "lib", "libprefs.so");
    }

    static Map<String, String> map(String... keysAndValues) {
        Map<String, String> map = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }

    /** A Python that exists in name only, for tests that load none. */
    static PythonInstallation installation(Path prefix) {
        return new PythonInstallation(prefix.resolve("bin/python3"), parse(facts(prefix)),
                prefix.resolve("lib/libpython3.11.so.1.0"), "a test", List.of());
    }
}
