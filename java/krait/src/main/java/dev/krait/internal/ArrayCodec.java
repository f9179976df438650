package dev.krait.internal;

import java.lang.reflect.Array;

/** Primitive arrays in a frame; large ones cross beside it. The type codes are those of Python's {@code array}. */
final class ArrayCodec {
    /** Arrays of as many bytes or more cross beside the frame and are copied once. */
    static final int BY_REFERENCE = 8192;

    private ArrayCodec() {
    }

    /** The bytes of arrays that cross beside the frame; none where there are none. */
    static long bytes(Object[] refs) {
        long bytes = 0;
        if (refs != null) {
            for (Object array : refs) {
                bytes += array == null ? 0 : size(array);
            }
        }
        return bytes;
    }

    private static long size(Object array) {
        Class<?> type = array.getClass().getComponentType();
        long size = type == byte.class || type == boolean.class ? 1
                : type == short.class || type == char.class ? 2
                : type == int.class || type == float.class ? 4 : 8;
        return size * Array.getLength(array);
    }

    static void write(FrameWriter out, Object array) {
        if (array instanceof byte[]) {
            writeBytes(out, (byte[]) array);
        } else if (array instanceof short[]) {
            writeShorts(out, (short[]) array);
        } else if (array instanceof int[]) {
            writeInts(out, (int[]) array);
        } else if (array instanceof long[]) {
            writeLongs(out, (long[]) array);
        } else if (array instanceof float[]) {
            writeFloats(out, (float[]) array);
        } else if (array instanceof double[]) {
            writeDoubles(out, (double[]) array);
        } else if (array instanceof char[]) {
            writeChars(out, (char[]) array);
        } else {
            writeBooleans(out, (boolean[]) array);
        }
    }

    /** Writes the elements one by one. */
    static void writeTuple(FrameWriter out, Object array) {
        int length = Array.getLength(array);
        out.head(Tag.TUPLE, length, 0);
        for (int i = 0; i < length; i++) {
            out.write(Array.get(array, i));
        }
    }

    private static void writeBytes(FrameWriter out, byte[] bytes) {
        int length = bytes.length;
        if (out.crossesBeside(length)) {
            out.tag(Tag.BYTES_REF);
            out.putInt(out.reference(bytes, length));
            out.putInt(length);
            return;
        }
        out.head(Tag.BYTES, length, length);
        out.putBytes(bytes, length);
    }

    private static void writeShorts(FrameWriter out, short[] array) {
        if (begin(out, 'h', array, array.length, 2)) {
            out.buffer.asShortBuffer().put(array);
        }
    }

    private static void writeInts(FrameWriter out, int[] array) {
        if (begin(out, 'i', array, array.length, 4)) {
            out.buffer.asIntBuffer().put(array);
        }
    }

    private static void writeLongs(FrameWriter out, long[] array) {
        if (begin(out, 'q', array, array.length, 8)) {
            out.buffer.asLongBuffer().put(array);
        }
    }

    private static void writeFloats(FrameWriter out, float[] array) {
        if (begin(out, 'f', array, array.length, 4)) {
            out.buffer.asFloatBuffer().put(array);
        }
    }

    private static void writeDoubles(FrameWriter out, double[] array) {
        if (begin(out, 'd', array, array.length, 8)) {
            out.buffer.asDoubleBuffer().put(array);
        }
    }

    private static void writeChars(FrameWriter out, char[] array) {
        if (begin(out, 'H', array, array.length, 2)) {
            out.buffer.asCharBuffer().put(array);
        }
    }

    private static void writeBooleans(FrameWriter out, boolean[] array) {
        if (begin(out, '?', array, array.length, 1)) {
            for (boolean element : array) {
                out.buffer.put((byte) (element ? 1 : 0));
            }
        }
    }

    /** Writes all but the elements. True when they belong into the frame, at the buffer's position. */
    private static boolean begin(FrameWriter out, char code, Object array, int length, int elementSize) {
        long size = (long) length * elementSize;
        if (out.crossesBeside(size)) {
            out.tag(Tag.ARRAY_REF);
            out.putByte(code);
            out.putInt(out.reference(array, size));
            out.putInt(length);
            return false;
        }
        out.tag(Tag.ARRAY);
        out.putByte(code);
        out.putInt(length);
        out.ensure(size);
        out.buffer.position(out.position);
        out.position += (int) size;
        return true;
    }

    static byte[] readBytes(FrameInput in) {
        int length = in.count(1);
        int at = in.skip(length);
        byte[] bytes = new byte[length];
        in.buffer.position(at);
        in.buffer.get(bytes);
        return bytes;
    }

    static Object read(FrameInput in) {
        int code = in.byteValue();
        int size = elementSize(code);
        if (size == 0) {
            throw Refusals.corrupt("type code " + code, in.position - 1);
        }
        int length = in.count(size);
        in.buffer.position(in.skip(length * size));
        switch (code) {
            case 'h':
                short[] shorts = new short[length];
                in.buffer.asShortBuffer().get(shorts);
                return shorts;
            case 'i':
                int[] ints = new int[length];
                in.buffer.asIntBuffer().get(ints);
                return ints;
            case 'q':
                long[] longs = new long[length];
                in.buffer.asLongBuffer().get(longs);
                return longs;
            case 'f':
                float[] floats = new float[length];
                in.buffer.asFloatBuffer().get(floats);
                return floats;
            case 'd':
                double[] doubles = new double[length];
                in.buffer.asDoubleBuffer().get(doubles);
                return doubles;
            case 'H':
                char[] chars = new char[length];
                in.buffer.asCharBuffer().get(chars);
                return chars;
            default:
                boolean[] booleans = new boolean[length];
                for (int i = 0; i < length; i++) {
                    booleans[i] = in.buffer.get() != 0;
                }
                return booleans;
        }
    }

    /** An array that crossed beside the frame, checked against what the frame says of it. */
    static Object readReference(FrameInput in, Object[] refs, boolean bytes) {
        int code = bytes ? 'b' : in.byteValue();
        int index = in.intValue();
        int length = in.intValue();
        Object array = refs == null || index < 0 || index >= refs.length ? null : refs[index];
        if (array == null || length(array, code) != length) {
            throw Refusals.corrupt("a reference to an array that is not there", in.position - 8);
        }
        return array;
    }

    private static int length(Object array, int code) {
        switch (code) {
            case 'b':
                return array instanceof byte[] ? ((byte[]) array).length : -1;
            case 'h':
                return array instanceof short[] ? ((short[]) array).length : -1;
            case 'i':
                return array instanceof int[] ? ((int[]) array).length : -1;
            case 'q':
                return array instanceof long[] ? ((long[]) array).length : -1;
            case 'f':
                return array instanceof float[] ? ((float[]) array).length : -1;
            case 'd':
                return array instanceof double[] ? ((double[]) array).length : -1;
            case 'H':
                return array instanceof char[] ? ((char[]) array).length : -1;
            case '?':
                return array instanceof boolean[] ? ((boolean[]) array).length : -1;
            default:
                return -1;
        }
    }

    /** The bytes of an element, 0 for a code there is not. */
    static int elementSize(int code) {
        switch (code) {
            case '?':
                return 1;
            case 'h':
            case 'H':
                return 2;
            case 'i':
            case 'f':
                return 4;
            case 'q':
            case 'd':
                return 8;
            default:
                return 0;
        }
    }
}
