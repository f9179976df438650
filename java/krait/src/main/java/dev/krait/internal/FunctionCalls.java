package dev.krait.internal;

import java.lang.ref.Reference;

/** Calls functions: by a handle, or by a name that is looked up at each call. */
public final class FunctionCalls {
    static final Object[] NO_ARGUMENTS = {};

    private FunctionCalls() {
    }

    /**
     * Calls an object.
     *
     * @param session the interpreter
     * @param op {@link Operations#CALL}, maybe raw
     * @param handle the object
     * @param args the arguments by position
     * @param keywords the names of those by keyword, or null
     * @param keywordValues those, or null
     * @return the result
     */
    public static Object call(Session session, int op, long handle, Object[] args, String[] keywords,
            Object[] keywordValues) {
        return call(session, op, handle, null, args, keywords, keywordValues);
    }

    /**
     * Calls what a name stands for.
     *
     * @param session the interpreter
     * @param op {@link Operations#INVOKE}, maybe raw
     * @param name a name, maybe dotted
     * @param args the arguments by position
     * @param keywords the names of those by keyword, or null
     * @param keywordValues those, or null
     * @return the result
     */
    public static Object invoke(Session session, int op, String name, Object[] args, String[] keywords,
            Object[] keywordValues) {
        // Not at the first call, which makes the name known.
        return call(session, op, session.names().known(name), name, args, keywords, keywordValues);
    }

    /** Calls an object, or where there is a name what that stands for; the handle is the name's then, or 0. */
    private static Object call(Session session, int op, long handle, String name, Object[] args, String[] keywords,
            Object[] keywordValues) {
        Frame frame = session.acquire();
        boolean untouched = false;
        try {
            long simple = SimpleCodec.NOT_SIMPLE;
            if (keywords == null && keywordValues == null && handle != 0 && (op & Op.RAW) == 0) {
                simple = SimpleCodec.write(frame, args == null ? NO_ARGUMENTS : args);
            }
            if (simple == SimpleCodec.NOT_SIMPLE) {
                FrameWriter writer = frame.write(session);
                if (name == null) {
                    writer.putLong(handle);
                } else {
                    Requests.writeName(session, frame, writer, name);
                }
                return Requests.finish(session, frame, writer, op, args, keywords, keywordValues);
            }
            if (name != null) {
                simple |= SimpleTag.BY_NAME;
                if (Flight.isOn()) {
                    frame.name = name;
                }
            }
            Object[] refs = callSimple(session, frame, op, handle, simple);
            int status = frame.status();
            if (SimpleCodec.isAnswer(status)) {
                untouched = true;
                return SimpleCodec.read(frame, status);
            }
            return Answers.value(session, frame, null, refs);
        } finally {
            FrameStack.release(frame, untouched);
            Reference.reachabilityFence(args);
            Reference.reachabilityFence(keywordValues);
        }
    }

    private static Object[] callSimple(Session session, Frame frame, int op, long target, long argument) {
        long open = session.namespace();
        Crossing.begin(session, frame, open, op, SimpleCodec.bytes(argument));
        Object refs = Native.callSimple(session.caller(frame), open, target, argument, frame.address(), frame.capacity());
        Object[] arrays = (Object[]) refs;
        Crossing.ended(session, frame, frame.length() + ArrayCodec.bytes(arrays));
        return arrays;
    }

    /**
     * Calls a function with a whole number that gives one.
     *
     * @param session the interpreter
     * @param handle the function
     * @param argument the number
     * @return the result
     */
    public static long callLong(Session session, long handle, long argument) {
        Frame frame = session.acquire();
        try {
            long open = session.namespace();
            Crossing.beginNumber(session, frame, open);
            long result = Native.callLong(session.caller(frame), open, handle, argument, frame.address());
            boolean look = result == Status.LOOK;
            Crossing.endedNumber(session, frame, look);
            return look ? Answers.number(session, frame) : result;
        } finally {
            FrameStack.releaseUntouched(frame);
        }
    }

    /**
     * Calls a function with a number that gives one.
     *
     * @param session the interpreter
     * @param handle the function
     * @param argument the number
     * @return the result
     */
    public static double callDouble(Session session, long handle, double argument) {
        Frame frame = session.acquire();
        try {
            long open = session.namespace();
            Crossing.beginNumber(session, frame, open);
            double result = Native.callDouble(session.caller(frame), open, handle, argument, frame.address());
            boolean look = result == Status.LOOK;
            Crossing.endedNumber(session, frame, look);
            return look ? Double.longBitsToDouble(Answers.number(session, frame)) : result;
        } finally {
            FrameStack.releaseUntouched(frame);
        }
    }
}
