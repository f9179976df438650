package dev.krait.internal;

import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;

/** The natives of the core, bound when the native library is loaded; {@code native/ARCHITECTURE.md} says what they do. */
final class Native {
    private Native() {
    }

    /** The address of a direct buffer. */
    static native long address(ByteBuffer buffer);

    /**
     * The number by which this thread's calls go into the main interpreter from now on, in place of the binding: it says
     * where native code finds what it knows of the thread.
     */
    static native long door(long binding);

    /**
     * Initialises CPython, or joins the one that runs; the binding, or 0 and a refusal in the frame. The first time, a shutdown
     * hook is made of {@code run}, which must release {@code asked} and wait for {@code done}.
     */
    static native long start(long frame, long capacity, Runnable run, Semaphore asked, Semaphore done);

    /** An interpreter is open: threads that Python makes in it call this class loader's Java. */
    static native void opened(long binding, long namespace);

    /** It is closed. */
    static native void closed(long binding, long namespace);

    /** One call into Python; the arrays that cross beside the frame, or null. */
    static native Object call(long caller, long namespace, int op, long frame, long capacity, Object[] refs);

    /**
     * Calls a function with a {@linkplain SimpleCodec simple} argument, whose data stands in the frame. With {@link
     * Status#SIMPLE} the frame has such an answer, else what {@link #call} leaves there.
     */
    static native Object callSimple(long caller, long namespace, long target, long argument, long frame, long capacity);

    /**
     * {@link Op#INVOKE_ON} or {@link Op#INVOKE_ITEMS} with a {@linkplain SimpleCodec simple} argument, by the handles of two
     * names; the answer as {@link #callSimple} has it.
     */
    static native Object invokeSimple(long caller, long namespace, long name, long method, long argument, int op,
            long frame, long capacity);

    /** Calls a function with a whole number; where the answer is {@link Status#LOOK}, the frame has it. */
    static native long callLong(long caller, long namespace, long handle, long argument, long frame);

    /** Calls a function with a number; where the answer is {@link Status#LOOK}, the frame has it. */
    static native double callDouble(long caller, long namespace, long handle, double argument, long frame);

    /**
     * {@link Op#INVOKE_ON} or {@link Op#INVOKE_ITEMS} with one whole number: the answer is a number, or with the status {@link
     * Status#VALUE} what the operation has in the frame.
     */
    static native long invokeLong(long caller, long namespace, long name, long method, long argument, int op, long frame);

    /**
     * The next items of an iterator, at most {@code mode & 0xffff}: values one after the other in the frame, and behind
     * them what went wrong. The answer is their number; bit 16 says that the iterator is at its end. In mode, bit 16
     * asks for items ahead of time also where that shows, bit 17 for Python objects whatever they are.
     */
    static native int next(long caller, long namespace, long handle, int mode, long frame, long capacity);

    /** A direct buffer over memory that others own. */
    static native ByteBuffer buffer(long address, long length);

    /** Lets go of a handle at the next call from any thread. */
    static native void release(long binding, long handle);

    /** Copies a block that did not fit into a frame, and frees it; for a frame of no bytes, releases what it holds instead. */
    static native void take(long block, long frame, long capacity);

    /** Stops the call that a frame has in this use. Whether it runs: 1 or 0. */
    static native int stop(long binding, long namespace, long frame, long sequence, int timeout);

    /** Whether calls of a namespace run: 1 in other threads, 2 in this one, 3 in both. */
    static native int runs(long binding, long namespace);

    /** Opens a sub-interpreter; its binding, or 0 and a refusal in the frame. */
    static native long open(long mainBinding, int ownGil, long frame, long capacity);

    /** Counts of the whole process: 0 Python objects that Java holds, 1 thread states that Krait made. */
    static native long count(int which);

    /** Starts (1) or stops (0) measuring how long calls wait for the GIL. */
    static native void measure(int on);

    /**
     * Bytes of stack that Python gets on threads that call for the first time, if more than so far; 0 where the system has no
     * stack of that size.
     */
    static native int stack(long bytes);

    /** Nanoseconds that this thread has waited for the GIL since it was asked last. */
    static native long waited();

    /** Ends a sub-interpreter: 0 ended, 1 was over, 2 this thread is inside, 3 Python's threads still run in it. */
    static native int end(long mainBinding, long binding);
}
