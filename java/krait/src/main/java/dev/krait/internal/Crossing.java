package dev.krait.internal;

/** One call of native code, from its begin to its end: counted, watched, and recorded where somebody wants that. */
final class Crossing {
    private Crossing() {
    }

    /** Calls with the operands that were written, and gives the arrays that the answer refers to. */
    static Object[] perform(Session session, Frame frame, FrameWriter writer, int op) {
        Object[] refs = perform(session, frame, writer, op, session.until());
        ended(session, frame, frame.length() + ArrayCodec.bytes(refs));
        return refs;
    }

    /** The same for a batch, which {@link #endedRows} ends: only who has read the answer knows whether a row failed. */
    static Object[] performRows(Session session, Frame frame, FrameWriter writer, int op, long until) {
        Object[] refs = perform(session, frame, writer, op, until);
        frame.ran();
        return refs;
    }

    private static Object[] perform(Session session, Frame frame, FrameWriter writer, int op, long until) {
        long open = op == (Op.OPEN | Op.RAW) ? 0 : session.namespace();
        writer.finish();
        Object[] given = writer.refs();
        begin(session, frame, open, op, frame.length() + ArrayCodec.bytes(given), until);
        return call(session.caller(frame), open, op, frame, writer, given);
    }

    /** Hands the frame over: until native code has it, what was written is taken back where anything is thrown. */
    private static Object[] call(long caller, long open, int op, Frame frame, FrameWriter writer, Object[] given) {
        long address = frame.address();
        long capacity = frame.capacity();
        frame.await();
        writer.handOver();
        try {
            return (Object[]) Native.call(caller, open, op, address, capacity, given);
        } catch (StackOverflowError e) {
            if (frame.awaits()) {
                // The call of native code itself was too much.
                writer.takeBack();
            }
            throw e;
        }
    }

    /** A call begins whose operands have so many bytes. */
    static void begin(Session session, Frame frame, long open, int op, long bytes) {
        begin(session, frame, open, op, bytes, session.until());
    }

    private static void begin(Session session, Frame frame, long open, int op, long bytes, long until) {
        frame.counts.calls++;
        frame.counts.toPython += bytes;
        watch(session, frame, open, op, bytes, until);
    }

    /** A call begins with a number in and one out. */
    static void beginNumber(Session session, Frame frame, long open) {
        frame.counts.numbers++;
        watch(session, frame, open, Op.CALL, Long.BYTES, session.until());
    }

    private static void watch(Session session, Frame frame, long open, int op, long bytes, long until) {
        if (session.state().namesThreads) {
            nameThread(session, frame, open);
        }
        if (Flight.isOn()) {
            frame.recorded = Flight.RECORDER.begin(op, frame.name, bytes);
        }
        frame.run(session.binding(), open, until);
        CallWatch.wake();
    }

    /** It has ended, with a result of so many bytes. */
    static void ended(Session session, Frame frame, long bytes) {
        ended(session, frame, bytes, false);
    }

    /** A batch has ended, and its answer has been read. */
    static void endedRows(Session session, Frame frame, Object[] refs, boolean failed) {
        ended(session, frame, frame.length() + ArrayCodec.bytes(refs), failed);
    }

    private static void ended(Session session, Frame frame, long bytes, boolean failed) {
        frame.counts.toJava += bytes;
        watched(session, frame, bytes, true, failed);
    }

    /** A call with a number in and one out has ended. */
    static void endedNumber(Session session, Frame frame, boolean inFrame) {
        watched(session, frame, Long.BYTES, inFrame, false);
    }

    /** The frame has a status, or the call had none to tell. */
    private static void watched(Session session, Frame frame, long bytes, boolean inFrame, boolean failed) {
        frame.ran();
        if (GilWaits.measured || frame.recorded != null) {
            seen(frame, bytes, failed || inFrame && isFailure(frame.status()));
        }
        if (session.state().leaving != 0) {
            // Not before the answer has been read: it names objects that go with the interpreter.
            frame.leaver = session;
        }
    }

    private static boolean isFailure(int status) {
        return status == Status.RAISED || status == Status.FAILED;
    }

    private static void seen(Frame frame, long bytes, boolean failed) {
        long waited = Native.waited();
        frame.counts.waited += waited;
        Object recorded = frame.recorded;
        if (recorded != null) {
            frame.recorded = null;
            frame.name = null;
            Flight.RECORDER.end(recorded, failed, bytes, waited);
        }
    }

    /** Tells Python the calling thread's name, unless it knows. */
    private static void nameThread(Session session, Frame user, long open) {
        Thread thread = Thread.currentThread();
        String name = thread.getName();
        FrameStack stack = user.stack();
        if (stack == null) {
            // A virtual thread: the thread that carries it had another name before.
            name = name.isEmpty() ? "virtual-" + thread.getId() : name;
        } else if (!stack.names(session.binding(), name)) {
            return;
        }
        Frame frame = session.acquire();
        try {
            FrameWriter writer = frame.write(session);
            writer.writeString("name_thread");
            writer.writeArguments(new Object[] {name}, null, null);
            writer.finish();
            Object[] refs = call(session.caller(frame), open, Op.HELPER, frame, writer, null);
            Answers.value(session, frame, writer, refs);
        } finally {
            FrameStack.release(frame);
        }
    }
}
