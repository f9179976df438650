package dev.krait.values;

import static dev.krait.testing.Pythons.needs;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.ConversionException;
import dev.krait.PyObject;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** numpy's scalars and times, and pandas' times where it is installed. */
class NumpyTest extends Crossing {
    @BeforeEach
    void importIt() {
        needs(py, "numpy");
        py.exec("import numpy as np");
    }

    @Test
    void scalarsAreJavasNumbers() {
        assertEquals(7L, py.eval("np.int8(7)"));
        assertEquals(Long.MIN_VALUE, py.eval("np.int64(-2**63)"));
        assertEquals(BigInteger.TWO.pow(64).subtract(BigInteger.ONE), py.eval("np.uint64(2**64 - 1)"));
        assertEquals(0.5, py.eval("np.float16(0.5)"));
        assertEquals((double) 0.1f, py.eval("np.float32(0.1)"));
        assertEquals(0.1, py.eval("np.float64(0.1)"));
        assertEquals(Double.NaN, py.eval("np.float32('nan')"));
        assertEquals(true, py.eval("np.bool_(True)"));
        assertEquals("ä", py.eval("np.str_('ä')"));
        assertEquals(List.of(1L, 2.5), py.eval("[np.int32(1), np.float32(2.5)]"));
        assertEquals(Map.of(1L, 2L), py.eval("{np.int64(1): np.int64(2)}"));
        assertInstanceOf(PyObject.class, py.eval("np.complex128(1j)"));
        assertInstanceOf(PyObject.class, py.eval("np.longdouble(1)"));
    }

    @Test
    void arraysAreObjectsUnlessJavaAsksForMore() {
        assertInstanceOf(PyObject.class, py.eval("np.array([1, 2])"));
        assertInstanceOf(PyObject.class, py.eval("np.array(5)"));
        assertEquals(List.of(List.of(1L, 2L), List.of(3L, 4L)), py.eval(List.class, "np.array([[1, 2], [3, 4]])"));
    }

    /** numpy gives a view back at once where nobody says that the memory goes with it. */
    @Test
    void frombufferReadsJavasArraysAsLongAsItsArrayLives() {
        py.exec(String.join("\n", "import krait",
                "kept = [np.frombuffer(krait.array('int', [n, n + 1]), dtype='i4') for n in range(1000)]",
                "noise = [bytes(8) for _ in range(10_000)]"));
        assertEquals(true, py.eval("all(a.tolist() == [n, n + 1] for n, a in enumerate(kept))"));
    }

    @Test
    void datetime64IsALocalDateTimeWithItsNanoseconds() {
        LocalDateTime time = LocalDateTime.of(2024, 2, 29, 1, 2, 3, 123_456_789);
        assertEquals(time, py.eval("np.datetime64('2024-02-29T01:02:03.123456789')"));
        assertEquals(time.withNano(123_456_000), py.eval("np.datetime64('2024-02-29T01:02:03.123456')"));
        assertEquals(time.withNano(0), py.eval("np.datetime64('2024-02-29T01:02:03')"));
        assertEquals(time.withNano(0).withSecond(0), py.eval("np.datetime64('2024-02-29T01:02')"));
        assertEquals(LocalDateTime.of(1969, 12, 31, 23, 59, 59, 999_999_999), py.eval("np.datetime64(-1, 'ns')"));
        assertEquals(LocalDateTime.of(1970, 1, 1, 0, 0, 0, 1), py.eval("np.datetime64(1999, 'ps')"));
        assertEquals(LocalDateTime.of(12_345, 6, 7, 8, 0), py.eval("np.datetime64('12345-06-07T08', 'h')"));
        assertEquals(LocalDateTime.of(1970, 1, 1, 0, 1, 15), py.eval("np.datetime64(3, '25s')"));
    }

    @Test
    void datetime64OfDaysIsALocalDate() {
        assertEquals(LocalDate.of(2024, 2, 29), py.eval("np.datetime64('2024-02-29')"));
        assertEquals(LocalDate.of(2024, 2, 1), py.eval("np.datetime64('2024-02')"));
        assertEquals(LocalDate.of(2024, 1, 1), py.eval("np.datetime64('2024')"));
        assertEquals(LocalDate.of(-5, 3, 1), py.eval("np.datetime64('-0005-03-01')"));
        assertThrows(ConversionException.class, () -> py.eval("np.datetime64(2**62, 'D')"));
        assertEquals("next", same("next"));
    }

    @Test
    void timedelta64IsADuration() {
        assertEquals(Duration.ofNanos(-1), py.eval("np.timedelta64(-1, 'ns')"));
        assertEquals(Duration.ofSeconds(5, 1_000_000), py.eval("np.timedelta64(5001, 'ms')"));
        assertEquals(Duration.ofDays(14), py.eval("np.timedelta64(2, 'W')"));
        assertEquals(Duration.ofNanos(Long.MAX_VALUE), py.eval("np.timedelta64(2**63 - 1, 'ns')"));
        // Months, years and bare numbers have no length.
        assertInstanceOf(PyObject.class, py.eval("np.timedelta64(3, 'M')"));
        py.exec("import warnings\ndef bare():\n    with warnings.catch_warnings():\n"
                + "        warnings.simplefilter('ignore', DeprecationWarning)\n        return np.timedelta64(3)");
        for (int i = 0; i < 3; i++) {
            // An exception that the first left behind would come out of the second.
            assertInstanceOf(PyObject.class, py.invoke("bare"));
        }
    }

    @Test
    void notATimeIsNull() {
        assertNull(py.eval("np.datetime64('NaT')"));
        assertNull(py.eval("np.timedelta64('NaT', 'ns')"));
        assertEquals(Arrays.asList(null, LocalDate.EPOCH), py.eval("[np.datetime64('NaT'), np.datetime64(0, 'D')]"));
    }

    @Test
    void arraysOfTimesKeepTheirNanosecondsToo() {
        assertEquals(Arrays.asList(LocalDateTime.of(2024, 1, 1, 0, 0, 0, 1), null),
                py.eval(List.class, "np.array(['2024-01-01T00:00:00.000000001', 'NaT'], dtype='datetime64[ns]')"));
        assertEquals(List.of(List.of(Duration.ofNanos(1)), List.of(Duration.ofNanos(2))),
                py.eval(List.class, "np.array([[1], [2]], dtype='timedelta64[ns]')"));
    }

    @Test
    void pandasTimestampsKeepTheirNanoseconds() {
        needs(py, "pandas");
        py.exec("import pandas as pd\nt = '2024-02-29T01:02:03.123456789'");
        LocalDateTime time = LocalDateTime.of(2024, 2, 29, 1, 2, 3, 123_456_789);
        assertEquals(time, py.eval("pd.Timestamp(t)"));
        assertEquals(time, py.eval(LocalDateTime.class, "pd.Timestamp(t)"));
        assertEquals(Instant.parse("2024-02-29T01:02:03.123456789Z"), py.eval(Instant.class, "pd.Timestamp(t, tz='UTC')"));
        assertEquals(time.atZone(ZoneId.of("Asia/Tokyo")).toInstant(),
                py.eval(ZonedDateTime.class, "pd.Timestamp(t).tz_localize('Asia/Tokyo')").toInstant());
        assertEquals(Duration.ofNanos(-1), py.eval("pd.Timedelta(-1, 'ns')"));
        assertNull(py.eval("pd.NaT"));
        assertEquals(Arrays.asList(time, null), py.eval(List.class, "pd.Series([pd.Timestamp(t), pd.NaT])"));
        assertTrue(py.eval("pd.DataFrame()") instanceof PyObject);
    }
}
