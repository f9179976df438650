package dev.krait.internal;

import dev.krait.ConversionException;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Spliterator;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The results of a function for one row after the other. Rows cross in chunks, bounded in number and in bytes: the first
 * is small, so that the first result comes soon, and they stay small for longer where a row takes long. Rows are taken
 * from their source a chunk ahead, and no more.
 */
public final class Rows<T> implements Spliterator<T> {
    /** Writes a row. */
    public interface RowWriter {
        /**
         * Writes a row: a value, or the arguments of a call.
         *
         * @param writer where to
         * @param row the row
         */
        void write(FrameWriter writer, Object row);

        /**
         * The arguments of the call that a row is for.
         *
         * @param row the row
         * @return the arguments
         */
        default Arguments arguments(Object row) {
            return new Arguments(new Object[] {row}, null, null);
        }
    }

    private static final int FIRST = 16;
    private static final int MOST = 1024;
    /** After a chunk that took less, the next one is as large as any. */
    private static final long QUICK_NANOS = 100_000;
    private static final long MOST_BYTES = 1 << 18;

    private final Session session;
    private final LongSupplier handle;
    private final int operation;
    private final RowWriter rowWriter;
    private final boolean arguments;
    private final Iterator<?> source;
    private final Function<Object, T> convert;

    /** Rows that were taken and not answered yet: these while {@link #packs}, else those below. Results stand in their place. */
    private final PackedRows packed = new PackedRows();
    private Object[] rows = new Object[FIRST];
    private int taken;
    /** The ready results; not the first ones where those are numbers, which are boxed when they are used. */
    private Object[] results = new Object[FIRST];
    private int next;
    private int ready;
    /** The number of the row after the ready ones. */
    private long row;
    private int chunk = FIRST;
    /** What to throw after the results before it. */
    private Throwable failure;
    private Throwable sourceFailure;
    /** Whether rows are numbers, written as eight bytes: until one is not, or gives something else. */
    private boolean packs;
    private boolean started;
    private boolean ended;

    /**
     * Begins; nothing crosses yet.
     *
     * @param session the interpreter
     * @param handle gives the function's handle, and keeps it alive
     * @param asObjects whether the results are wanted as Python objects, whatever they are
     * @param arguments whether a row is the arguments of a call, rather than one value
     * @param rowWriter writes a row
     * @param source the rows
     * @param convert makes the caller's results of Python's
     */
    public Rows(Session session, LongSupplier handle, boolean asObjects, boolean arguments, RowWriter rowWriter,
            Iterator<?> source, Function<Object, T> convert) {
        this.session = session;
        this.handle = handle;
        this.operation = Operations.raw(Op.MAP, asObjects);
        this.arguments = arguments;
        this.rowWriter = rowWriter;
        this.source = source;
        this.convert = convert;
        packs = !asObjects && !arguments;
    }

    @Override
    public boolean tryAdvance(Consumer<? super T> action) {
        if (next == ready && !fill()) {
            return false;
        }
        action.accept(take());
        return true;
    }

    /** The next of the ready results, for the caller. */
    private T take() {
        Object result;
        if (next < packed.answered()) {
            result = packed.result(next++);
        } else {
            result = results[next];
            results[next++] = null;
        }
        try {
            return convert.apply(result);
        } catch (RuntimeException e) {
            throw Failures.atRow(e, row - ready + next - 1);
        }
    }

    @Override
    public void forEachRemaining(Consumer<? super T> action) {
        do {
            while (next < ready) {
                action.accept(take());
            }
        } while (fill());
    }

    @Override
    public Spliterator<T> trySplit() {
        return null;
    }

    @Override
    public long estimateSize() {
        return Long.MAX_VALUE;
    }

    @Override
    public int characteristics() {
        return ORDERED;
    }

    /** Gets some results, unless there are no more rows. */
    private boolean fill() {
        while (true) {
            if (failure != null) {
                Throwable thrown = failure;
                failure = null;
                ended = true;
                throw Failures.<RuntimeException>sneaky(thrown);
            }
            if (ended) {
                return false;
            }
            if (started && Thread.currentThread().isInterrupted()) {
                Thread.interrupted();
                ended = true;
                throw Failures.atRow(Api.get().stopped(false), row);
            }
            started = true;
            cross();
            if (ready > 0) {
                return true;
            }
        }
    }

    private void cross() {
        packed.dropResults();
        if (packs) {
            takeNumbers();
        }
        Frame frame = session.acquire();
        try {
            FrameWriter writer = frame.write(session);
            writer.putLong(handle.getAsLong());
            int kind = arguments ? RowKind.ARGUMENTS : packs ? packed.kind() : RowKind.VALUES;
            writer.putByte(kind);
            int countAt = writer.position;
            writer.putInt(0);
            int written;
            Throwable unwritten = null;
            try {
                written = packs ? writeNumbers(writer) : writeRows(writer);
            } catch (RuntimeException | Error e) {
                writer.rollback();
                throw e;
            }
            if (written < taken) {
                unwritten = failure;
                failure = null;
            }
            next = 0;
            ready = 0;
            if (written == 0) {
                packed.end();
                ended = unwritten == null && sourceFailure == null;
                failure = unwritten != null ? unwritten : sourceFailure;
                return;
            }
            writer.patchInt(countAt, written);
            long begin = System.nanoTime();
            Object[] refs = Crossing.perform(session, frame, writer, operation, session.until());
            boolean quick = System.nanoTime() - begin < QUICK_NANOS;
            int adopted = frame.adopted();
            if (adopted >= 0) {
                writer.rollback(adopted);
            }
            int done = read(frame, refs, kind);
            row += done;
            if (done == written && failure == null) {
                failure = unwritten;
                chunk = quick ? MOST : Math.min(MOST, 4 * chunk);
            }
            drop(done);
        } finally {
            FrameStack.release(frame);
            Reference.reachabilityFence(handle);
        }
    }

