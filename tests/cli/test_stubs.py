"""`krait stubs` from the outside: what it writes, and what a package without classes means."""

import ast
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import JAR, JAVA


class Stubs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.run_tool("java.util", "java.util.function", "java.lang", "java.io", "java.util.stream", "dev.krait").check_returncode()
        cls.trees = {path.relative_to(cls.folder).parent.as_posix(): ast.parse(path.read_text())
                     for path in cls.folder.rglob("__init__.pyi")}

    @classmethod
    def run_tool(cls, *arguments, output=None):
        command = [JAVA, "-jar", JAR, "stubs", "-o", output or cls.folder, *arguments]
        return subprocess.run(command, capture_output=True, text=True)

    def compiled(self, package, source):
        """The stub of a package whose public class is Main."""
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "Main.java").write_text(f"package {package}; {source}")
            subprocess.run([JAVA + "c", "-d", folder, Path(folder, "Main.java")], check=True)
            self.run_tool(package, "-p", folder).check_returncode()
        return Path(self.folder, package, "__init__.pyi").read_text()

    def named(self, package, *path):
        """The texts of what has this path in a package's stub."""
        found = [self.trees[package]]
        for name in path:
            found = [member for node in found for member in node.body
                     if getattr(member, "name", None) == name
                     or isinstance(member, ast.AnnAssign) and member.target.id == name]
        return [ast.unparse(node) for node in found]

    def test_packages_are_folders_that_python_can_read(self):
        self.assertTrue({"java", "java/util", "java/util/function", "java/lang", "krait"} <= set(self.trees))
        names = [node.name for node in self.trees["java/util"].body if isinstance(node, ast.ClassDef)]
        self.assertTrue({"ArrayList", "Map", "Locale", "NoSuchElementException"} <= set(names))
        self.assertGreater(len(names), 60)

    def test_classes_have_their_bases_variables_and_members(self):
        (array_list,) = self.named("java/util", "ArrayList")
        self.assertTrue(array_list.startswith("class ArrayList(java.util.AbstractList[E], java.util.List[E], "))
        self.assertIn("Generic[E]", array_list.splitlines()[0])
        self.assertEqual(len(self.named("java/util", "ArrayList", "__init__")), 3)
        self.assertIn("class Entry(", "".join(self.named("java/util", "Map", "Entry")))

    def test_values_are_pythons_own(self):
        (size,) = self.named("java/util", "ArrayList", "size")
        self.assertIn("(self) -> int", size)
        (maximum,) = self.named("java/lang", "Integer", "MAX_VALUE")
        self.assertEqual(maximum, "MAX_VALUE: ClassVar[int]")
        self.assertTrue(any("-> builtins.list[T]" in text and "*__" in text for text in self.named("java/util", "Arrays", "asList")))
        (key_set,) = self.named("java/util", "Map", "keySet")
        self.assertIn("-> builtins.set[K]", key_set)
        (put,) = self.named("java/util", "Map", "put")
        self.assertRegex(put, r"__\w+: K, __\w+: V\) -> V")

    def test_a_python_object_is_anything(self):
        (import_module,) = self.named("dev/krait", "PythonInterpreter", "importModule")
        self.assertIn("-> Any", import_module)
        (is_instance,) = self.named("dev/krait", "PyObject", "isInstance")
        self.assertRegex(is_instance, r"__\w+: Any\)")

    def test_functions_pass_for_functional_interfaces(self):
        (sort,) = self.named("java/util", "List", "sort")
        self.assertRegex(sort, r"_t.Callable\[\.\.\., Any\] \| java.util.Comparator\[E\] \| None")
        self.assertTrue(self.named("java/util/function", "Function", "__call__"))

    def test_manners_keywords_and_exceptions(self):
        self.assertIn("-> _t.Iterator[T]", self.named("java/lang", "Iterable", "__iter__")[0])
        self.assertEqual(len(self.named("java/util", "List", "__getitem__")), 2)
        self.assertTrue(self.named("java/lang", "AutoCloseable", "__enter__"))
        self.assertTrue(self.named("java/io", "PrintStream", "print"))
        self.assertIn("krait.JavaException", self.named("java/lang", "Throwable")[0].splitlines()[0])

    def test_methods_that_python_would_hide_or_that_no_other_stub_tells_of_are_written(self):
        (write, *others) = self.named("java/io", "ByteArrayOutputStream", "write")
        self.assertIn("builtins.bytes", write + "".join(others))
        self.assertTrue(any("__a1" not in text and "bytes" in text for text in (write, *others)))
        self.assertTrue(self.named("java/lang", "StringBuilder", "setLength"))
        text = self.compiled("hiding", "public class Main extends Base<String> { public void put(int i) { } } "
                             "abstract class Base<T> { public void put(T value) { } public T any() { return null; } }")
        for line in ("def put(self, __a0: int) -> None: ...", "def put(self, __a0: Any) -> None: ..."):
            self.assertIn(line, text)
        self.assertRegex(text, r"def any\(self\) -> (str|Any): \.\.\.")

    def test_enums_classes_paths_and_futures_have_pythons_manners(self):
        self.assertIn("metaclass=krait._JavaEnumClass", self.named("java/util", "Formatter", "BigDecimalLayoutForm")[0].splitlines()[0])
        self.assertTrue(self.named("krait", "_JavaEnumClass", "__iter__"))
        self.assertTrue(self.named("krait", "_JavaClass", "class_"))
        self.assertTrue(self.named("java/io", "File", "__fspath__"))
        self.assertTrue(self.named("java/util", "List", "__iadd__"))

    def test_pyright_looks_for_no_faults_in_stubs(self):
        text = Path(self.folder, "java/util/__init__.pyi").read_text()
        self.assertIn("\n# pyright: basic, reportAttributeAccessIssue=false, ", text)
        # mypy would take a file that begins with this for empty.
        self.assertNotIn("# type: ignore", text)

    def test_static_methods_are_told_from_others(self):
        (method,) = [text for text in self.named("java/lang", "Math", "hypot")]
        self.assertTrue(method.startswith("@staticmethod"))

    def test_a_field_that_has_the_name_of_a_method_ends_with_an_underscore(self):
        self.assertEqual(self.named("java/io", "StreamTokenizer", "ttype"), ["ttype: int"])
        text = self.compiled("both", "public class Main { public int size; public int size() { return size; } public int is; "
                             "public static class Part {} public void Part() {} }")
        for line in ("size_: int", "def size(self) -> int: ...", "is_: int", "class Part_(", "def Part(self) -> None: ..."):
            self.assertIn(line, text)

    def test_what_cannot_be_read_or_written_is_named(self):
        text = self.folder / "text.jar"
        text.write_text("no jar")
        for arguments, output, message in (
            (("-p", "no-such.jar"), None, "No such file or folder: no-such.jar"),
            (("-p", text), None, f"Error: {text}: is no jar: "),
            ((), text, f"Error: {text}"),
        ):
            done = self.run_tool("java.util", *arguments, output=output)
            self.assertEqual((done.returncode, done.stderr[:len(message)], done.stderr.count("\n")), (4, message, 1))

    def test_a_package_without_classes_is_an_error(self):
        done = self.run_tool("no.such.place")
        self.assertEqual((done.returncode, done.stderr.strip()), (1, "no public classes were found in the package no.such.place"))
