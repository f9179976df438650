package dev.krait.internal;

import java.nio.ByteBuffer;

/**
 * The cursor of a {@link FrameReader}: bytes at a position. It never passes the end of the payload.
 *
 * <p>Every read moves the position before it makes anything of the bytes, so that after any error the position is at
 * the begin of a value or of a value's parts.
 */
abstract class FrameInput extends Scratch {
    final Frame frame;
    ByteBuffer buffer;
    int position;
    int end;

    FrameInput(Frame frame) {
        this.frame = frame;
    }

    final void rewind() {
        buffer = frame.buffer();
        long length = frame.length();
        if (length < 0 || length > buffer.capacity() - Frame.HEADER) {
            throw Refusals.corrupt("a payload of " + length + " bytes", 8);
        }
        position = Frame.HEADER;
        end = Frame.HEADER + (int) length;
    }

    /** Moves on. Returns the position before. */
    final int skip(int bytes) {
        int at = position;
        if (bytes < 0 || end - at < bytes) {
            throw Refusals.corrupt("a value reaches past the end", at);
        }
        position = at + bytes;
        return at;
    }

    final byte byteValue() {
        return buffer.get(skip(1));
    }

    final int intValue() {
        return buffer.getInt(skip(4));
    }

    final long longValue() {
        return buffer.getLong(skip(8));
    }

    final void bytes(byte[] into, int length) {
        buffer.position(skip(length));
        buffer.get(into, 0, length);
    }

    /** Numbers as they are, without a tag. */
    final void longs(long[] into, int from, int count) {
        buffer.position(skip(8 * count));
        buffer.asLongBuffer().get(into, from, count);
    }

    /** Numbers as they are, without a tag. */
    final void doubles(double[] into, int from, int count) {
        buffer.position(skip(8 * count));
        buffer.asDoubleBuffer().get(into, from, count);
    }

    /** A u32 number of things, each at least so many bytes long, all still to come. */
    final int count(int bytesEach) {
        int count = intValue();
        if (count < 0 || (long) count * bytesEach > end - position) {
            throw Refusals.corrupt("a count of " + (count & 0xFFFFFFFFL), position - 4);
        }
        return count;
    }
}
