package dev.krait.internal;

import java.util.Arrays;

/** Items of a Python iterator, as {@link Native#next} gives them: one at a time, or some where that is allowed. */
public final class Items {
    private static final int MOST = 0xffff;
    private static final int AHEAD = 1 << 16;
    private static final int RAW = 1 << 17;
    private static final int END = 1 << 16;
    /** The most that is taken at once without being asked for. */
    private static final int GROWN = 512;

    private final Session session;
    private final int flags;
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
            throw Session.<RuntimeException>sneaky(((Failed) item).why);
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
        Frame frame = FrameStack.acquire();
        try {
            long open = session.namespace();
            session.begin(frame, open, Op.ITER, 0);
            int answer = Native.next(session.binding(), open, iterator, mode | flags, frame.address(),
                    frame.capacity());
            session.ended(frame, frame.length());
            read(frame, answer & MOST);
            end = (answer & END) != 0;
        } finally {
            FrameStack.release(frame);
        }
        // Where one item came though more were allowed, it is an iterator that is not read ahead.
        next = count >= next ? Math.min(next * 2, GROWN) : 1;
    }

    private void read(Frame frame, int fetched) {
        FrameReader reader = frame.read(session, null);
        int needed = fetched + (frame.status() == Status.OK ? 0 : 1);
        if (items.length < needed) {
            items = new Object[needed];
        }
        at = 0;
        count = 0;
        try {
            for (int i = 0; i < fetched; i++) {
                items[count++] = item(reader);
            }
            if (frame.status() != Status.OK) {
                items[count++] = failure(frame, reader);
            }
        } finally {
            Session.releaseSlots(frame);
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

    private static Failed failure(Frame frame, FrameReader reader) {
        try {
            return new Failed(Session.failure(frame, reader));
        } catch (AssertionError e) {
            throw e;
        } catch (Throwable e) {
            // A Java throwable that came through Python is thrown as itself.
            return new Failed(e);
        }
    }
}
