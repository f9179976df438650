"""The jar and the build: what is in it, what is not, and that it comes out the same again."""

import hashlib
import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path

from support import JAR, ROOT

NATIVE = "dev/krait/native/linux-x86_64/"


class Jar(unittest.TestCase):
    def setUp(self):
        self.jar = zipfile.ZipFile(JAR)
        self.addCleanup(self.jar.close)
        self.names = [name for name in self.jar.namelist() if not name.endswith("/")]

    def test_holds_both_libraries_with_their_checksums(self):
        sums = dict(reversed(line.split("  ")) for line in self.jar.read(NATIVE + "SHA256SUMS").decode().splitlines())
        libraries = {name[len(NATIVE):] for name in self.names if name.startswith(NATIVE)} - {"SHA256SUMS"}
        self.assertEqual(libraries, {"libkrait_core.so", "libkrait_loader.so"})
        self.assertEqual(set(sums), libraries)
        for name, expected in sums.items():
            content = self.jar.read(NATIVE + name)
            self.assertEqual(hashlib.sha256(content).hexdigest(), expected)
            for folder in (ROOT, Path.home()):
                # Not assertNotIn: its message would hold the whole library.
                self.assertFalse(f"{folder}/".encode() in content, f"{name} names {folder}, where it was built")

    def test_libraries_are_stripped_and_not_linked_to_a_python(self):
        for name in ("libkrait_core.so", "libkrait_loader.so"):
            with tempfile.NamedTemporaryFile() as file:
                file.write(self.jar.read(NATIVE + name))
                file.flush()
                facts = subprocess.run(["readelf", "--wide", "--sections", "--dynamic", file.name],
                                       capture_output=True, text=True, check=True).stdout
            self.assertIn(".dynsym", facts)
            self.assertNotIn(" .debug_", facts)
            self.assertNotIn(" .symtab", facts)
            self.assertNotIn("libpython", facts)

    def test_holds_the_python_package_and_nothing_of_its_tests(self):
        python = [name for name in self.names if name.startswith("dev/krait/python/")]
        self.assertTrue(any(name.startswith("dev/krait/python/krait/") for name in python), python)
        for name in python:
            self.assertNotRegex(name, r"__pycache__|\.pyc$|/tests/")

    def test_holds_only_what_is_kraits(self):
        for name in self.names:
            self.assertRegex(name, r"^(META-INF/(MANIFEST\.MF|LICENSE|NOTICE)|module-info\.class|dev/krait/.+)$")

    def test_names_the_others_whose_work_is_in_it(self):
        self.assertIn("picocli", self.jar.read("META-INF/NOTICE").decode())
        self.assertIn("Apache License", self.jar.read("META-INF/LICENSE").decode())

    def test_every_class_is_for_java_11(self):
        classes = [name for name in self.names if name.endswith(".class")]
        self.assertGreater(len(classes), 50)
        for name in classes:
            self.assertEqual(self.jar.read(name)[6:8], b"\x00\x37", name)

    def test_manifest_starts_the_tool_and_enables_native_access(self):
        manifest = self.jar.read("META-INF/MANIFEST.MF").decode()
        for line in ("Main-Class: dev.krait.cli.Main", "Enable-Native-Access: ALL-UNNAMED", "Implementation-Version: "):
            self.assertIn(line, manifest)
        self.assertNotIn("Automatic-Module-Name", manifest)

    def test_is_packed_reproducibly(self):
        # Every entry has the same, made-up time; the order is the alphabet's within each part.
        self.assertEqual(len({info.date_time for info in self.jar.infolist()}), 1)


class Build(unittest.TestCase):
    def gradle(self, *tasks):
        script = ROOT / "tests/scripts/gradle.sh"
        done = subprocess.run([script, *tasks], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_native_libraries_are_up_to_date_when_nothing_changed(self):
        self.gradle(":krait:native")
        self.assertRegex(self.gradle(":krait:native"), r"cargoLinuxX8664 UP-TO-DATE")

    def test_the_same_sources_give_the_same_jar(self):
        before = hashlib.sha256(JAR.read_bytes()).hexdigest()
        JAR.unlink()
        self.gradle(":krait:jar")
        self.assertEqual(hashlib.sha256(JAR.read_bytes()).hexdigest(), before)


if __name__ == "__main__":
    unittest.main()
