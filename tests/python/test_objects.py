"""Objects, fields, nested and inner classes, enums, records, names."""

import pydoc
import unittest

import java.lang
import java.util
import krait
from dev.krait.cases import Sources, Takes, Things
from java.util import ArrayList, HashMap


class Members(unittest.TestCase):
    def test_fields_are_read_and_written_with_their_types(self):
        things = Things()
        things.count = 5
        things.letter = "y"
        things.names = ["x", "y"]
        self.assertEqual((things.count, things.letter, things.names), (5, "y", ["x", "y"]))
        for name, value, why in (("count", 2**40, "outside"), ("count", "x", "cannot become int"),
                                 ("letter", "ab", "2 UTF-16 units"), ("count", None, "None cannot become int")):
            with self.assertRaisesRegex(TypeError, why):
                setattr(things, name, value)
        with self.assertRaises(AttributeError):
            things.nothing = 1

    def test_static_fields(self):
        Things.shared = 2**40
        self.assertEqual((Things.shared, Things().shared), (2**40, 2**40))
        Things.boxed = None
        self.assertIsNone(Things.boxed)
        Things.boxed = 5
        with self.assertRaisesRegex(AttributeError, "final"):
            Things.NOTHING = 1
        with self.assertRaises(AttributeError):
            Things.nothing = 1

    def test_fields_and_methods_that_are_hidden_or_overridden(self):
        derived = Things.Derived()
        self.assertEqual((derived.field, derived.get(), Things.Derived.shared, Things.Base.shared),
                         ("of Derived", "of Derived", "of Derived", "of Base"))
        self.assertEqual(Things.Base.field.__get__(derived), "of Base")
        self.assertEqual(Things.Base.get(derived), "of Derived")
        self.assertFalse(hasattr(derived, "hidden"))

    def test_collections_in_fields_are_copies_unless_a_view_is_asked_for(self):
        things = Things()
        things.names.append("lost")
        self.assertEqual(things.names, ["a"])
        krait.view(things).names.add("kept")
        self.assertEqual(things.names, ["a", "kept"])
        krait.view(things).numbers[0] = 9
        self.assertEqual(things.numbers[0], 9)
        live = krait.view(Things).items
        live.add(3)
        self.assertEqual(Things.items, [1, 2, 3])
        live.remove(2)
        krait.view(things).list().add("more")
        self.assertEqual(things.list(), ["a", "kept", "more"])
        self.assertEqual(krait.view(things).len(), 7)

    def test_names_that_mean_something_to_python(self):
        things = Things()
        self.assertEqual((things.len(), things.from_(), things.None_()), (7, "from", "None"))
        self.assertEqual((getattr(things, "from")(), getattr(things, "None")()), ("from", "None"))

    def test_private_classes_through_what_is_public(self):
        self.assertEqual((str(Things.anonymous()), Things.supplier().get()), ("anonymous", "supplied"))
        self.assertEqual(Things.supplier()(), "supplied")
        self.assertRegex(type(Things.supplier()).__qualname__, r"^Things\.Lambda(\.\d+)?$")

    def test_interfaces(self):
        unit = Things.Shape.unit()
        self.assertEqual((unit.area(), unit.describe(), unit()), (1, "area 1.0", 1))
        self.assertIsInstance(unit, Things.Shape)
        self.assertIsInstance(unit.hashCode(), int)
        with self.assertRaisesRegex(TypeError, "is an interface"):
            Things.Shape()

    def test_inner_classes_are_made_of_their_outer_object(self):
        things = Things()
        inner = things.Inner(3)
        self.assertEqual((inner.where(), Things.Inner(things, 4).where()), ("outer3", "outer4"))
        self.assertEqual(inner.Deeper().where(), "outer3 deeper")
        self.assertIsInstance(inner, Things.Inner)
        with self.assertRaises(TypeError):
            Things.Inner(3)

    def test_nobody_extends_a_java_class(self):
        with self.assertRaisesRegex(TypeError, "krait.implements"):
            type("Mine", (ArrayList,), {})

    def test_equality_is_equals_and_identity_survives_a_round_trip_through_java(self):
        things = Things()
        self.assertEqual(Takes.same(things), things)
        self.assertNotEqual(things, Things())
        self.assertEqual({things: 1}[Takes.same(things)], 1)
        marker = object()
        self.assertIs(Takes.same(marker), marker)


