package dev.krait.internal;

import dev.krait.ConversionException;
import dev.krait.PythonException;
import dev.krait.PythonSetupException;
import java.lang.ref.Reference;
import java.lang.reflect.Type;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One interpreter as the rest of Krait calls it: operations go out, values and errors come back. Any thread may use it.
 */
public final class Session implements ValueContext {
    private static final JavaHandles HANDLES = new JavaHandles();
    /** Names beyond these are sent as text with each call: programs have few, and made-up ones must not pile up. */
    private static final int MAX_NAMES = 4096;
    private static final Object[] NO_ARGUMENTS = {};
    private static final int MAX_SUPPRESSED = 8;

    private final long binding;
    private final ClassLoader classLoader;
    private final ObjectConversion conversion = new PythonConversion(this);
    private final ConcurrentHashMap<String, Long> names = new ConcurrentHashMap<>();
    private volatile long namespace;

    private Session(long binding, ClassLoader classLoader) {
        this.binding = binding;
        this.classLoader = classLoader;
    }

    /** Opens an interpreter with globals of its own. */
    public static Session open(long binding, ClassLoader classLoader) {
        Session session = new Session(binding, classLoader);
        Frame frame = FrameStack.acquire();
        try {
            session.perform(frame, frame.write(session), Op.OPEN | Op.RAW);
            session.checkStatus(frame, null);
            session.namespace = session.readHandle(frame);
        } finally {
            FrameStack.release(frame);
        }
        return session;
    }

    static JavaHandles handles() {
        return HANDLES;
    }

    /** {@return the number of Java objects that Python holds, of this class loader's Krait} */
    public static int liveJavaObjects() {
        return HANDLES.live();
    }

    /** {@return the number of handles in use in this interpreter's Python} */
    public long liveHandles() {
        return (Long) operation(Op.STATS);
    }

    /** {@return the class loader that Python code of this interpreter finds classes with, or null} */
    public ClassLoader classLoader() {
        return classLoader;
    }

    /** {@return what native code calls the interpreter that runs} */
    long number() {
        return namespace();
    }

    /** {@return whether {@link #close} was called} */
    public boolean isClosed() {
        return namespace == 0;
    }

    /** Closes the interpreter: lets go of its globals. A second time is harmless. */
    public void close() {
        long open;
        synchronized (this) {
            open = namespace;
            namespace = 0;
        }
        if (open == 0) {
            return;
        }
        for (Long name : names.values()) {
            Native.release(binding, name);
        }
        names.clear();
        Frame frame = FrameStack.acquire();
        try {
            FrameWriter writer = frame.write(this);
            writer.finish();
            Object[] refs = (Object[]) Native.call(binding, open, Op.CLOSE, frame.address(), frame.capacity(), null);
            result(frame, writer, refs);
        } finally {
            FrameStack.release(frame);
        }
    }

    private long namespace() {
        long open = namespace;
        if (open == 0) {
            throw new IllegalStateException("the interpreter was closed");
        }
        return open;
    }

    // ---- operations on the globals

    /** An operation whose operands are strings. */
    public Object operation(int op, String... operands) {
        Frame frame = FrameStack.acquire();
        try {
            FrameWriter writer = frame.write(this);
            for (String operand : operands) {
                writer.writeString(operand);
            }
            return finish(frame, writer, op);
        } finally {
            FrameStack.release(frame);
        }
    }

    /** Sets a global. */
    public void set(String name, Object value) {
        Frame frame = FrameStack.acquire();
        try {
            FrameWriter writer = frame.write(this);
            writer.writeString(Identifiers.normal(name));
            writeOne(writer, value);
            finish(frame, writer, Op.SET);
        } finally {
            FrameStack.release(frame);
            Reference.reachabilityFence(value);
        }
    }

    /** Calls what a name stands for. */
    public Object invoke(int op, String name, Object[] args, String[] keywords, Object[] keywordValues) {
        Frame frame = FrameStack.acquire();
        try {
            FrameWriter writer = frame.write(this);
            writeName(writer, name);
            writeArguments(writer, args, keywords, keywordValues);
            return finish(frame, writer, op);
        } finally {
            FrameStack.release(frame);
            Reference.reachabilityFence(args);
            Reference.reachabilityFence(keywordValues);
        }
    }

    private void writeName(FrameWriter writer, String name) {
        Long known = names.get(name);
        if (known != null) {
            writer.writeHandle(known);
        } else if (names.size() >= MAX_NAMES) {
            writer.writeString(name);
        } else {
            writer.writeHandle(intern(name));
        }
    }

