package dev.krait.values;

import static dev.krait.testing.Pythons.needs;
import static dev.krait.testing.Pythons.raised;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.ConversionException;
import dev.krait.PyObject;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Primitive arrays, Python's arrays and views, numpy's. */
class ArraysTest extends Crossing {
    /** Lengths around the one from which arrays cross beside the frame, and beyond the frame's first size. */
    private static final int[] LENGTHS = {0, 1, 1_023, 1_024, 1_025, 2_048, 4_095, 4_096, 8_191, 8_192, 8_193, 300_000};

    private final Random random = new Random(42);

    @Test
    void byteArraysOfAnyLength() {
        for (int length : LENGTHS) {
            byte[] array = new byte[length];
            random.nextBytes(array);
            assertArrayEquals(array, (byte[]) same(array));
            assertEquals((long) length, py.invoke("len", (Object) array));
            assertArrayEquals(array, (byte[]) ((List<?>) same(List.of(1, array))).get(1));
        }
    }

    @Test
    void arraysOfAllTypesAndAnyLength() {
        for (int length : LENGTHS) {
            long[] longs = random.longs(length).toArray();
            double[] doubles = random.doubles(length).toArray();
            int[] ints = random.ints(length).toArray();
            short[] shorts = new short[length];
            char[] chars = new char[length];
            float[] floats = new float[length];
            boolean[] booleans = new boolean[length];
            for (int i = 0; i < length; i++) {
                shorts[i] = (short) ints[i];
                chars[i] = (char) ints[i];
                floats[i] = random.nextFloat();
                booleans[i] = random.nextBoolean();
            }
            assertArrayEquals(longs, (long[]) same(longs));
            assertArrayEquals(doubles, (double[]) same(doubles));
            assertArrayEquals(ints, (int[]) same(ints));
            assertArrayEquals(shorts, (short[]) same(shorts));
            assertArrayEquals(chars, (char[]) same(chars));
            assertArrayEquals(floats, (float[]) same(floats));
            assertArrayEquals(booleans, (boolean[]) same(booleans));
            py.exec("def total(x): return sum(x)");
            assertEquals(Arrays.stream(ints).asLongStream().sum(), py.invoke("total", (Object) ints));
            assertEquals((long) length, py.invoke("len", (Object) chars));
        }
    }

    @Test
    void pythonSeesArraysOfTheirType() {
        becomes(new int[] {1, -2}, "array.array", "array('i', [1, -2])");
        becomes(new short[] {1}, "array.array", "array('h', [1])");
        becomes(new long[] {Long.MIN_VALUE}, "array.array", "array('q', [-9223372036854775808])");
        becomes(new float[] {0.5f}, "array.array", "array('f', [0.5])");
        becomes(new double[] {0.1, Double.NaN}, "array.array", "array('d', [0.1, nan])");
        becomes(new char[] {'a', '日'}, "array.array", "array('H', [97, 26085])");
        assertEquals(List.of(true, false), py.invoke("list", (Object) new boolean[] {true, false}));
    }

    @Test
    void theValuesOfEveryElementAreKept() {
        double[] doubles = {0.0, -0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE, Double.MAX_VALUE};
        double[] read = (double[]) same(doubles);
        for (int i = 0; i < doubles.length; i++) {
            assertEquals(Double.doubleToRawLongBits(doubles[i]), Double.doubleToRawLongBits(read[i]));
        }
        assertArrayEquals(new long[] {Long.MIN_VALUE, Long.MAX_VALUE, 0}, (long[]) same(new long[] {Long.MIN_VALUE, Long.MAX_VALUE, 0}));
    }

    @Test
    void whatPythonChangesIsItsOwnCopy() {
        py.exec("def change(a): a[0] = 99; return a[0]");
        for (int length : new int[] {10, 100_000}) {
            int[] array = new int[length];
            assertEquals(99L, py.invoke("change", (Object) array));
            assertEquals(0, array[0]);
        }
    }

