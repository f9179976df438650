package dev.krait.pemja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.PythonSetupException;
import dev.krait.testing.ChildJvm;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pemja.core.PythonInterpreter;
import pemja.core.PythonInterpreterConfig;

/** Jars, class loaders, Pythons and environments: what works, and what is refused with words that help. */
class SetupTest {
    @TempDir
    Path folder;

    private static Path jar() {
        return Path.of(System.getProperty("krait.test.jar")).toAbsolutePath();
    }

    private static Path pemja() {
        return Path.of(System.getProperty("krait.test.pemja")).toAbsolutePath();
    }

    private static PythonInterpreterConfig.PythonInterpreterConfigBuilder config() {
        return PythonInterpreterConfig.newBuilder();
    }

    private Path package_(String name, String... files) throws Exception {
        Path path = Files.createDirectories(folder.resolve(name));
        for (int i = 0; i < files.length; i += 2) {
            Path file = path.resolve(files[i]);
            Files.createDirectories(file.getParent());
            Files.writeString(file, files[i + 1]);
        }
        return path;
    }

    // ---- the Python module

    @Test
    void findClassWorksWithoutThePipPackage() {
        ChildJvm.of(Finds.class).arguments("nothing").run().fine();
    }

    @Test
    void findClassWorksWithThePipPackage() throws Exception {
        // As pip's: it takes what is built in, and knows nothing of Krait.
        Path site = package_("site", "pemja/__init__.py", "try:\n    from _pemja import *\nexcept ImportError:\n    pass\nby = 'pip'\n",
                "pemja/logger.py", "raise AssertionError('the drop-in has its own')\n");
        String output = ChildJvm.of(Finds.class).arguments(site).run().fine();
        assertTrue(output.contains("by pip"), output);
    }

    /** Uses the module. */
    public static final class Finds {
        private Finds() {
        }

        public static void main(String[] args) {
            for (PythonInterpreterConfig.ExecType type : PythonInterpreterConfig.ExecType.values()) {
                try (PythonInterpreter py = new PythonInterpreter(config().setExcType(type).addPythonPaths(args[0]).build())) {
                    py.exec("from pemja import findClass\nimport pemja\nr = findClass('java.lang.Math').max(1, 2)\nby = getattr(pemja, 'by', 'jar')");
                    if (!Long.valueOf(2).equals(py.get("r"))) {
                        throw new AssertionError(py.get("r"));
                    }
                    System.out.println("by " + py.get("by"));
                }
            }
        }
    }

    // ---- class loaders

    /** Runs in a class loader of its own. */
    public static final class Job implements Callable<Object> {
        private static Path path;

        /** Where its own module is. */
        public static void at(String folder) {
            path = Path.of(folder);
        }

        /** Which class this is, for Python. */
        public static String who() {
            return path.getFileName().toString();
        }

        @Override
        public Object call() {
            Thread.currentThread().setContextClassLoader(Job.class.getClassLoader());
            try (PythonInterpreter py = new PythonInterpreter(config().addPythonPaths(path.toString()).build())) {
                py.exec("from pemja import findClass\nimport sys\nwho = findClass('" + Job.class.getName() + "').who()\nfirst = sys.path[0]\n"
                        + "def f(x): return (x, who)");
                for (int i = 0; i < 1_000; i++) {
                    Object[] pair = (Object[]) py.invoke("f", i);
                    if (!pair[0].equals((long) i)) {
                        throw new AssertionError(Arrays.toString(pair));
                    }
                }
                return List.of(py.get("who"), py.get("first"));
            }
        }
    }

    private static URLClassLoader loader() throws Exception {
        URL tests = SetupTest.class.getProtectionDomain().getCodeSource().getLocation();
        return new URLClassLoader(new URL[] {jar().toUri().toURL(), tests}, ClassLoader.getPlatformClassLoader());
    }

