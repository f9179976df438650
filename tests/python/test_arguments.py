"""Which method a call means, and what arguments become."""

import array
import datetime
import decimal
import unittest
import uuid

import java.lang
import java.math
import java.util
import krait
from dev.krait.cases import Overloaded, Takes, Things
from java.util import ArrayList

try:
    import numpy
except ImportError:
    numpy = None


class Overloads(unittest.TestCase):
    def test_exact_before_wider_before_boxed_before_object(self):
        self.assertEqual([Overloaded.reference(x) for x in ("a", "ab", 1, 2**40, 1.5, True, [1], Things())],
                         ["String", "String", "Integer", "Object", "Object", "Object", "Object", "Object"])
        self.assertEqual((Overloaded.floating(1.5), Overloaded.floating(1)), ("double", "double"))
        self.assertEqual((Overloaded.truth(True), Overloaded.truth(1), Overloaded.truth("x")), ("boolean", "int", "Object"))
        self.assertEqual((java.lang.Math.max(1, 2), java.lang.Math.max(1, 2.5), java.lang.Math.max(1, 2**40)), (2, 2.5, 2**40))

    def test_text_and_characters(self):
        self.assertEqual((Overloaded.character("a"), Overloaded.character(1)), ("char", "int"))
        self.assertEqual((Overloaded.text("a"), Overloaded.text("ab")), ("String", "String"))
        self.assertEqual((Overloaded.bytes(b"x"), Overloaded.bytes(bytearray(b"x")), Overloaded.bytes("x")),
                         ("byte[]", "byte[]", "String"))

    def test_containers(self):
        self.assertEqual((Overloaded.container({}), Overloaded.container([]), Overloaded.container(set())),
                         ("Map", "Collection", "Collection"))
        self.assertEqual((Overloaded.sequence([1]), Overloaded.sequence((1,))), ("List", "array"))

    def test_a_generator_is_no_number(self):
        self.assertEqual(Overloaded.sized(x for x in "abc"), "Collection 3")
        self.assertEqual(ArrayList(x for x in range(3)), [0, 1, 2])
        self.assertEqual((Overloaded.sized(5), Overloaded.sized(range(2))), ("int", "Collection 2"))

    def test_times(self):
        now = datetime.datetime.now()
        self.assertEqual((Overloaded.time(now), Overloaded.time(now.astimezone(datetime.timezone.utc))),
                         ("LocalDateTime", "Instant"))

    def test_fixed_arguments_before_variable_ones(self):
        self.assertEqual((Overloaded.two("a", "b"), Overloaded.two("a", 1), Overloaded.two("a")), ("two", "rest 1", "rest 0"))

    def test_functions_by_whether_they_return_and_by_how_much_they_take(self):
        self.assertEqual(Overloaded.task(lambda: 1), "Callable")
        self.assertEqual((Overloaded.function(lambda a: 1), Overloaded.function(lambda a, b: 1)), ("Function", "BiFunction"))

        self.assertEqual([Overloaded.python(x) for x in (len, lambda: 1, int, object())],
                         ["PyFunction", "PyFunction", "PyFunction", "PyObject"])

        class Counter:
            def one(self, a):
                return a

        self.assertEqual(Overloaded.function(Counter().one), "Function")
        with self.assertRaisesRegex(TypeError, "ambiguous"):
            Overloaded.function(lambda *all: 1)
        self.assertEqual(krait.overload(Overloaded.function, "Function")(lambda *all: 1), "Function")

    def test_an_ambiguous_call_lists_the_candidates(self):
        self.assertEqual((Overloaded.crossed(2**40, 1), Overloaded.crossed(1, 2**40)), ("long, int", "int, long"))
        with self.assertRaisesRegex(TypeError, r"(?s)ambiguous.*\(int, int\).*krait.overload.*int a, long b"):
            Overloaded.crossed(1, 1)
        with self.assertRaisesRegex(TypeError, "ambiguous"):
            Overloaded.reference(None)
        self.assertEqual(krait.overload(Overloaded.crossed, "int", "long")(1, 1), "int, long")
        self.assertEqual(krait.overload(Overloaded.reference, java.lang.String)(None), "String")

    def test_what_fits_nothing_lists_what_there_is(self):
        with self.assertRaisesRegex(TypeError, r"(?s)no .*whole takes \(str\); there is.*static int whole\(int x\)"):
            Takes.whole("x")
        with self.assertRaisesRegex(TypeError, "beyond 32 bits"):
            Takes.whole(2**31)
        with self.assertRaisesRegex(TypeError, "beyond 64 bits"):
            Takes.large(2**63)
        with self.assertRaisesRegex(TypeError, "no keyword arguments"):
            Takes.whole(x=1)


