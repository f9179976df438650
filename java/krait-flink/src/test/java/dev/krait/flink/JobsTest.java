package dev.krait.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.PythonInterpreter;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.table.api.TableResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several jobs on one task manager, each with a class loader and with Python files of its own. */
class JobsTest {
    /** A session whose jobs bring the jar themselves, so that a task manager loads it child-first for each of them. */
    private static Sql shipping() {
        Sql sql = Sql.streaming();
        String jar = new File(System.getProperty("krait.test.jar")).getAbsoluteFile().toURI().toString();
        sql.env.getConfig().set("pipeline.jars", jar);
        return sql;
    }

    private static String loader(Sql sql) {
        return sql.texts("SELECT py('python/udfs.py:krait_loader', n) FROM (VALUES 1) AS t(n)").get(0);
    }

    @Test
    void eachJobHasAClassLoaderOfItsOwnAndTheyShareOnePython() {
        String first = loader(shipping());
        String second = loader(shipping());
        assertTrue(first.contains("ChildFirstClassLoader") || first.contains("FlinkUserCodeClassLoader"), first);
        assertNotEquals(first, second);
        // And a third, which has it from the class path, as from a cluster's lib/.
        assertTrue(loader(Sql.streaming()).contains("AppClassLoader"));
    }

    @Test
    void modulesOfOneNameInTwoJobsDoNotMix(@TempDir Path folder) throws Exception {
        List<CompletableFuture<List<String>>> jobs = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        for (int i = 0; i < 4; i++) {
            Path file = Files.createDirectories(folder.resolve("job" + i)).resolve("mine.py");
            Files.writeString(file, "import time\ncalls = 0\ndef which(n):\n    global calls\n    calls += 1\n    time.sleep(0.01)\n"
                    + "    return f'" + i / 2 + " ' + str(calls)\n");
            // Jobs 0 and 1, and 2 and 3, have the same code; each has its own copy of it all the same.
            boolean ships = i % 2 == 0;
            // A session of SQL belongs to the thread that opened it.
            jobs.add(CompletableFuture.supplyAsync(() -> (ships ? shipping() : Sql.streaming())
                    .texts("SELECT py('" + file + ":which -> STRING', n) FROM (VALUES 1, 2, 3) AS t(n)"), threads));
        }
        for (int i = 0; i < 4; i++) {
            assertEquals(List.of(i / 2 + " 1", i / 2 + " 2", i / 2 + " 3"), jobs.get(i).get());
        }
        threads.shutdown();
        assertNoModuleOfAJobIsLeft();
    }

    /** When a job has ended, nothing of it is left among Python's modules. */
    private static void assertNoModuleOfAJobIsLeft() throws Exception {
        try (PythonInterpreter interp = PythonInterpreter.create()) {
            String left = "left";
            for (int tries = 0; tries < 100 && !left.equals("[]"); tries++) {
                Thread.sleep(50);
                interp.exec("import sys");
                left = String.valueOf(interp.eval("[name for name in sys.modules if name.startswith('job_')]"));
            }
            assertEquals("[]", left);
        }
    }

    @Test
    void nothingIsLeftWhereFlinkOpensAFunctionSeveralTimes() throws Exception {
        Sql sql = Sql.streaming();
        sql.env.executeSql("CREATE TEMPORARY TABLE numbers (n BIGINT, ts AS TO_TIMESTAMP_LTZ(n, 0), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen',"
                + " 'number-of-rows' = '10', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '10')");
        // Without merge(), so that its windows are aggregated in one phase.
        sql.env.createTemporarySystemFunction("longest", PythonAggregateFunction.of("python/udfs.py:Longest"));
        assertEquals(List.of("1", "5", "10"), sql.texts("SELECT longest(CAST(n AS STRING), '') FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(ts),"
                + " INTERVAL '5' SECOND)) GROUP BY window_start, window_end"));
        assertEquals(List.of("5", "10"), sql.texts("SELECT * FROM numbers MATCH_RECOGNIZE (ORDER BY ts MEASURES A.n AS n"
                + " PATTERN (A) DEFINE A AS MOD(py('python/udfs.py:same -> BIGINT', A.n), 5) = 0)"));
        assertNoModuleOfAJobIsLeft();
    }

