package dev.krait.internal;

import java.lang.ref.Reference;

/** Calls methods: of an object, or of what a name stands for. */
public final class MethodCalls {
    private MethodCalls() {
    }

    /**
     * Calls a method of an object.
     *
     * @param session the interpreter
     * @param op {@link Operations#INVOKE_METHOD}, maybe raw
     * @param handle the object
     * @param name the method
     * @param args the arguments by position
     * @param keywords the names of those by keyword, or null
     * @param keywordValues those, or null
     * @return the result
     */
    public static Object invokeMethod(Session session, int op, long handle, String name, Object[] args, String[] keywords,
            Object[] keywordValues) {
        Frame frame = session.acquire();
        try {
            FrameWriter writer = frame.write(session);
            writer.putLong(handle);
            Requests.writeName(session, frame, writer, name);
            return Requests.finish(session, frame, writer, op, args, keywords, keywordValues);
        } finally {
            FrameStack.release(frame);
            Reference.reachabilityFence(args);
            Reference.reachabilityFence(keywordValues);
        }
    }

    /**
     * Calls a method of what a name stands for.
     *
     * @param session the interpreter
     * @param name a name, maybe dotted
     * @param method the method
     * @param args the arguments
     * @return the result
     */
    public static Object invokeOn(Session session, String name, String method, Object[] args) {
        return invokeOn(session, Op.INVOKE_ON, name, method, args);
    }

    /**
     * As {@link #invokeOn}; a generator comes with its first items, so that reading it to its end is no call more. It has then
     * run on before they are asked for.
     *
     * @param session the interpreter
     * @param name a name, maybe dotted
     * @param method the method
     * @param args the arguments
     * @return the result
     */
    public static Object invokeItems(Session session, String name, String method, Object[] args) {
        return invokeOn(session, Op.INVOKE_ITEMS, name, method, args);
    }

    private static Object invokeOn(Session session, int op, String name, String method, Object[] args) {
        // Null at the first call, which makes the names known.
        Names.Method known = session.names().method(name, method);
        if (known != null && args != null && args.length == 1 && args[0] instanceof Long) {
            return invokeLong(session, op, known, (Long) args[0]);
        }
        Frame frame = session.acquire();
        boolean untouched = false;
        try {
            long simple = SimpleCodec.NOT_SIMPLE;
            if (known != null) {
                simple = SimpleCodec.write(frame, args == null ? FunctionCalls.NO_ARGUMENTS : args);
            }
            if (simple == SimpleCodec.NOT_SIMPLE) {
                return invokeAny(session, frame, op, name, method, args);
            }
            Object[] refs = invokeSimple(session, frame, op, known, simple);
            int status = frame.status();
            if (SimpleCodec.isAnswer(status)) {
                untouched = true;
                return SimpleCodec.read(frame, status);
            }
            return Answers.value(session, frame, null, refs, op == Op.INVOKE_ITEMS);
        } finally {
            FrameStack.release(frame, untouched);
            Reference.reachabilityFence(args);
        }
    }

    private static Object invokeAny(Session session, Frame frame, int op, String name, String method, Object[] args) {
        FrameWriter writer = frame.write(session);
        Requests.writeName(session, frame, writer, name);
        Requests.writeName(session, frame, writer, method);
        Requests.writeArguments(session, writer, args, null, null);
        Object[] refs = Crossing.perform(session, frame, writer, op);
        try {
            return Answers.value(session, frame, writer, refs, op == Op.INVOKE_ITEMS);
        } catch (UnmadeArgument e) {
            throw Failures.unmade(session.forms(), e, args, null, null);
        }
    }

    private static Object[] invokeSimple(Session session, Frame frame, int op, Names.Method called, long argument) {
        if (Flight.isOn()) {
            frame.name = called.methodName;
        }
        long open = session.namespace();
        Crossing.begin(session, frame, open, op, SimpleCodec.bytes(argument));
        Object[] refs = (Object[]) Native.invokeSimple(session.caller(frame), open, called.object, called.method, argument,
                op, frame.address(), frame.capacity());
        Crossing.ended(session, frame, frame.length() + ArrayCodec.bytes(refs));
        return refs;
    }

    private static Object invokeLong(Session session, int op, Names.Method called, long argument) {
        Frame frame = session.acquire();
        boolean untouched = false;
        try {
            if (Flight.isOn()) {
                frame.name = called.methodName;
            }
            long open = session.namespace();
            Crossing.begin(session, frame, open, op, Long.BYTES);
            long number = Native.invokeLong(session.caller(frame), open, called.object, called.method, argument, op,
                    frame.address());
            Crossing.ended(session, frame, Long.BYTES);
            if (frame.status() == Status.OK) {
                untouched = true;
                return number;
            }
            return Answers.value(session, frame, null, null, op == Op.INVOKE_ITEMS);
        } finally {
            FrameStack.release(frame, untouched);
        }
    }
}
