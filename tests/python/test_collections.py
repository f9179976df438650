"""Java's collections, iterators, streams and texts in Python's own syntax."""

import unittest

import java.lang
import java.util
import java.util.concurrent
import java.util.stream
import krait
from java.util import ArrayDeque, ArrayList, HashMap, HashSet, LinkedHashMap, LinkedList, TreeMap, TreeSet


class Lists(unittest.TestCase):
    kinds = (ArrayList, LinkedList, java.util.concurrent.CopyOnWriteArrayList, java.util.Vector)

    def test_length_truth_membership_and_indices(self):
        for kind in self.kinds:
            items = kind([1, 2, 3])
            self.assertEqual((len(items), bool(items), bool(kind())), (3, True, False))
            self.assertEqual((items[0], items[-1], 3 in items, 9 in items, "x" in items), (1, 3, True, False, False))
            for index in (3, -4):
                with self.assertRaises(IndexError):
                    items[index]
                with self.assertRaises(IndexError):
                    items[index] = 0
                with self.assertRaises(IndexError):
                    del items[index]
            for wrong in ("a", 1.0, None):
                with self.assertRaises(TypeError):
                    items[wrong]

    def test_slices_are_those_of_pythons_lists(self):
        cuts = [slice(*cut) for cut in ((None,), (1, 3), (None, None, -1), (None, None, 2), (4, 1, -2), (5, 1), (-3, None), (0, 0))]
        for kind in self.kinds:
            for cut in cuts:
                ours, theirs = list(range(6)), kind(range(6))
                self.assertEqual(theirs[cut], ours[cut], cut)
                del ours[cut]
                del theirs[cut]
                self.assertEqual(theirs, ours, cut)

    def test_slices_are_assigned_as_those_of_pythons_lists(self):
        for cut, values in ((slice(1, 3), [7, 8, 9]), (slice(2, 2), [7]), (slice(None), []), (slice(None, None, 2), [7, 8, 9]),
                            (slice(None, None, -1), range(6)), (slice(4, 9), (5,)), (slice(3, 1), [1])):
            ours, theirs = list(range(6)), ArrayList(range(6))
            ours[cut] = values
            theirs[cut] = values
            self.assertEqual(theirs, ours, cut)
        with self.assertRaises(ValueError):
            theirs[::2] = [1]
        with self.assertRaises(TypeError):
            theirs[0:1] = 5

    def test_iteration_unpacking_and_reversal(self):
        for kind in self.kinds:
            first, *rest = kind(range(2000))
            self.assertEqual((first, rest), (0, list(range(1, 2000))))
            self.assertEqual(list(reversed(kind("abc" and ["a", "b"]))), ["b", "a"])
            self.assertEqual((sum(kind([1, 2])), max(kind([1, 2])), sorted(kind([2, 1]))), (3, 2, [1, 2]))
            self.assertEqual([*kind([1]), *kind([2])], [1, 2])

    def test_equality_with_pythons_lists(self):
        self.assertTrue(ArrayList([1, "a", None]) == [1, "a", None] and [1] == ArrayList([1]))
        self.assertTrue(ArrayList([1]) != [2] and ArrayList([1]) != [1, 2] and ArrayList() != () and ArrayList() != None)
        self.assertEqual(ArrayList([ArrayList([1])]), [[1]])
        self.assertEqual(ArrayList([1, 2]), LinkedList([1, 2]))
        self.assertEqual({ArrayList([1]): "found"}[LinkedList([1])], "found")

    def test_augmented_addition_adds_in_place(self):
        items = same = ArrayList([1])
        items += [2]
        items += (x for x in (3, 4))
        items += LinkedList([5])
        self.assertEqual(same, [1, 2, 3, 4, 5])

    def test_a_list_that_changes_below_an_iteration(self):
        items = ArrayList(range(2000))
        with self.assertRaises(java.util.ConcurrentModificationException):
            for item in items:
                items.remove(0)

    def test_unmodifiable_lists(self):
        fixed = krait.view(java.util.List.of)(1, 2)
        for change in (lambda: fixed.add(3), lambda: fixed.__setitem__(0, 1), lambda: fixed.__delitem__(0)):
            with self.assertRaises(NotImplementedError):
                change()
        self.assertEqual(fixed, [1, 2])
        self.assertNotIn(None, ArrayList())


