package dev.krait.internal;

import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;

/** Strings in a frame: ASCII where they are, else UTF-16 units, so that unpaired surrogates survive. */
final class TextCodec {
    /** The units of a scratch array. */
    static final int SCRATCH = 1024;
    private static final int SHORT = 24;
    /** A non-ASCII text mostly shows it this early, which saves the copy that would find out. */
    private static final int PROBE = 16;
    private static final int CHUNK = 1 << 20;

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
        int start = out.position;
        out.head(Tag.ASCII, length, length);
        // In chunks: the copies of one piece stay small, and a length in UTF-8 stays an int.
        for (int i = 0; i < length; i += CHUNK) {
            String chunk = length <= CHUNK ? text : text.substring(i, Math.min(length, i + CHUNK));
            byte[] bytes = ascii(chunk);
            if (bytes == null) {
                out.position = start;
                writeUtf16(out, text, length);
                return;
            }
            out.putBytes(bytes, bytes.length);
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
        char[] scratch = out.scratch;
        for (int i = 0; i < length; i += SCRATCH) {
            int count = Math.min(SCRATCH, length - i);
            text.getChars(i, i + count, scratch, 0);
            units.put(scratch, 0, count);
        }
        out.position += 2 * length;
    }

    static String readAscii(FrameInput in) {
        int length = in.count(1);
        byte[] bytes = length <= in.scratchBytes.length ? in.scratchBytes : new byte[length];
        in.bytes(bytes, length);
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }

    static String readUtf16(FrameInput in) {
        int length = in.count(2);
        char[] units = length <= in.scratch.length ? in.scratch : new char[length];
        in.buffer.position(in.skip(2 * length));
        in.buffer.asCharBuffer().get(units, 0, length);
        return new String(units, 0, length);
    }
}
