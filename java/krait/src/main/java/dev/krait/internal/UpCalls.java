package dev.krait.internal;

import dev.krait.PythonException;
import java.util.Arrays;

/** What native code calls: operations on Java objects, for Python. Any thread, also ones that Python made. */
final class UpCalls {
    static {
        // A class whose initialiser runs out of stack can never be used again. So these, which calls and errors need and
        // which have more than constants, are not left to whichever call is the first, which may be deep in a recursion.
        for (Class<?> needed : new Class<?>[] {Thrown.class, PassedFrames.class, PythonError.class, PythonException.class,
            ErrorRecord.class, ValueKind.class, TextCodec.class, TimeCodec.class, Converter.class, Callables.class,
            Candidate.class, PythonProxy.class}) {
            try {
                Class.forName(needed.getName(), true, needed.getClassLoader());
            } catch (ClassNotFoundException e) {
                throw new AssertionError("Krait: " + needed + " is not in its own class loader", e);
            }
        }
        // The JDK has one such for stack traces with a frame of its own, as this one has.
        Thread.currentThread().getStackTrace();
    }

    private UpCalls() {
    }

    /** The frames that native code has for up-calls, by numbers: a reference of its own would keep this class loader. */
    private static volatile Frame[] frames = new Frame[8];

    /** {@return the number of a new frame for up-calls} */
    static synchronized int newFrame() {
        int number = 0;
        while (number < frames.length && frames[number] != null) {
            number++;
        }
        Frame[] all = number < frames.length ? frames : Arrays.copyOf(frames, 2 * number);
        all[number] = new Frame();
        // Also where the array is the same: other threads see what was stored in it before.
        frames = all;
        return number;
    }

    /** Native code needs a frame no more. */
    static synchronized void dropFrame(int number) {
        // Large memory is for other frames at once: the garbage collector may come late.
        frames[number].shrink();
        frames[number] = null;
    }

    /** Python could not read the answer that a frame has: it has taken over only the first few of its slots. */
    static void unread(int number, int adopted) {
        frames[number].takeBack(adopted);
    }

    /** The address of a frame's memory. */
    static long address(int number) {
        frames[number].takeMoved();
        return frames[number].address();
    }

    /** The size of a frame's memory. */
    static long capacity(int number) {
        return frames[number].capacity();
    }

    /** The object in a slot, for its monitor. */
    static Object object(int slot) {
        return Session.handles().get(slot);
    }

    /**
     * Does an operation on the object in a slot, or on none where the slot is 0. Arguments come and the result goes in the
     * frame; whatever is thrown goes there too, see {@link #raise}.
     *
     * @return whether the frame has other memory than before
     */
    static boolean call(int number, int op, int slot) {
        Frame frame = frames[number];
        Session session = null;
        frame.counts.upCalls++;
        frame.letGo();
        try {
            FrameReader reader = frame.read(null, null);
            session = Sessions.calling(reader.longValue(), reader.longValue(), slot);
            reader.use(session);
            if (op == UpOp.CALL_METHOD) {
                callMethod(frame, reader, session, slot);
            } else {
                perform(frame, reader, session, op, slot);
            }
        } catch (Throwable e) {
            if (session == null) {
                Answers.releaseSlots(frame);
                frame.setUnread();
            }
            raise(frame, session, e);
        }
        return answered(frame);
    }

    /** As {@link #call}, on a thread that is in no call of this Krait's: one that Python made, say. */
    static boolean callFromAfar(int number, int op, int slot) {
        ClassLoader lent = lendLoader(frames[number]);
        try {
            return call(number, op, slot);
        } finally {
            takeBack(lent);
        }
    }

    /**
     * Gives a thread that has no context class loader that of the interpreter which calls, for the call only: it would keep the
     * loader for as long as it runs.
     *
     * @return the loader, or null where the thread has one, or takes none
     */
    private static ClassLoader lendLoader(Frame frame) {
        if (Thread.currentThread().getContextClassLoader() != null) {
            return null;
        }
        FrameReader reader = frame.read(null, null);
        Session session = Sessions.find(reader.longValue(), reader.longValue());
        ClassLoader loader = session == null ? null : session.state().java.loader;
        return setLoader(loader) ? loader : null;
    }

    private static void takeBack(ClassLoader lent) {
        if (lent != null && Thread.currentThread().getContextClassLoader() == lent) {
            setLoader(null);
        }
    }

    private static boolean setLoader(ClassLoader loader) {
        try {
            Thread.currentThread().setContextClassLoader(loader);
            return true;
        } catch (SecurityException e) {
            // Some of the JDK's own threads take none.
            return false;
        }
    }

    /** Hands the answer over to native code. Whether that has to look for it elsewhere than before. */
    private static boolean answered(Frame frame) {
        frame.handOver();
        return frame.takeMoved();
    }

    /**
     * Calls a method with numbers alone, see {@link NumberCall}, on the object in a slot, or on none where the slot is 0. The
     * frame has who calls, and the form of the result. What a number does not say goes into it as {@link #call} has it.
     *
     * @param membersSlot the slot of the class's members
     * @param index the index of the call in there
     * @return the result, or {@link Status#LOOK} or {@link Status#MOVED} where the frame has the answer
     */
    static long callNumbers(int number, int membersSlot, int index, int slot, long first, long second) {
        Frame frame = frames[number];
        Object result = null;
        Throwable thrown = null;
        frame.counts.upCalls++;
        frame.letGo();
        try {
            Answers.releaseSlots(frame);
            NumberCall call = ((Members) Session.handles().get(membersSlot)).numberCall(index);
            Object target = slot == 0 ? null : Session.handles().get(slot);
            if (call.givesNumber()) {
                long answer = call.number(target, first, second);
                if (answer != Status.LOOK && answer != Status.MOVED) {
                    return answer;
                }
                result = call.value(answer);
            } else {
                result = call.object(target, first, second);
            }
        } catch (Throwable e) {
            thrown = e;
        }
        return answerInFrame(frame, slot, result, thrown);
    }

