package dev.krait.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The large buffers of all frames, lent for one call each. A few stay for the next large call, up to
 * {@value #MOST_BYTES}
 * bytes together, until the JVM has no room for a larger one; the rest is left to the garbage collector, since Java 11 has no
 * other way to free them.
 * Any thread may use it.
 */
final class LargeBuffers {
    private static final int MOST_BYTES = 64 << 20;
    private static final ByteBuffer[] IDLE = new ByteBuffer[8];
    private static long idleBytes;

    private LargeBuffers() {
    }

    /** Makes a new buffer as frames use it. */
    static ByteBuffer direct(int capacity) {
        return ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Lends the smallest idle buffer that is large enough, or a new one. */
    static ByteBuffer take(int capacity) {
        synchronized (IDLE) {
            int best = -1;
            for (int i = 0; i < IDLE.length; i++) {
                if (IDLE[i] != null && IDLE[i].capacity() >= capacity
                        && (best < 0 || IDLE[i].capacity() < IDLE[best].capacity())) {
                    best = i;
                }
            }
            if (best >= 0) {
                ByteBuffer buffer = IDLE[best];
                IDLE[best] = null;
                idleBytes -= buffer.capacity();
                return buffer;
            }
        }
        try {
            return direct(capacity);
        } catch (OutOfMemoryError e) {
            if (!drop()) {
                throw e;
            }
        }
        // The JVM collects garbage before it refuses memory.
        return direct(capacity);
    }

    /** Leaves all idle buffers to the garbage collector. Whether there were any. */
    private static boolean drop() {
        synchronized (IDLE) {
            Arrays.fill(IDLE, null);
            boolean any = idleBytes > 0;
            idleBytes = 0;
            return any;
        }
    }

    /** Takes a buffer back. */
    static void give(ByteBuffer buffer) {
        buffer.clear();
        synchronized (IDLE) {
            if (idleBytes + buffer.capacity() > MOST_BYTES) {
                return;
            }
            for (int i = 0; i < IDLE.length; i++) {
                if (IDLE[i] == null) {
                    IDLE[i] = buffer;
                    idleBytes += buffer.capacity();
                    return;
                }
            }
        }
    }

    static long idleBytes() {
        synchronized (IDLE) {
            return idleBytes;
        }
    }
}
