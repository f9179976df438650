"""Java's numbers where they are objects: as Python's own in arithmetic, formats and conditions."""

import decimal
import math
import unittest

import java.lang
import java.math
import java.util.concurrent.atomic
from java.lang import Boolean, Double, Integer, Long

Decimal = decimal.Decimal


class Numbers(unittest.TestCase):
    def test_conversions_and_truth(self):
        self.assertEqual((int(Integer(5)), float(Double(1.5)), int(Double(2.9)), complex(Double(1.5))), (5, 1.5, 2, 1.5))
        self.assertEqual((bool(Integer(0)), bool(Double(0.5)), bool(Boolean(False)), bool(Boolean(True))),
                         (False, True, False, True))
        self.assertEqual([10, 20][Integer(1)], 20)
        self.assertRaises(TypeError, lambda: [10][Double(0)])
        self.assertEqual(int(java.util.concurrent.atomic.AtomicLong(2**60 + 1)), 2**60 + 1)
        adder = java.util.concurrent.atomic.DoubleAdder()
        adder.add(1.5)
        self.assertEqual(float(adder), 1.5)

    def test_arithmetic_gives_pythons_numbers(self):
        three, four = Integer(3), Long(4)
        self.assertEqual((three + 1, 1 + three, three * four, four - three, three / four, 7 // three, four % three, three**2),
                         (4, 4, 12, 1, 0.75, 2, 1, 9))
        self.assertEqual((-three, +three, abs(Integer(-3)), divmod(Integer(7), 2), round(Double(2.567), 1)), (-3, 3, 3, (3, 1), 2.6))
        self.assertEqual((math.floor(Double(2.5)), math.ceil(Double(2.5)), math.trunc(Double(2.5)), math.sqrt(four)), (2, 3, 2, 2))
        self.assertIs(type(three + four), int)
        with self.assertRaises(ZeroDivisionError):
            three / 0
        with self.assertRaises(TypeError):
            three + "a"

    def test_exact_numbers_stay_exact(self):
        self.assertEqual(java.math.BigDecimal("0.1") + java.math.BigDecimal("0.2"), Decimal("0.3"))
        self.assertEqual(java.math.BigInteger("2") ** 100, 2**100)
        self.assertEqual(sum([java.math.BigInteger("1"), 2]), 3)

    def test_comparisons(self):
        self.assertTrue(Integer(5) == 5 and Integer(5) == Long(5) or Integer(5) != Long(5))
        self.assertTrue(Integer(5) < 6 and Integer(5) >= 5 and 4 < Integer(5) and Integer(5) != 6)
        self.assertTrue(java.math.BigDecimal("1.5") == Decimal("1.5") and java.math.BigDecimal("1.50") == 1.5)
        self.assertEqual(sorted([Integer(3), Integer(1), 2]), [1, 2, 3])
        self.assertEqual(max(Integer(3), Integer(7)), 7)

    def test_infinity_is_beyond_all_and_nan_beside_all(self):
        inf, nan = math.inf, math.nan
        for one in (Integer(1), Long(1), Double(1.0), java.lang.Float(1.0), java.math.BigDecimal("1e400"), java.math.BigInteger("9" * 400)):
            self.assertTrue(one < inf and one > -inf and inf >= one and not one > inf and one != inf)
            self.assertTrue(one < Double(inf) and Double(-inf) < one)
            for other in (nan, Double(nan), java.lang.Float(nan)):
                self.assertEqual((one < other, one <= other, one > other, one >= other, one == other, other > one), (False,) * 6)
        self.assertTrue(java.lang.Float(inf) == inf and Double(inf) >= inf and not Double(inf) > inf and Double(inf) > 2**2000)
        self.assertEqual((Double(nan) > 1.0, Double(nan) < 1, Double(nan) <= nan, Double(nan) == nan, nan == Double(nan)), (False,) * 5)
        for other in ("a", None, [], object()):
            self.assertRaises(TypeError, lambda: Double(nan) < other)
            self.assertRaises(TypeError, lambda: Integer(1) < other)
        self.assertEqual((hash(Integer(5)), {Integer(5): 1}[Integer(5)]), (hash(Integer(5)), 1))

    def test_formats(self):
        self.assertEqual((f"{Integer(3):05d}", f"{Double(1.5):.2f}", "%d" % Integer(3), f"{java.math.BigDecimal('1.50')}"),
                         ("00003", "1.50", "3", "1.50"))


if __name__ == "__main__":
    unittest.main()
