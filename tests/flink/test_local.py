"""PyFlink without a cluster: krait-pemja.jar in pyflink/lib is all that a user adds."""

import json
import os
import shutil
import subprocess
import sys
import unittest
import venv

from cluster import BUILD, KRAIT_PEMJA, distribution, flink_version
from support import JOBS, value_of
import functions


class LocalTest(unittest.TestCase):
    def setUp(self):
        self.folder = BUILD / "flink/work" / flink_version() / "local"
        shutil.rmtree(self.folder, ignore_errors=True)
        # A virtual environment like the one that runs this, but with a pyflink/lib of its own: all else is links.
        venv.create(self.folder / "venv", symlinks=True)
        package = distribution()
        site = self.folder / "venv" / package.parent.relative_to(sys.prefix)
        copy = site / "pyflink"
        self.lib = copy / "lib"
        self.lib.mkdir(parents=True)
        (copy / "log").mkdir()
        for origin, target in ((package.parent, site), (package, copy), (package / "lib", self.lib)):
            for entry in origin.iterdir():
                if not (target / entry.name).exists() and entry.name != "__pycache__":
                    (target / entry.name).symlink_to(entry)

    def run_local(self):
        """The driver's results."""
        out = self.folder / "out.json"
        programs = self.folder / "venv/bin"
        env = {key: value for key, value in os.environ.items() if not key.startswith(("FLINK_", "PYFLINK_", "_FLINK", "PYTHON"))}
        # As `activate` does: Flink's default for python.executable is the python on the PATH.
        env |= {"VIRTUAL_ENV": str(programs.parent), "PATH": os.pathsep.join([str(programs), env["PATH"]])}
        done = subprocess.run([programs / "python", JOBS / "local.py", out, JOBS], env=env, cwd=self.folder, timeout=300,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, done.stdout[-4000:])
        found = json.loads(out.read_text())
        for name, result in found.items():
            self.assertNotIn("error", result, f"{name}: {result.get('error', '')[-3000:]}")
        return {name: value_of(result["value"]) for name, result in found.items()}

    def check(self, engine):
        found = self.run_local()
        expected = [[n, functions.shout(text), word, size, engine] for n, text in functions.WORDS
                    for word, size in list(functions.words(text)) or [(None, None)]]
        self.assertEqual(sorted(map(repr, found["query"])), sorted(map(repr, expected)))
        self.assertEqual(sorted(found["stream"]), sorted(f"{n + 1} {engine}" for n in range(10)))

    def test_the_jar_in_pyflinks_lib_is_enough(self):
        shutil.copy(KRAIT_PEMJA, self.lib)
        self.check("krait")
