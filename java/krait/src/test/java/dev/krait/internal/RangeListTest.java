package dev.krait.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Python's range as a list. */
class RangeListTest {
    @Test
    void itHasTheElementsOfTheLoop() {
        for (int start = -7; start <= 7; start++) {
            for (int stop = -7; stop <= 7; stop++) {
                for (int step = -4; step <= 4; step++) {
                    if (step == 0) {
                        continue;
                    }
                    List<Long> expected = new ArrayList<>();
                    for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
                        expected.add(i);
                    }
                    RangeList range = RangeList.of(start, stop, step);
                    assertEquals(expected, range);
                    assertEquals(range, expected);
                    assertEquals(expected.hashCode(), range.hashCode());
                    for (long i = -10; i <= 10; i++) {
                        assertEquals(expected.indexOf(i), range.indexOf(i));
                        assertEquals(expected.contains(i), range.contains(i));
                    }
                }
            }
        }
    }

    @Test
    void theEndsOfLongDoNotOverflow() {
        long least = Long.MIN_VALUE;
        long most = Long.MAX_VALUE;
        assertEquals(List.of(least), RangeList.of(least, most, most).subList(0, 1));
        assertEquals(List.of(least, -1L, most - 1), RangeList.of(least, most, most));
        assertEquals(List.of(most, -1L), RangeList.of(most, least, least));
        assertEquals(2, RangeList.of(least, most, most).indexOf(most - 1));
        assertEquals(-1, RangeList.of(least, most, most).indexOf(most));
        assertThrows(IllegalArgumentException.class, () -> RangeList.of(least, most, 1));
        assertThrows(IllegalArgumentException.class, () -> RangeList.of(0, 1L << 31, 1));
        assertEquals(Integer.MAX_VALUE, RangeList.of(0, Integer.MAX_VALUE, 1).size());
    }

    @Test
    void itIsReadOnlyAndKnowsOnlyLongs() {
        RangeList range = RangeList.of(0, 3, 1);
        assertThrows(UnsupportedOperationException.class, () -> range.add(3L));
        assertThrows(UnsupportedOperationException.class, () -> range.set(0, 3L));
        assertThrows(IndexOutOfBoundsException.class, () -> range.get(3));
        assertThrows(IndexOutOfBoundsException.class, () -> range.get(-1));
        assertTrue(range.contains(1L));
        assertFalse(new ArrayList<Object>(range).contains(1));
        assertEquals(-1, range.indexOf("1"));
    }
}