class Numbers(unittest.TestCase):
    def test_each_primitive_at_its_edges(self):
        for method, bits in ((Takes.small, 8), (Takes.middle, 16), (Takes.whole, 32), (Takes.large, 64)):
            least, most = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
            self.assertEqual((method(least), method(most)), (least, most))
            for beyond in (least - 1, most + 1):
                self.assertRaises(TypeError, method, beyond)
        self.assertEqual((Takes.twice(1), Takes.twice(2**70), Takes.single(0.5)), (1.0, 2.0**70, 0.5))
        self.assertNotEqual(Takes.twice(float("nan")), Takes.twice(float("nan")))
        with self.assertRaisesRegex(TypeError, "outside the range of float"):
            Takes.single(1e300)
        with self.assertRaisesRegex(TypeError, "no exact double"):
            Takes.twice(10**400)

    def test_a_bool_is_no_int_and_a_float_no_int(self):
        for method, wrong in ((Takes.whole, True), (Takes.large, 1.5), (Takes.whole, 1.0), (Takes.truth, 1), (Takes.twice, True),
                              (Takes.boxed, 1.5), (Takes.letter, 65)):
            self.assertRaises(TypeError, method, wrong)

    def test_characters(self):
        self.assertEqual(Takes.letter("é"), "é")
        for wrong in ("", "ab", "\U0001F600", None):
            self.assertRaises(TypeError, Takes.letter, wrong)

    def test_none_is_for_references_only(self):
        self.assertIsNone(Takes.boxed(None))
        self.assertIsNone(Takes.same(None))
        for method in (Takes.whole, Takes.truth, Takes.twice):
            self.assertRaises(TypeError, method, None)

    def test_large_and_exact_numbers(self):
        self.assertEqual((Overloaded.big(5), Overloaded.big(2**70)), ("BigInteger 5", f"BigInteger {2**70}"))
        self.assertEqual((Overloaded.decimal(5), Overloaded.decimal(decimal.Decimal("1.50"))),
                         ("BigDecimal 5", "BigDecimal 1.50"))


class Erased(unittest.TestCase):
    """Arguments of type Object."""

    def test_what_values_become(self):
        for value, name in ((1, "java.lang.Long"), (2**70, "java.math.BigInteger"), (1.5, "java.lang.Double"),
                            ("a", "java.lang.String"), (True, "java.lang.Boolean"), (b"x", "[B"), ([1], "java.util.ArrayList"),
                            ((1,), "[Ljava.lang.Object;"), ({1}, "java.util.LinkedHashSet"), ({1: 2}, "java.util.LinkedHashMap"),
                            (decimal.Decimal(1), "java.math.BigDecimal"), (uuid.uuid4(), "java.util.UUID"),
                            (array.array("i", [1]), "[I"), (Things(), "dev.krait.cases.Things"), (Things, "java.lang.Class"),
                            (java.lang.Integer(3), "java.lang.Integer"), (lambda: 1, "dev.krait.PyObject"),
                            (krait.view([1]), "dev.krait.PyListView"), (None, "null")):
            self.assertEqual(Takes.className(value), name, value)

    def test_boxes_are_chosen_with_javas_own_classes(self):
        box = java.util.ArrayList()
        box.add(java.lang.Short(3))
        self.assertEqual(Takes.className(box.get(0)), "java.lang.Long")
        self.assertEqual(Takes.className(java.lang.Short(3)), "java.lang.Short")


class Functions(unittest.TestCase):
    def test_a_callable_is_a_PyFunction_where_one_is_wanted(self):
        for function in (str, str.upper, "{}".format, lambda x: x):
            self.assertEqual(Takes.python(function, "a"), function("a"))
        self.assertEqual(Takes.firstPython([len, max], "abc"), 3)
        self.assertEqual((Takes.pythons(), Takes.pythons(len), Takes.pythons(len, max), Takes.pythons([len, max, min])), (0, 1, 2, 3))

    def test_what_cannot_be_called_is_refused(self):
        for wrong in (5, "len", object(), (x for x in "ab"), [len]):
            with self.assertRaisesRegex(TypeError, "no dev.krait.cases.Takes.python takes"):
                Takes.python(wrong, 1)
        with self.assertRaisesRegex(TypeError, r"at \[0\]: Python object .* cannot become dev.krait.PyFunction"):
            Takes.firstPython([object()], 1)