class Maps(unittest.TestCase):
    def test_keys_are_read_written_and_deleted(self):
        for kind in (HashMap, TreeMap, LinkedHashMap, java.util.concurrent.ConcurrentHashMap):
            ages = kind({"a": 1})
            ages["b"] = 2
            self.assertEqual((ages["a"], "b" in ages, "c" in ages, 5 in ages, len(ages)), (1, True, False, False, 2))
            del ages["a"]
            self.assertEqual((dict(ages), bool(ages), bool(kind())), ({"b": 2}, True, False))
            for missing in ("a", 5, None):
                with self.assertRaises(KeyError):
                    ages[missing]
                with self.assertRaises(KeyError):
                    del ages[missing]

    def test_iteration(self):
        ages = TreeMap({"b": 2, "a": 1})
        self.assertEqual((list(ages), list(ages.items()), list(ages.keys())), (["a", "b"], [("a", 1), ("b", 2)], ["a", "b"]))
        self.assertEqual(({**ages}, dict(ages)), ({"a": 1, "b": 2},) * 2)
        self.assertEqual({name: age for name, age in ages.entrySet()}, {"a": 1, "b": 2})
        self.assertEqual((list(ages.values()), ages.getOrDefault("c", 3)), ([1, 2], 3))

    def test_equality_with_pythons_dicts(self):
        self.assertTrue(HashMap({"a": [1]}) == {"a": [1]} and {"a": 1} == HashMap({"a": 1}))
        self.assertTrue(HashMap({"a": 1}) != {"a": 2} and HashMap() != {"a": 1} and HashMap({"a": 1}) == TreeMap({"a": 1}))

    def test_whole_numbers_and_characters_are_found_whatever_their_box(self):
        boxes = HashMap()
        boxes.put(java.lang.Integer(5), "int")
        boxes.put(java.lang.Short(6), "short")
        boxes.put(java.lang.Character("c"), "char")
        self.assertEqual((boxes[5], boxes[6], boxes["c"], 7 in boxes), ("int", "short", "char", False))
        boxes[5] = "new"
        self.assertEqual(len(boxes), 3)
        del boxes[5]
        self.assertNotIn(5, boxes)

    def test_none_as_key_and_value(self):
        holes = HashMap()
        holes[None] = None
        self.assertEqual((holes[None], None in holes, holes.get("x")), (None, True, None))


