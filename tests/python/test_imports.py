"""Java classes and packages by Python's own import."""

import copy
import importlib
import importlib.util
import os
import pickle
import sys
import tempfile
import threading
import unittest

import krait


class Imports(unittest.TestCase):
    def test_a_class_in_each_way_that_python_has(self):
        import java.util.ArrayList
        import java.util.HashMap as Renamed
        from java.time import Duration
        from java.util import LinkedList, TreeMap

        self.assertEqual(java.util.ArrayList().size(), 0)
        self.assertTrue(Renamed().isEmpty())
        self.assertEqual(Duration.ofSeconds(90).total_seconds(), 90)
        self.assertEqual((LinkedList.__name__, TreeMap.__module__), ("LinkedList", "java.util"))

    def test_nested_classes(self):
        import java.util.Map.Entry
        from java.lang.Thread import State
        from java.util import Map
        from java.util.Map import Entry

        self.assertIs(Entry, Map.Entry)
        self.assertIs(Entry, java.util.Map.Entry)
        self.assertEqual(Entry.__qualname__, "Map.Entry")
        self.assertEqual(str(State.NEW), "NEW")

    def test_static_members(self):
        import java.lang.Math as Maths
        from java.lang.Integer import MAX_VALUE
        from java.lang.Math import PI, hypot

        self.assertEqual(MAX_VALUE, 2**31 - 1)
        self.assertEqual(hypot(3, 4), 5)
        self.assertGreater(PI, 3.14)
        self.assertEqual(Maths.floorMod(-1, 3), 2)

    def test_a_star_takes_the_classes_of_a_package_and_the_static_members_of_a_class(self):
        scope = {}
        exec("from java.util.function import *", scope)
        self.assertTrue({"Function", "BiConsumer", "Supplier"} <= set(scope))
        exec("from java.lang.Math import *", scope)
        self.assertEqual(scope["sqrt"](4), 2)
        self.assertGreater(scope["PI"], 3)
        exec("from dev.krait.cases.Things import *", scope)
        self.assertIn("Colour", scope)
        self.assertNotIn("name", scope)

    def test_a_package_is_a_module_that_lists_its_classes(self):
        import java.util
        from java.util import concurrent

        self.assertIn("ArrayList", dir(java.util))
        self.assertEqual(repr(concurrent), "<Java package java.util.concurrent>")
        self.assertFalse(hasattr(java.util, "Nothing"))
        self.assertIs(importlib.reload(java.util), java.util)

    def test_what_is_missing_is_told_with_the_loaders(self):
        for code in ("import java.util.Nothing", "from java.util import ArrayList, Nothing", "import java.nothing.Thing"):
            with self.assertRaisesRegex(ImportError, "no Java class or package java.* asked the interpreter's class loader"):
                exec(code)
        with self.assertRaisesRegex(ImportError, "java.util.ArrayList has no public 'nothing'"):
            exec("from java.util.ArrayList import nothing")
        with self.assertRaisesRegex(AttributeError, "no Java class or package java.util.Nothing"):
            import java.util

            java.util.Nothing

    def test_specs(self):
        self.assertEqual(importlib.util.find_spec("java.util").origin, "java package")
        self.assertEqual(importlib.util.find_spec("java.util.ArrayList").origin, "java class")
        for missing in ("nothing_of_this_name", "java.util.NoSuchThing", "java.util.ArrayList.NoSuchThing"):
            self.assertIsNone(importlib.util.find_spec(missing), missing)
        with self.assertRaisesRegex(ImportError, "java.util.NoSuchThing.*loader"):
            importlib.import_module("java.util.NoSuchThing")

    def test_pythons_own_modules_come_first(self):
        import json

        self.assertTrue(json.__file__.endswith(".py"))
        with self.assertRaises(ModuleNotFoundError):
            exec("import json.nothing")
        with self.assertRaises(ModuleNotFoundError):
            exec("import io.netty.buffer")
        with self.assertRaises(ImportError):
            krait.java_class("io.nothing.Thing")

    def test_classes_by_name_and_by_class_object(self):
        from java.util import ArrayList, Map

        self.assertIs(krait.java_class("java.util.ArrayList"), ArrayList)
        self.assertIs(krait.java_class("java.util.Map$Entry"), Map.Entry)
        self.assertIs(krait.java_class(ArrayList().getClass()), ArrayList)
        self.assertEqual(ArrayList.class_.getName(), "java.util.ArrayList")

    def test_classes_can_be_copied_and_pickled_by_name_objects_cannot(self):
        from java.util import ArrayList

        self.assertIs(copy.deepcopy(ArrayList), ArrayList)
        self.assertIs(pickle.loads(pickle.dumps(ArrayList)), ArrayList)
        for attempt in (pickle.dumps, copy.deepcopy):
            with self.assertRaisesRegex(TypeError, "java.util.ArrayList"):
                attempt(ArrayList())
        items = ArrayList([1])
        copied = copy.copy(items)
        copied.add(2)
        self.assertEqual((type(copied), items, copied), (ArrayList, [1], [1, 2]))

    def test_java_classes_in_annotations(self):
        from java.util import ArrayList

        def function(items: ArrayList[str], more: "ArrayList | None" = None) -> ArrayList:
            return items

        self.assertIs(function.__annotations__["items"].__origin__, ArrayList)
        self.assertIsInstance(ArrayList(), ArrayList | None)

    def test_threads_that_import_at_once_get_one_class(self):
        seen = []

        def work():
            from java.util.concurrent.atomic import LongAccumulator

            seen.append(LongAccumulator)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(seen), 8)
        self.assertEqual(len(set(map(id, seen))), 1)


class SameNames(unittest.TestCase):
    """Folders and packages of Python's that have the names of Java packages."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.modules = dict(sys.modules)
        sys.path.insert(0, self.folder.name)

    def tearDown(self):
        sys.path.remove(self.folder.name)
        for name in set(sys.modules) - set(self.modules):
            del sys.modules[name]
        sys.modules.update(self.modules)
        self.folder.cleanup()

    def write(self, path, text=""):
        path = os.path.join(self.folder.name, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        importlib.invalidate_caches()

    def forget(self, name):
        for known in [known for known in sys.modules if known == name or known.startswith(name + ".")]:
            del sys.modules[known]

    def test_a_python_package_and_java_packages_of_one_name(self):
        self.forget("dev")
        self.write("dev/__init__.py", "own = 'python'")
        self.write("dev/tools.py", "value = 5")
        import dev
        import dev.krait.cases
        from dev import tools
        from dev.krait.cases import Things

        self.assertEqual((dev.own, tools.value, Things().len()), ("python", 5, 7))
        self.assertIs(dev.krait.cases.Things, Things)

    def test_a_folder_is_python_s_and_java_s_at_once(self):
        self.forget("java")
        self.write("java/script.py", "value = 6")
        import java
        import java.script

        self.assertEqual((java.script.value, java.lang.Math.abs(-2)), (6, 2))

    def test_a_folder_that_comes_to_the_path_later(self):
        import java.util

        self.write("java/util/late.py", "value = 7")
        self.write("java/only/inner.py", "value = 8")
        from java.only import inner
        from java.util import ArrayList, late

        self.assertEqual((late.value, inner.value, len(ArrayList())), (7, 8, 0))


if __name__ == "__main__":
    unittest.main()
