"""What is called often, with numbers alone, goes a shorter way: the answers stay the same."""

import gc
import math
import threading
import unittest

import java.lang
import krait
from dev.krait.cases import Counts
from java.util import ArrayList, HashMap, LinkedList

OFTEN = 300
# What crosses in registers says with these two that the answer is elsewhere.
SIGNALS = (-1518273645, -1518273646)


class Often(unittest.TestCase):
    def each_time(self, expected, call):
        for _ in range(OFTEN):
            answer = call()
            self.assertEqual((type(answer), answer), (type(expected), expected))

    def test_results_of_every_kind(self):
        self.each_time(True, lambda: Counts.isEven(4))
        self.each_time(False, lambda: Counts.isEven(5))
        self.each_time(1.25, lambda: Counts.half(2.5))
        self.each_time(0.75, lambda: Counts.single(3))
        self.each_time(-3, lambda: Counts.little(-3))
        self.each_time("d", lambda: Counts.letter(3))
        self.each_time(7, lambda: Counts.boxed(7))
        self.each_time(None, lambda: Counts.boxed(-7))
        self.each_time([1, 2**40], lambda: Counts.pair(1, 2**40))
        counts = Counts()
        self.each_time(None, lambda: counts.add(2))
        self.each_time(2 * OFTEN, counts.sum)
        self.each_time(2 * OFTEN, lambda: Counts.sum(counts))

    def test_all_numbers_come_back_as_they_went(self):
        numbers = [0, 1, -1, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**63 - 1, -(2**63), *SIGNALS]
        for number in numbers * OFTEN:
            self.assertEqual(Counts.same(number), number)
        for number in [0.0, -0.0, 1.5, math.inf, -math.inf, 5e-324] * OFTEN:
            back = Counts.same(number)
            self.assertEqual((back, math.copysign(1, back)), (number, math.copysign(1, number)))
        self.assertTrue(all(math.isnan(Counts.same(math.nan)) for _ in range(OFTEN)))
        self.each_time(2.0**63, lambda: Counts.same(2**63))
        self.assertRaises(TypeError, Counts.isEven, 2**63)

    def test_the_choice_follows_the_arguments(self):
        arguments = [1, 2**40, 1.5, True, "x", None, Counts(), 2**70]
        expected = ["int 1", f"long {2**40}", "double 1.5", "boolean true", "Object", "Object", "Object", "Object"]
        for _ in range(OFTEN):
            self.assertEqual([Counts.which(argument) for argument in arguments], expected)
        as_long = krait.overload(Counts.which, "long")
        self.each_time("long 1", lambda: as_long(1))
        self.each_time("int 1", lambda: Counts.which(1))

    def test_objects_get_the_boxes_that_they_always_get(self):
        self.each_time("Integer Long", lambda: Counts.boxes(1, 2))
        self.each_time("Integer Double", lambda: Counts.boxes(1, 2.0))
        self.each_time("Integer Boolean", lambda: Counts.boxes(1, True))
        items = ArrayList()
        for index in range(OFTEN):
            self.assertIs(items.add(index), True)
        self.assertEqual([type(item) for item in items] + list(items), [int] * OFTEN + list(range(OFTEN)))

    def test_what_does_not_fit_is_refused_each_time(self):
        for _ in range(OFTEN):
            self.assertEqual(Counts.narrow(127), 127)
            self.assertRaises(TypeError, Counts.narrow, 128)
            self.assertRaises(TypeError, Counts.isEven, 1.5)
            self.assertRaises(TypeError, Counts.isEven)
            self.assertRaises(TypeError, Counts.isEven, 1, 2)

    def test_a_numpy_or_enum_number_is_still_taken(self):
        import enum

        class Two(enum.IntEnum):
            TWO = 2

        for _ in range(OFTEN):
            self.assertTrue(Counts.isEven(2) and Counts.isEven(Two.TWO))

    def test_constructors(self):
        for number in range(OFTEN):
            self.assertEqual(Counts(number).sum(), number)

    def test_exceptions_are_those_of_the_method(self):
        for number in range(-OFTEN, OFTEN):
            if number >= 0:
                self.assertEqual(Counts.check(number), number)
                continue
            with self.assertRaisesRegex(java.lang.IllegalArgumentException, f"below zero: {number}$") as caught:
                Counts.check(number)
            trace = caught.exception.getStackTrace()
            self.assertEqual((trace[0].getClassName(), trace[0].getMethodName()), ("dev.krait.cases.Counts", "check"))
        self.each_time(10, lambda: Counts.deep(10))
        with self.assertRaises(java.lang.StackOverflowError):
            Counts.deep(10**8)
        self.each_time(10, lambda: Counts.deep(10))
        items = ArrayList([1])
        self.each_time(1, lambda: items.get(0))
        for _ in range(OFTEN):
            with self.assertRaises(IndexError):
                items.get(1)

    def test_an_object_of_another_class_is_refused(self):
        size = ArrayList.size
        items = ArrayList([1, 2])
        for _ in range(OFTEN):
            self.assertEqual(size(items), 2)
            for other in (HashMap(), LinkedList(), 5, "x", ArrayList, None):
                self.assertRaises(TypeError, size, other)
            self.assertRaises(TypeError, size)

    def test_the_form_of_a_result_is_that_of_the_call(self):
        names = HashMap()
        names[1] = ArrayList(["a"])
        copied, viewed = names.get, krait.view(names.get)
        for _ in range(OFTEN):
            self.assertIs(type(copied(1)), list)
            self.assertIs(type(viewed(1)), ArrayList)

    def test_an_answer_larger_than_any_before(self):
        for length in [3] * OFTEN + [1000, 100_000, 3, 1_000_000, 3]:
            self.assertEqual(len(Counts.large(length)), length)

    def test_objects_that_are_given_go_again(self):
        live = java.lang.Class.forName("dev.krait.KraitMetrics").getMethod("now")
        gc.collect()
        before = live.invoke(None).javaObjects()
        for number in range(3 * OFTEN):
            self.assertEqual(Counts.child(number).sum(), number)
        self.assertLess(live.invoke(None).javaObjects(), before + OFTEN // 2)

    def test_functions(self):
        add = Counts.adder(5)
        self.assertTrue(callable(add))
        self.each_time(12, lambda: add(7))
        for _ in range(OFTEN):
            self.assertRaises(TypeError, add, "x")
            self.assertRaises(TypeError, add)
            self.assertRaises(TypeError, add, 1, 2, 3, 4, 5)
            self.assertRaises(TypeError, lambda: add(operand=1))
            self.assertRaises(TypeError, lambda: Counts.isEven(number=1))
        self.assertEqual(add.__call__(1), 6)
        self.assertEqual(list(map(add, range(3))), [5, 6, 7])

    def test_calls_within_calls(self):
        def down(number):
            return number if number <= 0 else Counts.through(down, number - 1) + 1

        for _ in range(OFTEN):
            self.assertEqual(down(8), 8)
        self.each_time(9, lambda: Counts.through(lambda number: Counts.same(number) + 1, 8))

    def test_threads(self):
        wrong = []

        def work(base):
            for number in range(base, base + 2000):
                if Counts.same(number) != number or Counts.half(float(number)) != number / 2:
                    wrong.append(number)

        threads = [threading.Thread(target=work, args=(base,)) for base in (0, 2**31 - 1000, 2**40, -5000)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])
