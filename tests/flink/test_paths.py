"""What one job leaves in Python for the next on the same TaskManager: its modules go with its folders."""

import importlib
import shutil
import sys
import tempfile
import unittest
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from cluster import ROOT

sys.path.insert(0, str(ROOT / "java/krait-pemja/src/main/python"))
from _pemja_paths import JobPaths  # noqa: E402


class PathsTest(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="krait-paths-"))
        self.addCleanup(shutil.rmtree, self.root)
        path, modules = list(sys.path), set(sys.modules)
        self.addCleanup(lambda: [sys.modules.pop(name) for name in set(sys.modules) - modules])
        self.addCleanup(sys.path.__setitem__, slice(None), path)
        self.paths = JobPaths()

    def job(self, name, files):
        folder = self.root / name
        for file, text in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text)
        importlib.invalidate_caches()
        return str(folder)

    def test_a_job_sees_its_own_files_once_the_one_before_has_ended(self):
        for name in ("one", "two"):
            folder = self.job(name, {"jobs_module.py": f"NAME = {name!r}\n", "jobs_package/inner.py": f"NAME = {name!r}\n",
                                     "jobs_file_package/__init__.py": f"NAME = {name!r}\n"})
            self.assertEqual(self.paths.enter([folder], []), [])
            self.assertEqual(sys.path[0], folder)
            found = [importlib.import_module(module).NAME for module in ("jobs_module", "jobs_package.inner", "jobs_file_package")]
            self.assertEqual(found, [name] * 3)
            shutil.rmtree(folder)
        self.assertNotIn(str(self.root / "one"), sys.path)

    def test_jobs_at_once_are_told_what_they_share(self):
        one = self.job("one", {"jobs_module.py": "", "only_one.py": ""})
        self.paths.enter([one], [])
        importlib.import_module("jobs_module")
        importlib.import_module("only_one")
        two = self.job("two", {"jobs_module.py": ""})
        self.assertEqual(self.paths.enter([two], []), ["jobs_module"])
        # A second function of the same job shares nothing with another.
        self.assertEqual(self.paths.enter([two], []), [])

    def test_a_package_with_an_extension_module_stays(self):
        folder = self.job("one", {"jobs_compiled/__init__.py": "", "jobs_plain.py": ""})
        self.paths.enter([folder], [])
        importlib.import_module("jobs_compiled")
        importlib.import_module("jobs_plain")
        extension = type(sys)("jobs_compiled.core")
        extension.__file__ = f"{folder}/jobs_compiled/core{EXTENSION_SUFFIXES[0]}"
        sys.modules["jobs_compiled.core"] = extension
        shutil.rmtree(folder)
        self.paths.enter([], [])
        self.assertIn("jobs_compiled", sys.modules)
        self.assertIn("jobs_compiled.core", sys.modules)
        self.assertNotIn("jobs_plain", sys.modules)

    def test_packages_come_after_a_jobs_files_and_before_the_rest(self):
        files, packages = self.job("files", {"x.py": ""}), self.job("packages", {"y.py": ""})
        self.paths.enter([files], [packages])
        self.assertEqual(sys.path[:2], [files, packages])
        self.paths.enter([files], [packages])
        self.assertEqual(sys.path.count(files), 1)

    def test_a_job_without_files_leaves_all_modules(self):
        self.paths.enter([""], [])
        before = dict(sys.modules)
        self.paths.enter([""], [])
        self.assertEqual(before, dict(sys.modules))

    def test_a_module_that_loads_lazily_is_left_alone(self):
        class Lazy(type(sys)):
            def __getattr__(self, name):
                raise RuntimeError(f"asked for {name}")

        sys.modules["jobs_lazy"] = Lazy("jobs_lazy")
        self.paths.enter([self.job("one", {"x.py": ""})], [])
        self.paths.enter([self.job("two", {"x.py": ""})], [])
        self.assertIn("jobs_lazy", sys.modules)
