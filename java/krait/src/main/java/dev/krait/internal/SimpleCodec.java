package dev.krait.internal;

/**
 * The arguments and results of simple calls: at most one argument, a number, a boolean, null or a short text. What it is
 * goes to native code in a register, as a tag with the length of its data above; the data stands alone in the payload.
 */
final class SimpleCodec {
    /** The arguments are others. */
    static final long NOT_SIMPLE = -1;
    private static final int LENGTH_SHIFT = 8;
    private static final int TAG_SHIFT = 8;
    private static final int STATUS_MASK = 0xff;

    private SimpleCodec() {
    }

    /**
     * Writes the arguments of a call into a frame.
     *
     * @return what they are, or {@link #NOT_SIMPLE}
     */
    static long write(Frame frame, Object[] args) {
        if (args.length == 0) {
            return SimpleTag.NOTHING;
        }
        Object argument = args[0];
        if (args.length > 1) {
            return NOT_SIMPLE;
        }
        if (argument == null) {
            return Tag.NULL;
        }
        Class<?> type = argument.getClass();
        if (type == String.class) {
            int length = TextCodec.writeUnits(frame, (String) argument);
            return length < 0 ? NOT_SIMPLE : Tag.UTF16 | (long) (Character.BYTES * length) << LENGTH_SHIFT;
        }
        if (type == Long.class) {
            return eight(frame, Tag.LONG, (Long) argument);
        }
        if (type == Integer.class) {
            return eight(frame, Tag.LONG, (Integer) argument);
        }
        if (type == Double.class) {
            return eight(frame, Tag.DOUBLE, Double.doubleToRawLongBits((Double) argument));
        }
        if (type == Boolean.class) {
            return (Boolean) argument ? Tag.TRUE : Tag.FALSE;
        }
        return NOT_SIMPLE;
    }

    private static long eight(Frame frame, byte tag, long bits) {
        frame.buffer().putLong(Frame.HEADER, bits);
        return tag | (long) Long.BYTES << LENGTH_SHIFT;
    }

    /** The bytes that an argument's data takes. */
    static long bytes(long argument) {
        return argument >> LENGTH_SHIFT;
    }

    /** Whether a frame has a simple answer. */
    static boolean isAnswer(int status) {
        return (status & STATUS_MASK) == Status.SIMPLE;
    }

    /** Reads a simple answer. */
    static Object read(Frame frame, int status) {
        FrameReader reader = frame.readData();
        switch (status >> TAG_SHIFT) {
            case Tag.ASCII:
                return TextCodec.readBytes(reader, (int) frame.length());
            case Tag.UTF16:
                return TextCodec.readUnits(reader, (int) frame.length() / Character.BYTES);
            case Tag.LONG:
                return reader.longValue();
            case Tag.DOUBLE:
                return Double.longBitsToDouble(reader.longValue());
            case Tag.NULL:
                return null;
            case Tag.FALSE:
                return Boolean.FALSE;
            case Tag.TRUE:
                return Boolean.TRUE;
            default:
                throw Refusals.corrupt("simple answer " + status, 0);
        }
    }
}