class Others(unittest.TestCase):
    def test_sets(self):
        numbers = HashSet([1, 2, 2])
        self.assertEqual((len(numbers), 1 in numbers, set(numbers), numbers == {1, 2}), (2, True, {1, 2}, True))
        self.assertEqual(list(TreeSet(["b", "a"])), ["a", "b"])

    def test_iterators_give_each_item_once(self):
        items = ArrayList([1, 2, 3, 4]).iterator()
        self.assertEqual((next(items), items.next()), (1, 2))
        for item in items:
            break
        self.assertEqual((item, list(items), next(items, "end")), (3, [4], "end"))
        with self.assertRaises(StopIteration):
            next(items)
        self.assertEqual(list(java.util.Vector([1, 2]).elements()), [1, 2])

    def test_an_iterable_that_is_no_collection(self):
        @krait.implements(java.lang.Iterable)
        class Twice:
            def iterator(self):
                return ArrayList([1, 2]).iterator()

        holder = ArrayList([Twice()])
        self.assertIsInstance(holder[0], Twice)
        services = java.util.ServiceLoader.load(java.lang.Runnable)
        self.assertEqual(list(services), [])

    def test_streams(self):
        stream = java.util.stream
        self.assertEqual(list(ArrayList([3, 1, 2]).stream().filter(lambda x: x > 1).sorted().map(lambda x: x * 10)), [20, 30])
        self.assertEqual(sum(stream.IntStream.range(0, 5)), 10)
        self.assertEqual([x for x in stream.Stream.iterate(1, lambda x: x * 2).limit(4)], [1, 2, 4, 8])
        self.assertEqual(stream.Stream.of("a", "bb").collect(stream.Collectors.groupingBy(len)), {1: ["a"], 2: ["bb"]})
        endless = iter(stream.Stream.generate(lambda: 1))
        self.assertEqual((next(endless), next(endless)), (1, 1))

    def test_a_filter_takes_what_python_takes_for_true(self):
        self.assertEqual(list(ArrayList(["", "a", "b"]).stream().filter(lambda x: x)), ["a", "b"])
        self.assertEqual(list(ArrayList([1, 2, 3]).stream().filter(lambda x: x % 2)), [1, 3])

    def test_deques_are_reversed(self):
        self.assertEqual((list(reversed(ArrayDeque([1, 2]))), list(reversed(TreeSet([1, 2])))), ([2, 1], [2, 1]))

    def test_texts(self):
        text = java.lang.StringBuilder("hello")
        self.assertEqual((len(text), text[0], text[-1], text[1:3], text[::-1], str(text)), (5, "h", "o", "el", "olleh", "hello"))
        self.assertTrue("ell" in text and "x" not in text and "" in text)
        self.assertEqual((list(text), f"{text:>7}"), (list("hello"), "  hello"))
        with self.assertRaises(IndexError):
            text[5]
        with self.assertRaises(TypeError):
            5 in text

    def test_what_has_no_manners_says_so(self):
        thing = java.lang.Object()
        for attempt in (len, iter, lambda x: x[0], lambda x: 1 in x, lambda x: x < x, lambda x: x + 1, int):
            self.assertRaises(TypeError, attempt, thing)
        self.assertTrue(thing)

    def test_with_closes(self):
        scanner = java.util.Scanner("a b")
        with scanner as same:
            self.assertEqual(same.next(), "a")
        with self.assertRaises(java.lang.IllegalStateException):
            scanner.next()

    def test_none_of_this_holds_on_to_java_objects(self):
        from dev.krait.javainpython import Live

        before = Live.objects()
        for _ in range(500):
            items = ArrayList([[1], {2: 3}])
            list(items)
            items[0], items[1:], reversed(items), hash(items), items == [1]
            dict(HashMap({1: items})), list(items.stream())
        del items
        self.assertLess(Live.objects(), before + 50)


class Copies(unittest.TestCase):
    def test_collections_are_copies_unless_a_view_is_asked_for(self):
        from dev.krait.cases import Things

        things = Things()
        self.assertEqual((type(things.list()), type(things.map())), (list, dict))
        live = krait.view(things.list)()
        live.add("b")
        self.assertEqual((things.list(), krait.copy(live)), (["a", "b"], ["a", "b"]))
        nested = krait.view(things.map)()
        nested["names"].add("c")
        self.assertEqual(things.list(), ["a", "b", "c"])
        self.assertEqual(type(krait.copy(things.map)()), dict)

    def test_views_of_pythons_collections(self):
        items, ages, names = [1, 2, 3], {"a": 1}, {"x"}
        java.util.Collections.reverse(krait.view(items))
        krait.view(ages)
        holder = ArrayList([krait.view(ages), krait.view(names)])
        ages["b"] = 2
        self.assertEqual((items, holder[0] is ages, holder[1] is names), ([3, 2, 1], True, True))

    def test_what_can_be_no_view_or_copy_is_refused(self):
        self.assertRaises(TypeError, krait.view, len)
        self.assertRaises(TypeError, krait.view, 5)
        self.assertRaises(TypeError, krait.copy, 5)


if __name__ == "__main__":
    unittest.main()
