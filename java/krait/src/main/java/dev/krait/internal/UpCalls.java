package dev.krait.internal;

import java.util.Objects;

/** What native code calls: operations on Java objects, for Python. Any thread, also ones that Python made. */
final class UpCalls {
    private UpCalls() {
    }

    /** A frame for up-calls, which native code keeps. */
    static Frame newFrame() {
        return new Frame();
    }

    /**
     * Does an operation on the object in a slot. Arguments come and the result goes in the frame; whatever is thrown goes
     * there too: a Python exception as itself, any other throwable as (throwable, class name, message).
     *
     * @return the address of the frame's memory, which may have moved
     */
    static long call(Frame frame, int op, int slot) {
        ValueContext owner = null;
        try {
            owner = Session.handles().owner(slot);
            Object target = Session.handles().get(slot);
            FrameReader reader = frame.read(owner, null);
            String name = op == UpOp.CALL_METHOD ? reader.readString() : null;
            Object[] args = reader.readArguments().positional();
            frame.shrink();
            Object result = perform(op, target, name, args);
            FrameWriter writer = frame.write(owner).withoutReferences();
            try {
                writer.write(result);
            } catch (Throwable e) {
                writer.rollback();
                throw e;
            }
            writer.finish();
        } catch (Throwable e) {
            raise(frame, owner, e);
        }
        return frame.address();
    }

    private static Object perform(int op, Object target, String name, Object[] args) throws Throwable {
        switch (op) {
            case UpOp.CALL:
                return Callables.call(target, args);
            case UpOp.STR:
                return String.valueOf(target);
            case UpOp.REPR:
                return "<" + target.getClass().getTypeName() + " " + target + ">";
            case UpOp.EQUALS:
                return Objects.equals(target, args[0]);
            case UpOp.HASH:
                return target.hashCode();
            default:
                throw new AssertionError("Krait: unknown operation " + op + (name == null ? "" : " " + name));
        }
    }

    private static void raise(Frame frame, ValueContext owner, Throwable thrown) {
        FrameWriter writer = frame.write(owner).withoutReferences();
        Object python = owner == null ? null : Api.get().pythonExceptionOf(thrown);
        try {
            writer.write(python != null ? python : new Object[] {thrown, thrown.getClass().getName(), message(thrown)});
            writer.finishRaised();
        } catch (IllegalStateException e) {
            // The Python exception was closed, or is another interpreter's: then it is a Java exception like any other.
            writer.rollback();
            writer = frame.write(owner).withoutReferences();
            writer.write(new Object[] {thrown, thrown.getClass().getName(), message(thrown)});
            writer.finishRaised();
        }
    }

    private static String message(Throwable thrown) {
        try {
            return thrown.getMessage();
        } catch (RuntimeException e) {
            return "getMessage() threw " + e.getClass().getName();
        }
    }
}
