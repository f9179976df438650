"""Java jobs that register Python functions, on the cluster."""

import os
import subprocess
import zipfile
from pathlib import Path

from support import EXPECTED_ENGINE, FOLDER, JOBS, ClusterTest
import functions

TEXTS = [(1, "one two"), (2, "Straße")]
ROWS = sorted((n, functions.shout(text), word, size) for n, text in TEXTS for word, size in functions.words(text))


class JavaTest(ClusterTest):
    def setUp(self):
        self.python_jar = next((self.cluster.home / "opt").glob("flink-python-*.jar")).resolve()

    def test_a_java_job_registers_python_functions(self):
        classes = self.cluster.work / "java"
        classes.mkdir(parents=True)
        java_home = os.environ.get("JAVA_HOME")
        javac = Path(java_home, "bin/javac") if java_home else "javac"
        subprocess.run([javac, "--release", "11", "-d", classes, "-cp", f"{self.cluster.home}/lib/*",
                        FOLDER / "java/PythonFromJava.java"], check=True)
        jar = classes / "job.jar"
        with zipfile.ZipFile(jar, "w") as archive:
            for path in classes.glob("*.class"):
                archive.write(path, path.name)
        # flink-python is no part of a Java job: -C adds it to the job's class path.
        done = self.cluster.run_java(jar, "PythonFromJava", JOBS, options=["-C", self.python_jar.as_uri()])
        self.assert_ok(done)
        rows = [line for line in done.stdout.splitlines() if line.startswith("ROW ")]
        self.assertEqual(rows, [f"ROW +I[{n}, {text}, {word}, {size}, {EXPECTED_ENGINE}]" for n, text, word, size in ROWS])
