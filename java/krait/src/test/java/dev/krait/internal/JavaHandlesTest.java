package dev.krait.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The table of Java objects that Python holds. */
class JavaHandlesTest {
    private final JavaHandles handles = new JavaHandles();
    private final FakeContext owner = new FakeContext();

    @Test
    void aSlotNamesItsObjectUntilItIsReleased() {
        Object object = new Object();
        int slot = handles.allocate(object, owner);
        assertTrue(slot > 0);
        assertSame(object, handles.get(slot));
        assertSame(owner, handles.owner(slot));
        assertEquals(1, handles.live());
        handles.release(slot);
        assertEquals(0, handles.live());
        assertThrows(AssertionError.class, () -> handles.get(slot));
        assertThrows(AssertionError.class, () -> handles.owner(slot));
        assertThrows(AssertionError.class, () -> handles.release(slot));
        assertEquals(slot, handles.allocate("next", owner));
    }

    @Test
    void slotsThatNeverWereAreErrors() {
        for (int slot : new int[] {0, -1, 1, 15, 16, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThrows(AssertionError.class, () -> handles.get(slot));
            assertThrows(AssertionError.class, () -> handles.release(slot));
        }
    }

    @Test
    void aMillionObjectsComeAndGo() {
        int[] slots = new int[1_000_000];
        Set<Integer> distinct = new HashSet<>();
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < slots.length; i++) {
                slots[i] = handles.allocate(i, owner);
                distinct.add(slots[i]);
            }
            for (int i = 0; i < slots.length; i++) {
                assertEquals(i, handles.get(slots[i]));
                handles.release(slots[i]);
            }
        }
        assertEquals(slots.length, distinct.size());
        assertEquals(0, handles.live());
    }

    @Test
    void threadsDoNotMixUpTheirObjects() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<Void>> done = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                Callable<Void> task = this::comeAndGo;
                done.add(pool.submit(task));
            }
            for (Future<Void> future : done) {
                future.get();
            }
        } finally {
            pool.shutdown();
        }
        assertEquals(0, handles.live());
    }

    private Void comeAndGo() {
        Object[] objects = new Object[64];
        int[] slots = new int[64];
        for (int i = 0; i < 200_000; i++) {
            int at = i * 31 & 63;
            if (objects[at] != null) {
                assertSame(objects[at], handles.get(slots[at]));
                handles.release(slots[at]);
            }
            objects[at] = new Object();
            slots[at] = handles.allocate(objects[at], owner);
        }
        for (int at = 0; at < 64; at++) {
            if (objects[at] != null) {
                handles.release(slots[at]);
            }
        }
        return null;
    }
}
