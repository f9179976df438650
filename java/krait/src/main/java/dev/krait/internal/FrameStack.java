package dev.krait.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The frames of a thread's down-calls: a nested call takes the next frame. Virtual threads, of which there may be
 * a million, share a bounded pool instead.
 *
 * <p>The thread holds its stack weakly: a thread of a pool that outlives Krait's class loader must not keep the loader alive.
 * {@link CallWatch} holds it softly: the frames of an idle thread may go when memory is short. A frame in use holds its stack.
 */
public final class FrameStack {
    /** Deeper frames are made anew for each call, so that one deep recursion pins no memory. */
    private static final int KEPT_FRAMES = 8;
    /** So many frames wait for virtual threads at most. */
    static final int POOLED_FRAMES = 4 * Runtime.getRuntime().availableProcessors();

    private static final ThreadLocal<WeakReference<FrameStack>> STACKS = new ThreadLocal<>();
    private static final MethodHandle IS_VIRTUAL = isVirtual();
    private static final ConcurrentLinkedQueue<Frame> POOL = new ConcurrentLinkedQueue<>();
    private static final AtomicInteger POOLED = new AtomicInteger();

    /** What this thread's calls add up to. */
    final Counts counts = Counts.of(this);

    /** What Python was told of the thread's name last, and in which interpreter. */
    private long namedIn;
    private String namedAs;

    /** Weak: whoever keeps a stack at hand must not keep the thread, nor what its class comes from. */
    final WeakReference<Thread> owner;

    private Frame[] frames = new Frame[4];
    private int depth;
    /** What native code calls this thread in the main interpreter, or 0: it was not asked yet. */
    private long door;
    /** How often {@link #acquire} found this stack the long way. */
    private int found;

    private FrameStack(Thread owner) {
        this.owner = new WeakReference<>(owner);
    }

    /**
     * Takes the next frame of this thread.
     *
     * @return a frame that nobody else uses until {@link #release(Frame)} is given it
     */
    public static Frame acquire() {
        Thread thread = Thread.currentThread();
        if (isVirtual(thread)) {
            Frame frame = POOL.poll();
            if (frame == null) {
                frame = new Frame();
                CallWatch.register(frame);
            } else {
                POOLED.decrementAndGet();
            }
            frame.lendTo(thread);
            frame.begin();
            return frame;
        }
        WeakReference<FrameStack> held = STACKS.get();
        FrameStack stack = held == null ? null : held.get();
        if (stack == null) {
            stack = new FrameStack(thread);
            STACKS.set(new WeakReference<>(stack));
            CallWatch.keep(stack);
        }
        stack.found++;
        return stack.take();
    }

    /** Takes the next frame of this stack, which is the calling thread's. */
    Frame take() {
        Frame frame = next();
        frame.begin();
        return frame;
    }

    /**
     * Whether this stack is rather to be kept at hand than another one: the first is, and one whose thread comes again and
     * again. Threads that take turns do not push each other's out.
     */
    boolean isBetterThan(FrameStack other) {
        return other == null || found % 256 == 0 || other.owner.get() == null;
    }

    /** The number of this thread in the main interpreter; {@link Native#door}. */
    long door(long binding) {
        long known = door;
        return known != 0 ? known : askDoor(binding);
    }

    private long askDoor(long binding) {
        door = Native.door(binding);
        return door;
    }

    /** {@return the frame of this thread's innermost down-call, or null where it has none or is virtual} */
    static Frame innermost() {
        WeakReference<FrameStack> held = STACKS.get();
        FrameStack stack = held == null ? null : held.get();
        return stack == null || stack.depth == 0 ? null : stack.frames[stack.depth - 1];
    }

    /**
     * Gives a frame back.
     *
     * @param frame the frame that this thread took last, of those it has not given back
     */
    public static void release(Frame frame) {
        Session leaver = frame.leaver;
        if (leaver == null) {
            giveBack(frame);
            return;
        }
        frame.leaver = null;
        giveBack(frame);
        Lifecycle.leave(leaver);
    }

    private static void giveBack(Frame frame) {
        FrameStack stack = frame.stack();
        if (stack != null) {
            stack.pop(frame);
            frame.clear();
            return;
        }
        frame.clear();
        frame.lendTo(null);
        if (POOLED.incrementAndGet() <= POOLED_FRAMES) {
            POOL.add(frame);
        } else {
            POOLED.decrementAndGet();
        }
    }

    /**
     * Gives a frame back that was neither written nor read, or was cleared since.
     *
     * @param frame as for {@link #release(Frame)}
     */
    static void releaseUntouched(Frame frame) {
        FrameStack stack = frame.stack();
        if (stack != null && frame.leaver == null && !frame.hasAnswered()) {
            stack.pop(frame);
        } else {
            release(frame);
        }
    }

    /** As {@link #releaseUntouched} or as {@link #release(Frame)}. */
    static void release(Frame frame, boolean untouched) {
        if (untouched) {
            releaseUntouched(frame);
        } else {
            release(frame);
        }
    }

    /** Whether an interpreter is to be told this thread's name; it is taken as told then. */
    boolean names(long binding, String name) {
        // The same String as last time, for a thread that has not been renamed.
        if (namedIn == binding && namedAs == name) {
            return false;
        }
        namedIn = binding;
        namedAs = name;
        return true;
    }

    private Frame next() {
        if (depth == frames.length) {
            frames = Arrays.copyOf(frames, depth * 2);
        }
        Frame frame = frames[depth];
        if (frame == null) {
            frame = new Frame(this);
            CallWatch.register(frame);
            frames[depth] = frame;
        }
        depth++;
        return frame;
    }

    private void pop(Frame frame) {
        int top = depth - 1;
        if (top < 0 || frames[top] != frame) {
            throw new AssertionError("Krait: a frame was released out of order");
        }
        if (top >= KEPT_FRAMES) {
            frames[top] = null;
        }
        depth = top;
    }

    private static boolean isVirtual(Thread thread) {
        if (IS_VIRTUAL == null) {
            return false;
        }
        try {
            return (boolean) IS_VIRTUAL.invokeExact(thread);
        } catch (RuntimeException | Error e) {
            // A stack that ends here.
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("Krait: Thread.isVirtual failed", e);
        }
    }

    /** Thread.isVirtual of JDK 21 and later, else null. */
    private static MethodHandle isVirtual() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}