    private long intern(String name) {
        Frame frame = FrameStack.acquire();
        try {
            FrameWriter writer = frame.write(this);
            writer.writeString(name);
            perform(frame, writer, Op.NAME | Op.RAW);
            checkStatus(frame, null);
            long handle = readHandle(frame);
            Long other = names.putIfAbsent(name, handle);
            if (other != null) {
                Native.release(binding, handle);
                return other;
            }
            return handle;
        } finally {
            FrameStack.release(frame);
        }
    }

    /** Calls a function of Krait's own Python code. */
    public Object helper(int raw, String name, Object... args) {
        Frame frame = FrameStack.acquire();
        try {
            FrameWriter writer = frame.write(this);
            writer.writeString(name);
            writeArguments(writer, args, null, null);
            return finish(frame, writer, Op.HELPER | raw);
        } finally {
            FrameStack.release(frame);
            Reference.reachabilityFence(args);
        }
    }

    // ---- operations on an object

    /** An operation on an object, with values as operands. */
    public Object onObject(int op, long handle, Object... operands) {
        Frame frame = FrameStack.acquire();
        try {
            FrameWriter writer = frame.write(this);
            writer.putLong(handle);
            for (Object operand : operands) {
                writeOne(writer, operand);
            }
            return finish(frame, writer, op);
        } finally {
            FrameStack.release(frame);
            Reference.reachabilityFence(operands);
        }
    }

    /** A comparison: 0 to 5 for {@code < <= == != > >=}. */
    public Object compare(long handle, int comparison, Object other) {
        Frame frame = FrameStack.acquire();
        try {
            FrameWriter writer = frame.write(this);
            writer.putLong(handle);
            writer.putInt(comparison);
            writeOne(writer, other);
            return finish(frame, writer, Op.COMPARE);
        } finally {
            FrameStack.release(frame);
            Reference.reachabilityFence(other);
        }
    }

    /** Calls an object. */
    public Object call(int op, long handle, Object[] args, String[] keywords, Object[] keywordValues) {
        Frame frame = FrameStack.acquire();
        try {
            FrameWriter writer = frame.write(this);
            writer.putLong(handle);
            writeArguments(writer, args, keywords, keywordValues);
            return finish(frame, writer, op);
        } finally {
            FrameStack.release(frame);
            Reference.reachabilityFence(args);
            Reference.reachabilityFence(keywordValues);
        }
    }

    /** Calls a method of an object. */
    public Object invokeMethod(int op, long handle, String name, Object[] args, String[] keywords,
            Object[] keywordValues) {
        Frame frame = FrameStack.acquire();
        try {
            FrameWriter writer = frame.write(this);
            writer.putLong(handle);
            writeName(writer, name);
            writeArguments(writer, args, keywords, keywordValues);
            return finish(frame, writer, op);
        } finally {
            FrameStack.release(frame);
            Reference.reachabilityFence(args);
            Reference.reachabilityFence(keywordValues);
        }
    }

    /** Calls a function with a whole number that gives one. */
    public long callLong(long handle, long argument) {
        Frame frame = FrameStack.acquire();
        try {
            long result =
                    Native.callLong(binding, namespace(), handle, argument, frame.address(), frame.capacity());
            checkNumber(frame);
            return result;
        } finally {
            FrameStack.release(frame);
        }
    }

    /** Calls a function with a number that gives one. */
    public double callDouble(long handle, double argument) {
        Frame frame = FrameStack.acquire();
        try {
            double result =
                    Native.callDouble(binding, namespace(), handle, argument, frame.address(), frame.capacity());
            checkNumber(frame);
            return result;
        } finally {
            FrameStack.release(frame);
        }
    }

    private void checkNumber(Frame frame) {
        // Both words at once: status OK and no released slots is the rule.
        if (frame.status() != Status.OK || frame.released() != 0) {
            frame.read(this, null);
            checkStatus(frame, null);
            releaseSlots(frame);
        }
    }

    // ---- the call

    private void writeArguments(FrameWriter writer, Object[] args, String[] keywords, Object[] keywordValues) {
        try {
            writer.writeArguments(args == null ? NO_ARGUMENTS : args, keywords, keywordValues);
        } catch (RuntimeException | Error e) {
            writer.rollback();
            throw e;
        }
    }

    private void writeOne(FrameWriter writer, Object value) {
        try {
            writer.write(value);
        } catch (RuntimeException | Error e) {
            writer.rollback();
            throw e;
        }
    }

    private Object finish(Frame frame, FrameWriter writer, int op) {
        return result(frame, writer, perform(frame, writer, op));
    }

