package dev.krait.values;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.ConversionException;
import dev.krait.PythonException;
import dev.krait.PyFunction;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Booleans, numbers of all kinds and sizes. */
class NumbersTest extends Crossing {
    @Test
    void nullIsNone() {
        becomes(null, "NoneType", "None");
        roundTrips(null);
    }

    @Test
    void booleansAreBools() {
        becomes(true, "bool", "True");
        becomes(false, "bool", "False");
        roundTrips(true);
        roundTrips(false);
        assertEquals(true, py.invoke("same", Boolean.valueOf("true")));
    }

    @Test
    void everyWholeNumberIsAnInt() {
        becomes((byte) -128, "int", "-128");
        becomes((short) -32768, "int", "-32768");
        becomes(Integer.MIN_VALUE, "int", "-2147483648");
        becomes(Long.MIN_VALUE, "int", "-9223372036854775808");
        becomes(Long.MAX_VALUE, "int", "9223372036854775807");
        comesBackAs(-128L, (byte) -128);
        comesBackAs(127L, (byte) 127);
        comesBackAs(-32768L, Short.MIN_VALUE);
        comesBackAs(32767L, Short.MAX_VALUE);
        comesBackAs((long) Integer.MIN_VALUE, Integer.MIN_VALUE);
        comesBackAs((long) Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    @Test
    void everyShortKeepsItsValue() {
        for (int i = Short.MIN_VALUE; i <= Short.MAX_VALUE; i += 127) {
            assertEquals((short) i, py.invoke(short.class, "same", (short) i));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 127, 128, -128, -129, 255, 256, 257, -5, -6, 1L << 15, 1L << 29, 1L << 30, -(1L << 30),
        1L << 31, 1L << 32, 1L << 52, (1L << 53) + 1, 1L << 60, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1})
    void longsKeepTheirValue(long value) {
        roundTrips(value);
        assertEquals(String.valueOf(value), py.invoke("str", value));
        PyFunction same = py.function("same");
        assertEquals(value, same.callLong(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616",
        "1267650600228229401496703205376", "-1267650600228229401496703205376", "170141183460469231731687303715884105727",
        "-170141183460469231731687303715884105728", "340282366920938463463374607431768211456"})
    void intsBeyond64BitsAreBigIntegers(String digits) {
        BigInteger big = new BigInteger(digits);
        becomes(big, "int", digits);
        roundTrips(big);
        assertEquals(big, py.eval(digits));
    }

    @Test
    void aBigIntegerThatFitsComesBackAsLong() {
        becomes(BigInteger.TEN, "int", "10");
        comesBackAs(10L, BigInteger.TEN);
        comesBackAs(Long.MIN_VALUE, BigInteger.valueOf(Long.MIN_VALUE));
        comesBackAs(Long.MAX_VALUE, BigInteger.valueOf(Long.MAX_VALUE));
        assertEquals(BigInteger.TEN, py.invoke(BigInteger.class, "same", 10));
    }

    @Test
    void twoToTheHundredComesBackAndTheNextCallWorks() {
        py.exec("def power(n): return 2 ** n");
        for (int i = 0; i < 100; i++) {
            assertEquals(BigInteger.TWO.pow(100), py.invoke("power", 100));
            assertEquals(1024L, py.invoke("power", 10));
        }
    }

    @Test
    void aHugeIntKeepsEveryBit() {
        BigInteger huge = BigInteger.ONE.shiftLeft(1_000_000).subtract(BigInteger.valueOf(12_345));
        assertEquals(huge, py.eval("(1 << 1_000_000) - 12_345"));
        assertEquals(true, py.invoke("(1).__class__.__eq__".replace("(1).__class__", "int"), huge, same(huge)));
        assertEquals(huge.negate(), same(huge.negate()));
        assertEquals(huge.shiftLeft(1), py.invoke("operator.mul", huge, 2));
    }

    @Test
    void anIntThatDoesNotFitTheFastCallSaysSo() {
        py.exec("def big(x): return 2 ** 63\ndef text(x): return 'text'\ndef none(x): return None\n"
                + "def whole(x): return int(x)\ndef half(x): return x / 2");
        assertThrows(ConversionException.class, () -> py.function("big").callLong(1));
        assertThrows(ConversionException.class, () -> py.function("text").callLong(1));
        assertThrows(ConversionException.class, () -> py.function("none").callLong(1));
        assertThrows(ConversionException.class, () -> py.function("half").callLong(1));
        assertThrows(ConversionException.class, () -> py.function("text").callDouble(1));
        assertEquals(7.0, py.function("whole").callDouble(7.9));
        assertEquals(0.5, py.function("half").callDouble(1));
        assertEquals(5, py.function("same").callLong(5));
    }

    /** The fast call rounds, as {@code float()} does: its javadoc says so. */
    @Test
    void anIntBetweenTwoDoublesIsRoundedByTheFastCallAndRefusedByTheOther() {
        py.exec("def between(x): return 2 ** 53 + 1\ndef beyond(x): return 2 ** 2000");
        assertEquals(0x1p53, py.function("between").callDouble(1));
        assertEquals(0x1p53, py.function("between").mapDoubles(new double[] {1})[0]);
        assertThrows(ConversionException.class, () -> py.function("between").call(double.class, 1));
        assertEquals("OverflowError", assertThrows(PythonException.class, () -> py.function("beyond").callDouble(1)).typeName());
        assertEquals("OverflowError",
                assertThrows(PythonException.class, () -> py.function("beyond").mapDoubles(new double[] {1})).typeName());
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.0, -0.0, 1.5, -1e308, Double.MIN_VALUE, Double.MAX_VALUE, Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY, Double.NaN, 0.1, Math.PI})
    void doublesKeepEveryBit(double value) {
        becomes(value, "float", (String) py.invoke("repr", py.eval("float('" + String.valueOf(value).replace("Infinity", "inf") + "')")));
        assertEquals(Double.doubleToRawLongBits(value), Double.doubleToRawLongBits((Double) same(value)));
        assertEquals(Double.doubleToRawLongBits(value),
                Double.doubleToRawLongBits(py.function("same").callDouble(value)));
    }

    @Test
    void thePayloadOfANanIsKept() {
        for (long bits : new long[] {0x7ff8_0000_0000_0001L, 0x7fff_ffff_ffff_ffffL, 0xfff8_0000_dead_beefL}) {
            double nan = Double.longBitsToDouble(bits);
            assertEquals(bits, Double.doubleToRawLongBits((Double) same(nan)));
            assertEquals(bits, py.eval("0x" + Long.toHexString(bits) + " - (1 << 64) * " + (bits < 0 ? 1 : 0)));
            py.set("nan", nan);
            assertEquals(bits, py.eval("__import__('struct').unpack('q', __import__('struct').pack('d', nan))[0]"));
        }
    }

    @Test
    void floatsAreFloats() {
        becomes(1.5f, "float", "1.5");
        comesBackAs((double) 0.1f, 0.1f);
        assertEquals(0.1f, py.invoke(float.class, "same", 0.1f));
        assertEquals(Float.MIN_VALUE, py.invoke(float.class, "same", Float.MIN_VALUE));
        comesBackAs(Double.POSITIVE_INFINITY, Float.POSITIVE_INFINITY);
        assertThrows(ConversionException.class, () -> py.eval(float.class, "1e39"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1.10", "-0.001", "1E+3", "12345678901234567890.123456789012345678901234567890", "1E-400",
        "1E+400", "0E-10", "0E+5", "-7.0"})
    void bigDecimalsAreDecimals(String text) {
        BigDecimal value = new BigDecimal(text);
        assertEquals("decimal.Decimal", py.invoke("kind", value));
        // equals, not compareTo: the scale is part of it.
        roundTrips(value);
        assertEquals(value, py.eval("__import__('decimal').Decimal('" + text + "')"));
    }

    @Test
    void decimalsThatBigDecimalDoesNotHaveAreDoubles() {
        py.exec("from decimal import Decimal");
        assertEquals(Double.NaN, py.eval("Decimal('NaN')"));
        assertEquals(Double.NaN, py.eval("Decimal('-NaN123')"));
        assertEquals(Double.NaN, py.eval("Decimal('sNaN')"));
        assertEquals(Double.POSITIVE_INFINITY, py.eval("Decimal('Infinity')"));
        assertEquals(Double.NEGATIVE_INFINITY, py.eval("Decimal('-Infinity')"));
        assertEquals(new BigDecimal("0"), py.eval("Decimal('-0')"));
        assertEquals(new BigDecimal("0.00"), py.eval("Decimal('-0.00')"));
        assertEquals(1.5, py.eval(double.class, "1.5"));
    }

    @Test
    void aDecimalBeyondBigDecimalIsAClearError() {
        ConversionException error = assertThrows(ConversionException.class,
                () -> py.eval("__import__('decimal').Decimal('1E+99999999999')"));
        assertTrue(error.getMessage().contains("Decimal"), error.getMessage());
        assertEquals(2L, py.eval("1 + 1"));
    }

    @Test
    void subclassesOfNumbersAreNumbers() {
        py.exec("class I(int): pass\nclass F(float): pass\nclass S(str): pass\nclass B(bytes): pass\nimport enum\n"
                + "class E(enum.IntEnum):\n  A = 5\nclass G(enum.IntFlag):\n  X = 1\n  Y = 2\n");
        assertEquals(7L, py.eval("I(7)"));
        assertEquals(BigInteger.TWO.pow(70), py.eval("I(2**70)"));
        assertEquals(1.5, py.eval("F(1.5)"));
        assertEquals(5, py.eval(int.class, "E.A"));
        assertEquals(3, py.eval(int.class, "G.X | G.Y"));
        assertEquals("ä", py.eval("S('ä')"));
        assertEquals(List.of(1L, 2L), py.eval("[I(1), I(2)]"));
    }

    @Test
    void numbersThatPythonCanMakeAnIntOf() {
        py.exec("class Index:\n  def __index__(self): return 7\nclass Float:\n  def __float__(self): return 1.5\n"
                + "from fractions import Fraction");
        assertEquals(7, py.eval(int.class, "Index()"));
        assertEquals(1.5, py.eval(double.class, "Float()"));
        assertThrows(ConversionException.class, () -> py.eval(int.class, "Float()"));
        assertThrows(ConversionException.class, () -> py.eval(int.class, "object()"));
        assertEquals(new BigDecimal("0.1"), py.eval(BigDecimal.class, "0.1"));
        assertThrows(ConversionException.class, () -> py.eval(double.class, "2**53 + 1"));
        assertEquals(9007199254740992.0, py.eval(double.class, "2**53"));
    }
}
