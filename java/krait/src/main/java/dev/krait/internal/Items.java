package dev.krait.internal;

import java.lang.ref.Reference;
import java.util.Arrays;

/** Items of a Python iterator, as {@link Native#next} gives them: one at a time, or some where that is allowed. */
public final class Items {
    private static final int MOST = 0xffff;
    private static final int AHEAD = 1 << 16;
    private static final int RAW = 1 << 17;
    private static final int SOON = 1 << 18;
    /** The most that is taken at once after the first items came with a generator. */
    private static final int AT_ONCE = 64;
    private static final int END = 1 << 16;
    /** The most that is taken at once without being asked for. */
    private static final int GROWN = 512;
    /** Behind the items that come with a generator: its handle, the status, their number. */
    private static final int TRAILER = 16;

    private final Session session;
    private int flags;
    private Object[] items = new Object[1];
    private int at;
    private int count;
    private boolean end;
    private int ahead;
    private int next = 1;

    /** Stands among the items for one that could not be had. */
    private static final class Failed {
        private final Throwable why;

        Failed(Throwable why) {
            this.why = why;
        }
    }

    /**
     * Starts with none.
     *
     * @param session the interpreter
     * @param asObjects whether items stay Python objects, whatever they are
     */
    public Items(Session session, boolean asObjects) {
        this.session = session;
        this.flags = asObjects ? RAW : 0;
    }

    /** A generator in the session's forms, with its first items, as native code has written it behind a 1 byte. */
    static Object answered(Session session, Frame frame, FrameReader reader) {
        int trailer = Math.toIntExact(Frame.HEADER + frame.length()) - TRAILER;
        long handle = reader.buffer.getLong(trailer);
        int status = reader.buffer.getInt(trailer + Long.BYTES);
        int count = reader.buffer.getInt(trailer + Long.BYTES + Integer.BYTES);
        Items items = new Items(session, false);
        items.end = handle == 0;
        items.flags = SOON;
        items.next = AT_ONCE;
        items.read(frame, reader, count, status);
        return session.forms().generator(session, handle == 0 ? null : session.wrap(handle), items);
    }

    /**
     * Takes items ahead of time.
     *
     * @param most how many at once
     */
    public void readAhead(int most) {
        if (most < 1 || most > MOST) {
            throw new IllegalArgumentException("most: " + most + " is not from 1 to " + MOST);
        }
        ahead = most;
    }

    /** {@return whether no item is left of those that were fetched} */
    public boolean isEmpty() {
        return at == count;
    }

    /** {@return whether there is nothing more to fetch} */
    public boolean atEnd() {
        return end;
    }

    /** Forgets what is left. */
    public void clear() {
        at = count;
        Arrays.fill(items, null);
    }

    /**
     * Takes an item of those that were fetched; throws what Python raised instead of giving it.
     *
     * @return the item
     */
    public Object take() {
        Object item = items[at];
        items[at++] = null;
        if (item instanceof Failed) {
            throw Failures.<RuntimeException>sneaky(((Failed) item).why);
        }
        return item;
    }

    /**
     * Fetches the next item or items.
     *
     * @param iterator the iterator's handle
     */
    public void fetch(long iterator) {
        int mode = ahead > 0 ? ahead | AHEAD : next;
        Frame frame = session.acquire();
        try {
            long open = session.namespace();
            Crossing.begin(session, frame, open, Op.ITER, 0);
            int answer = Native.next(session.caller(frame), open, iterator, mode | flags, frame.address(),
                    frame.capacity());
            Crossing.ended(session, frame, frame.length());
            FrameReader reader = frame.read(session, null);
            try {
                read(frame, reader, answer & MOST, frame.status());
            } finally {
                Answers.releaseSlots(frame);
                Reference.reachabilityFence(session);
            }
            end = (answer & END) != 0;
        } finally {
            FrameStack.release(frame);
        }
        // Where one item came though more were allowed, it is an iterator that is not read ahead.
        if ((flags & SOON) == 0) {
            next = count >= next ? Math.min(next * 2, GROWN) : 1;
        }
    }

    private void read(Frame frame, FrameReader reader, int fetched, int status) {
        int needed = fetched + (status == Status.OK ? 0 : 1);
        if (items.length < needed) {
            items = new Object[needed];
        }
        at = 0;
        count = 0;
        for (int i = 0; i < fetched; i++) {
            items[count++] = item(reader);
        }
        if (status != Status.OK) {
            items[count++] = failure(frame, status, reader);
        }
    }

    private static Object item(FrameReader reader) {
        try {
            return reader.read();
        } catch (RuntimeException e) {
            // The next one can be read all the same.
            return new Failed(e);
        }
    }

    private Failed failure(Frame frame, int status, FrameReader reader) {
        try {
            return new Failed(Failures.of(session, frame, status, reader, Failures.NO_ROW));
        } catch (AssertionError e) {
            throw e;
        } catch (Throwable e) {
            // A Java throwable that came through Python is thrown as itself.
            return new Failed(e);
        }
    }
}
