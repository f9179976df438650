"""Java's arrays."""

import copy
import unittest

import java.lang
import java.util
import krait
from dev.krait.cases import Takes, Things

try:
    import numpy
except ImportError:
    numpy = None


class Arrays(unittest.TestCase):
    def setUp(self):
        self.numbers = krait.array("int", [1, 2, 3, 4, 5])

    def test_made_of_a_length_of_elements_or_of_lengths(self):
        self.assertEqual((list(krait.array("int", 2)), list(krait.array(java.lang.String, 1))), ([0, 0], [None]))
        self.assertEqual(list(krait.array("char", "abc")), ["a", "b", "c"])
        self.assertEqual(list(krait.array("double", (1, 2.5))), [1, 2.5])
        self.assertEqual(list(krait.array("long", range(3))), [0, 1, 2])
        self.assertEqual(str(krait.array("int", 2, 3)), "[[0, 0, 0], [0, 0, 0]]")
        self.assertEqual(str(krait.array("int[]", 2)), "[null, null]")
        self.assertEqual(str(krait.array(Things.Colour, ["RED", None])), "[RED, null]")
        for wrong, error in ((("int", [1, 2.5]), TypeError), (("byte", [200]), TypeError), (("int", -1), ValueError),
                             (("int", 2**31), ValueError), (("what", 1), TypeError), (("int", [1], 2), TypeError)):
            self.assertRaises(error, krait.array, *wrong)

    def test_indices_and_slices(self):
        numbers = self.numbers
        self.assertEqual((len(numbers), numbers.length, numbers[0], numbers[-1]), (5, 5, 1, 5))
        self.assertEqual((numbers[1:4:2], numbers[::-1], numbers[10:]), ([2, 4], [5, 4, 3, 2, 1], []))
        numbers[-1] = 9
        numbers[0:2] = (7, 8)
        numbers[::2] = [0, 0, 0]
        self.assertEqual(list(numbers), [0, 8, 0, 4, 0])
        for attempt, error in ((lambda: numbers[5], IndexError), (lambda: numbers.__setitem__(0, "x"), TypeError),
                               (lambda: numbers.__setitem__(0, 2**40), TypeError), (lambda: numbers["a"], TypeError),
                               (lambda: numbers.__setitem__(slice(0, 2), [1]), ValueError),
                               (lambda: numbers.__delitem__(0), TypeError)):
            self.assertRaises(error, attempt)

    def test_iteration_and_membership(self):
        self.assertEqual(([*self.numbers], list(reversed(self.numbers)), 3 in self.numbers, 9 in self.numbers),
                         ([1, 2, 3, 4, 5], [5, 4, 3, 2, 1], True, False))

    def test_equality_is_javas_between_arrays_and_by_elements_with_pythons_own(self):
        self.assertTrue(self.numbers == self.numbers and self.numbers == [1, 2, 3, 4, 5] and self.numbers != [1])
        self.assertFalse(self.numbers == krait.array("int", [1, 2, 3, 4, 5]))
        self.assertTrue(java.util.Arrays.equals(self.numbers, krait.array("int", [1, 2, 3, 4, 5])))
        self.assertTrue(krait.array("int", 1, 2) == [[0, 0]] and krait.array(java.lang.Object, [None]) == (None,))

    def test_text_and_class(self):
        self.assertEqual((str(self.numbers), repr(self.numbers)), ("[1, 2, 3, 4, 5]", "<int[] [1, 2, 3, 4, 5]>"))
        self.assertEqual(repr(krait.view(Things.grid)()), "<int[][] [[1, 2], [3, 4]]>")
        self.assertEqual((self.numbers.getClass().getName(), type(self.numbers).__name__), ("[I", "int[]"))
        self.assertIsInstance(self.numbers, java.lang.Object)

    def test_copies(self):
        for made in (self.numbers.clone(), copy.copy(self.numbers)):
            made[0] = 9
            self.assertEqual((self.numbers[0], type(made)), (1, type(self.numbers)))

    def test_arrays_in_arrays_are_live(self):
        grid = krait.view(Things.grid)()
        grid[0][1] = 9
        grid[1] = [5, 6]
        self.assertEqual((grid == [[1, 9], [5, 6]], Takes.sumOfGrid(grid)), (True, 21))

    def test_java_changes_the_same_array(self):
        java.util.Arrays.fill(self.numbers, 7)
        self.assertEqual(list(self.numbers), [7] * 5)
        words = krait.array(java.lang.String, ["b", "a"])
        java.util.Arrays.sort(words)
        self.assertEqual(list(words), ["a", "b"])

    def test_buffers_are_read_only_copies(self):
        view = memoryview(self.numbers)
        self.assertEqual((view.format, view.tolist(), view.readonly), ("i", [1, 2, 3, 4, 5], True))
        self.assertEqual(bytes(krait.array("byte", [1, -1])), b"\x01\xff")
        self.assertRaises(TypeError, memoryview, java.util.ArrayList())
        self.assertRaises(BufferError, memoryview, krait.array(java.lang.String, 1))

    @unittest.skipUnless(numpy, "needs numpy")
    def test_numpy(self):
        for kind, dtype in (("int", "int32"), ("long", "int64"), ("double", "float64"), ("float", "float32"), ("short", "int16"),
                            ("byte", "uint8"), ("boolean", "bool")):
            made = numpy.asarray(krait.array(kind, 3))
            self.assertEqual((made.dtype.name, made.shape), (dtype, (3,)), kind)


if __name__ == "__main__":
    unittest.main()
