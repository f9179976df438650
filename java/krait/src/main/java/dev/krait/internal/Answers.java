package dev.krait.internal;

import java.lang.ref.Reference;

/** What a frame has after a call: a value, a handle or a number, or what is to be thrown. */
final class Answers {
    private Answers() {
    }

    /** The value of an answer to operands that a writer wrote; null for the writer where they were not values. */
    static Object value(Session session, Frame frame, FrameWriter writer, Object[] refs) {
        return value(session, frame, writer, refs, false);
    }

    /** The same; where items are wanted, an answer may be a generator with its first ones. */
    static Object value(Session session, Frame frame, FrameWriter writer, Object[] refs, boolean items) {
        int adopted = writer == null ? -1 : frame.adopted();
        if (adopted >= 0) {
            writer.rollback(adopted);
        }
        FrameReader reader = frame.read(session, refs);
        try {
            if (frame.status() == Status.OK || frame.status() == Status.VALUE) {
                return items && reader.byteValue() == 1 ? Items.answered(session, frame, reader) : reader.read();
            }
            throw Failures.of(session, frame, reader);
        } finally {
            releaseSlots(frame);
            // The reader knows its session only weakly, and a view may be nobody else's.
            Reference.reachabilityFence(session);
        }
    }

    /** The handle that an operation gave; it is the caller's. */
    static long handle(Session session, Frame frame) {
        FrameReader reader = frame.read(session, null);
        try {
            if (frame.status() != Status.OK) {
                throw Failures.of(session, frame, reader);
            }
            return reader.readHandle();
        } finally {
            // Whatever the answer, the slots that came with it are told of only once.
            releaseSlots(frame);
            Reference.reachabilityFence(session);
        }
    }

    /** The bits of a number that the frame has; the frame is as good as untouched then. */
    static long number(Session session, Frame frame) {
        FrameReader reader = frame.read(session, null);
        try {
            if (frame.status() != Status.OK) {
                throw Failures.of(session, frame, reader);
            }
            return reader.longValue();
        } finally {
            releaseSlots(frame);
            Reference.reachabilityFence(session);
            frame.clear();
        }
    }

    /** Lets go of the Java objects that Python has let go of, as the frame tells. */
    static void releaseSlots(Frame frame) {
        int released = frame.released();
        for (int i = 0; i < released; i++) {
            Session.handles().release(frame.releasedSlot(i));
        }
    }
}
