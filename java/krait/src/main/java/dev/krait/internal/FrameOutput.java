package dev.krait.internal;

import java.nio.ByteBuffer;

/** The cursor of a {@link FrameWriter}: bytes at a position, in memory that grows. */
abstract class FrameOutput extends Scratch {
    final Frame frame;
    ByteBuffer buffer;
    int position;
    private int capacity;

    FrameOutput(Frame frame) {
        this.frame = frame;
        rewind();
    }

    final void rewind() {
        use(frame.buffer());
        position = Frame.HEADER;
    }

    /** Makes room for the next bytes; the unchecked puts below count on it. */
    final void ensure(int extra) {
        if (capacity - position < extra) {
            grow(extra);
        }
    }

    final void ensure(long extra) {
        if (capacity - position < extra) {
            grow(extra);
        }
    }

    final void tag(byte tag) {
        ensure(1);
        buffer.put(position++, tag);
    }

    /** A tag and an i64. */
    final void tagged(byte tag, long value) {
        ensure(9);
        int at = position;
        buffer.put(at, tag);
        buffer.putLong(at + 1, value);
        position = at + 9;
    }

    /** A tag and a u32, with room for what follows. */
    final void head(byte tag, int count, long following) {
        ensure(5 + following);
        int at = position;
        buffer.put(at, tag);
        buffer.putInt(at + 1, count);
        position = at + 5;
    }

    final void putByte(int value) {
        ensure(1);
        buffer.put(position++, (byte) value);
    }

    final void putInt(int value) {
        ensure(4);
        buffer.putInt(position, value);
        position += 4;
    }

    final void putLong(long value) {
        ensure(8);
        buffer.putLong(position, value);
        position += 8;
    }

    final void putBytes(byte[] bytes, int length) {
        ensure(length);
        buffer.position(position);
        buffer.put(bytes, 0, length);
        position += length;
    }

    private void grow(long extra) {
        use(frame.grow(position, position + extra));
    }

    private void use(ByteBuffer other) {
        buffer = other;
        capacity = other.capacity();
    }
}
