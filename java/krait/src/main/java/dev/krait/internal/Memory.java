package dev.krait.internal;

import java.nio.ByteBuffer;

/** Memory that others own, as a direct buffer. */
public final class Memory {
    private Memory() {
    }

    /**
     * A buffer over memory.
     *
     * @param address the first byte; the caller keeps the memory in place as long as the buffer can be reached
     * @param length the number of bytes, more than 0
     * @return a direct buffer, big endian as new ones are
     */
    public static ByteBuffer at(long address, long length) {
        ByteBuffer buffer = Native.buffer(address, length);
        if (buffer == null) {
            throw new UnsupportedOperationException("this JVM gives no direct access to memory from native code");
        }
        return buffer;
    }
}