    private Object[] perform(Frame frame, FrameWriter writer, int op) {
        long open = op == (Op.OPEN | Op.RAW) ? 0 : namespace();
        writer.finish();
        return (Object[]) Native.call(binding, open, op, frame.address(), frame.capacity(), writer.refs());
    }

    private Object result(Frame frame, FrameWriter writer, Object[] refs) {
        int adopted = frame.adopted();
        if (adopted >= 0) {
            writer.rollback(adopted);
        }
        FrameReader reader = frame.read(this, refs);
        try {
            if (frame.status() == Status.OK) {
                return reader.read();
            }
            throw failure(frame, reader);
        } finally {
            releaseSlots(frame);
        }
    }

    private void checkStatus(Frame frame, Object[] refs) {
        if (frame.status() != Status.OK) {
            FrameReader reader = frame.read(this, refs);
            try {
                throw failure(frame, reader);
            } finally {
                releaseSlots(frame);
            }
        }
    }

    private long readHandle(Frame frame) {
        return frame.read(this, null).readHandle();
    }

    private static void releaseSlots(Frame frame) {
        int released = frame.released();
        for (int i = 0; i < released; i++) {
            HANDLES.release(frame.releasedSlot(i));
        }
    }

    /** The exception that a frame tells of; a Java throwable that came through Python is thrown as it is. */
    private static RuntimeException failure(Frame frame, FrameReader reader) {
        if (frame.status() == Status.FAILED) {
            int code = reader.readFailure();
            return refusal(code, reader.readString());
        }
        ErrorRecord record = new ErrorRecord(reader.read());
        PythonException exception = Api.get().exception(record);
        Throwable original = record.throwable();
        if (original == null) {
            return exception;
        }
        // The same throwable goes on; what Python adds to its stack travels along. A throwable that is thrown again
        // and again does not collect without end.
        if (original.getSuppressed().length < MAX_SUPPRESSED) {
            original.addSuppressed(exception);
        }
        throw Session.<RuntimeException>sneaky(original);
    }

    private static RuntimeException refusal(int code, String message) {
        switch (code) {
            case Failure.CLOSED:
                return new IllegalStateException(message);
            case Failure.CONVERSION:
                return new ConversionException(message);
            case Failure.ARGUMENT:
                return new IllegalArgumentException(message);
            case Failure.SETUP:
                return new PythonSetupException(message);
            default:
                throw new AssertionError("Krait: " + message);
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T sneaky(Throwable throwable) throws T {
        throw (T) throwable;
    }

    // ---- values

    /** Converts a value to a type. */
    public Object convert(Object value, Type target) {
        return Converter.convert(value, target, conversion);
    }

    @Override
    public Object wrap(long handle) {
        return Api.get().wrap(this, handle);
    }

    @Override
    public Object objectAt(int slot) {
        return HANDLES.get(slot);
    }

    @Override
    public long handleOf(Object object) {
        Session owner = Api.get().sessionOf(object);
        if (owner == null) {
            return 0;
        }
        if (owner.binding != binding) {
            throw new IllegalStateException("the Python object belongs to another interpreter");
        }
        return Api.get().handleOf(object);
    }

    @Override
    public int slotOf(Object object) {
        return HANDLES.allocate(object, this);
    }

    @Override
    public void releaseSlot(int slot) {
        HANDLES.release(slot);
    }

    /** A second object for a callable that is held already; anything else is refused. */
    public Object helperFunction(Object callable, java.util.function.BiFunction<Session, Long, Object> wrap) {
        Frame frame = FrameStack.acquire();
        try {
            FrameWriter writer = frame.write(this);
            writer.writeString("as_callable");
            writeArguments(writer, new Object[] {callable}, null, null);
            perform(frame, writer, Op.HELPER | Op.RAW);
            checkStatus(frame, null);
            return wrap.apply(this, readHandle(frame));
        } finally {
            FrameStack.release(frame);
            Reference.reachabilityFence(callable);
        }
    }

    /** An operation with strings as operands whose result is a Python object, wrapped by the caller. */
    public <T> T object(int op, java.util.function.BiFunction<Session, Long, T> wrap, String... operands) {
        Frame frame = FrameStack.acquire();
        try {
            FrameWriter writer = frame.write(this);
            for (String operand : operands) {
                writer.writeString(operand);
            }
            perform(frame, writer, op | Op.RAW);
            checkStatus(frame, null);
            T wrapped = wrap.apply(this, readHandle(frame));
            releaseSlots(frame);
            return wrapped;
        } finally {
            FrameStack.release(frame);
        }
    }

    /** What releases a handle: it holds no reference to the session. */
    public static Runnable releaser(Session session, long handle) {
        long binding = session.binding;
        return () -> Native.release(binding, handle);
    }
}
