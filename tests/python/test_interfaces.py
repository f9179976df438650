"""Java interfaces implemented by Python's functions and classes."""

import dataclasses
import functools
import gc
import operator
import threading
import unittest
import weakref

import java.lang
import java.util
import java.util.concurrent
import java.util.function
import krait
from dev.krait.cases import Shop, Takes, Throws
from java.util import ArrayList, Comparator


class Functions(unittest.TestCase):
    def test_whatever_can_be_called_is_a_function(self):
        class Callable:
            def __call__(self, x):
                return x + 1

            def method(self, x):
                return x + 2

        for function in (lambda x: x + 1, Callable(), functools.partial(operator.add, 1)):
            self.assertEqual((Takes.apply(function), Takes.applyAsInt(function)), (4, 4))
        self.assertEqual((Takes.apply(Callable().method), Takes.apply(abs), Takes.apply(int)), (5, 3, 3))
        for wrong in (3, "x", object()):
            self.assertRaises(TypeError, Takes.apply, wrong)

    def test_conditions_take_pythons_truth(self):
        for value in (True, 1, "text", [0], object()):
            self.assertTrue(Takes.test(lambda x: value))
            self.assertTrue(Takes.get(lambda: value))
        for value in (False, 0, "", [], None, {}):
            self.assertFalse(Takes.test(lambda x: value))

    def test_a_function_that_java_made_is_called_and_combined(self):
        identity = java.util.function.Function.identity()
        self.assertEqual((identity(3), identity.andThen(lambda x: x + 1).apply(3)), (3, 4))
        items = ArrayList(["bb", "a", "ccc"])
        items.sort(Comparator.comparing(len).reversed())
        self.assertEqual(items, ["ccc", "bb", "a"])

    def test_from_any_thread(self):
        seen = set()
        pool = java.util.concurrent.Executors.newFixedThreadPool(4)
        try:
            tasks = [pool.submit(lambda i=i: (seen.add(threading.get_ident()), i)[1]) for i in range(50)]
            self.assertEqual([task.get() for task in tasks], list(range(50)))
        finally:
            pool.shutdown()
        self.assertNotIn(threading.get_ident(), seen)

    def test_the_same_function_comes_back(self):
        def function():
            pass

        self.assertIs(Takes.same(function), function)
        self.assertIs(Throws.call(lambda: function), function)

    def test_java_keeps_a_function_alive_and_lets_it_go(self):
        class Held:
            def __call__(self):
                return 5

        held = Held()
        reference = weakref.ref(held)
        future = java.util.concurrent.FutureTask(held)
        del held
        gc.collect()
        self.assertIsNotNone(reference())
        future.run()
        self.assertEqual(future.get(), 5)
        del future
        for _ in range(200):
            java.lang.System.gc()
            java.lang.Thread.sleep(10)
            if reference() is None:
                break
        self.assertIsNone(reference())


@krait.implements(Shop.Service)
class Service:
    def name(self):
        return "py"

    def add(self, a, b):
        return a + b

    def items(self):
        return ["a", "b"]

    def __eq__(self, other):
        return isinstance(other, Service)

    def __hash__(self):
        return 42

    def __str__(self):
        return "a service"