    @Test
    void manyLargeArraysInOneCall() {
        byte[] one = new byte[100_000];
        long[] two = new long[50_000];
        double[] three = new double[20_000];
        Arrays.fill(one, (byte) 1);
        Arrays.fill(two, 2);
        Arrays.fill(three, 3);
        List<?> read = (List<?>) same(List.of(one, two, three, one));
        assertArrayEquals(one, (byte[]) read.get(0));
        assertArrayEquals(two, (long[]) read.get(1));
        assertArrayEquals(three, (double[]) read.get(2));
        assertArrayEquals(one, (byte[]) read.get(3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"b", "B", "h", "H", "i", "I", "l", "L", "q", "Q", "f", "d"})
    void arraysOfEveryTypeCodeCross(String code) {
        py.exec("from array import array\na = array('" + code + "', range(5))");
        if (code.equals("b") || code.equals("B")) {
            assertArrayEquals(new byte[] {0, 1, 2, 3, 4}, (byte[]) py.get("a"));
        }
        assertArrayEquals(new long[] {0, 1, 2, 3, 4}, code.equals("f") || code.equals("d")
                ? Arrays.stream(py.get("a", double[].class)).mapToLong(x -> (long) x).toArray() : longs("a"), code);
    }

    private long[] longs(String name) {
        Object value = py.get(name);
        if (value instanceof byte[]) {
            byte[] bytes = (byte[]) value;
            long[] longs = new long[bytes.length];
            Arrays.setAll(longs, i -> bytes[i]);
            return longs;
        }
        if (value instanceof char[]) {
            char[] chars = (char[]) value;
            long[] longs = new long[chars.length];
            Arrays.setAll(longs, i -> chars[i]);
            return longs;
        }
        return py.get(name, long[].class);
    }

    @Test
    void unsignedValuesAreNotNegative() {
        py.exec("from array import array");
        assertArrayEquals(new char[] {65535}, (char[]) py.eval("array('H', [65535])"));
        assertArrayEquals(new long[] {4294967295L}, (long[]) py.eval("array('I', [4294967295])"));
        assertEquals("[18446744073709551615]", py.eval("array('Q', [2**64 - 1])").toString());
        assertArrayEquals(new byte[] {-1}, (byte[]) py.eval("array('B', [255])"));
    }

    @Test
    void viewsCrossInWhateverShape() {
        py.exec("from array import array\nm = memoryview(array('i', range(12)))");
        assertArrayEquals(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, py.get("m", int[].class));
        assertArrayEquals(new int[] {1, 4, 7, 10}, py.eval(int[].class, "m[1::3]"));
        assertArrayEquals(new int[] {11, 10, 9}, py.eval(int[].class, "m[:8:-1]"));
        Object shaped = py.eval("memoryview(bytes(range(6))).cast('B', [2, 3])");
        if (shaped instanceof PyObject) {
            assertEquals(List.of(List.of(0L, 1L, 2L), List.of(3L, 4L, 5L)), ((PyObject) shaped).invokeMethod("tolist"));
        } else {
            assertArrayEquals(new byte[] {0, 1, 2, 3, 4, 5}, (byte[]) shaped);
        }
    }

    // ---- numpy

    @Test
    void numpysArraysBecomeJavasOnRequest() {
        needs(py, "numpy");
        py.exec("import numpy as np");
        assertArrayEquals(new double[] {0, 0.5, 1}, py.eval(double[].class, "np.linspace(0, 1, 3)"));
        assertArrayEquals(new long[] {0, 1, 2}, py.eval(long[].class, "np.arange(3)"));
        assertArrayEquals(new int[] {0, 2, 4}, py.eval(int[].class, "np.arange(6, dtype=np.int32)[::2]"));
        assertArrayEquals(new float[] {1, 1}, py.eval(float[].class, "np.ones(2, dtype=np.float32)"));
        assertArrayEquals(new boolean[] {true, false}, py.eval(boolean[].class, "np.array([True, False])"));
        double[] big = py.eval(double[].class, "np.arange(1_000_000, dtype=float)");
        assertEquals(999_999.0, big[999_999]);
        assertEquals(List.of(1L, 2L), py.eval(List.class, "np.array([1, 2])"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"float16", "object", ">i4", "uint8", "int8", "uint16", "uint64", ">u2"})
    void numpysArraysOfOtherElementsAreReadOneByOne(String type) {
        needs(py, "numpy");
        py.exec("import numpy as np\na = np.array([1, 100], dtype='" + type + "')\n"
                + "from dev.krait.cases import Takes\nassert Takes.sumOf(a) == 101");
        assertArrayEquals(new double[] {1, 100}, py.get("a", double[].class));
        if (!type.equals("float16")) {
            assertArrayEquals(new int[] {1, 100}, py.get("a", int[].class));
            assertArrayEquals(new byte[] {1, 100}, py.get("a", byte[].class));
        }
        if (type.startsWith("uint")) {
            assertArrayEquals(new short[] {255}, py.eval(short[].class, "np.array([255], dtype=a.dtype)"));
        }
    }

    @Test
    void aBufferOfAnotherShapeIsAClearError() {
        py.exec("import ctypes\nb = bytearray(4)\nm = memoryview(b).cast('B', (2, 2))");
        for (Class<?> type : List.of(byte[].class, int[].class, double[].class, boolean[].class)) {
            assertThrows(ConversionException.class, () -> py.get("m", type));
            assertThrows(ConversionException.class, () -> py.eval(type, "((ctypes.c_int * 2) * 3)()"));
        }
        py.exec("m.release()\nb.append(1)");
    }

    @Test
    void anArrayOfTheWrongTypeIsAClearError() {
        needs(py, "numpy");
        py.exec("import numpy as np");
        for (String array : List.of("np.array([0.5])", "np.zeros((2, 2))", "np.zeros(2, dtype='complex64')", "np.zeros(2, dtype='U3')",
                "np.zeros(2, dtype='S3')", "np.zeros(2, dtype='i4,i4')", "np.zeros(2, dtype='datetime64[us]')")) {
            assertThrows(ConversionException.class, () -> py.eval(int[].class, array), array);
        }
        assertTrue(py.eval("np.array([1, 2])") instanceof PyObject);
        assertEquals("next", same("next"));
    }

    @Test
    void numpysScalarsAreNumbersOnRequest() {
        needs(py, "numpy");
        py.exec("import numpy as np");
        assertEquals(7, py.eval(int.class, "np.int64(7)"));
        assertEquals(7L, py.eval(long.class, "np.uint8(7)"));
        assertEquals(0.5, py.eval(double.class, "np.float32(0.5)"));
        assertEquals(0.25, py.eval(double.class, "np.float64(0.25)"));
        assertEquals(7, py.eval(int.class, "np.array(7)"));
        assertEquals(2.5, py.eval(double.class, "np.array(2.5)"));
        assertThrows(ConversionException.class, () -> py.eval(int.class, "np.array(2.5)"));
        py.exec("class Odd:\n    def __index__(self): raise TypeError('odd')");
        assertEquals("odd", raised("TypeError", () -> py.eval(int.class, "Odd()")).pythonMessage());
    }

    @Test
    void javasArraysBecomeNumpysWithoutLoss() {
        needs(py, "numpy");
        py.exec("import numpy as np\ndef twice(a): return np.asarray(a) * 2");
        assertArrayEquals(new double[] {2, 4}, py.invoke(double[].class, "twice", (Object) new double[] {1, 2}));
        assertArrayEquals(new long[] {2, 4}, py.invoke(long[].class, "twice", (Object) new long[] {1, 2}));
        assertEquals("int32", py.invoke("str", py.invoke(PyObject.class, "twice", (Object) new int[] {1}).getAttr("dtype")));
        assertEquals("bool", py.eval("str(np.asarray(same(flags)).dtype)".replace("same(flags)", setFlags())));
    }

    private String setFlags() {
        py.set("flags", new boolean[] {true, false});
        return "flags";
    }
}