    @SuppressWarnings("unchecked")
    private Callable<Object> job(ClassLoader loader, String name) throws Exception {
        Class<?> type = loader.loadClass(Job.class.getName());
        assertNotSame(Job.class, type);
        type.getMethod("at", String.class).invoke(null, package_(name).toString());
        return (Callable<Object>) type.getConstructor().newInstance();
    }

    @Test
    void jobsInClassLoadersOfTheirOwnRunOneAfterTheOtherAndAtOnce() throws Exception {
        try (URLClassLoader one = loader(); URLClassLoader two = loader()) {
            Callable<Object> first = job(one, "job1");
            Callable<Object> second = job(two, "job2");
            assertEquals(List.of("job1", folder.resolve("job1").toString()), first.call());
            assertEquals(List.of("job2", folder.resolve("job2").toString()), second.call());
            java.util.concurrent.ExecutorService threads = java.util.concurrent.Executors.newFixedThreadPool(2);
            try {
                List<java.util.concurrent.Future<Object>> both = threads.invokeAll(List.of(first, second));
                assertEquals("job1", ((List<?>) both.get(0).get()).get(0));
                assertEquals("job2", ((List<?>) both.get(1).get()).get(0));
            } finally {
                threads.shutdownNow();
            }
        }
    }

    @Test
    void interpretersThatOpenAtOnceSetUpOnce() {
        for (int i = 0; i < 3; i++) {
            assertTrue(ChildJvm.of(AtOnce.class).run().fine().contains("1 handler, 1 finder"));
        }
    }

    /** Eight threads that open an interpreter each, the first of the process. */
    public static final class AtOnce {
        private AtOnce() {
        }

        public static void main(String[] args) throws Exception {
            java.util.concurrent.CyclicBarrier start = new java.util.concurrent.CyclicBarrier(8);
            java.util.concurrent.ExecutorService threads = java.util.concurrent.Executors.newFixedThreadPool(8);
            List<Callable<Object>> all = java.util.Collections.nCopies(8, () -> {
                start.await();
                try (PythonInterpreter py = new PythonInterpreter(config().build())) {
                    py.exec("from pemja import findClass");
                    return null;
                }
            });
            for (java.util.concurrent.Future<Object> one : threads.invokeAll(all)) {
                one.get();
            }
            threads.shutdown();
            try (PythonInterpreter py = new PythonInterpreter(config().build())) {
                py.exec("import logging, sys\nh = sum(type(h).__name__ == 'PythonLogHandler' for h in logging.getLogger().handlers)\n"
                        + "f = sum(type(f).__module__ == '_pemja_install' for f in sys.meta_path)");
                System.out.println(py.get("h") + " handler, " + py.get("f") + " finder");
            }
        }
    }

    // ---- bad set-ups

    @Test
    void aPythonThatIsNotThereIsNamed() {
        String output = ChildJvm.of(Opens.class).arguments("/nowhere/bin/python").run().withCode(1);
        assertTrue(output.contains("PEMJA's interface was asked for the Python /nowhere/bin/python (setPythonExec; in Flink python.executable)"), output);
    }

    @Test
    void whatIsNoPythonIsNamed() throws Exception {
        Path script = package_("bad", "python", "#!/bin/sh\necho I am no Python; exit 3\n").resolve("python");
        assertTrue(script.toFile().setExecutable(true));
        String output = ChildJvm.of(Opens.class).arguments(script).run().withCode(1);
        assertTrue(output.contains(script.toString()) && output.contains("exit code 3"), output);
    }

    @Test
    void noPythonAtAllSaysWhereItWasLookedFor() {
        String output = ChildJvm.of(Opens.class).environment("PATH", "/nowhere").environment("KRAIT_PYTHON", null)
                .environment("VIRTUAL_ENV", null).environment("CONDA_PREFIX", null).run().withCode(1);
        assertTrue(output.contains("PATH") && output.contains("KRAIT_PYTHON"), output);
    }

    /** Opens an interpreter with a Python. */
    public static final class Opens {
        private Opens() {
        }

