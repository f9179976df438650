package dev.krait.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;

/** Strings in a frame: ASCII where they are, else UTF-16 units, so that unpaired surrogates survive. */
final class TextCodec {
    /** Scratch arrays grow no longer than this. */
    static final int SCRATCH = 1 << 16;
    private static final int SHORT = 24;
    /** A non-ASCII text mostly shows it this early, which saves the copy that would find out. */
    private static final int PROBE = 16;
    private static final int CHUNK = 1 << 20;
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long ONES = 0x0101010101010101L;
    private static final long SIGNS = ONES << 7;
    private static final long QUESTION_MARKS = ONES * '?';

    private TextCodec() {
    }

    static void write(FrameOutput out, String text) {
        int length = text.length();
        if (length <= SHORT) {
            writeShort(out, text, length);
            return;
        }
        for (int i = 0; i < PROBE; i++) {
            if (text.charAt(i) >= 0x80) {
                writeUtf16(out, text, length);
                return;
            }
        }
        if (length <= SCRATCH) {
            writeMedium(out, text, length);
            return;
        }
        int start = out.position;
        out.head(Tag.ASCII, length, length);
        // In chunks: the copies of one piece stay small, and a length in UTF-8 stays an int.
        for (int done = 0; done < length; ) {
            int count = Math.min(CHUNK, length - done);
            byte[] bytes = ascii(text.substring(done, done + count));
            if (bytes == null) {
                out.position = start;
                writeUtf16(out, text, length);
                return;
            }
            out.putBytes(bytes, count);
            done += count;
        }
    }

    /** The bytes of an ASCII string, else null. */
    private static byte[] ascii(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        // Equal lengths do not say ASCII: an unpaired surrogate becomes one '?'. Comparing is exact, and no loop of
        // ours is as fast.
        boolean same = bytes.length == text.length()
                && new String(bytes, StandardCharsets.ISO_8859_1).equals(text);
        return same ? bytes : null;
    }

    private static void writeMedium(FrameOutput out, String text, int length) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        // One byte for each unit: ASCII, but for unpaired surrogates, of which each became a '?'.
        boolean same = bytes.length == length
                && (!hasQuestionMark(bytes) || new String(bytes, StandardCharsets.ISO_8859_1).equals(text));
        if (!same) {
            writeUtf16(out, text, length);
            return;
        }
        out.head(Tag.ASCII, length, length);
        out.putBytes(bytes, length);
    }

    /** Looks at eight bytes at a time: a byte that is equal is 0 after the xor, and borrows where none else does. */
    private static boolean hasQuestionMark(byte[] bytes) {
        int i = 0;
        for (; i <= bytes.length - Long.BYTES; i += Long.BYTES) {
            long eight = (long) EIGHT.get(bytes, i) ^ QUESTION_MARKS;
            if (((eight - ONES) & ~eight & SIGNS) != 0) {
                return true;
            }
        }
        for (; i < bytes.length; i++) {
            if (bytes[i] == '?') {
                return true;
            }
        }
        return false;
    }

    private static void writeShort(FrameOutput out, String text, int length) {
        out.ensure(5 + length);
        int at = out.position + 5;
        for (int i = 0; i < length; i++) {
            char unit = text.charAt(i);
            if (unit >= 0x80) {
                writeUtf16(out, text, length);
                return;
            }
            out.buffer.put(at + i, (byte) unit);
        }
        out.head(Tag.ASCII, length, 0);
        out.position += length;
    }

    private static void writeUtf16(FrameOutput out, String text, int length) {
        out.head(Tag.UTF16, length, 2L * length);
        out.buffer.position(out.position);
        CharBuffer units = out.buffer.asCharBuffer();
        char[] scratch = out.scratchChars(Math.min(length, SCRATCH));
        for (int i = 0; i < length; i += scratch.length) {
            int count = Math.min(scratch.length, length - i);
            text.getChars(i, i + count, scratch, 0);
            units.put(scratch, 0, count);
        }
        out.position += 2 * length;
    }

    /**
     * Writes a text's UTF-16 units alone, from the payload's begin on. Units are what a {@code String} of either form gives
     * without an array made for them, which is dearer than to copy twice as much; native code makes bytes of them again.
     *
     * @return the number of units, or -1 for a text that is too long to go through an array that is kept
     */
    static int writeUnits(Frame frame, String text) {
        int length = text.length();
        if (length > SCRATCH) {
            return -1;
        }
        char[] units = frame.scratchChars(length);
        text.getChars(0, length, units, 0);
        ByteBuffer buffer = frame.buffer();
        int needed = Frame.HEADER + Character.BYTES * length;
        if (buffer.capacity() < needed) {
            buffer = frame.grow(Frame.HEADER, needed);
        }
        buffer.position(Frame.HEADER);
        buffer.asCharBuffer().put(units, 0, length);
        return length;
    }

    static String readAscii(FrameInput in) {
        return readBytes(in, in.count(1));
    }

    /** A text whose characters take a byte each. */
    static String readBytes(FrameInput in, int length) {
        byte[] bytes = in.scratchBytes(length);
        in.bytes(bytes, length);
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }

    static String readUtf16(FrameInput in) {
        return readUnits(in, in.count(2));
    }

    /** A text of so many UTF-16 units. */
    static String readUnits(FrameInput in, int length) {
        int at = in.skip(2 * length);
        char[] units = in.scratchChars(length);
        in.buffer.position(at);
        in.buffer.asCharBuffer().get(units, 0, length);
        return new String(units, 0, length);
    }
}
