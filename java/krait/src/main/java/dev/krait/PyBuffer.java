package dev.krait;

import dev.krait.internal.Cleanup;
import dev.krait.internal.Memory;
import dev.krait.internal.Operations;
import dev.krait.internal.Requests;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Memory that a Python object exports (bytes, bytearray, memoryview, array, numpy arrays), seen from Java without a
 * copy. {@link PyObject#buffer} makes one.
 *
 * <p>While it is open the exporter cannot move or free the memory; a bytearray, say, refuses to change its length.
 * {@link #close} gives the memory back as soon as no {@link ByteBuffer} that {@link #bytes} gave, and none made of it by
 * {@code slice()} or {@code duplicate()}, can be reached any more: so a ByteBuffer that is still used after {@code
 * close()} reads what it always read, and never memory that was freed. To give the memory back at once, let go of them
 * and do not rely on it before a garbage collection.
 *
 * <p>Any thread may use it. Java and Python see each other's writes; nothing orders them but the calls between the two.
 */
public final class PyBuffer implements AutoCloseable {
    private final Pin pin;
    private final long address;
    private final long length;
    private final boolean readOnly;
    private final String format;
    private final int itemSize;
    private final long[] shape;
    private ByteBuffer bytes;
    private boolean closed;

    /** Keeps the memory: a memoryview, which is let go of when all who use it are done. */
    private static final class Pin implements Runnable {
        private final PyObject view;
        private final AtomicInteger users = new AtomicInteger(1);

        Pin(PyObject view) {
            this.view = view;
            view.outliveInterpreter();
        }

        /** A user is done. */
        @Override
        public void run() {
            if (users.decrementAndGet() == 0) {
                view.close();
            }
        }
    }

    private PyBuffer(PyObject view) {
        Object[] info = (Object[]) view.on(Operations.BUFFER_INFO);
        address = (Long) info[0];
        length = (Long) info[1];
        readOnly = (Boolean) info[2];
        format = (String) info[3];
        itemSize = ((Long) info[4]).intValue();
        shape = view.getAttr("shape", long[].class);
        pin = new Pin(view);
    }

    static PyBuffer of(PyObject exporter) {
        PyObject view = (PyObject) Requests.helper(exporter.session(), Operations.raw(0, true), "buffer_view", exporter);
        try {
            return new PyBuffer(view);
        } catch (Throwable e) {
            view.close();
            throw e;
        }
    }

    /**
     * The memory. Read only where the exporter is; in the byte order of this machine.
     *
     * @return a direct buffer from the first byte to the last, with a position and a limit of its own
     * @throws IllegalStateException if this buffer is closed
     * @throws BufferOverflowException if there are more than 2,147,483,647 bytes; take parts with {@code memoryview}
     *     slices
     */
    public synchronized ByteBuffer bytes() {
        if (closed) {
            throw new IllegalStateException("the buffer was closed");
        }
        if (bytes == null) {
            bytes = map();
        }
        ByteBuffer view = readOnly ? bytes.asReadOnlyBuffer() : bytes.duplicate();
        return view.order(ByteOrder.nativeOrder());
    }

    private ByteBuffer map() {
        if (length > Integer.MAX_VALUE) {
            throw new BufferOverflowException();
        }
        if (length == 0) {
            return ByteBuffer.allocateDirect(0);
        }
        ByteBuffer mapped = Memory.at(address, length);
        pin.users.incrementAndGet();
        // All that is made of this ByteBuffer holds it, so it goes last.
        // Not this object, which holds the ByteBuffer.
        Pin held = pin;
        Cleanup.OUTLIVING.register(mapped, forgotten -> held.run());
        return mapped;
    }

    /**
     * The number of bytes.
     *
     * @return the number
     */
    public long length() {
        return length;
    }

    /**
     * Whether the memory must not be written.
     *
     * @return whether the exporter says so
     */
    public boolean isReadOnly() {
        return readOnly;
    }

    /**
     * What an element is, in the syntax of Python's {@code struct}: {@code B} unsigned bytes, {@code d} doubles.
     *
     * @return the format
     */
    public String format() {
        return format;
    }

    /**
     * The size of an element.
     *
     * @return the number of bytes
     */
    public int itemSize() {
        return itemSize;
    }

    /**
     * The number of elements in each dimension; the last dimension's lie next to each other.
     *
     * @return a new array, empty for a single value without dimensions
     */
    public long[] shape() {
        return shape.clone();
    }

    /** Gives the memory back, as soon as no ByteBuffer of it is left. Harmless a second time and after the interpreter. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            bytes = null;
            pin.run();
        }
    }
}
