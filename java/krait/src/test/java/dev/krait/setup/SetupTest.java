package dev.krait.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.krait.PythonAlreadyRunningException;
import dev.krait.PythonInterpreter;
import dev.krait.PythonNotFoundException;
import dev.krait.PythonSetupException;
import dev.krait.testing.ChildJvm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which Python runs, and what a user is told where none can. */
class SetupTest {
    /** Opens an interpreter, with the builder's Python if one is named, and prints the value of an expression. */
    public static final class Prints {
        private Prints() {
        }

        /** The child's program: an expression, and maybe an executable. */
        public static void main(String[] args) {
            PythonInterpreter.Builder builder = PythonInterpreter.builder();
            if (args.length > 1) {
                builder.python(Path.of(args[1]));
            }
            try (PythonInterpreter py = builder.build()) {
                System.out.println(py.eval(args[0]));
            } catch (PythonSetupException e) {
                System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
            }
        }
    }

    private static ChildJvm prints(Object... arguments) {
        return ChildJvm.of(Prints.class).arguments(arguments);
    }

    private static Path python() {
        try (PythonInterpreter py = PythonInterpreter.create()) {
            return Path.of(py.eval(String.class, "__import__('sys').executable"));
        }
    }

    /** An environment in which nothing names a Python. */
    private static ChildJvm unnamed(ChildJvm child) {
        return child.environment("KRAIT_PYTHON", null).environment("VIRTUAL_ENV", null).environment("CONDA_PREFIX", null)
                .environment("PATH", "/nonexistent");
    }

    private static Path venv(Path folder) throws Exception {
        Process process = new ProcessBuilder(python().toString(), "-m", "venv", "--without-pip", folder.toString())
                .inheritIO().start();
        assertEquals(0, process.waitFor());
        return folder;
    }

    @Test
    void withoutAnyPythonTheMessageSaysWhatWasTriedAndWhatToDo() {
        String output = unnamed(prints("1")).run().fine();
        assertTrue(output.startsWith("PythonNotFoundException: "), output);
        for (String part : new String[] {"krait.python", "KRAIT_PYTHON", "VIRTUAL_ENV", "CONDA_PREFIX", "PATH", "/nonexistent"}) {
            assertTrue(output.contains(part), part + " is missing in " + output);
        }
    }

    @Test
    void theSystemPropertyGoesBeforeTheEnvironment() {
        String output = prints("__import__('sys').version_info[0]").options("-Dkrait.python=" + python())
                .environment("KRAIT_PYTHON", "/nonexistent/python3").run().fine();
        assertEquals("3\n", output);
    }

    @Test
    void anExplicitChoiceNeverFallsBack() {
        String property = prints("1").options("-Dkrait.python=/nonexistent/python3").run().fine();
        assertTrue(property.contains("krait.python") && property.contains("/nonexistent/python3"), property);
        String variable = prints("1").environment("KRAIT_PYTHON", "/nonexistent/python3").run().fine();
        assertTrue(variable.contains("KRAIT_PYTHON") && variable.contains("does not exist"), variable);
        String builder = prints("1", "/nonexistent/python3").run().fine();
        assertTrue(builder.startsWith("PythonNotFoundException: ") && builder.contains("builder"), builder);
    }

