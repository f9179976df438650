"""krait-flink: a job that is nothing but Java, on a cluster whose Python has no PyFlink."""

import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

from cluster import BUILD, KRAIT_FLINK_JOB, ROOT, Cluster, flink_version
from support import too_old

MAIN = "dev.krait.flink.job.MeasuredJob"
ROWS = 20_000


class KraitFlinkTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        made = subprocess.run([ROOT / "tests/scripts/venv.sh", sys.base_prefix + "/bin/python3", "numpy", "pandas"],
                              stdout=subprocess.PIPE, text=True, check=True)
        cls.python = made.stdout.strip()
        absent = subprocess.run([cls.python, "-c", "import pyflink"], stderr=subprocess.DEVNULL).returncode
        assert absent, f"{cls.python} has PyFlink"
        # Neither krait-flink nor krait-pemja is in lib/: the jobs bring what they need.
        cls.cluster = Cluster("process", name="krait-flink", env={"KRAIT_PYTHON": cls.python})
        cls.addClassCleanup(cls.cluster.stop)
        cls.cluster.__enter__()

    def measured(self, *arguments):
        done = self.cluster.run_java(KRAIT_FLINK_JOB, MAIN, "--rows", ROWS, *arguments)
        self.assertEqual(done.returncode, 0, done.stdout[-6000:])
        return int(re.search(r"rows/s, .* sum (-?\d+)", done.stdout).group(1))

    def test_a_java_job_calls_python_for_each_row_and_for_batches(self):
        expected = ROWS * (ROWS + 3) // 2
        for form in (["--form", "scalar"], ["--form", "vectorized", "--columns", "numpy"],
                     ["--form", "batches", "--columns", "pandas"]):
            with self.subTest(form=form):
                self.assertEqual(self.measured("--function", "plus_one", *form), expected)
        self.assertGreater(self.measured("--function", "json_value_lower", "--form", "batches"), 90 * ROWS)


class WrongPythonTest(unittest.TestCase):
    """Task managers without the Python that a job needs: it fails, says what to set and where, and the next job runs."""

    @classmethod
    def setUpClass(cls):
        # Machines on which no Python is found: all programs but those.
        programs = BUILD / "flink/work" / flink_version() / "programs-without-python"
        shutil.rmtree(programs, ignore_errors=True)
        programs.mkdir(parents=True)
        for folder in os.environ["PATH"].split(os.pathsep):
            for program in Path(folder).glob("*"):
                if not program.name.startswith("python") and not (programs / program.name).is_symlink():
                    (programs / program.name).symlink_to(program)
        cls.cluster = cls.enterClassContext(Cluster("process", name="krait-flink-wrong-python", env={
            "PATH": str(programs), "KRAIT_PYTHON": "", "VIRTUAL_ENV": "", "CONDA_PREFIX": ""}))

    def run_with(self, python):
        options = [] if python is None else ["-D", f"pipeline.global-job-parameters=krait.python:{python}"]
        return self.cluster.run_java(KRAIT_FLINK_JOB, MAIN, "--rows", 1000, options=options)

    def said(self, python):
        self.run_with(python)
        job, state = list(self.cluster.jobs().items())[-1]
        self.assertEqual(state, "FAILED")
        said = self.cluster.exception(job)
        self.assertIn("Python function krait_flink_job.py:plus_one has no Python to run in", said)
        self.assertIn("In Flink: 'krait.python' in the job's configuration, or KRAIT_PYTHON in the environment of the task managers", said)
        return said

    def test_1_no_python(self):
        self.assertIn("python3 on the PATH", self.said(None))

    def test_2_a_python_that_is_not_there(self):
        self.assertIn("This job asks for /nowhere/bin/python.", self.said("/nowhere/bin/python"))

    def test_3_a_python_that_is_too_old(self):
        self.assertRegex(self.said(too_old()), r"is Python 3\.[6-9]\.\d+; Krait needs 3.10 or later")

    def test_4_after_those_the_right_one_runs(self):
        done = self.run_with(sys.executable)
        self.assertEqual(done.returncode, 0, done.stdout[-6000:])


if __name__ == "__main__":
    unittest.main()
