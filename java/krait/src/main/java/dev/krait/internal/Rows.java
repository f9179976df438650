package dev.krait.internal;

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
    /** What rows are that are arguments of a call. */
    public interface ArgumentRows {
        /**
         * How many arguments a row is.
         *
         * @param row the row
         * @return the number; -1 where they are not all positional, or the row is no such row
         */
        int width(Object row);

        /**
         * The arguments that a row is.
         *
         * @param row the row
         * @return the arguments
         */
        Arguments arguments(Object row);
    }

    private static final int FIRST = 16;
    private static final int MOST = 1024;
    /** After a chunk that took less, the next one is as large as any. */
    private static final long QUICK_NANOS = 100_000;
    private static final long MOST_BYTES = 1 << 18;

    private final Session session;
    private final LongSupplier handle;
    private final int operation;
    /** What the rows are; null if they are one argument each. */
    private final ArgumentRows arguments;
    private final Iterator<?> source;
    private final Function<Object, T> convert;

    /** Rows that were taken and not answered yet: these while they are numbers and texts, else those below. Results stand in their place. */
    private final PackedRows packed;
    private Object[] rows = new Object[FIRST];
    private int taken;
    /** The ready results; not the first ones where those are packed, which become objects when they are used. */
    private Object[] results = new Object[FIRST];
    private int next;
    private int ready;
    /** The number of the row after the ready ones. */
    private long row;
    private int chunk = FIRST;
    /** What to throw after the results before it. */
    private Throwable failure;
    private Throwable sourceFailure;
    /** What rows are written as, a code of {@link RowKind}: until one is not, or gives something else. Then it is something more general. */
    private int kind;
    /** How many values each of the {@link RowKind#VALUES} is; -1 before the first. */
    private int width = -1;
    private boolean started;
    /** Python is called for rows. */
    private final OwnStream own = new OwnStream();
    private boolean ended;

    /**
     * Begins; nothing crosses yet.
     *
     * @param session the interpreter
     * @param handle gives the function's handle, and keeps it alive
     * @param asObjects whether the results are wanted as Python objects, whatever they are
     * @param arguments what rows are that are arguments of a call; null if they are one argument each
     * @param source the rows
     * @param convert makes the caller's results of Python's
     */
    public Rows(Session session, LongSupplier handle, boolean asObjects, ArgumentRows arguments,
            Iterator<?> source, Function<Object, T> convert) {
        this.session = session;
        this.handle = handle;
        this.operation = Operations.raw(Op.MAP, asObjects);
        this.arguments = arguments;
        this.source = source;
        this.convert = convert;
        packed = new PackedRows(arguments != null);
        kind = asObjects ? RowKind.VALUES : RowKind.COLUMNS;
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
        if (next < packed.answered()) {
            return converted(packed.result(next++));
        }
        Object result = results[next];
        results[next++] = null;
        return converted(result);
    }

    /** The result taken last, for the caller. */
    private T converted(Object result) {
        try {
            return convert.apply(result);
        } catch (RuntimeException e) {
            throw Failures.atRow(e, row - ready + next - 1);
        }
    }

    @Override
    public void forEachRemaining(Consumer<? super T> action) {
        do {
            for (int answered = packed.answered(); next < answered;) {
                action.accept(converted(packed.result(next++)));
            }
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
            own.take(this::cross);
            if (ready > 0) {
                return true;
            }
        }
    }

    private void cross() {
        packed.dropResults();
        if (kind == RowKind.COLUMNS) {
            takePacked();
        }
        chooseKind();
        Frame frame = session.acquire();
        try {
            FrameWriter writer = frame.write(session);
            writer.putLong(handle.getAsLong());
            writer.putByte(kind);
            int written;
            Throwable unwritten = null;
            try {
                written = kind == RowKind.COLUMNS ? writePacked(writer) : writeRows(writer);
            } catch (Throwable e) {
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
            long begin = System.nanoTime();
            Object[] refs = Crossing.performRows(session, frame, writer, operation, session.until());
            boolean quick = System.nanoTime() - begin < QUICK_NANOS;
            int adopted = frame.adopted();
            if (adopted >= 0) {
                writer.rollback(adopted);
            }
            int done = 0;
            boolean failed = true;
            try {
                done = read(frame, refs);
                failed = failure != null;
            } finally {
                Crossing.endedRows(session, frame, refs, failed);
            }
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

    /** Takes rows as long as they are numbers and texts, of the same kinds. */
    private void takePacked() {
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
        } catch (Throwable e) {
            sourceFailure = e;
        }
    }

    /** From now on rows are objects, from a packed one on. */
    private void unpack(int from) {
        kind = RowKind.VALUES;
        if (rows.length < packed.count()) {
            rows = new Object[packed.count()];
        }
        taken = packed.unpack(rows, from);
    }

    /** Looks at the first row of a crossing. */
    private void chooseKind() {
        if (kind == RowKind.VALUES && (taken > 0 || takeRow())) {
            int first;
            try {
                first = width(rows[0]);
            } catch (RuntimeException e) {
                throw Failures.<RuntimeException>sneaky(refused(e, row));
            }
            width = width < 0 ? first : width;
            if (first != width || first < 0 || first > PackedRows.MOST_COLUMNS) {
                // As with kinds of values, shapes that take turns would make a crossing of every row.
                kind = RowKind.ARGUMENTS;
            }
        }
    }

    private int width(Object value) {
        return arguments == null ? 1 : arguments.width(value);
    }

    private int writePacked(FrameWriter writer) {
        packed.write(writer);
        return packed.count();
    }

    /** Drops the rows that are answered. */
    private void drop(int answered) {
        if (kind == RowKind.COLUMNS) {
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
     * written, and {@link #failure} says why; one that is none of so many values is, too.
     */
    private int writeRows(FrameWriter writer) {
        writer.putByte(kind == RowKind.VALUES ? width : 0);
        int countAt = writer.position;
        writer.putInt(0);
        int written = 0;
        while (written < chunk && writer.weight() < MOST_BYTES) {
            if (written == taken && !takeRow()) {
                break;
            }
            Object value = rows[written];
            int at = writer.position;
            int slots = writer.slots();
            try {
                if (kind == RowKind.VALUES && width(value) != width) {
                    break;
                }
                write(writer, value);
            } catch (Throwable e) {
                writer.truncate(at, slots);
                failure = refused(e, row + written);
                break;
            }
            written++;
        }
        writer.patchInt(countAt, written);
        return written;
    }

    /** What is wrong with a row, told which one it is. */
    private static Throwable refused(Throwable e, long row) {
        if (e instanceof NullPointerException) {
            return new NullPointerException("row " + row + ": " + e.getMessage());
        }
        return e.getClass() == IllegalArgumentException.class
                ? new IllegalArgumentException("row " + row + ": " + e.getMessage(), e) : Failures.atRow(e, row);
    }

    private void write(FrameWriter writer, Object value) {
        if (kind == RowKind.ARGUMENTS) {
            Arguments call = arguments.arguments(value);
            writer.writeArguments(call.positional(), call.names(), call.keywordValues());
        } else if (arguments != null) {
            writer.writePositional((Object[]) value);
        } else {
            writer.writeArgument(value, 0, 1);
        }
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
        } catch (Throwable e) {
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
            return Failures.of(session, frame, end, reader, row + done);
        } catch (UnmadeArgument e) {
            Object value = rows[done];
            Arguments given = arguments == null ? new Arguments(new Object[] {value}, null, null) : arguments.arguments(value);
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
        } catch (Throwable e) {
            // The rest is read all the same: its objects are released when they are found unreachable.
            if (failure == null) {
                failure = Failures.atRow(e, row + index);
            }
        }
    }

    /** Reads the results; the number of rows that Python has answered. */
    private int read(Frame frame, Object[] refs) {
        FrameReader reader = frame.read(session, refs);
        try {
            if (frame.status() != Status.OK) {
                throw Failures.of(session, frame, frame.status(), reader, row);
            }
            int done = reader.intValue();
            if (kind == RowKind.COLUMNS) {
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
                kind = RowKind.VALUES;
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
