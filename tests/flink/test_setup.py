"""Set-ups that are wrong: whoever looks at the failure reads what to change."""

import json
import os
import shutil
import subprocess
import sys
import unittest
import zipfile
from pathlib import Path

from cluster import BUILD, KRAIT_FLINK, KRAIT_FLINK_JOB, KRAIT_PEMJA, PARENT_FIRST, Cluster, distribution, flink_version
from support import ENGINE, JOBS, ClusterTest, too_old, value_of

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

    def test_beside_another_version_of_krait(self):
        other = BUILD / "flink/work" / flink_version() / "krait-flink-0.0.9.jar"
        other.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(KRAIT_FLINK) as jar, zipfile.ZipFile(other, "w") as copy:
            for name in jar.namelist():
                copy.writestr(name, "version=0.0.9\n" if name == "dev/krait/krait.properties" else jar.read(name))
        said = self.refused(jars=[KRAIT_PEMJA, other])
        self.assertIn("two versions of Krait are mixed", said)
        self.assertRegex(said, f"dev.krait is 0.0.9, from .*{other.name}")
        self.assertIn("Take jars of one version", said)

    def test_among_the_plugins(self):
        self.assertIn("Move it to lib/", self.refused(jars=[], plugin=True))


@unittest.skipUnless(ENGINE == "thread-krait", "about Krait's jars")
class JarsTest(unittest.TestCase):
    """The jars in other places than the one that the documentation begins with."""

    def assert_runs_on_krait(self, cluster, *options):
        out = cluster.work / "out.json"
        out.unlink(missing_ok=True)
        done = cluster.run_python(JOBS / "session.py", out, 3, 0, options=["-pyfs", JOBS, *options])
        self.assertEqual(done.returncode, 0, done.stdout[-6000:])
        self.assertEqual([row.split()[2] for row in value_of(json.loads(out.read_text())["rows"]["value"])], ["krait"] * 3)

    def test_krait_flink_and_krait_pemja_in_lib(self):
        with Cluster("thread-krait", name="thread-krait-both", jars=[KRAIT_PEMJA, KRAIT_FLINK]) as cluster:
            self.assert_runs_on_krait(cluster)
            # And a job that has krait-flink besides, beside the Python that thread mode has started.
            done = cluster.run_java(KRAIT_FLINK_JOB, "dev.krait.flink.job.MeasuredJob",
                                    "--rows", 1000, options=["-D", f"pipeline.global-job-parameters=krait.python:{sys.executable}"])
            self.assertEqual(done.returncode, 0, done.stdout[-6000:])
            self.assert_runs_on_krait(cluster)

    def test_the_jar_comes_with_the_job_alone(self):
        with Cluster("thread-pemja", name="thread-krait-by-job") as cluster:
            for _ in range(2):
                self.assert_runs_on_krait(cluster, "-j", KRAIT_PEMJA)
            self.assertIn("In Flink, krait-pemja's jar in lib/ is for all jobs", cluster.task_manager_log())

    def test_a_job_that_brings_the_jar_where_pemja_runs(self):
        with Cluster("thread-pemja", name="thread-krait-beside-pemja") as cluster:
            out = cluster.work / "out.json"
            done = cluster.run_python(JOBS / "session.py", out, 3, 0, options=["-pyfs", JOBS])
            self.assertEqual(done.returncode, 0, done.stdout[-6000:])
            cluster.run_python(JOBS / "session.py", out, 3, 0, options=["-pyfs", JOBS, "-j", KRAIT_PEMJA])
            job, state = list(cluster.jobs().items())[-1]
            self.assertEqual(state, "FAILED")
            self.assertIn("PEMJA's own native library runs in this process", cluster.exception(job))


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

    def test_2_a_python_that_is_too_old(self):
        python = too_old()
        said = self.said(python)
        self.assertIn(CANNOT_RUN.format(python), said)
        self.assertRegex(said, r"is Python 3\.[6-9]\.\d+; Krait needs 3.10 or later")

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
