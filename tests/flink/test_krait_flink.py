"""krait-flink: a job that is nothing but Java, on a cluster whose Python has no PyFlink."""

import re
import subprocess
import sys
import unittest

from cluster import ROOT, VERSION, Cluster

LIBS = ROOT / "java/krait-flink/build/libs"
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
        done = self.cluster.run_java(LIBS / f"krait-flink-{VERSION}-job.jar", "dev.krait.flink.job.MeasuredJob",
                                     "--rows", ROWS, *arguments)
        self.assertEqual(done.returncode, 0, done.stdout[-6000:])
        return int(re.search(r"rows/s, .* sum (-?\d+)", done.stdout).group(1))

    def test_a_java_job_calls_python_for_each_row_and_for_batches(self):
        expected = ROWS * (ROWS + 3) // 2
        for form in (["--form", "scalar"], ["--form", "vectorized", "--columns", "numpy"],
                     ["--form", "batches", "--columns", "pandas"]):
            with self.subTest(form=form):
                self.assertEqual(self.measured("--function", "plus_one", *form), expected)
        self.assertGreater(self.measured("--function", "json_value_lower", "--form", "batches"), 90 * ROWS)


if __name__ == "__main__":
    unittest.main()
