package dev.krait.internal;

import java.lang.ref.Reference;
import java.util.function.BiFunction;

/** Asks an interpreter for anything but a call of a user's function: operations on its globals and on objects. */
public final class Requests {
    private Requests() {
    }

    /**
     * An operation whose operands are strings.
     *
     * @param session the interpreter
     * @param op one of {@link Operations}, maybe raw
     * @param operands the strings
     * @return its result
     */
    public static Object operation(Session session, int op, String... operands) {
        Frame frame = session.acquire();
        try {
            FrameWriter writer = frame.write(session);
            for (String operand : operands) {
                writer.writeString(operand);
            }
            return finish(session, frame, writer, op);
        } finally {
            FrameStack.release(frame);
        }
    }

    /**
     * The same with a Python object as its result, whatever it is, wrapped by the caller.
     *
     * @param <T> what the caller makes of it
     * @param session the interpreter
     * @param op one of {@link Operations}
     * @param wrap makes an object that owns the handle
     * @param operands the strings
     * @return the object
     */
    public static <T> T object(Session session, int op, BiFunction<Session, Long, T> wrap, String... operands) {
        Frame frame = session.acquire();
        try {
            FrameWriter writer = frame.write(session);
            for (String operand : operands) {
                writer.writeString(operand);
            }
            Crossing.perform(session, frame, writer, op | Op.RAW);
            return wrap.apply(session, Answers.handle(session, frame));
        } finally {
            FrameStack.release(frame);
        }
    }

    /**
     * Sets a global.
     *
     * @param session the interpreter
     * @param name its name, as a user writes it
     * @param value its value
     */
    public static void set(Session session, String name, Object value) {
        Frame frame = session.acquire();
        try {
            FrameWriter writer = frame.write(session);
            writer.writeString(Identifiers.normal(name));
            writeOne(session, writer, value);
            finish(session, frame, writer, Op.SET);
        } finally {
            FrameStack.release(frame);
            Reference.reachabilityFence(value);
        }
    }

    /**
     * An operation on an object, with values as operands.
     *
     * @param session the interpreter
     * @param op one of {@link Operations}, maybe raw
     * @param handle the object
     * @param operands the values
     * @return its result
     */
    public static Object onObject(Session session, int op, long handle, Object... operands) {
        Frame frame = session.acquire();
        try {
            FrameWriter writer = frame.write(session);
            writer.putLong(handle);
            for (Object operand : operands) {
                writeOne(session, writer, operand);
            }
            return finish(session, frame, writer, op);
        } finally {
            FrameStack.release(frame);
            Reference.reachabilityFence(operands);
        }
    }

    /**
     * A comparison.
     *
     * @param session the interpreter
     * @param handle the object on the left
     * @param comparison 0 to 5 for {@code < <= == != > >=}
     * @param other the other side
     * @return its result
     */
    public static Object compare(Session session, long handle, int comparison, Object other) {
        Frame frame = session.acquire();
        try {
            FrameWriter writer = frame.write(session);
            writer.putLong(handle);
            writer.putInt(comparison);
            writeOne(session, writer, other);
            return finish(session, frame, writer, Op.COMPARE);
        } finally {
            FrameStack.release(frame);
            Reference.reachabilityFence(other);
        }
    }

    /**
     * Calls a function of Krait's own Python code.
     *
     * @param session the interpreter
     * @param raw {@code Operations.raw(0, true)} for the result as an object, else 0
     * @param name the function
     * @param args the arguments
     * @return its result
     */
    public static Object helper(Session session, int raw, String name, Object... args) {
        Frame frame = session.acquire();
        try {
            FrameWriter writer = frame.write(session);
            writer.writeString(name);
            return finish(session, frame, writer, Op.HELPER | raw, args, null, null);
        } finally {
            FrameStack.release(frame);
            Reference.reachabilityFence(args);
        }
    }

    /**
     * What Python's {@code if} says of a result, as Python's own {@code filter} and {@code sorted} see it.
     *
     * @param session the interpreter
     * @param value the result
     * @return its truth
     */
    public static boolean truth(Session session, Object value) {
        return value instanceof Boolean ? (Boolean) value : (Boolean) helper(session, 0, "truth", value);
    }

    /**
     * A second object for a callable that is held already; anything else is refused.
     *
     * @param <T> what the caller makes of it
     * @param session the interpreter
     * @param callable a Python object
     * @param wrap makes an object that owns the handle
     * @return the object
     */
    public static <T> T function(Session session, Object callable, BiFunction<Session, Long, T> wrap) {
        Frame frame = session.acquire();
        try {
            FrameWriter writer = frame.write(session);
            writer.writeString("as_callable");
            writeArguments(session, writer, new Object[] {callable}, null, null);
            Crossing.perform(session, frame, writer, Op.HELPER | Op.RAW);
            return wrap.apply(session, Answers.handle(session, frame));
        } finally {
            FrameStack.release(frame);
            Reference.reachabilityFence(callable);
        }
    }

    /** A handle of a name, which is the caller's. */
    private static long intern(Session session, String name) {
        Frame frame = session.acquire();
        try {
            FrameWriter writer = frame.write(session);
            writer.writeString(name);
            Crossing.perform(session, frame, writer, Op.NAME | Op.RAW);
            return Answers.handle(session, frame);
        } finally {
            FrameStack.release(frame);
        }
    }

    /** Writes a name that is called: its handle, if names have room for one. */
    static void writeName(Session session, Frame frame, FrameWriter writer, String name) {
        if (Flight.isOn()) {
            frame.name = name;
        }
        Names names = session.names();
        long known = names.known(name);
        if (known == 0 && names.areFull()) {
            writer.writeString(name);
        } else {
            writer.writeHandle(known != 0 ? known : names.learn(session.binding(), name, intern(session, name)));
        }
    }

    static void writeArguments(Session session, FrameWriter writer, Object[] args, String[] keywords,
            Object[] keywordValues) {
        try {
            writer.writeArguments(args == null ? FunctionCalls.NO_ARGUMENTS : args, keywords, keywordValues);
        } catch (Throwable e) {
            writer.rollback();
            Failures.refuse(session.forms(), e);
            throw e;
        }
    }

    private static void writeOne(Session session, FrameWriter writer, Object value) {
        try {
            writer.write(value);
        } catch (Throwable e) {
            writer.rollback();
            Failures.refuse(session.forms(), e);
            throw e;
        }
    }

    private static Object finish(Session session, Frame frame, FrameWriter writer, int op) {
        return Answers.value(session, frame, writer, Crossing.perform(session, frame, writer, op));
    }

    /** Writes the arguments, and calls. */
    static Object finish(Session session, Frame frame, FrameWriter writer, int op, Object[] args, String[] keywords,
            Object[] keywordValues) {
        writeArguments(session, writer, args, keywords, keywordValues);
        try {
            return finish(session, frame, writer, op);
        } catch (UnmadeArgument e) {
            throw Failures.unmade(session.forms(), e, args, keywords, keywordValues);
        }
    }
}
