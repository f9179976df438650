package dev.krait.internal;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The Java objects that Python holds: slot → object and the context that gave it. Any thread may use it.
 *
 * <p>Slots are spread over segments by thread, so that threads that write at the same time seldom meet;
 * a look-up takes no lock.
 */
public final class JavaHandles {
    private static final int SEGMENT_BITS = 4;
    private static final int SEGMENTS = 1 << SEGMENT_BITS;
    /** The slots of a segment: an index and the segment's bits must stay below 2³¹. */
    private static final int MOST = 1 << (31 - SEGMENT_BITS);

    private final Segment[] segments = new Segment[SEGMENTS];

    /** Makes an empty table. */
    public JavaHandles() {
        for (int i = 0; i < SEGMENTS; i++) {
            segments[i] = new Segment();
        }
    }

    /**
     * Holds an object.
     *
     * @param object the object
     * @param owner the context that gives it to Python
     * @return its slot, above 0
     */
    public int allocate(Object object, ValueContext owner) {
        // Not the thread's id: its name changed between JDK 11 and 19, and the hash is as cheap.
        int segment = System.identityHashCode(Thread.currentThread()) & SEGMENTS - 1;
        return segments[segment].allocate(new Held(object, owner)) << SEGMENT_BITS | segment;
    }

    /**
     * Finds an object.
     *
     * @param slot a slot that is held
     * @return the object
     * @throws AssertionError if the slot is not held
     */
    public Object get(int slot) {
        return held(slot).object;
    }

    /**
     * Finds the context that gave an object to Python.
     *
     * @param slot a slot that is held
     * @return the context, or null if nobody uses it any more
     * @throws AssertionError if the slot is not held
     */
    public ValueContext owner(int slot) {
        return held(slot).owner.get();
    }

    /**
     * Lets go of an object; its slot will be used again.
     *
     * @param slot a slot that is held
     * @throws AssertionError if the slot is not held
     */
    public void release(int slot) {
        if (slot <= 0 || !segments[slot & SEGMENTS - 1].release(slot >>> SEGMENT_BITS)) {
            throw wrong(slot);
        }
    }

    /**
     * Counts the slots in use.
     *
     * @return the number; a moment's picture while other threads work
     */
    public int live() {
        int live = 0;
        for (Segment segment : segments) {
            live += segment.live();
        }
        return live;
    }

    private Held held(int slot) {
        Held held = slot <= 0 ? null : segments[slot & SEGMENTS - 1].get(slot >>> SEGMENT_BITS);
        if (held == null) {
            throw wrong(slot);
        }
        return held;
    }

    private static AssertionError wrong(int slot) {
        return new AssertionError("Krait: no Java object is held in slot " + slot);
    }

    private static final class Held {
        final Object object;
        /** Weak: what Python holds must not keep the interpreter that it came from, nor its class loader. */
        final WeakReference<ValueContext> owner;

        Held(Object object, ValueContext owner) {
            this.object = object;
            this.owner = owner.reference();
        }
    }

    /** A part of the table. Index 0 stays empty, so that no slot is 0. */
    private static final class Segment {
        private volatile AtomicReferenceArray<Held> table = new AtomicReferenceArray<>(16);
        private int[] free = new int[16];
        private int freeCount;
        private int used = 1;

        synchronized int allocate(Held held) {
            if (freeCount == 0 && used == table.length()) {
                grow();
            }
            int index = freeCount > 0 ? free[freeCount - 1] : used;
            // Counted after it is stored: the stack may end in any call.
            table.set(index, held);
            if (freeCount > 0) {
                freeCount--;
            } else {
                used++;
            }
            return index;
        }

        synchronized boolean release(int index) {
            if (index >= used || table.get(index) == null) {
                return false;
            }
            table.set(index, null);
            free[freeCount++] = index;
            return true;
        }

        Held get(int index) {
            // Whoever knows a slot knows it from after it was stored, so this table is no older.
            AtomicReferenceArray<Held> now = table;
            return index < now.length() ? now.get(index) : null;
        }

        synchronized int live() {
            return used - 1 - freeCount;
        }

        private void grow() {
            int length = table.length() * 2;
            if (length > MOST) {
                throw new OutOfMemoryError("Python holds more than " + MOST + " Java objects");
            }
            // As long as the table: releasing must never fail for want of memory.
            int[] moreFree = new int[length];
            AtomicReferenceArray<Held> more = new AtomicReferenceArray<>(length);
            for (int i = 0; i < used; i++) {
                more.setPlain(i, table.getPlain(i));
            }
            free = moreFree;
            table = more;
        }
    }
}