    @Test
    void aPythonThatOnlyOthersCanReachIsNotSaidToBeMissing(@TempDir Path folder) throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")) && Files.isExecutable(Path.of("/usr/bin/setpriv")),
                "only root can run a JVM as somebody else");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path jar = Files.copy(Path.of(System.getProperty("krait.test.jar")), folder.resolve("krait.jar"));
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("r--r--r--"));
        Path others = Files.createDirectory(folder.resolve("others"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path link = Files.createSymbolicLink(folder.resolve("python3"), others.resolve("python3"));
        Process process = new ProcessBuilder("/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar.toString(), "doctor", "--python",
                link.toString()).directory(folder.toFile()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(1, process.waitFor(), output);
        assertTrue(output.contains("is a link to a file that lies in a folder that this user may not enter")
                && output.contains("To do: allow this user to enter it"), output);
    }

    @Test
    void pythonOnThePathIsTheLastResort(@TempDir Path folder) throws Exception {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        // Not a link: Python looks beside the link's target for its library, a script leaves that to itself.
        Path script = Files.writeString(bin.resolve("python3"), "#!/bin/sh\nexec " + python() + " \"$@\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertEquals("6\n", unnamed(prints("1 + 5")).environment("PATH", bin + ":/usr/bin:/bin").run().fine());
    }

    @Test
    void aVirtualEnvironmentIsHonoured(@TempDir Path folder) throws Exception {
        Path venv = venv(folder.resolve("umgebung ä"));
        Path packages;
        try (Stream<Path> found = Files.walk(venv)) {
            packages = found.filter(path -> path.endsWith("site-packages")).findFirst().orElseThrow();
        }
        Files.writeString(packages.resolve("krait_test_in_venv.py"), "VALUE = 'from the environment'");
        String expression = "(lambda s: '|'.join([s.prefix, str(s.prefix != s.base_prefix),"
                + " __import__('krait_test_in_venv').VALUE, s.executable]))(__import__('sys'))";
        String expected = venv + "|True|from the environment|";
        for (ChildJvm child : new ChildJvm[] {
            prints(expression, venv.resolve("bin/python")), prints(expression, venv),
            unnamed(prints(expression)).environment("VIRTUAL_ENV", venv.toString()),
            unnamed(prints(expression)).environment("CONDA_PREFIX", venv.toString()),
            prints(expression).environment("KRAIT_PYTHON", venv.resolve("bin/python3").toString())}) {
            String output = child.environment("LC_ALL", "C.UTF-8").options("-Dsun.jnu.encoding=UTF-8").run().fine();
            assertTrue(output.startsWith(expected), output);
            assertTrue(output.contains("bin/python"), output);
        }
    }

    @Test
    void aSecondAndDifferentPythonIsRefused(@TempDir Path folder) throws Exception {
        Path venv = venv(folder.resolve("other"));
        try (PythonInterpreter py = PythonInterpreter.create()) {
            PythonAlreadyRunningException error = assertThrows(PythonAlreadyRunningException.class,
                    () -> PythonInterpreter.builder().python(venv.resolve("bin/python")).build());
            assertTrue(error.getMessage().contains(venv.toString()), error.getMessage());
            assertEquals(2L, py.eval("1 + 1"));
            try (PythonInterpreter same = PythonInterpreter.builder().python(python()).build()) {
                assertEquals(3L, same.eval("1 + 2"));
            }
        }
        assertThrows(PythonNotFoundException.class,
                () -> PythonInterpreter.builder().python(Path.of("/nonexistent/python3")).build());
    }

    @Test
    void aWrongPythonHomeIsAnErrorNotTheEndOfTheJvm(@TempDir Path folder) {
        String output = prints("1").environment("PYTHONHOME", folder.toString()).run().fine();
        assertTrue(output.contains("PYTHONHOME") && output.contains(folder.toString()), output);
    }

    @Test
    void aSitecustomizeThatExitsIsNamedInsteadOfEndingTheJvm(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("sitecustomize.py"), "import sys\nsys.exit(3)\n");
        String output = prints("1").environment("PYTHONPATH", folder.toString()).run().fine();
        assertTrue(output.startsWith("PythonSetupException") && output.contains("PYTHONPATH=" + folder)
                && output.contains("SystemExit: 3"), output);
        Files.writeString(folder.resolve("sitecustomize.py"), "raise RuntimeError('passed over')\n");
        output = prints("1 + 1").environment("PYTHONPATH", folder.toString()).run().fine();
        assertTrue(output.endsWith("passed over\n2\n"), output);
    }

    @Test
    void whatASitecustomizeLeavesRunningIsNotWaitedFor(@TempDir Path folder) throws Exception {
        // Once: the trial's. The one that starts in the JVM itself finds the file.
        Files.writeString(folder.resolve("sitecustomize.py"), "import os, subprocess, threading, time\n"
                + "if not os.path.exists('" + folder + "/pid'):\n"
                + "    with open('" + folder + "/pid', 'w') as file:\n"
                + "        file.write(str(subprocess.Popen(['sleep', '100']).pid))\n"
                + "    threading.Thread(target=time.sleep, args=[100]).start()\n");
        try {
            ChildJvm.Ended ended = prints("1 + 1").environment("PYTHONPATH", folder.toString()).run();
            assertEquals("2\n", ended.fine());
            assertTrue(ended.millis < 60_000, "it took " + ended.millis + " ms");
        } finally {
            ProcessHandle.of(Long.parseLong(Files.readString(folder.resolve("pid")))).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    @Tag("slow")
    void aSitecustomizeThatHangsIsNamed(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("sitecustomize.py"), "import time\nprint('so far', flush=True)\ntime.sleep(600)\n");
        String output = prints("1").environment("PYTHONPATH", folder.toString()).run().fine();
        assertTrue(output.startsWith("PythonSetupException") && output.contains("PYTHONPATH=" + folder)
                && output.contains("so far\n(it had not started after 20 s"), output);
    }

    @Test
    void aPythonHomeThatLacksModulesIsNamed(@TempDir Path folder) throws Exception {
        // As where PYTHONHOME is of another build of the same version: it starts, and lacks what that build has in itself.
        String[] names = prints("__import__('sysconfig').get_path('stdlib') + ';' + getattr(__import__('math'), '__file__', '')")
                .run().fine().strip().split(";");
        assumeTrue(names.length == 2 && names[1].contains("lib-dynload"), "math is a part of this Python's library");
        Path library = Path.of(names[0]);
        Path other = Files.createDirectories(folder.resolve("lib").resolve(library.getFileName()));
        try (Stream<Path> files = Files.list(library)) {
            for (Path file : files.filter(file -> !file.endsWith("lib-dynload")).toArray(Path[]::new)) {
                Files.createSymbolicLink(other.resolve(file.getFileName()), file);
            }
        }
        String output = prints("1").environment("PYTHONHOME", folder.toString()).run().fine();
        assertTrue(output.startsWith("PythonSetupException") && output.contains("PYTHONHOME=" + folder) && output.contains("math"), output);
    }

    @Test
    void aWrongHomeOfTheBuilderIsAnError(@TempDir Path folder) {
        assertThrows(PythonSetupException.class, () -> PythonInterpreter.builder().home(folder).build());
    }

    @Test
    void pythonsOwnVariablesAreHeard() {
        assertEquals("true\n", prints("'/krait/test/path' in __import__('sys').path")
                .environment("PYTHONPATH", "/krait/test/path").run().fine());
    }

    @Test
    void pythonRunsWithoutTheVariablesThatOthersNeed() {
        assertEquals("2\n", prints("1 + 1").environment("PYTHONHOME", null).environment("LD_LIBRARY_PATH", null)
                .environment("LD_PRELOAD", null).environment("HOME", null).run().fine());
    }

    @Test
    void aWrongLibraryPathNeverFallsBack(@TempDir Path folder) {
        String output = prints("1").options("-Dkrait.library.path=" + folder).run().fine();
        assertTrue(output.contains("krait.library.path") && output.contains(folder.toString()), output);
        assertTrue(output.startsWith("NativeLibraryException"), output);
    }

    @Test
    void aStackSizeThatIsNoneIsNamed() {
        for (String size : new String[] {"16m", "1000", "-1", "99999999999999999"}) {
            String output = prints("1").options("-Dkrait.stack.size=" + size).run().fine();
            assertTrue(output.startsWith("PythonSetupException: system property krait.stack.size: a stack has 1 MiB to 64 GiB, "
                    + "as a number of bytes, not " + size + ".\nTo do: "), output);
        }
        assertEquals("1\n", prints("1").options("-Dkrait.stack.size=0x1000000").run().fine());
    }

    @Test
    void anExitTimeoutThatIsNoneIsNamed() {
        for (String timeout : new String[] {"5s", "-1"}) {
            String output = prints("1").options("-Dkrait.exit.timeout=" + timeout).run().fine();
            assertTrue(output.startsWith("PythonSetupException: system property krait.exit.timeout: a number of milliseconds is wanted, "
                    + "not " + timeout + ".\nTo do: "), output);
        }
    }

    @Test
    void nothingStaysInTheTemporaryFolder(@TempDir Path folder) throws Exception {
        assertEquals("2\n", prints("1 + 1").options("-Djava.io.tmpdir=" + folder).run().fine());
        try (Stream<Path> left = Files.walk(folder)) {
            assertEquals(0, left.filter(path -> path.toString().endsWith(".so")).count());
        }
    }

    @Test
    void aTemporaryFolderWithoutExecIsNamed() throws Exception {
        Path shared = Path.of("/dev/shm");
        assumeTrue(Files.isWritable(shared) && Files.readAllLines(Path.of("/proc/mounts")).stream()
                .anyMatch(line -> line.contains(" /dev/shm ") && line.contains("noexec")), "/dev/shm is no noexec mount here");
        String output = prints("1").options("-Djava.io.tmpdir=/dev/shm").run().fine();
        assertTrue(output.contains("noexec") && output.contains("/dev/shm") && output.contains("krait.tmpdir"), output);
    }

    @Test
    void aJvmThatForbidsNativeAccessIsSaidToBeThatWithItsFlag() {
        assumeTrue(Runtime.version().feature() >= 24, "this JVM forbids nothing");
        String output = prints("1").withoutNativeAccess().options("--illegal-native-access=deny").run().fine();
        assertTrue(output.startsWith("NativeLibraryException") && output.contains("--enable-native-access=ALL-UNNAMED"), output);
    }

    @Test
    void pythonsCodecsFollowTheLocaleNotTheJvm() {
        String output = prints("'ü' + __import__('sys').getfilesystemencoding()").environment("LC_ALL", "C").run().fine();
        assertTrue(output.endsWith("utf-8\n"), output);
    }

    @Test
    void utf8ModeIsAsThePythonOfTheSameEnvironmentHasIt() throws Exception {
        String mode = "__import__('sys').flags.utf8_mode";
        for (String[] variables : new String[][] {{"C", null}, {"C", "0"}, {"C.UTF-8", null}, {"C.UTF-8", "1"}}) {
            ProcessBuilder python = new ProcessBuilder(python().toString(), "-c", "print(" + mode + ")");
            python.environment().put("LC_ALL", variables[0]);
            python.environment().remove("PYTHONUTF8");
            if (variables[1] != null) {
                python.environment().put("PYTHONUTF8", variables[1]);
            }
            String expected = new String(python.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(expected, prints(mode).environment("LC_ALL", variables[0]).environment("PYTHONUTF8", variables[1]).run().fine());
        }
    }

    @Test
    void signalsStayTheJvms() {
        // CPython's own handler would swallow SIGINT.
        assertEquals("true\n", prints("__import__('signal').getsignal(2) is not __import__('signal').default_int_handler").run().fine());
    }
}