    /** As {@link #callNumbers}, on a thread that is in no call of this Krait's. */
    static long callNumbersFromAfar(int number, int membersSlot, int index, int slot, long first, long second) {
        ClassLoader lent = lendLoader(frames[number]);
        try {
            return callNumbers(number, membersSlot, index, slot, first, second);
        } finally {
            takeBack(lent);
        }
    }

    private static long answerInFrame(Frame frame, int slot, Object result, Throwable thrown) {
        Session session = null;
        try {
            FrameReader reader = frame.read(null, null);
            session = Sessions.calling(reader.longValue(), reader.longValue(), slot);
            if (thrown != null) {
                throw thrown;
            }
            write(frame, session, result, reader.intValue());
        } catch (Throwable e) {
            raise(frame, session, e);
        }
        return answered(frame) ? Status.MOVED : Status.LOOK;
    }

    private static void callMethod(Frame frame, FrameReader reader, Session session, int slot) throws Throwable {
        Members members = (Members) Session.handles().get(reader.intValue());
        int index = reader.intValue();
        int candidate = reader.intValue();
        int form = reader.intValue();
        Object[] args = reader.readPositional(false);
        long live = reader.live();
        release(frame);
        Object target = slot == 0 ? null : Session.handles().get(slot);
        Given.check(session, members, index, args);
        MethodGroup group = members.group(index);
        Choice choice = group.choose(session, target, args, live, candidate);
        Object result = group.call(session, choice, target, args, live);
        write(frame, session, result, form);
        frame.setNumberCall(choice.numberCall(members));
    }

    private static void perform(Frame frame, FrameReader reader, Session session, int op, int slot) throws Throwable {
        Object[] args = reader.readPositional(op == UpOp.SERVICE);
        long live = reader.live();
        release(frame);
        if (op == UpOp.SERVICE) {
            // Descriptions and the like are Python's own, whatever the interpreter was told of collections.
            write(frame, session, Services.perform(session, (String) args[0], args, live), Form.COPY);
            return;
        }
        Object target = Session.handles().get(slot);
        Object result;
        switch (op) {
            case UpOp.STR:
                result = Manners.str(target);
                break;
            case UpOp.REPR:
                result = Manners.repr(target);
                break;
            case UpOp.EQUALS:
                result = Comparisons.equalTo(target, args[0], live != 0);
                break;
            case UpOp.HASH:
                result = target.hashCode();
                break;
            case UpOp.COMPARE:
                result = Comparisons.compare(target, args[0]);
                break;
            case UpOp.BUFFER:
                result = target.getClass().isArray() && target.getClass().getComponentType().isPrimitive() ? target : null;
                write(frame, session, result, Form.COPY);
                return;
            default:
                throw new AssertionError("Krait: unknown operation " + op);
        }
        write(frame, session, result, Form.DEFAULT);
    }

    /** Lets go of what Python let go of, and of memory that large arguments took. */
    private static void release(Frame frame) {
        Answers.releaseSlots(frame);
        frame.shrink();
    }

    private static void write(Frame frame, Session session, Object result, int form) {
        FrameWriter writer = frame.write(session).withoutReferences();
        try {
            writer.write(result, form == Form.DEFAULT ? session.form() : form);
        } catch (Throwable e) {
            writer.rollback();
            throw e;
        }
        writer.finish();
    }

    /**
     * Tells what was thrown: (exception, frames) for a Python exception on its way through Java, (throwable, class name,
     * message) for any other, (type, message) for what Krait itself has to say. {@link ObjectsWanted} asks for another call.
     *
     * <p>Where that cannot be written, for want of stack, memory or an interpreter, it is thrown, and native code makes a Python
     * exception of its kind: never one that has lost its throwable.
     */
    private static void raise(Frame frame, Session session, Throwable raised) {
        if (raised instanceof ObjectsWanted) {
            frame.write(session).finishObjects(((ObjectsWanted) raised).which);
            return;
        }
        Throwable thrown = Thrown.original(raised);
        if (session == null && !(thrown instanceof PythonError)) {
            throw Failures.<RuntimeException>sneaky(thrown);
        }
        FrameWriter writer = frame.write(session).withoutReferences();
        try {
            tell(writer, session, thrown);
        } catch (Throwable e) {
            writer.rollback();
            throw Failures.<RuntimeException>sneaky(e instanceof VirtualMachineError ? e : thrown);
        }
        writer.finishRaised();
    }

    private static void tell(FrameWriter writer, Session session, Throwable thrown) {
        if (thrown instanceof PythonError) {
            writer.write(new Object[] {((PythonError) thrown).type(), thrown.getMessage()});
            return;
        }
        Object python = Thrown.pythonOf(thrown);
        try {
            writer.write(python == null ? Thrown.mirrored(thrown) : new Object[] {python, new PassedFrames(thrown.getStackTrace())});
        } catch (IllegalStateException | PythonError e) {
            // The Python exception was closed, or is another interpreter's, or the filter denies the class: then only
            // the name and the message remain.
            writer.restart();
            writer.write(python == null ? new Object[] {null, thrown.getClass().getName(), Thrown.message(thrown)} : Thrown.mirrored(thrown));
        }
    }
}