    @Test
    void aTaskThatIsInterruptedLetsGoOfItsModulesAllTheSame() throws Exception {
        PythonDefinition definition = new PythonDefinition().with(FunctionSpec.parse("python/udfs.py:same"), null);
        PythonRuntime runtime = PythonRuntime.open(definition, Surroundings.client(null));
        runtime.target().close();
        try (PythonInterpreter interp = PythonInterpreter.create()) {
            // Somebody else opens or closes a job for so long that the interrupt is noticed meanwhile.
            interp.exec("import sys, time\nheld = []\n"
                    + "own = next(module for name, module in sys.modules.items() if name.startswith('_krait_flink_'))\n"
                    + "def hold():\n    with own._lock:\n        held.append(1)\n        time.sleep(0.5)\n");
            Thread other = new Thread(() -> interp.invoke("hold"));
            other.start();
            while (!interp.eval(boolean.class, "bool(held)")) {
                Thread.sleep(5);
            }
            Thread.currentThread().interrupt();
            runtime.close();
            assertTrue(Thread.interrupted(), "the interrupt is still there");
            other.join();
            assertEquals(0L, interp.eval("len([name for name in sys.modules if name.startswith('job_') and name.endswith('.udfs')])"));
        }
    }

    @Test
    void thePythonIsNamedByTheTableConfigurationOrTheJobsParameters() {
        String query = "SELECT py('python/udfs.py:same -> INT', n) FROM (VALUES 7) AS t(n)";
        Sql sql = Sql.streaming();
        sql.env.getConfig().set("krait.python", System.getenv("KRAIT_PYTHON"));
        assertEquals(List.of("7"), sql.texts(query));
        sql.env.getConfig().set("krait.python", "/nowhere/bin/python3");
        String text = Sql.text(assertThrows(Exception.class, () -> sql.texts(query)));
        assertTrue(text.contains("Python function python/udfs.py:same has no Python to run in"), text);
        assertTrue(text.contains("This job asks for /nowhere/bin/python3."), text);
        Sql parameters = Sql.streaming();
        parameters.env.getConfig().set("pipeline.global-job-parameters", "krait.python:/elsewhere/python3");
        text = Sql.text(assertThrows(Exception.class, () -> parameters.texts(query)));
        assertTrue(text.contains("/elsewhere/python3"), text);
    }

    @Test
    void filesAndFoldersOfTheDistributedCacheAreImportedFrom(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("cached_udfs.py"), "from cached_package import step\ndef next(n):\n    return n + step()\n");
        Path code = Files.createDirectories(folder.resolve("code/cached_package")).getParent();
        Files.writeString(code.resolve("cached_package/__init__.py"),
                "import pathlib\ndef step():\n    return int((pathlib.Path(__file__).parent / 'step.txt').read_text())\n");
        Files.writeString(code.resolve("cached_package/step.txt"), "5");
        Sql sql = Sql.streaming();
        sql.env.getConfig().set("pipeline.cached-files", "name:cached_udfs.py,path:'" + file.toUri() + "';name:code,path:'" + code.toUri() + "'");
        sql.env.createTemporarySystemFunction("f", PythonScalarFunction.builder().cachedFile("cached_udfs.py").cachedFile("code")
                .module("cached_udfs").function("next").returns("INT").build());
        assertEquals(List.of("12"), sql.texts("SELECT f(n) FROM (VALUES 7) AS t(n)"));
    }

    @Test
    void cancellingAJobEndsACallThatWouldNeverEnd() throws Exception {
        Sql sql = Sql.streaming();
        sql.env.executeSql("CREATE TEMPORARY SYSTEM FUNCTION py_batch AS 'dev.krait.flink.PythonVectorizedFunction'");
        // A batch that is full is called for by the task's thread, one that is not by another.
        for (String[] one : new String[][] {{"py", "1000"}, {"py_batch", "1000"}, {"py_batch", "1"}}) {
            String function = one[0];
            sql.env.getConfig().set("krait.batch.rows", one[1]);
            TableResult result = sql.env.executeSql("SELECT " + function + "('python/udfs.py:endless -> INT', n) FROM (VALUES 1) AS t(n)");
            JobClient job = result.getJobClient().get();
            while (job.getJobStatus().get() != JobStatus.RUNNING) {
                Thread.sleep(50);
            }
            Thread.sleep(1000);
            job.cancel().get();
            long end = System.nanoTime() + 20_000_000_000L;
            while (job.getJobStatus().get() != JobStatus.CANCELED) {
                assertTrue(System.nanoTime() < end, String.join(" ", one) + " is " + job.getJobStatus().get());
                Thread.sleep(50);
            }
        }
    }
}