class Looks(unittest.TestCase):
    def test_dir_help_and_repr_tell_of_the_java_methods(self):
        self.assertTrue({"add", "size", "getClass"} <= set(dir(ArrayList())))
        self.assertIn("boolean add(E)", ArrayList.add.__doc__)
        self.assertIn("void add(int, E)", pydoc.render_doc(ArrayList().add))
        self.assertIn("ArrayList(int)", ArrayList.__doc__)
        self.assertIn("extends java.util.AbstractList", ArrayList.__doc__)
        self.assertEqual(repr(ArrayList.add), "<Java method java.util.ArrayList.add>")
        self.assertEqual(repr(ArrayList([1])), "<java.util.ArrayList [1]>")
        self.assertEqual(repr(ArrayList), "<class 'java.util.ArrayList'>")

    def test_isinstance_and_issubclass_are_javas(self):
        self.assertIsInstance(ArrayList(), java.util.List)
        self.assertTrue(issubclass(ArrayList, java.util.AbstractList))
        self.assertFalse(issubclass(ArrayList, java.util.Map))
        self.assertNotIsInstance([], java.util.List)
        self.assertTrue(issubclass(java.util.List, java.lang.Object))

    def test_formatting(self):
        self.assertEqual(f"{ArrayList([1])} {ArrayList([1]):>5}", "[1]   [1]")
        self.assertEqual("%s" % ArrayList([1]), "[1]")


class Enums(unittest.TestCase):
    def test_constants(self):
        red, green = Things.Colour.RED, Things.Colour.GREEN
        self.assertEqual((red.name(), green.ordinal(), red.shout(), green.shout()), ("RED", 1, "red", "GREEN!"))
        self.assertTrue(red < green and max(red, green) == green and red != green)
        self.assertEqual({red: 1}[Things.Colour.valueOf("RED")], 1)
        self.assertIsInstance(green, Things.Colour)

    def test_the_class_is_iterated_over_and_indexed_as_pythons_enums(self):
        self.assertEqual([str(colour) for colour in Things.Colour], ["RED", "GREEN"])
        self.assertEqual(len(Things.Colour), 2)
        self.assertEqual(Things.Colour["GREEN"], Things.Colour.GREEN)
        self.assertIn(Things.Colour.RED, Things.Colour)
        with self.assertRaises(KeyError):
            Things.Colour["BLUE"]
        with self.assertRaises(TypeError):
            list(Things)

    def test_the_name_passes_for_a_constant(self):
        self.assertEqual(Takes.colour("RED"), "RED")
        with self.assertRaisesRegex(TypeError, "no constant named BLUE"):
            Takes.colour("BLUE")

    def test_match(self):
        match Things.Colour.GREEN:
            case Things.Colour.RED:
                self.fail()
            case Things.Colour.GREEN:
                pass
            case _:
                self.fail()


class Records(unittest.TestCase):
    SOURCE = """public sealed interface Tree {
        record Leaf(int value) implements Tree, Comparable<Leaf> {
            public Leaf { if (value < 0) throw new IllegalArgumentException("below 0"); }
            public int compareTo(Leaf other) { return value - other.value; } }
        record Node(Tree left, Tree right) implements Tree {} }"""

    @classmethod
    def setUpClass(cls):
        if not Sources.canCompile():
            raise unittest.SkipTest("this Java has no compiler")
        cls.Tree = krait.java_class(Sources.compile("Tree", cls.SOURCE))

    def test_records_of_a_sealed_interface(self):
        Leaf, Node = self.Tree.Leaf, self.Tree.Node
        self.assertEqual(Node(Leaf(1), Leaf(2)), Node(Leaf(1), Leaf(2)))
        self.assertEqual(str(Node(Leaf(1), None)), "Node[left=Leaf[value=1], right=null]")
        self.assertEqual(Leaf(3).value(), 3)
        self.assertEqual(hash(Leaf(3)), hash(Leaf(3)))
        self.assertEqual([leaf.value() for leaf in sorted([Leaf(2), Leaf(1)])], [1, 2])
        self.assertIsInstance(Leaf(1), self.Tree)
        with self.assertRaisesRegex(ValueError, "below 0"):
            Leaf(-1)

    def test_patterns_take_records_apart(self):
        Leaf, Node = self.Tree.Leaf, self.Tree.Node

        def total(tree):
            match tree:
                case Leaf(value):
                    return value
                case Node(left, right):
                    return total(left) + total(right)

        self.assertEqual(total(Node(Node(Leaf(1), Leaf(2)), Leaf(4))), 7)


class Patterns(unittest.TestCase):
    def test_a_list_is_a_sequence_to_match(self):
        for items in (ArrayList([1, 2, 3]), java.util.LinkedList([1, 2, 3])):
            match items:
                case [first, *rest]:
                    self.assertEqual((first, rest), (1, [2, 3]))
                case _:
                    self.fail("no sequence")

    def test_a_map_is_none(self):
        match HashMap({"a": 1}):
            case [*_]:
                self.fail("a map is no sequence")
            case HashMap():
                pass


if __name__ == "__main__":
    unittest.main()