        public static void main(String[] args) {
            new PythonInterpreter(config().setPythonExec(args.length == 0 ? null : args[0]).build()).close();
        }
    }

    @Test
    void classesOfTwoLibrariesAreRefused() throws Exception {
        // Krait's first, but for one class that is PEMJA's.
        Path mixed = folder.resolve("mixed");
        try (JarFile jar = new JarFile(pemja().toFile())) {
            Path target = mixed.resolve("pemja/core/object/PyObject.class");
            Files.createDirectories(target.getParent());
            Files.copy(jar.getInputStream(jar.getEntry("pemja/core/object/PyObject.class")), target);
        }
        String output = java(mixed + java.io.File.pathSeparator + jar());
        assertTrue(output.contains("two copies of pemja.core are mixed"), output);
        assertTrue(output.contains("Leave PEMJA's jar out"), output);
    }

    @Test
    void anotherJarWithKraitInsideMayComeFirstIfItIsOfTheSameVersion() throws Exception {
        String output = java(first("dev/krait/PythonInterpreter.class", "dev/krait/krait.properties") + java.io.File.pathSeparator + jar());
        assertTrue(output.contains("pemja.core is Krait's drop-in for PEMJA 0.5.7, from " + jar()), output);
    }

    @Test
    void twoVersionsOfKraitAreRefused() throws Exception {
        Path other = first("dev/krait/PythonInterpreter.class");
        Files.writeString(other.resolve("dev/krait/krait.properties"), "version=0.0.9\n");
        String output = java(other + java.io.File.pathSeparator + jar());
        assertTrue(output.contains("two versions of Krait are mixed"), output);
        assertTrue(output.contains("dev.krait is 0.0.9, from " + other) && output.contains(jar().toString()), output);
    }

    /** A folder of some of Krait's files, to come before the jar on a class path. */
    private Path first(String... names) throws Exception {
        Path first = folder.resolve("first");
        try (JarFile jar = new JarFile(jar().toFile())) {
            for (String name : names) {
                Files.createDirectories(first.resolve(name).getParent());
                Files.copy(jar.getInputStream(jar.getEntry(name)), first.resolve(name));
            }
        }
        return first;
    }

    @Test
    void pemjasOwnLibraryInTheSameProcessIsRefused() {
        String output = ChildJvm.of(Beside.class).run().withCode(1);
        assertTrue(output.contains("PEMJA's own native library runs in this process"), output);
    }

    /** Where somebody else has made the module that PEMJA's library makes. */
    public static final class Beside {
        private Beside() {
        }

        public static void main(String[] args) {
            try (dev.krait.PythonInterpreter py = dev.krait.PythonInterpreter.create()) {
                py.exec("import sys, types; sys.modules['_pemja'] = types.ModuleType('_pemja')");
            }
            Opens.main(args);
        }
    }

    @Test
    void theLogSaysWhichOneRunsAndNamesOtherCopies() throws Exception {
        String alone = java(jar().toString());
        assertTrue(alone.contains("pemja.core is Krait's drop-in for PEMJA 0.5.7, from " + jar()), alone);
        assertTrue(!alone.contains("copies of pemja.core"), alone);
        String two = java(jar() + java.io.File.pathSeparator + pemja());
        assertTrue(two.contains("There are 2 copies of pemja.core") && two.contains("pemja-0.5.7.jar"), two);
    }

