package dev.krait.internal;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/** An interpreter's objects without an interpreter, for tests of the codec. */
final class FakeContext implements ValueContext {
    private final WeakReference<ValueContext> reference = new WeakReference<>(this);
    final JavaHandles handles = new JavaHandles();
    final List<Long> wrapped = new ArrayList<>();
    final List<Long> released = new ArrayList<>();
    /** How many handles there is memory to wrap. */
    int room = Integer.MAX_VALUE;

    /** Stands for a Python object; equal to those with the same handle. */
    static final class Py {
        final long handle;

        Py(long handle) {
            this.handle = handle;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Py && ((Py) other).handle == handle;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(handle);
        }
    }

    @Override
    public Object wrap(long handle) {
        if (wrapped.size() == room) {
            throw new OutOfMemoryError("no room");
        }
        wrapped.add(handle);
        return new Py(handle);
    }

    @Override
    public void release(long handle) {
        released.add(handle);
    }

    @Override
    public Object objectAt(int slot) {
        return handles.get(slot);
    }

    @Override
    public long handleOf(Object object) {
        return object instanceof Py ? ((Py) object).handle : 0;
    }

    @Override
    public WeakReference<ValueContext> reference() {
        return reference;
    }

    @Override
    public int classOf(Object object) {
        return 7;
    }

    @Override
    public Object proxy(long handle, int slot) {
        return wrap(handle);
    }

    @Override
    public int slotOf(Object object) {
        return handles.allocate(object, this);
    }

    @Override
    public void releaseSlot(int slot) {
        handles.release(slot);
    }

    /** What the value is after it was written and read. */
    static Object roundTrip(Object value) {
        return new FakeContext().through(value);
    }

    Object through(Object value) {
        Frame frame = new Frame();
        FrameWriter writer = frame.write(this);
        writer.write(value);
        writer.finish();
        FrameReader reader = frame.read(this, writer.refs());
        Object read = reader.read();
        if (!reader.atEnd()) {
            throw new AssertionError("bytes are left behind the value");
        }
        return read;
    }

    /** The payload that a value is written as. */
    byte[] bytes(Object value) {
        Frame frame = new Frame();
        FrameWriter writer = frame.write(this);
        writer.write(value);
        writer.finish();
        byte[] bytes = new byte[(int) frame.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = frame.buffer().get(Frame.HEADER + i);
        }
        return bytes;
    }

    /** A frame whose payload is these bytes. */
    static Frame frame(byte... payload) {
        Frame frame = new Frame();
        if (payload.length > 1024) {
            frame.grow(Frame.HEADER, Frame.HEADER + (long) payload.length);
        }
        for (int i = 0; i < payload.length; i++) {
            frame.buffer().put(Frame.HEADER + i, payload[i]);
        }
        frame.setHeader(Status.OK, payload.length);
        return frame;
    }

    Object read(byte... payload) {
        return frame(payload).read(this, null).read();
    }
}
