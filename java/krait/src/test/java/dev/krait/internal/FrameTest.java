package dev.krait.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.krait.ConversionException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** The memory of frames, and who holds which. */
class FrameTest {
    private final FakeContext context = new FakeContext();

    @Test
    void growingKeepsWhatWasWritten() {
        Frame frame = new Frame();
        FrameWriter writer = frame.write(context);
        List<String> written = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            written.add("value " + i);
        }
        writer.write(written);
        writer.finish();
        assertTrue(frame.capacity() > 1 << 20);
        assertEquals(written, frame.read(context, null).read());
        assertEquals(Status.OK, frame.status());
        assertEquals(0, frame.released());
        assertEquals(0, frame.overflow());
    }

    @Test
    void memoryOfALargeCallIsOnlyLent() {
        Frame frame = FrameStack.acquire();
        long before = frame.capacity();
        frame.write(context).write("x".repeat(5 << 20));
        assertTrue(frame.capacity() > 5 << 20);
        ByteBuffer large = frame.buffer();
        FrameStack.release(frame);
        assertEquals(before, frame.capacity());
        Frame next = FrameStack.acquire();
        next.write(context).write("x".repeat(5 << 20));
        assertSame(large, next.buffer());
        FrameStack.release(next);
        assertTrue(LargeBuffers.idleBytes() <= 64 << 20);
    }

    @Test
    void memoryThatIsTooLargeToBeLentAgainIsNotKept() throws InterruptedException {
        Frame frame = FrameStack.acquire();
        frame.write(context).write("x".repeat(65 << 20));
        frame.read(context, null);
        WeakReference<ByteBuffer> large = new WeakReference<>(frame.buffer());
        FrameStack.release(frame);
        for (int i = 0; i < 50 && large.get() != null; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertNull(large.get());
    }

    @Test
    void idleMemoryIsBounded() {
        List<ByteBuffer> taken = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            taken.add(LargeBuffers.take(16 << 20));
        }
        taken.forEach(LargeBuffers::give);
        assertTrue(LargeBuffers.idleBytes() <= 64 << 20);
        assertTrue(LargeBuffers.idleBytes() >= 48 << 20);
    }

    @Test
    void moreThanTwoGigabytesIsAClearError() {
        Frame frame = new Frame();
        ConversionException e = assertThrows(ConversionException.class, () -> frame.grow(32, 1L << 31));
        assertTrue(e.getMessage().contains("2 GiB"), e.getMessage());
        assertThrows(ConversionException.class, () -> frame.write(context).ensure(Long.MAX_VALUE / 2));
        assertEquals(4096, frame.capacity());
    }

    @Test
    void releasedSlotsStandBehindThePayload() {
        Frame frame = FakeContext.frame(Tag.NULL);
        frame.buffer().putInt(4, 2).putInt(33, 17).putInt(37, 18);
        assertEquals(2, frame.released());
        assertEquals(17, frame.releasedSlot(0));
        assertEquals(18, frame.releasedSlot(1));
    }

    @Test
    void nestedCallsTakeFramesOfTheirOwn() {
        Set<Frame> held = Collections.newSetFromMap(new IdentityHashMap<>());
        Frame[] frames = new Frame[20];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = FrameStack.acquire();
            assertTrue(held.add(frames[i]));
        }
        assertThrows(AssertionError.class, () -> FrameStack.release(frames[0]));
        for (int i = frames.length - 1; i >= 0; i--) {
            FrameStack.release(frames[i]);
        }
        Frame again = FrameStack.acquire();
        assertSame(frames[0], again);
        FrameStack.release(again);
        assertThrows(AssertionError.class, () -> FrameStack.release(again));
    }

    @Test
    void threadsHaveFramesOfTheirOwn() throws InterruptedException {
        Frame mine = FrameStack.acquire();
        Frame[] other = new Frame[1];
        Thread thread = new Thread(() -> {
            other[0] = FrameStack.acquire();
            FrameStack.release(other[0]);
        });
        thread.start();
        thread.join();
        assertNotSame(mine, other[0]);
        FrameStack.release(mine);
    }

    @Test
    void framesOfVirtualThreadsAreShared() throws Exception {
        Object builder;
        try {
            builder = Thread.class.getMethod("ofVirtual").invoke(null);
        } catch (NoSuchMethodException e) {
            // Before JDK 21 every thread is a platform thread, which the other tests cover.
            assertTrue(Runtime.version().feature() < 21);
            return;
        }
        Set<Frame> seen = Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
        java.lang.reflect.Method start = Class.forName("java.lang.Thread$Builder").getMethod("start", Runnable.class);
        for (int i = 0; i < 1000; i++) {
            CountDownLatch done = new CountDownLatch(1);
            start.invoke(builder, (Runnable) () -> {
                Frame outer = FrameStack.acquire();
                Frame inner = FrameStack.acquire();
                if (outer != inner) {
                    seen.add(outer);
                    seen.add(inner);
                }
                FrameStack.release(inner);
                FrameStack.release(outer);
                done.countDown();
            });
            done.await();
        }
        // Tests before this one may have left frames in the pool, which are used in turn.
        assertTrue(seen.size() <= FrameStack.POOLED_FRAMES, seen.size() + " frames");
    }

    @Test
    void aReleasedFrameHoldsNoObjectOfTheCall() throws Exception {
        Object object = new ArrayList<>(List.of(new Object()));
        java.lang.ref.WeakReference<Object> weak = new java.lang.ref.WeakReference<>(object);
        Frame frame = FrameStack.acquire();
        frame.write(context).write(new Object[] {List.of(object), new byte[10_000]});
        frame.handOver();
        FrameStack.release(frame);
        object = null;
        context.handles.release(firstSlot());
        for (int i = 0; i < 50 && weak.get() != null; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertSame(null, weak.get());
    }

    @Test
    void javaObjectsInAFrameThatIsNotHandedOverAreLetGoOf() {
        Frame frame = FrameStack.acquire();
        frame.write(context).write(List.of(new Object(), new Object()));
        assertEquals(2, context.handles.live());
        frame.write(context).write(new Object());
        assertEquals(1, context.handles.live());
        FrameStack.release(frame);
        assertEquals(0, context.handles.live());
    }

    private int firstSlot() {
        for (int slot = 16; slot < 32; slot++) {
            try {
                context.handles.get(slot);
                return slot;
            } catch (AssertionError e) {
                continue;
            }
        }
        throw new IllegalStateException("no slot in use");
    }

    @Test
    void strayLimitsOfTheBufferDoNotMatter() {
        Frame frame = new Frame();
        FrameWriter writer = frame.write(context);
        writer.write(new int[] {1, 2});
        writer.write(new byte[4090]);
        writer.finish();
        FrameReader reader = frame.read(context, null);
        assertArrayEquals(new int[] {1, 2}, (int[]) reader.read());
        assertArrayEquals(new byte[4090], (byte[]) reader.read());
    }
}
