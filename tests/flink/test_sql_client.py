"""Flink's SQL client on the cluster: nothing but SQL, with Python functions on krait-flink and in PyFlink's thread mode."""

import shutil
import subprocess
import sys

from cluster import KRAIT_FLINK, ROOT, flink_version
from support import EXPECTED_ENGINE, JOBS, ClusterTest

TYPED = """
from typing import Iterator

def length(text: str) -> int:
    return len(text)

def letters(text: str) -> Iterator[str]:
    yield from text

class Longest:
    def create_accumulator(self):
        return ""

    def accumulate(self, longest, text: str):
        return max(longest, text, key=len)

    def get_value(self, longest) -> str:
        return longest
"""


class SqlClientTest(ClusterTest):
    @classmethod
    def setUpClass(cls):
        # The distribution that comes with PyFlink has the client, but not the gateway that is a part of it.
        subprocess.run([ROOT / "tests/scripts/gradle.sh", "-q", ":krait-flink:sqlGateway"], check=True)

    def setUp(self):
        line = flink_version().rsplit(".", 1)[0]
        gateway, = (ROOT / "java/krait-flink/build/sql-gateway").glob(f"flink-sql-gateway-{line}.*.jar")
        shutil.copy(gateway, self.cluster.home / "opt")
        self.work = self.cluster.work / "sql" / self.id().rsplit(".", 1)[1]
        self.work.mkdir(parents=True)
        # A client's configuration, without the JobManager's port: the client's own gateway would take it.
        shutil.copytree(self.cluster.home / "conf", self.work / "conf")
        config = self.work / "conf/config.yaml"
        config.write_text("".join(line for line in config.read_text().splitlines(True) if not line.startswith("rest.bind-port")))
        self.env = self.cluster.env | {"FLINK_CONF_DIR": str(config.parent)}

    def rows(self, statements, *options):
        """The rows of every table that the client prints, each a list of texts."""
        script = self.work / "script.sql"
        script.write_text("".join(f"{statement};\n" for statement in [
            "SET 'sql-client.execution.result-mode' = 'tableau'", "SET 'execution.runtime-mode' = 'batch'", *statements]))
        done = subprocess.run([self.cluster.home / "bin/sql-client.sh", *options, "-f", script], env=self.env, cwd=self.work,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout[-6000:])
        self.assertNotIn("[ERROR]", done.stdout)
        lines = [line for line in done.stdout.splitlines() if line.startswith("|")]
        self.assertTrue(lines, done.stdout[-6000:])
        return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]

    def test_a_python_file_is_called_by_its_name_in_sql(self):
        file = JOBS / "functions.py"
        rows = self.rows([
            f"CREATE TEMPORARY SYSTEM FUNCTION py AS 'dev.krait.flink.PythonScalarFunction' USING JAR '{KRAIT_FLINK}'",
            f"CREATE TEMPORARY SYSTEM FUNCTION py_rows AS 'dev.krait.flink.PythonTableFunction' USING JAR '{KRAIT_FLINK}'",
            f"SELECT py('{file}:shout -> STRING', word) AS loud, size FROM (VALUES 'ein Wort') AS t(text), "
            f"LATERAL TABLE(py_rows('{file}:words -> ROW<word STRING, size INT>', text)) AS w(word, size)"])
        self.assertEqual(rows, [["loud", "size"], ["EIN!", "3"], ["WORT!", "4"]])

    def test_each_function_of_a_file_has_a_class_of_its_own(self):
        (self.work / "typed.py").write_text(TYPED)
        jar = self.work / "typed.jar"
        declared = subprocess.run(
            ["java", "-cp", f"{self.cluster.home}/lib/*:{KRAIT_FLINK}", "dev.krait.flink.Declare", self.work / "typed.py", jar],
            env=self.cluster.env | {"KRAIT_PYTHON": sys.executable}, check=True, stdout=subprocess.PIPE, text=True)
        statements = [line.split(";")[0] for line in declared.stdout.splitlines()]
        self.assertEqual(len(statements), 3, declared.stdout)
        rows = self.rows([*statements, "SELECT Longest(text) AS a, SUM(`length`(text)) AS b FROM (VALUES 'one', 'three') AS t(text)",
                          "SELECT c FROM (VALUES 'ab') AS t(text), LATERAL TABLE(letters(text)) AS l(c)"], "-j", KRAIT_FLINK)
        self.assertEqual(rows, [["a", "b"], ["three", "8"], ["c"], ["a"], ["b"]])

    def test_functions_of_pyflink_run_on_the_engine_of_the_cluster(self):
        rows = self.rows(["CREATE TEMPORARY SYSTEM FUNCTION shout AS 'declared.shout' LANGUAGE PYTHON",
                          "CREATE TEMPORARY SYSTEM FUNCTION which AS 'declared.which' LANGUAGE PYTHON",
                          "SELECT shout(text) AS loud, which(1) AS engine FROM (VALUES 'Wort') AS t(text)"], "-pyfs", JOBS)
        self.assertEqual(rows, [["loud", "engine"], ["WORT!", EXPECTED_ENGINE]])