    private static String java(String classPath) throws Exception {
        Path tests = Path.of(SetupTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                classPath + java.io.File.pathSeparator + tests, Opens.class.getName()).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    @Test
    void theManifestSaysWhatTheJarIs() throws Exception {
        try (JarFile jar = new JarFile(jar().toFile())) {
            assertEquals("Krait, as a drop-in for PEMJA 0.5.7", jar.getManifest().getMainAttributes().getValue("Implementation-Title"));
        }
    }

    // ---- environments

    @Test
    void anotherEnvironmentOfTheSamePythonBringsItsPackages() throws Exception {
        Path other = venv("other");
        Path site = Files.list(other.resolve("lib")).findFirst().orElseThrow().resolve("site-packages");
        Files.writeString(site.resolve("only_there.py"), "x = 5\n");
        try (PythonInterpreter first = new PythonInterpreter(config().build());
                PythonInterpreter second = new PythonInterpreter(config().setPythonExec(other.resolve("bin/python").toString())
                        .setPythonHome(other.toString()).build())) {
            assertThrows(pemja.core.PythonException.class, () -> first.exec("import not_there_at_all"));
            second.exec("import only_there\nx = only_there.x");
            assertEquals(5L, second.get("x"));
        }
    }

    @Test
    void theExecutableAloneSelectsTheEnvironment() throws Exception {
        Path other = venv("alone");
        String output = ChildJvm.of(Prefix.class).arguments(other.resolve("bin/python"), other).run().fine();
        assertTrue(output.contains("prefix " + other.toRealPath()) || output.contains("prefix " + other), output);
    }

    /** Prints sys.prefix; the home of a virtual environment, which Flink gives for archives, is no obstacle. */
    public static final class Prefix {
        private Prefix() {
        }

        public static void main(String[] args) {
            try (PythonInterpreter py = new PythonInterpreter(config().setPythonExec(args[0]).setPythonHome(args[1]).build())) {
                py.exec("import sys\nr = sys.prefix");
                System.out.println("prefix " + py.get("r"));
            }
        }
    }

    @Test
    void aPythonOfAnotherVersionIsRefused() throws Exception {
        try (PythonInterpreter py = new PythonInterpreter(config().build())) {
            py.exec("import sys\nv = sys.version_info[1]");
            Path other = otherVersion((Long) py.get("v"));
            org.junit.jupiter.api.Assumptions.assumeTrue(other != null, "only one CPython is installed here");
            PythonSetupException thrown = assertThrows(PythonSetupException.class,
                    () -> new PythonInterpreter(config().setPythonExec(other.toString()).build()));
            assertTrue(thrown.getMessage().contains("runs one Python already"), thrown::getMessage);
        }
    }

    private static Path otherVersion(long minor) {
        for (String name : new String[] {"python3.10", "python3.11", "python3.12", "python3.13"}) {
            for (String place : new String[] {"/usr/bin/", System.getProperty("user.home") + "/.pyenv/versions/"}) {
                Path path = place.startsWith("/usr") ? Path.of(place + name) : pyenv(Path.of(place), name.substring(6));
                if (path != null && !name.equals("python3." + minor) && Files.isExecutable(path)) {
                    return path;
                }
            }
        }
        return null;
    }

    private static Path pyenv(Path versions, String version) {
        java.io.File[] folders = versions.toFile().listFiles((parent, name) -> name.startsWith(version + "."));
        return folders == null || folders.length == 0 ? null : folders[0].toPath().resolve("bin/python3");
    }

    private Path venv(String name) throws Exception {
        Path venv = folder.resolve(name);
        try (PythonInterpreter py = new PythonInterpreter(config().build())) {
            py.exec("import sys, os\nb = os.path.join(sys.base_prefix, 'bin', 'python3')\nb = b if os.path.exists(b) else sys.executable");
            Process process = new ProcessBuilder((String) py.get("b"), "-m", "venv", "--without-pip", venv.toString()).inheritIO().start();
            assertEquals(0, process.waitFor());
        }
        return venv;
    }

    @Test
    void theWorkingDirectoryIsSet() throws Exception {
        Path place = package_("place");
        String output = ChildJvm.of(Place.class).arguments(place).run().fine();
        assertTrue(output.contains("at " + place.toRealPath()), output);
    }

    /** Prints os.getcwd(). */
    public static final class Place {
        private Place() {
        }

        public static void main(String[] args) {
            try (PythonInterpreter py = new PythonInterpreter(config().setWorkingDirectory(args[0]).build())) {
                py.exec("import os\nr = os.getcwd()");
                System.out.println("at " + py.get("r"));
            }
        }
    }
}