class Classes(unittest.TestCase):
    def test_java_calls_the_methods(self):
        self.assertEqual(Shop.use(Service()), "hello py3[a, b]true")

    def test_equals_hashcode_and_tostring_are_pythons(self):
        self.assertEqual((Shop.equal(Service(), Service()), Shop.equal(Service(), "x"), Shop.hash(Service()), Shop.text(Service())),
                         (True, False, 42, "a service"))

    def test_default_methods_are_javas_for_java_and_for_python(self):
        service = Service()
        self.assertEqual((service.hello(), service.isOpen(""), Shop.Service.hello(service)), ("hello py", False, "hello py"))
        with self.assertRaises(TypeError):
            Shop.Service.hello(object())

    def test_default_methods_may_be_overridden_and_called_from_there(self):
        class Polite(Service):
            def hello(self):
                return "dear " + Shop.Service.hello.__name__

        self.assertEqual(Shop.use(Polite())[:10], "dear hello")

    def test_a_missing_method_is_unsupported(self):
        with self.assertRaisesRegex(java.lang.UnsupportedOperationException, r"Service implements .*Shop\$Service without .*nothing\(\)"):
            Shop.useNothing(Service())

    def test_wrong_results_and_arguments_say_where(self):
        class Wrong(Service):
            def items(self):
                return 5

        class Narrow(Service):
            def add(self, a):
                return a

        with self.assertRaisesRegex(krait.JavaException, r"Wrong gave for .*items\(\).*cannot become java.util.List"):
            Shop.use(Wrong())
        with self.assertRaisesRegex(TypeError, "positional"):
            Shop.use(Narrow())

    def test_isinstance_and_the_way_back(self):
        service = Service()
        self.assertIsInstance(service, Shop.Service)
        self.assertNotIsInstance(service, java.lang.Runnable)
        holder = ArrayList([service])
        self.assertTrue(holder[0] is service and service in holder and Takes.same(service) is service)

    def test_each_primitive_result_is_checked(self):
        @krait.implements(Shop.Primitives)
        class Results:
            one = lambda self: 1
            two = lambda self: 2
            three = lambda self: "c"
            four = lambda self: 1.5
            five = lambda self: "yes"
            six = lambda self: 2**40
            seven = lambda self: 2
            eight = lambda self: [1, 2]

        self.assertEqual(Shop.all(Results()), f"1 2 c 1.5 true {2**40} 2.0 [1, 2]")
        Results.one = lambda self: 300
        with self.assertRaisesRegex(krait.JavaException, "outside -128 to 127"):
            Shop.all(Results())

    def test_variable_arguments_overloads_and_keywords(self):
        @krait.implements(Shop.Rest, Shop.Both, Shop.Keyword)
        class All:
            def take(self, *args):
                return repr(args)

            def lambda_(self):
                return "a keyword"

        self.assertEqual((Shop.rest(All()), Shop.both(All()), Shop.keyword(All())),
                         ("('a', (1, 'b'))", "(1,)('s',)", "a keyword"))
        self.assertEqual(Shop.rest(lambda first, rest: first + str(rest)), "a(1, 'b')")

    def test_a_function_is_the_abstract_method_and_no_default_one_of_its_name(self):
        self.assertEqual(Shop.visit(repr), "text 'a', 1")
        self.assertEqual(Shop.take(repr), "'a''b'")

    def test_the_jdks_interfaces(self):
        @krait.implements(java.lang.Comparable)
        @dataclasses.dataclass(frozen=True)
        class Version:
            number: int

            def compareTo(self, other):
                return self.number - other.number

        versions = ArrayList([Version(3), Version(1), Version(2)])
        java.util.Collections.sort(versions)
        self.assertEqual([version.number for version in versions], [1, 2, 3])
        self.assertEqual(java.util.Collections.max(versions), Version(3))

        @krait.implements(java.util.Iterator)
        class Count:
            def __init__(self):
                self.at = 0

            def hasNext(self):
                return self.at < 3

            def next(self):
                self.at += 1
                return self.at

        self.assertEqual(Takes.iterator(Count()), "1;2;3;")
        seen = []
        Count().forEachRemaining(seen.append)
        self.assertEqual(seen, [1, 2, 3])

    def test_several_interfaces(self):
        @krait.implements(java.lang.Runnable, java.util.concurrent.Callable)
        class Both:
            ran = False

            def run(self):
                self.ran = True

            def call(self):
                return 5

        both = Both()
        thread = java.lang.Thread(both)
        thread.start()
        thread.join()
        self.assertEqual((both.ran, Throws.call(both)), (True, 5))

    def test_duck_typing_lists_what_is_missing(self):
        class Duck:
            def name(self):
                return "duck"

        with self.assertRaisesRegex(TypeError, r"does not have add\(int, int\), .*"):
            Shop.use(Duck())
        Duck.add = Service.add
        Duck.items = Service.items
        Duck.nothing = lambda self: None
        self.assertEqual(Shop.use(Duck()), "hello duck3[a, b]true")

    def test_only_interfaces(self):
        for wrong in ((ArrayList,), (int,), ()):
            with self.assertRaises(TypeError):
                krait.implements(*wrong)(type("C", (), {}))
        with self.assertRaisesRegex(TypeError, "decorates a class, not 3"):
            krait.implements(java.util.Comparator)(3)


if __name__ == "__main__":
    unittest.main()
