package dev.krait.lifetime;

import static dev.krait.testing.Pythons.lines;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.PythonInterpreter;
import dev.krait.testing.ChildJvm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that Python code starts: spawn works, fork is warned of. */
final class ForkTest {
    /** Runs a script in an interpreter. */
    public static final class Runs {
        private Runs() {
        }

        /** The child's program: the script's path. */
        public static void main(String[] args) {
            try (PythonInterpreter py = PythonInterpreter.create()) {
                py.run(Path.of(args[0]));
            }
        }
    }

    private static String run(Path folder, String... code) throws Exception {
        Path script = folder.resolve("script.py");
        Files.write(script, lines(code).getBytes(StandardCharsets.UTF_8));
        return ChildJvm.of(Runs.class).arguments(script).run().fine();
    }

    @Test
    void poolsAndProcessesOfMultiprocessingWorkBySpawn(@TempDir Path folder) throws Exception {
        String output = run(folder, "import multiprocessing, os, sys",
                "def square(x): return x * x, os.path.samefile(sys.executable, os.environ['OUTER'])",
                "def put(queue): queue.put(os.getpid())",
                "if __name__ == '__main__':",
                "    os.environ['OUTER'] = sys.executable",
                "    spawn = multiprocessing.get_context('spawn')",
                "    with spawn.Pool(2) as pool:",
                "        print(pool.map(square, range(4)))",
                "    queue = spawn.Queue()",
                "    process = spawn.Process(target=put, args=(queue,))",
                "    process.start()",
                "    print(queue.get() == process.pid != os.getpid())",
                "    process.join()",
                "    print(process.exitcode)");
        assertEquals("[(0, True), (1, True), (4, True), (9, True)]\nTrue\n0\n", output);
    }

    @Test
    void poolsOfMultiprocessingWorkByForkserver(@TempDir Path folder) throws Exception {
        assertEquals("[0, 1, 4]\n", run(folder, "import multiprocessing",
                "def square(x): return x * x",
                "if __name__ == '__main__':",
                "    with multiprocessing.get_context('forkserver').Pool(2) as pool:",
                "        print(pool.map(square, range(3)))"));
    }

    @Test
    void executorsOfProcessesWorkBySpawn(@TempDir Path folder) throws Exception {
        assertEquals("[0, 1, 4]\n", run(folder, "import concurrent.futures, multiprocessing",
                "def square(x): return x * x",
                "if __name__ == '__main__':",
                "    spawn = multiprocessing.get_context('spawn')",
                "    with concurrent.futures.ProcessPoolExecutor(2, mp_context=spawn) as pool:",
                "        print(list(pool.map(square, range(3))))"));
    }

    @Test
    void forkIsWarnedOfAndSoIsMultiprocessingByFork(@TempDir Path folder) throws Exception {
        String output = run(folder, "import multiprocessing, os, warnings",
                "warnings.simplefilter('always')",
                "def nothing(): pass",
                "pid = os.fork()",
                "if pid == 0: os._exit(7)",
                "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)",
                "process = multiprocessing.get_context('fork').Process(target=nothing)",
                "process.start()",
                "process.join()",
                "print(process.exitcode)");
        assertTrue(output.contains("RuntimeWarning: os.fork() inside a JVM"), output);
        assertTrue(output.contains("script.py:4"), output);
        assertEquals(2, output.split("RuntimeWarning: os.fork\\(\\) inside a JVM", -1).length - 1, output);
        assertTrue(output.contains("7\n") && output.endsWith("0\n"), output);
    }

    @Test
    void subprocessesAreStartedWithoutAWarning(@TempDir Path folder) throws Exception {
        assertEquals("from below\n", run(folder, "import subprocess, sys, warnings", "warnings.simplefilter('error')",
                "subprocess.run([sys.executable, '-c', 'print(\"from below\")'], check=True)"));
    }
}
