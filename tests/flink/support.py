"""What the tests of Flink share: one cluster for all of them, drivers whose results are Python values."""

import ast
import atexit
import datetime
import decimal
import json
import os
import sys
import unittest
from pathlib import Path

from cluster import Cluster

FOLDER = Path(__file__).resolve().parent
JOBS = FOLDER / "jobs"
ENGINE = os.environ.get("KRAIT_FLINK_ENGINE", "thread-krait")
# What engine() of jobs/engine.py says.
EXPECTED_ENGINE = {"process": "process", "thread-pemja": "pemja", "thread-krait": "krait"}[ENGINE]
NAMES = {"datetime": datetime, "Decimal": decimal.Decimal, "nan": float("nan"), "inf": float("inf")}

sys.path.insert(0, str(JOBS))

_cluster = None


def shared_cluster():
    """The session cluster that most tests use, started with the first."""
    global _cluster
    if _cluster is None:
        cluster = Cluster(ENGINE, slots=4, conf={"state.backend.type": "hashmap"})
        cluster.__enter__()
        atexit.register(cluster.stop)
        _cluster = cluster
    return _cluster


def too_old():
    """A CPython that Krait does not run on, for want of age; the test is skipped where there is none."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for python in root.glob("versions/3.[6-9].*/bin/python3"):
        return python
    raise unittest.SkipTest(f"no CPython before 3.10 in {root}")


def value_of(text):
    """The value that the driver's repr names: literals, and what `NAMES` has."""
    try:
        return ast.literal_eval(text)
    except ValueError:
        return eval(text, {"__builtins__": {}}, NAMES)  # what our own driver wrote


class ClusterTest(unittest.TestCase):
    """A test on the shared cluster; drivers find the modules of jobs/ as Python files."""

    maxDiff = 4000

    @property
    def cluster(self):
        return shared_cluster()

    def assert_ok(self, done):
        self.assertEqual(done.returncode, 0, done.stdout[-6000:])


class DriverTest(ClusterTest):
    """One driver runs once for all tests of the class, each of which looks at one result."""

    driver = None
    found = None

    def result(self, name):
        if type(self).found is None:
            out = self.cluster.work / f"{self.driver}.json"
            done = self.cluster.run_python(JOBS / self.driver, out, options=["-pyfs", JOBS], timeout=600)
            type(self).found = json.loads(out.read_text()) if out.exists() else {"driver": done.stdout}
        if name not in self.found:
            # What the driver said, once for the class.
            self.fail(f"no result {name}: {self.found.pop('driver', 'see above')[-4000:]}")
        if "error" in self.found[name]:
            self.fail(self.found[name]["error"][-3000:])
        return value_of(self.found[name]["value"])
