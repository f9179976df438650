package dev.krait.internal;

import java.lang.ref.Reference;

/** A function of numbers, called with the elements of an array: nothing is boxed on the Java side. */
public final class NumberRows {
    /** Rows of a crossing. */
    private static final int MOST = 4096;

    private NumberRows() {
    }

    /**
     * Calls a function with whole numbers.
     *
     * @param session the interpreter
     * @param handle the function
     * @param arguments the arguments
     * @param results where the results go; those before a row that fails are there then
     */
    public static void mapLongs(Session session, long handle, long[] arguments, long[] results) {
        map(session, handle, arguments.length, Op.MAP_LONGS,
                (writer, from, count) -> writer.putLongs(arguments, from, count),
                (reader, from, count) -> reader.longs(results, from, count));
    }

    /**
     * Calls a function with numbers.
     *
     * @param session the interpreter
     * @param handle the function
     * @param arguments the arguments
     * @param results where the results go; those before a row that fails are there then
     */
    public static void mapDoubles(Session session, long handle, double[] arguments, double[] results) {
        map(session, handle, arguments.length, Op.MAP_DOUBLES,
                (writer, from, count) -> writer.putDoubles(arguments, from, count),
                (reader, from, count) -> reader.doubles(results, from, count));
    }

    private interface Part<F> {
        void copy(F frame, int from, int count);
    }

    private static void map(Session session, long handle, int length, int operation, Part<FrameWriter> write,
            Part<FrameReader> read) {
        long until = session.until();
        for (int from = 0; from < length;) {
            if (from > 0) {
                checkStop(until, from);
            }
            from += cross(session, handle, from, Math.min(MOST, length - from), operation, until, write, read);
        }
    }

    private static int cross(Session session, long handle, int from, int count, int operation, long until,
            Part<FrameWriter> write, Part<FrameReader> read) {
        Frame frame = session.acquire();
        try {
            FrameWriter writer = frame.write(session);
            writer.putLong(handle);
            write.copy(writer, from, count);
            Object[] refs = Crossing.performRows(session, frame, writer, operation, until);
            boolean failed = true;
            FrameReader reader = frame.read(session, null);
            try {
                if (frame.status() != Status.OK) {
                    throw Failures.of(session, frame, frame.status(), reader, from);
                }
                int done = reader.intValue();
                read.copy(reader, from, done);
                int end = reader.byteValue();
                if (end != BatchEnd.DONE) {
                    throw Failures.of(session, frame, end, reader, from + done);
                }
                failed = false;
                return done;
            } finally {
                Crossing.endedRows(session, frame, refs, failed);
                Answers.releaseSlots(frame);
                Reference.reachabilityFence(session);
            }
        } finally {
            FrameStack.release(frame);
        }
    }

    /** Between two crossings nothing else would notice. */
    private static void checkStop(long until, int row) {
        if (until != CallWatch.NO_DEADLINE && System.nanoTime() - until >= 0) {
            throw Failures.atRow(Api.get().stopped(true), row);
        }
        if (Thread.currentThread().isInterrupted()) {
            Thread.interrupted();
            throw Failures.atRow(Api.get().stopped(false), row);
        }
    }
}