class Containers(unittest.TestCase):
    def test_elements_become_what_the_generic_type_says(self):
        for numbers in ([1, 2], (1, 2), range(1, 3), {1, 2}, krait.view([1, 2]), (x for x in (1, 2))):
            self.assertEqual(Takes.sum(numbers), 3, numbers)
        self.assertEqual(Takes.sum({"a": 1, "b": 2}), 3)
        with self.assertRaisesRegex(TypeError, r"at \[1\]: .* cannot become java.lang.Integer"):
            Takes.sum([1, "a"])
        with self.assertRaisesRegex(TypeError, r'at \["a"\]'):
            Takes.sum({"a": "x"})

    def test_a_java_collection_is_passed_as_it_is(self):
        items = ArrayList([3, 1, 2])
        java.util.Collections.sort(items)
        self.assertEqual(items, [1, 2, 3])
        self.assertEqual(krait.view(Takes.same)(items), items)

    def test_iterables_iterators_and_streams(self):
        for items in ([1, 2], (1, 2), range(1, 3), iter([1, 2]), (x for x in (1, 2))):
            self.assertEqual(Takes.iterable(items), "1;2;", items)
        self.assertEqual((Takes.iterator([1, 2]), Takes.iterator(iter("ab")), Takes.iterator(x for x in "ab")),
                         ("1;2;", "a;b;", "a;b;"))
        self.assertEqual((Takes.stream([1, 2]), Takes.stream(x for x in "ab")), ("1;2;", "a;b;"))
        self.assertEqual(Takes.collection({"a": 1}.keys()), "ArrayList[a]")

    def test_arrays(self):
        self.assertEqual((Takes.letters("abc"), Takes.letters(["a", "b"])), ("abc", "ab"))
        for data in (b"ab", bytearray(b"ab"), memoryview(b"ab"), [97, 98], array.array("b", [97, 98])):
            self.assertEqual(Takes.bytes(data), "[97, 98]")
        self.assertEqual((Takes.strings(["a", None]), Takes.strings(())), ("[a, null]", "[]"))
        self.assertEqual(Takes.sumOfGrid([[1, 2], (3,), range(2)]), 7)
        self.assertRaises(TypeError, Takes.strings, [1])
        self.assertRaises(TypeError, Takes.bytes, "ab")

    def test_texts_optionals_and_classes(self):
        self.assertEqual((Takes.sequence("x"), Takes.sequence(java.lang.StringBuilder("y"))), ("String x", "StringBuilder y"))
        self.assertEqual((Takes.optional("x"), Takes.optional(None)), ("Optional[x]", "Optional.empty"))
        self.assertEqual((Takes.classes(ArrayList), Takes.classes(Things().getClass())),
                         ("java.util.ArrayList", "dev.krait.cases.Things"))
        self.assertRaises(TypeError, Takes.classes, int)

    @unittest.skipUnless(numpy, "needs numpy")
    def test_numpys_arrays_and_scalars(self):
        self.assertEqual(Takes.sumOfGrid(numpy.array([[1, 2], [3, 4]], dtype="int32")), 10)
        self.assertEqual(Takes.ints(numpy.array([1, 2], dtype="int32")), "[1, 2]")
        self.assertEqual(Takes.ints(numpy.arange(10)[::5]), "[0, 5]")
        self.assertEqual(Takes.sum(numpy.array([1, 2])), 3)
        self.assertEqual((Takes.whole(numpy.int8(3)), Takes.twice(numpy.float32(1.5)), Takes.truth(numpy.bool_(True))),
                         (3, 1.5, True))
        self.assertEqual(Takes.whole(numpy.array(3)), 3)


class Variable(unittest.TestCase):
    """Variable arguments."""

    def test_none_one_and_many(self):
        self.assertEqual((Takes.objects(), Takes.objects(1), Takes.objects(1, "a")), ("[]", "[1]", "[1, a]"))
        self.assertEqual((Takes.ints(), Takes.ints(1), Takes.ints(1, 2)), ("[]", "[1]", "[1, 2]"))
        self.assertEqual((Takes.words("w"), Takes.words("w", "a"), Takes.words("w", "a", None)), ("w[]", "w[a]", "w[a, null]"))

    def test_a_list_a_tuple_or_an_array_is_all_of_them(self):
        self.assertEqual((Takes.objects([1, 2]), Takes.objects((1, 2)), Takes.objects([])), ("[1, 2]", "[1, 2]", "[]"))
        self.assertEqual(Takes.objects([1], [2]), "[[1], [2]]")
        self.assertEqual((Takes.ints([1, 2]), Takes.ints(krait.array("int", [5])), Takes.ints(x for x in (1, 2))),
                         ("[1, 2]", "[5]", "[1, 2]"))
        self.assertEqual(Takes.words("w", ["a", "b"]), "w[a, b]")

    def test_a_list_of_javas_is_one_of_them(self):
        for made in (ArrayList([1, 2]), java.util.LinkedList([1, 2]), krait.view(java.util.List.of)(1, 2)):
            self.assertEqual(Takes.objects(made), "[[1, 2]]")
            self.assertEqual(java.lang.String.format("%s", made), "[1, 2]")
            self.assertEqual(len(java.util.Arrays.asList(made)), 1)
            # Unless it cannot be one.
            self.assertEqual((Takes.ints(made), Takes.words("w", ArrayList(["a", "b"]))), ("[1, 2]", "w[a, b]"))
        self.assertEqual(Takes.objects([1, 2]), "[1, 2]")

    def test_none_is_one_of_them(self):
        self.assertEqual((Takes.objects(None), Takes.words("w", None)), ("[null]", "w[null]"))
        self.assertRaises(TypeError, Takes.ints, None)
        self.assertRaises(TypeError, Takes.ints, 1, "a")

    def test_the_jdks_own(self):
        self.assertEqual(java.lang.String.format("%d %s", 1, None), "1 null")
        self.assertEqual(java.lang.String.join(",", ["a", "b"]), "a,b")
        self.assertEqual(java.lang.String.join(",", "a", "b"), "a,b")
        self.assertEqual(java.util.Arrays.asList(1, 2), [1, 2])


if __name__ == "__main__":
    unittest.main()
