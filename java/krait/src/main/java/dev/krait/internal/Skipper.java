package dev.krait.internal;

/**
 * Passes over a value that cannot be read to its end. The handles in what was not read are owned by the frame, and
 * released here. No memory is taken for that: it may be what there was none of.
 */
final class Skipper {
    /** Negative even with the tag's own byte. */
    private static final long NONE = -2;

    private final FrameInput in;
    private final ValueContext context;

    Skipper(FrameInput in, ValueContext context) {
        this.in = in;
        this.context = context;
    }

    /**
     * Moves behind a value. Does nothing where the bytes make no sense.
     *
     * @param start the begin of the value
     * @param unread where reading stopped, at the begin of a value or of a value's parts
     */
    void skip(int start, int unread) {
        in.position = start;
        // Values follow each other without closing marks, so a count of those to come is all there is to know.
        for (long values = 1; values > 0; values--) {
            int at = in.position;
            if (at >= in.end) {
                break;
            }
            byte tag = in.buffer.get(at);
            long children = children(tag, at);
            long length = 1 + dataLength(tag, at);
            if (children < 0 || length <= 0 || length > in.end - at) {
                break;
            }
            if ((tag == Tag.PYOBJECT || tag == Tag.GENERATOR || tag == Tag.PYPROXY) && at >= unread && in.buffer.getLong(at + 1) != 0) {
                context.release(in.buffer.getLong(at + 1));
            }
            in.position = at + (int) length;
            values += children;
        }
        in.position = Math.max(in.position, unread);
    }

    /** The number of values that follow and belong to this one. */
    private long children(byte tag, int at) {
        switch (tag) {
            case Tag.LIST:
            case Tag.TUPLE:
            case Tag.SET:
            case Tag.FROZENSET:
                return u32(at + 1);
            case Tag.DICT:
                return 2 * u32(at + 1);
            case Tag.ENTRY:
                return 2;
            case Tag.ZONED_DATETIME:
                return 1;
            default:
                return 0;
        }
    }

    /** The length of what stands between the tag and the next value; {@link #NONE} for a tag there is not. */
    private long dataLength(byte tag, int at) {
        switch (tag) {
            case Tag.NULL:
            case Tag.FALSE:
            case Tag.TRUE:
            case Tag.ENTRY:
                return 0;
            case Tag.CHAR:
                return 2;
            case Tag.LIST:
            case Tag.TUPLE:
            case Tag.SET:
            case Tag.FROZENSET:
            case Tag.DICT:
                return 4;
            case Tag.DATE:
                return 6;
            case Tag.LONG:
            case Tag.DOUBLE:
            case Tag.TIME:
            case Tag.BYTES_REF:
            case Tag.PYOBJECT:
            case Tag.GENERATOR:
            case Tag.JAVAOBJECT:
                return 8;
            case Tag.ARRAY_REF:
                return 9;
            case Tag.OFFSET_TIME:
            case Tag.INSTANT:
            case Tag.DURATION:
            case Tag.PYPROXY:
                return 12;
            case Tag.DATETIME:
                return 14;
            case Tag.UUID:
                return 16;
            case Tag.OFFSET_DATETIME:
                return 18;
            case Tag.ZONED_DATETIME:
                return 19;
            case Tag.RANGE:
                return 24;
            case Tag.BIG:
            case Tag.ASCII:
            case Tag.BYTES:
            case Tag.DECIMAL:
                return 4 + u32(at + 1);
            case Tag.UTF16:
                return 4 + 2 * u32(at + 1);
            case Tag.ARRAY:
                int size = in.end - at < 6 ? 0 : ArrayCodec.elementSize(in.buffer.get(at + 1));
                return size == 0 ? NONE : 5 + size * u32(at + 2);
            default:
                return NONE;
        }
    }

    private long u32(int at) {
        return in.end - at < 4 ? Integer.MAX_VALUE : in.buffer.getInt(at) & 0xFFFFFFFFL;
    }
}
