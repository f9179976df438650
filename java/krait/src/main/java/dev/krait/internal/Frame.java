package dev.krait.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A block of off-heap memory in which values cross: a header of 32 bytes, then the payload. Used by one
 * thread at a time.
 *
 * <p>A frame starts small and grows with what is written to it. Memory above {@value #KEPT} bytes is only lent
 * to it by {@link LargeBuffers}, so one huge call does not pin its memory for ever.
 */
public final class Frame {
    /** The bytes before the payload. */
    public static final int HEADER = 32;

    /** Native code counts on so much in every frame. */
    private static final int INITIAL = 4096;
    private static final int KEPT = 1 << 20;
    /** No buffer is longer; the last bytes of an int's range are left to those who add to a position. */
    private static final int MOST = Integer.MAX_VALUE - 64;

    /** Instead of a status: native code has not answered. */
    private static final int AWAITED = -1;

    private static final int STATUS = 0;
    private static final int RELEASED = 4;
    private static final int LENGTH = 8;
    private static final int OVERFLOW = 16;
    /** Java → native in a down-call. */
    private static final int SEQUENCE = 24;
    /** Native → Java in a down-call. */
    private static final int ADOPTED = 24;
    /** Java → native in an up-call: this, or {@link #UNREAD}. */
    private static final int NUMBER_CALL = 24;
    private static final long UNREAD = -1;

    private static final VarHandle BINDING = field("binding");
    private static final VarHandle NAMESPACE = field("namespace");
    private static final VarHandle DEADLINE = field("deadline");

    private final FrameStack stack;
    private final FrameWriter writer;
    private final FrameReader reader;
    private ByteBuffer kept;
    private ByteBuffer buffer;
    private long address;
    private boolean moved;
    private long sequence;

    /** What the calls of this frame, and of others of its stack, add up to. */
    final Counts counts;
    /** The call that {@link Flight} records, or null. */
    Object recorded;
    /** Python objects that an answer names, until it has been read. */
    private List<Object> held;
    /** A frame of an up-call during this down-call that holds some, or null. */
    private Frame answered;
    /** The interpreter that was closed while the call ran, to be let go of when the frame is released; or null. */
    Session leaver;
    /** What that call calls, if it is called by name. */
    String name;

    /**
     * What {@link CallWatch} reads: whose thread runs a call with this frame, in which interpreter, and by when it must
     * end. Numbers, since a reference stored with each call would keep the garbage collector busy.
     */
    private volatile long binding;
    private volatile long namespace;
    private volatile long deadline;
    /** Who has this frame, if it belongs to no stack. */
    private volatile Thread borrower;
    /** The call that was interrupted last, or null: see {@link CallWatch#interrupt}. */
    volatile CallWatch.Interrupt interrupt;
    /** The watch's own notes. */
    final CallWatch.Notes notes = new CallWatch.Notes();

    /** Makes a frame that belongs to no stack of down-calls. */
    public Frame() {
        this(null);
    }

    Frame(FrameStack stack) {
        this.stack = stack;
        counts = stack == null ? Counts.of(this) : stack.counts;
        kept = LargeBuffers.direct(INITIAL);
        buffer = kept;
        writer = new FrameWriter(this);
        reader = new FrameReader(this);
    }

    /**
     * The address of the memory; another one after the frame has grown.
     *
     * @return the address
     */
    public long address() {
        if (address == 0) {
            address = Native.address(buffer);
        }
        return address;
    }

    /** {@return the address as native code was given it, or 0}, for other threads. */
    long addressGiven() {
        return address;
    }

    /**
     * The size of the memory, header included.
     *
     * @return the number of bytes
     */
    public long capacity() {
        return buffer.capacity();
    }

    /**
     * Starts writing a payload; what the frame held is gone.
     *
     * @param context the interpreter whose objects may be written
     * @return the frame's writer, at the begin of the payload
     */
    public FrameWriter write(ValueContext context) {
        writer.start(context);
        return writer;
    }

    /**
     * Starts reading the payload. It is first fetched from the native block if it did not fit.
     *
     * @param context the interpreter whose objects may be read
     * @param refs the arrays that crossed beside the frame, or null
     * @return the frame's reader, at the begin of the payload
     * @throws dev.krait.ConversionException if the payload has more than 2 GiB
     */
    public FrameReader read(ValueContext context, Object[] refs) {
        fetch();
        reader.start(context, refs);
        return reader;
    }

    /** Starts reading a payload that fits, and holds nothing that needs an interpreter. */
    FrameReader readData() {
        reader.rewind();
        return reader;
    }

    /**
     * What the payload is.
     *
     * @return a code of {@link Status}
     */
    public int status() {
        return buffer.getInt(STATUS);
    }

    /**
     * The number of slots that Python has let go of.
     *
     * @return the number
     */
    public int released() {
        return buffer.getInt(RELEASED);
    }

    /**
     * A slot that Python has let go of. Release it only after the payload has been read, since
     * the payload may name it.
     *
     * @param index 0 to {@link #released()} − 1
     * @return the slot
     */
    public int releasedSlot(int index) {
        return buffer.getInt(Math.toIntExact(HEADER + length() + 4L * index));
    }

    /**
     * The length of the payload.
     *
     * @return the number of bytes
     */
    public long length() {
        return buffer.getLong(LENGTH);
    }

    /**
     * The native block that holds payload and released slots because they did not fit.
     *
     * @return its address, or 0
     */
    public long overflow() {
        return buffer.getLong(OVERFLOW);
    }

    /**
     * How many of the slots that were written Python took over, when it could not read all operands of a call.
     *
     * @return the number, or -1 when all operands were read
     */
    int adopted() {
        return (int) buffer.getLong(ADOPTED) - 1;
    }

    void setHeader(int status, long length) {
        buffer.putInt(STATUS, status);
        buffer.putInt(RELEASED, 0);
        buffer.putLong(LENGTH, length);
        buffer.putLong(OVERFLOW, 0);
    }

    /** {@return whether the frame has got other memory since it was asked last}, which may lie where other memory of its lay. */
    boolean takeMoved() {
        boolean had = moved;
        moved = false;
        return had;
    }

    /** Python owns the slots that were written. */
    void handOver() {
        writer.handOver();
    }

    /** Python owns only the first few of them. */
    void takeBack(int kept) {
        writer.takeBack(kept);
    }

    /** Native code is about to be called with what was written. */
    void await() {
        buffer.putInt(STATUS, AWAITED);
    }

    /** Whether native code was not called since, or has not answered yet. */
    boolean awaits() {
        return buffer.getInt(STATUS) == AWAITED;
    }

    /** Tells native code how the method that it called can be called with numbers, or 0. */
    void setNumberCall(long code) {
        buffer.putLong(NUMBER_CALL, code);
    }

    /** Tells native code that the arguments were not read: the handles among them are still its own. */
    void setUnread() {
        buffer.putLong(NUMBER_CALL, UNREAD);
    }

    ByteBuffer buffer() {
        return buffer;
    }

    /** An array for text on its way into this frame. */
    char[] scratchChars(int length) {
        return writer.scratchChars(length);
    }

    /** Begins a use: no other use has the same number. */
    void begin() {
        sequence++;
        buffer.putLong(SEQUENCE, sequence);
    }

    /** Says whose thread uses a frame that belongs to no stack. */
    void lendTo(Thread user) {
        borrower = user;
    }

    /** A call into Python begins. No fence is needed: the watch may see it a moment later. */
    void run(long inBinding, long inNamespace, long until) {
        DEADLINE.setOpaque(this, until);
        NAMESPACE.setOpaque(this, inNamespace);
        BINDING.setRelease(this, inBinding);
    }

    /** The call has ended. */
    void ran() {
        BINDING.setRelease(this, 0L);
    }

    long sequence() {
        return sequence;
    }

    /** The thread that uses it, or null. */
    Thread thread() {
        return stack == null ? borrower : stack.owner.get();
    }

    /** The binding of the call that runs, or 0. */
    long binding() {
        return binding;
    }

    /** The namespace of the call that runs. */
    long namespace() {
        return namespace;
    }

    /** When the call must have ended, as {@link System#nanoTime} counts, or {@link CallWatch#NO_DEADLINE}. */
    long deadline() {
        return deadline;
    }

    /**
     * Makes room, and keeps the first bytes.
     *
     * @param used the bytes to keep
     * @param capacity the bytes needed in all
     * @return the new memory
     */
    ByteBuffer grow(int used, long capacity) {
        if (capacity > MOST) {
            throw Refusals.tooLarge();
        }
        ByteBuffer old = buffer;
        int length = (int) Math.max(capacity, Math.min(2L * old.capacity(), MOST));
        ByteBuffer grown = length > KEPT ? LargeBuffers.take(length) : LargeBuffers.direct(length);
        // Duplicates: a limit of the memory's own would stay behind where the stack ends meanwhile.
        grown.duplicate().clear().put(old.duplicate().clear().limit(used));
        boolean lent = old != kept;
        if (length <= KEPT) {
            kept = grown;
        }
        use(grown);
        if (lent) {
            LargeBuffers.give(old);
        }
        return grown;
    }

    /**
     * Keeps a Python object from the garbage collector until Python has read the answer that names it: until the frame's
     * next use, or the end of the down-call around the up-call.
     */
    void hold(Object object) {
        if (held == null) {
            held = new ArrayList<>();
            Frame around = stack == null ? FrameStack.innermost() : null;
            if (around != null) {
                around.answered = this;
            }
        }
        held.add(object);
    }

    /** Whether the frame of an up-call during this down-call still {@linkplain #hold holds} objects. */
    boolean hasAnswered() {
        return answered != null;
    }

    /** Lets go of what {@link #hold} kept. */
    void letGo() {
        held = null;
    }

    /** Ends a use: gives back memory that was lent, and forgets the objects of the call. */
    void clear() {
        writer.clear();
        reader.clear();
        if (name != null) {
            // The call was refused before it began: it is not the next one's name.
            name = null;
        }
        if (held != null) {
            held = null;
        }
        if (answered != null) {
            answered.letGo();
            answered = null;
        }
        shrink();
    }

    /**
     * Gives back memory that was lent; the payload is gone. For an up-call's frame, between reading the
     * arguments and writing the
     * result: the result must stay until native code has read it.
     */
    public void shrink() {
        ByteBuffer lent = buffer;
        if (lent != kept) {
            use(kept);
            // They would keep it from the garbage collector.
            reader.buffer = kept;
            writer.rewind();
            LargeBuffers.give(lent);
        }
    }

    FrameStack stack() {
        return stack;
    }

    private static VarHandle field(String name) {
        try {
            return MethodHandles.lookup().findVarHandle(Frame.class, name, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private void use(ByteBuffer other) {
        buffer = other;
        address = 0;
        moved = true;
    }

    private void fetch() {
        long block = overflow();
        if (block == 0) {
            return;
        }
        long length = length();
        long needed = length < 0 ? Long.MAX_VALUE : HEADER + length + 4L * released();
        if (needed > buffer.capacity()) {
            try {
                grow(HEADER, needed);
            } catch (RuntimeException | Error e) {
                // Native code takes back what the block holds.
                Native.take(block, 0, 0);
                setHeader(status(), 0);
                throw e;
            }
        }
        Native.take(block, address(), capacity());
        buffer.putLong(OVERFLOW, 0);
    }
}
