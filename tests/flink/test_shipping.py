"""What `flink run` ships with a job: Python files, requirements and archives."""

import json
import zipfile

from support import JOBS, ClusterTest, value_of

WHEEL = {
    "shipped_package/__init__.py": "def double(number):\n    return number * 2\n",
    "shipped_package-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: shipped-package\nVersion: 1.0\n",
    "shipped_package-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: krait\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "shipped_package-1.0.dist-info/RECORD": "",
}


def make_zip(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


class ShippingTest(ClusterTest):
    def test_files_requirements_and_archives(self):
        work = self.cluster.work / "shipping"
        packages = work / "packages"
        packages.mkdir(parents=True)
        (work / "shipped_file.py").write_text("NAME = 'from a file'\n")
        (work / "requirements.txt").write_text("shipped-package==1.0\n")
        make_zip(packages / "shipped_package-1.0-py3-none-any.whl", WHEEL)
        make_zip(work / "words.zip", {"words.txt": "eins zwei drei"})
        out = work / "out.json"
        done = self.cluster.run_python(JOBS / "shipping.py", out, options=[
            "-pyfs", f"{JOBS},{work / 'shipped_file.py'}", "-pyreq", f"{work / 'requirements.txt'}#{packages}",
            "-pyarch", f"{work / 'words.zip'}#data"])
        self.assert_ok(done)
        result = json.loads(out.read_text())["rows"]
        self.assertNotIn("error", result, result.get("error", "")[-3000:])
        self.assertEqual(value_of(result["value"]), ["from a file 0 eins", "from a file 2 zwei", "from a file 4 drei"])