    /** Takes rows as long as they are numbers of one kind. */
    private void takeNumbers() {
        if (sourceFailure != null) {
            return;
        }
        try {
            Object other = packed.take(source, chunk);
            if (other != packed) {
                // Kinds that take turns would make a crossing of every row.
                unpack(0);
                add(other);
            }
        } catch (RuntimeException | Error e) {
            sourceFailure = e;
        }
    }

    /** From now on rows are objects, from a packed one on. */
    private void unpack(int from) {
        packs = false;
        if (rows.length < packed.count()) {
            rows = new Object[packed.count()];
        }
        taken = packed.unpack(rows, from);
    }

    private int writeNumbers(FrameWriter writer) {
        packed.write(writer);
        return packed.count();
    }

    /** Drops the rows that are answered. */
    private void drop(int answered) {
        if (packs) {
            return;
        }
        if (packed.count() > 0) {
            unpack(answered);
            return;
        }
        System.arraycopy(rows, answered, rows, 0, taken - answered);
        Arrays.fill(rows, taken - answered, taken, null);
        taken -= answered;
    }

    /**
     * Writes the rows that are left from before, and new ones. One that cannot be written is the last, taken and not
     * written, and {@link #failure} says why.
     */
    private int writeRows(FrameWriter writer) {
        int written = 0;
        while (written < chunk && writer.weight() < MOST_BYTES) {
            if (written == taken && !takeRow()) {
                break;
            }
            Object value = rows[written];
            int at = writer.position;
            int slots = writer.slots();
            try {
                rowWriter.write(writer, value);
            } catch (RuntimeException | Error e) {
                writer.truncate(at, slots);
                failure = Failures.atRow(unwritable(value, e), row + written);
                break;
            }
            written++;
        }
        return written;
    }

    private Throwable unwritable(Object value, Throwable e) {
        boolean one = !arguments && e instanceof ConversionException;
        return one ? Refusals.argument("argument 1 of 1", value, (ConversionException) e) : e;
    }

    private boolean takeRow() {
        if (sourceFailure != null) {
            return false;
        }
        Object taking;
        try {
            if (!source.hasNext()) {
                return false;
            }
            taking = source.next();
        } catch (RuntimeException | Error e) {
            sourceFailure = e;
            return false;
        }
        add(taking);
        return true;
    }

    private void add(Object taking) {
        if (taken == rows.length) {
            rows = Arrays.copyOf(rows, 4 * taken);
        }
        rows[taken++] = taking;
    }

    private Throwable failed(Frame frame, int end, FrameReader reader, int done) {
        try {
            return Failures.of(frame, end, reader, row + done);
        } catch (UnmadeArgument e) {
            Arguments given = rowWriter.arguments(rows[done]);
            return Failures.atRow(Failures.unmade(session.forms(), e, given.positional(), given.names(),
                    given.keywordValues()), row + done);
        }
    }

    /** Makes room for results, of which none is there. */
    private void makeRoom(int count) {
        if (results.length < count) {
            results = new Object[Math.max(count, Math.min(MOST, 4 * results.length))];
        }
    }

    private void readRow(FrameReader reader, int index) {
        try {
            Object result = reader.readRow();
            if (failure == null) {
                results[index] = result;
                ready = index + 1;
            }
        } catch (AssertionError e) {
            throw e;
        } catch (RuntimeException | Error e) {
            // The rest is read all the same: its objects are released when they are found unreachable.
            if (failure == null) {
                failure = Failures.atRow(e, row + index);
            }
        }
    }

    /** Reads the results; the number of rows that Python has answered. */
    private int read(Frame frame, Object[] refs, int kind) {
        FrameReader reader = frame.read(session, refs);
        try {
            if (frame.status() != Status.OK) {
                throw Failures.of(frame, frame.status(), reader, row);
            }
            int done = reader.intValue();
            if (RowKind.isNumber(kind)) {
                packed.answer(reader, done);
                ready = done;
            } else {
                makeRoom(done);
                for (int i = 0; i < done; i++) {
                    readRow(reader, i);
                }
            }
            int end = reader.byteValue();
            if (end == BatchEnd.OTHER) {
                packs = false;
                makeRoom(done + 1);
                readRow(reader, done);
                return done + 1;
            }
            if (end != BatchEnd.DONE && end != BatchEnd.PAUSED && failure == null) {
                try {
                    failure = failed(frame, end, reader, done);
                } catch (Throwable e) {
                    failure = e;
                }
            }
            return done;
        } finally {
            Answers.releaseSlots(frame);
            Reference.reachabilityFence(session);
        }
    }
}
