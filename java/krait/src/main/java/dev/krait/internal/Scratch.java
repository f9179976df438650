package dev.krait.internal;

/**
 * Arrays for strings on their way between heap and frame, used again and again; never seen outside of
 * {@link TextCodec}.
 */
abstract class Scratch {
    private byte[] bytes = new byte[256];
    private char[] chars = new char[256];

    /** An array of this length or more, whose content is left from before. */
    final byte[] scratchBytes(int length) {
        if (length <= bytes.length) {
            return bytes;
        }
        if (length > TextCodec.SCRATCH) {
            return new byte[length];
        }
        bytes = new byte[Math.max(length, Math.min(2 * bytes.length, TextCodec.SCRATCH))];
        return bytes;
    }

    /** An array of this length or more, whose content is left from before. */
    final char[] scratchChars(int length) {
        if (length <= chars.length) {
            return chars;
        }
        if (length > TextCodec.SCRATCH) {
            return new char[length];
        }
        chars = new char[Math.max(length, Math.min(2 * chars.length, TextCodec.SCRATCH))];
        return chars;
    }
}
