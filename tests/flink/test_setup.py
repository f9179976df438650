"""Set-ups that are wrong: whoever looks at the failure reads what to change."""

import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

from cluster import BUILD, KRAIT_PEMJA, PARENT_FIRST, Cluster, distribution, flink_version
from support import ENGINE, JOBS, ClusterTest

NOT_SET_UP = "krait-pemja is not set up as it must be"
CANNOT_RUN = "PythonSetupException: PEMJA's interface was asked for the Python {} (setPythonExec; in Flink python.executable)"


@unittest.skipUnless(ENGINE == "thread-krait", "about Krait's jar")
class JarTest(unittest.TestCase):
    """The jar in a place where jobs would not use it, or not it alone: a TaskManager does not start, and its log says why."""

    def refused(self, *, jars=None, conf=None, plugin=False):
        cluster = Cluster("thread-krait", name="thread-krait-setup", task_managers=1, jars=jars, conf=conf)
        if plugin:
            plugins = cluster.home / "plugins"
            plugins.unlink()
            (plugins / "krait").mkdir(parents=True)
            shutil.copy(KRAIT_PEMJA, plugins / "krait")
        self.addCleanup(cluster.stop)
        name = cluster.start_task_manager()
        process = cluster.processes[name]
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            self.fail(f"the TaskManager started:\n{cluster.task_manager_log()[-3000:]}")
        self.assertNotEqual(process.returncode, 0)
        log = cluster.task_manager_log()
        self.assertIn(NOT_SET_UP, log)
        return next(line for line in log.splitlines() if NOT_SET_UP in line)

    def test_without_the_parent_first_pattern(self):
        self.assertIn("Add `classloader.parent-first-patterns.additional: pemja.`", self.refused(conf={PARENT_FIRST: None}))

    def test_two_copies(self):
        other = BUILD / "flink/work" / flink_version() / "krait-pemja-copy.jar"
        other.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(KRAIT_PEMJA, other)
        said = self.refused(jars=[KRAIT_PEMJA, other])
        self.assertIn("more than once on the class path", said)
        self.assertIn(KRAIT_PEMJA.name, said)
        self.assertIn(other.name, said)

    def test_behind_another_pemja_in_lib(self):
        python_jar = next((distribution() / "opt").glob("flink-python-*.jar"))
        said = self.refused(jars=[KRAIT_PEMJA, python_jar])
        self.assertIn("another PEMJA comes before it", said)
        self.assertIn(python_jar.name, said)

    def test_among_the_plugins(self):
        self.assertIn("Move it to lib/", self.refused(jars=[], plugin=True))


@unittest.skipUnless(ENGINE == "thread-krait", "about Krait's messages")
class PythonTest(ClusterTest):
    """A Python that cannot run a job: the job fails, its exception says why, and the next job runs."""

    @classmethod
    def setUpClass(cls):
        cls.own = cls.enterClassContext(Cluster("thread-krait", name="thread-krait-python"))

    def said(self, python):
        self.own.run_python(JOBS / "session.py", self.own.work / "out.json", 3, 0,
                            options=["-pyfs", JOBS, "-D", f"python.executable={python}"])
        job, state = list(self.own.jobs().items())[-1]
        self.assertEqual(state, "FAILED")
        return self.own.exception(job)

    def test_1_no_python(self):
        said = self.said("/nowhere/bin/python")
        self.assertIn(CANNOT_RUN.format("/nowhere/bin/python"), said)
        self.assertIn("/nowhere/bin/python does not exist", said)

    def test_2_a_program_that_is_no_python(self):
        said = self.said("/bin/true")
        self.assertIn(CANNOT_RUN.format("/bin/true"), said)
        self.assertIn("does not answer as a Python does", said)

    def test_3_after_those_the_right_one_runs(self):
        done = self.own.run_python(JOBS / "session.py", self.own.work / "out.json", 3, 0, options=["-pyfs", JOBS])
        self.assert_ok(done)
        # Who reads the log finds which Python, and that it is Krait that runs it.
        self.assertRegex(self.own.task_manager_log(), rf"pemja.core is Krait's drop-in .*{KRAIT_PEMJA.name}.*{sys.executable}")

    def test_4_another_version_than_the_one_that_runs(self):
        others = [path for path in os.environ.get("KRAIT_OTHER_PYTHONS", "").split(os.pathsep) if path]
        if not others:
            self.skipTest("there is one version of CPython alone")
        said = self.said(others[0])
        self.assertIn("this process runs one Python already", said)
        self.assertIn(others[0], said)
        self.assertIn(sys.executable, said)

    def test_5_a_python_without_pyflink(self):
        base = Path(sys.base_prefix, "bin/python3")
        if subprocess.run([base, "-I", "-c", "import pyflink"], stderr=subprocess.DEVNULL).returncode == 0:
            self.skipTest(f"{base} has pyflink")
        # A TaskManager that runs no Python yet.
        self.own.kill_task_manager()
        self.own.start_task_manager()
        self.own.wait(lambda: self.own.rest("/overview")["slots-available"] > 0
                      and len(self.own.rest("/taskmanagers")["taskmanagers"]) == 1, 60, "the new TaskManager")
        self.assertIn("No module named 'pyflink'", self.said(base))
        self.assertRegex(self.own.task_manager_log(), rf"pemja.core is Krait's drop-in .*{base}")
