package dev.krait.internal;

import dev.krait.ConversionException;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * One interpreter as the rest of Krait calls it: operations go out, values and errors come back. Any thread may use it.
 */
public final class Session implements ValueContext {
    private static final JavaHandles HANDLES = new JavaHandles();
    private static final Object[] NO_ARGUMENTS = {};

    /** What all views of an interpreter share. */
    static final class State {
        final long binding;
        /** Whether the binding is the main interpreter's. */
        final boolean isMain;
        final JavaAccess java;
        final Names names = new Names();
        /** What Java has of it, to be let go of. */
        final Cleanup cleanup = new Cleanup();
        /** Lets go of what the interpreter has besides its globals. */
        final Runnable end;
        /** Whether Python is told the names of Java's threads; set before the first user's call. */
        boolean namesThreads;
        volatile long namespace;
        /** Set by a close from inside a call: the last call to end does what is left. */
        volatile long leaving;
        /** The view that up-calls get; it lives as long as any. */
        Session first;

        /** Buffers over memory of its Python, which must last; guarded by this. */
        private int pins;
        /** It is to end when the last of them goes; guarded by this. */
        private boolean ending;

        State(long binding, boolean isMain, JavaAccess java, Runnable end) {
            this.binding = binding;
            this.isMain = isMain;
            this.java = java;
            this.end = end;
        }

        private void end() {
            synchronized (this) {
                ending = true;
                if (pins > 0) {
                    return;
                }
            }
            end.run();
        }

        private synchronized void pin() {
            pins++;
        }

        private void unpin() {
            synchronized (this) {
                pins--;
                if (pins > 0 || !ending) {
                    return;
                }
            }
            end.run();
        }
    }

    private final long binding;
    private final boolean isMain;
    private final long timeout;
    private final State state;
    private final Names names;
    private final Forms forms;
    /** The view in Krait's own forms, which Krait's own objects belong to. */
    private final Session plain;
    private final WeakReference<ValueContext> reference = new WeakReference<>(this);
    private final ObjectConversion conversion = new PythonConversion(this);
    /** The stack of a thread that calls often, which need not look for it. */
    private FrameStack recent;

    Session(State state, long timeout) {
        this(state, timeout, null, null);
    }

    private Session(State state, long timeout, Forms forms, Session plain) {
        binding = state.binding;
        isMain = state.isMain;
        this.forms = forms;
        this.plain = plain == null ? this : plain;
        this.timeout = timeout;
        this.state = state;
        this.names = state.names;
    }

    /** Opens an interpreter with globals of its own. */
    public static Session open(long binding, boolean isMain, JavaAccess java, Runnable end) {
        Session session = new Session(new State(binding, isMain, java, end), CallWatch.NO_DEADLINE);
        Frame frame = session.acquire();
        try {
            session.perform(frame, frame.write(session), Op.OPEN | Op.RAW);
            session.state.namespace = session.handle(frame);
            session.state.first = session;
            Sessions.add(session);
        } finally {
            FrameStack.release(frame);
        }
        Native.opened(binding, session.state.namespace);
        Interpreters.opened(session.state);
        return session;
    }

    /** What all sessions of one interpreter, with and without deadlines, have in common. */
    State state() {
        return state;
    }

    static JavaHandles handles() {
        return HANDLES;
    }

    /** {@return the number of Java objects that Python holds, of this class loader's Krait} */
    public static int liveJavaObjects() {
        return HANDLES.live();
    }

    /** {@return the class loader that Python code of this interpreter finds classes with, or null} */
    public ClassLoader classLoader() {
        return state.java.loader;
    }

    /**
     * The same interpreter with a deadline for every call.
     *
     * @param limit how long a call may take; more than nothing
     * @return a view
     */
    public Session withTimeout(Duration limit) {
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("a deadline must be more than nothing: " + limit);
        }
        long nanos;
        try {
            nanos = limit.toNanos();
        } catch (ArithmeticException e) {
            // Some centuries: no deadline at all.
            nanos = CallWatch.NO_DEADLINE;
        }
        return new Session(state, nanos);
    }

    /**
     * The same interpreter, whose values cross in other forms: for this view, and for what Python calls in Java.
     *
     * @param interpreter a {@code dev.krait.PythonInterpreter}
     * @param forms the forms
     * @return a view
     */
    public static Session inForms(Object interpreter, Forms forms) {
        Session session = Api.get().interpreterSession(interpreter);
        Session view = new Session(session.state, session.timeout, forms, session);
        view.state.first = view;
        Sessions.add(view);
        return view;
    }

    @Override
    public Forms forms() {
        return forms;
    }

    /** Has all calls stopped that run in the interpreter, in any thread. */
    public void interrupt() {
        CallWatch.interrupt(binding, namespace());
    }

    /** {@return what all threads run in Python} */
    public String dumpStacks() {
        namespace();
        return Interpreters.dump();
    }

    /** {@return what native code calls the interpreter that runs} */
    long number() {
        return namespace();
    }

    /** {@return what lets go of what Java has of the interpreter} */
    public Cleanup cleanup() {
        return state.cleanup;
    }

    /** Memory of the interpreter's Python is read from now on, and must last: also when the interpreter is closed. */
    public void pin() {
        state.pin();
    }

    /** It is not read any more. */
    public void unpin() {
        state.unpin();
    }

    /** {@return whether {@link #close} was called} */
    public boolean isClosed() {
        return state.namespace == 0;
    }

    /**
     * Closes the interpreter: refuses new calls, waits for those that run in other threads, and lets go of its globals. From
     * inside a call of it, what is left is done when the last call ends. A second time is harmless.
     */
    public void close() {
        long open;
        synchronized (state) {
            open = state.namespace;
            state.leaving = open;
            state.namespace = 0;
        }
        if (open == 0) {
            return;
        }
        Object closing = Flight.RECORDER == null ? null : Flight.RECORDER.closing();
        Interpreters.closed(state);
        long pause = 50_000;
        int running = Native.runs(binding, open);
        while ((running & 1) != 0 && (running & 2) == 0) {
            LockSupport.parkNanos(pause);
            pause = Math.min(2 * pause, 5_000_000);
            running = Native.runs(binding, open);
        }
        if (running == 0) {
            leave();
        }
        if (closing != null) {
            Flight.RECORDER.closed(closing);
        }
    }

    /** Does what is left of a close, once. */
    void leave() {
        long open;
        synchronized (state) {
            open = state.leaving;
            if (open == 0 || Native.runs(binding, open) != 0) {
                return;
            }
            state.leaving = 0;
        }
        names.release(binding);
        state.cleanup.cleanAll();
        Frame frame = acquire();
        try {
            FrameWriter writer = frame.write(this);
            writer.finish();
            Object[] refs = (Object[]) Native.call(binding, open, Op.CLOSE, frame.address(), frame.capacity(), null);
            result(frame, writer, refs);
        } finally {
            FrameStack.release(frame);
            // Not before: what Python does at the end may call Java, to flush a stream.
            Sessions.remove(this, open);
            Native.closed(binding, open);
            state.end();
            Interpreters.left();
        }
    }

    long binding() {
        return binding;
    }

    long namespace() {
        long open = state.namespace;
        if (open == 0) {
            throw new IllegalStateException("the interpreter was closed");
        }
        return open;
    }

    // ---- operations on the globals

    /** An operation whose operands are strings. */
    public Object operation(int op, String... operands) {
        Frame frame = acquire();
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
        Frame frame = acquire();
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
        // Not at the first call, which makes the name known.
        return call(op, names.known(name), name, args, keywords, keywordValues);
    }

    /** Calls a method of what a name stands for. */
    public Object invokeOn(String name, String method, Object[] args) {
        return invokeOn(Op.INVOKE_ON, name, method, args);
    }

    /**
     * As {@link #invokeOn}; a generator comes with its first items, so that reading it to its end is no call more. It has then
     * run on before they are asked for.
     */
    public Object invokeItems(String name, String method, Object[] args) {
        return invokeOn(Op.INVOKE_ITEMS, name, method, args);
    }

    private Object invokeOn(int op, String name, String method, Object[] args) {
        // Null at the first call, which makes the names known.
        Names.Method known = names.method(name, method);
        if (known != null && args != null && args.length == 1 && args[0] instanceof Long) {
            return invokeLong(op, known, (Long) args[0]);
        }
        Frame frame = acquire();
        boolean untouched = false;
        try {
            long simple = SimpleCodec.NOT_SIMPLE;
            if (known != null) {
                simple = SimpleCodec.write(frame, args == null ? NO_ARGUMENTS : args);
            }
            if (simple == SimpleCodec.NOT_SIMPLE) {
                return invokeAny(frame, op, name, method, args);
            }
            Object[] refs = invokeSimple(frame, op, known, simple);
            int status = frame.status();
            if (SimpleCodec.isAnswer(status)) {
                untouched = true;
                return SimpleCodec.read(frame, status);
            }
            return result(frame, null, refs, op == Op.INVOKE_ITEMS);
        } finally {
            FrameStack.release(frame, untouched);
            Reference.reachabilityFence(args);
        }
    }

    private Object invokeAny(Frame frame, int op, String name, String method, Object[] args) {
        FrameWriter writer = frame.write(this);
        writeName(frame, writer, name);
        writeName(frame, writer, method);
        writeArguments(writer, args, null, null);
        Object[] refs = perform(frame, writer, op);
        try {
            return result(frame, writer, refs, op == Op.INVOKE_ITEMS);
        } catch (UnmadeArgument e) {
            throw Failures.unmade(forms, e, args, null, null);
        }
    }

    private Object[] invokeSimple(Frame frame, int op, Names.Method called, long argument) {
        if (Flight.isOn()) {
            frame.name = called.methodName;
        }
        long open = namespace();
        begin(frame, open, op, SimpleCodec.bytes(argument));
        Object[] refs = (Object[]) Native.invokeSimple(caller(frame), open, called.object, called.method, argument, op,
                frame.address(), frame.capacity());
        ended(frame, frame.length() + ArrayCodec.bytes(refs));
        return refs;
    }

    private Object invokeLong(int op, Names.Method called, long argument) {
        Frame frame = acquire();
        boolean untouched = false;
        try {
            if (Flight.isOn()) {
                frame.name = called.methodName;
            }
            long open = namespace();
            begin(frame, open, op, Long.BYTES);
            long number = Native.invokeLong(caller(frame), open, called.object, called.method, argument, op,
                    frame.address());
            ended(frame, Long.BYTES);
            if (frame.status() == Status.OK) {
                untouched = true;
                return number;
            }
            return result(frame, null, null, op == Op.INVOKE_ITEMS);
        } finally {
            FrameStack.release(frame, untouched);
        }
    }

    private void writeName(Frame frame, FrameWriter writer, String name) {
        if (Flight.isOn()) {
            frame.name = name;
        }
        names.write(this, writer, name);
    }

    /** A handle of a name, which is the caller's. */
    long intern(String name) {
        Frame frame = acquire();
        try {
            FrameWriter writer = frame.write(this);
            writer.writeString(name);
            perform(frame, writer, Op.NAME | Op.RAW);
            return handle(frame);
        } finally {
            FrameStack.release(frame);
        }
    }

    /** Calls a function of Krait's own Python code. */
    public Object helper(int raw, String name, Object... args) {
        Frame frame = acquire();
        try {
            FrameWriter writer = frame.write(this);
            writer.writeString(name);
            return finish(frame, writer, Op.HELPER | raw, args, null, null);
        } finally {
            FrameStack.release(frame);
            Reference.reachabilityFence(args);
        }
    }

    // ---- operations on an object

    /** An operation on an object, with values as operands. */
    public Object onObject(int op, long handle, Object... operands) {
        Frame frame = acquire();
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
        Frame frame = acquire();
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
        return call(op, handle, null, args, keywords, keywordValues);
    }

    /** Calls an object, or where there is a name what that stands for; the handle is the name's then, or 0. */
    private Object call(int op, long handle, String name, Object[] args, String[] keywords, Object[] keywordValues) {
        Frame frame = acquire();
        boolean untouched = false;
        try {
            long simple = SimpleCodec.NOT_SIMPLE;
            if (keywords == null && keywordValues == null && handle != 0 && (op & Op.RAW) == 0) {
                simple = SimpleCodec.write(frame, args == null ? NO_ARGUMENTS : args);
            }
            if (simple == SimpleCodec.NOT_SIMPLE) {
                FrameWriter writer = frame.write(this);
                if (name == null) {
                    writer.putLong(handle);
                } else {
                    writeName(frame, writer, name);
                }
                return finish(frame, writer, op, args, keywords, keywordValues);
            }
            if (name != null) {
                simple |= SimpleTag.BY_NAME;
                if (Flight.isOn()) {
                    frame.name = name;
                }
            }
            Object[] refs = callSimple(frame, op, handle, simple);
            int status = frame.status();
            if (SimpleCodec.isAnswer(status)) {
                untouched = true;
                return SimpleCodec.read(frame, status);
            }
            return result(frame, null, refs);
        } finally {
            FrameStack.release(frame, untouched);
            Reference.reachabilityFence(args);
            Reference.reachabilityFence(keywordValues);
        }
    }

    private Object[] callSimple(Frame frame, int op, long target, long argument) {
        long open = namespace();
        begin(frame, open, op, SimpleCodec.bytes(argument));
        Object refs = Native.callSimple(caller(frame), open, target, argument, frame.address(), frame.capacity());
        Object[] arrays = (Object[]) refs;
        ended(frame, frame.length() + ArrayCodec.bytes(arrays));
        return arrays;
    }

    /** Calls a method of an object. */
    public Object invokeMethod(int op, long handle, String name, Object[] args, String[] keywords,
            Object[] keywordValues) {
        Frame frame = acquire();
        try {
            FrameWriter writer = frame.write(this);
            writer.putLong(handle);
            writeName(frame, writer, name);
            return finish(frame, writer, op, args, keywords, keywordValues);
        } finally {
            FrameStack.release(frame);
            Reference.reachabilityFence(args);
            Reference.reachabilityFence(keywordValues);
        }
    }

    /** Calls a function with a whole number that gives one. */
    public long callLong(long handle, long argument) {
        Frame frame = acquire();
        try {
            long open = namespace();
            beginNumber(frame, open);
            long result = Native.callLong(caller(frame), open, handle, argument, frame.address());
            boolean look = result == Status.LOOK;
            endedNumber(frame, look);
            return look ? lookForNumber(frame) : result;
        } finally {
            FrameStack.releaseUntouched(frame);
        }
    }

    /** Calls a function with a number that gives one. */
    public double callDouble(long handle, double argument) {
        Frame frame = acquire();
        try {
            long open = namespace();
            beginNumber(frame, open);
            double result = Native.callDouble(caller(frame), open, handle, argument, frame.address());
            boolean look = result == Status.LOOK;
            endedNumber(frame, look);
            return look ? Double.longBitsToDouble(lookForNumber(frame)) : result;
        } finally {
            FrameStack.releaseUntouched(frame);
        }
    }

    /** The bits of a number that the frame has; or what went wrong. */
    private long lookForNumber(Frame frame) {
        FrameReader reader = frame.read(this, null);
        try {
            if (frame.status() != Status.OK) {
                throw Failures.of(frame, reader);
            }
            return reader.longValue();
        } finally {
            releaseSlots(frame);
            // The reader knows its session only weakly, and a view may be nobody else's.
            Reference.reachabilityFence(this);
            frame.clear();
        }
    }

    // ---- the call

    private void writeArguments(FrameWriter writer, Object[] args, String[] keywords, Object[] keywordValues) {
        try {
            writer.writeArguments(args == null ? NO_ARGUMENTS : args, keywords, keywordValues);
        } catch (RuntimeException | Error e) {
            writer.rollback();
            Failures.refuse(forms, e);
            throw e;
        }
    }

    private void writeOne(FrameWriter writer, Object value) {
        try {
            writer.write(value);
        } catch (RuntimeException | Error e) {
            writer.rollback();
            Failures.refuse(forms, e);
            throw e;
        }
    }

    private Object finish(Frame frame, FrameWriter writer, int op) {
        return result(frame, writer, perform(frame, writer, op));
    }

    /** Writes the arguments, and calls. */
    private Object finish(Frame frame, FrameWriter writer, int op, Object[] args, String[] keywords,
            Object[] keywordValues) {
        writeArguments(writer, args, keywords, keywordValues);
        try {
            return finish(frame, writer, op);
        } catch (UnmadeArgument e) {
            throw Failures.unmade(forms, e, args, keywords, keywordValues);
        }
    }

    private Object[] perform(Frame frame, FrameWriter writer, int op) {
        return perform(frame, writer, op, until());
    }

    Object[] perform(Frame frame, FrameWriter writer, int op, long until) {
        long open = op == (Op.OPEN | Op.RAW) ? 0 : namespace();
        writer.finish();
        Object[] given = writer.refs();
        begin(frame, open, op, frame.length() + ArrayCodec.bytes(given), until);
        Object[] refs = (Object[]) Native.call(caller(frame), open, op, frame.address(), frame.capacity(), given);
        ended(frame, frame.length() + ArrayCodec.bytes(refs));
        return refs;
    }

    /** The next frame of this thread. */
    Frame acquire() {
        FrameStack stack = recent;
        return stack != null && stack.owner.get() == Thread.currentThread() ? stack.take() : acquireOther();
    }

    private Frame acquireOther() {
        Frame frame = FrameStack.acquire();
        FrameStack stack = frame.stack();
        if (stack != null && stack.isBetterThan(recent)) {
            // Not volatile: who sees an older one looks for his own.
            recent = stack;
        }
        return frame;
    }

    /** Who calls with a frame, as native code wants it. */
    long caller(Frame frame) {
        FrameStack stack = frame.stack();
        return isMain && stack != null ? stack.door(binding) : binding;
    }

    /** When a call that begins now must have ended. */
    long until() {
        return timeout == CallWatch.NO_DEADLINE ? timeout : System.nanoTime() + timeout;
    }

    /** Lets Python see Java's threads by their names. */
    public void nameThreads() {
        state.namesThreads = true;
    }

    /** Tells Python the calling thread's name, unless it knows. */
    private void nameThread(Frame user, long open) {
        Thread thread = Thread.currentThread();
        String name = thread.getName();
        FrameStack stack = user.stack();
        if (stack == null) {
            // A virtual thread: the thread that carries it had another name before.
            name = name.isEmpty() ? "virtual-" + thread.getId() : name;
        } else if (!stack.names(binding, name)) {
            return;
        }
        Frame frame = acquire();
        try {
            FrameWriter writer = frame.write(this);
            writer.writeString("name_thread");
            writeArguments(writer, new Object[] {name}, null, null);
            writer.finish();
            Object[] refs = (Object[]) Native.call(caller(frame), open, Op.HELPER, frame.address(), frame.capacity(), null);
            result(frame, writer, refs);
        } finally {
            FrameStack.release(frame);
        }
    }

    /** A call begins whose operands have so many bytes. */
    void begin(Frame frame, long open, int op, long bytes) {
        begin(frame, open, op, bytes, until());
    }

    private void begin(Frame frame, long open, int op, long bytes, long until) {
        frame.counts.calls++;
        frame.counts.toPython += bytes;
        watch(frame, open, op, bytes, until);
    }

    private void beginNumber(Frame frame, long open) {
        frame.counts.numbers++;
        watch(frame, open, Op.CALL, Long.BYTES, until());
    }

    private void watch(Frame frame, long open, int op, long bytes, long until) {
        if (state.namesThreads) {
            nameThread(frame, open);
        }
        if (Flight.isOn()) {
            frame.recorded = Flight.RECORDER.begin(op, frame.name, bytes);
        }
        frame.run(binding, open, until);
        CallWatch.wake();
    }

    /** It has ended, with a result of so many bytes. */
    void ended(Frame frame, long bytes) {
        frame.counts.toJava += bytes;
        watched(frame, bytes, true);
    }

    private void endedNumber(Frame frame, boolean inFrame) {
        watched(frame, Long.BYTES, inFrame);
    }

    /** The frame has a status, or the call had none to tell. */
    private void watched(Frame frame, long bytes, boolean inFrame) {
        frame.ran();
        if (GilWaits.measured || frame.recorded != null) {
            seen(frame, bytes, inFrame && isFailure(frame.status()));
        }
        if (state.leaving != 0) {
            // Not before the answer has been read: it names objects that go with the interpreter.
            frame.leaver = this;
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

    private Object result(Frame frame, FrameWriter writer, Object[] refs) {
        return result(frame, writer, refs, false);
    }

    private Object result(Frame frame, FrameWriter writer, Object[] refs, boolean items) {
        int adopted = writer == null ? -1 : frame.adopted();
        if (adopted >= 0) {
            writer.rollback(adopted);
        }
        FrameReader reader = frame.read(this, refs);
        try {
            if (frame.status() == Status.OK || frame.status() == Status.VALUE) {
                return items && reader.byteValue() == 1 ? Items.answered(this, frame, reader) : reader.read();
            }
            throw Failures.of(frame, reader);
        } finally {
            releaseSlots(frame);
            Reference.reachabilityFence(this);
        }
    }

    /** The handle that an operation gave; it is the caller's. */
    private long handle(Frame frame) {
        FrameReader reader = frame.read(this, null);
        try {
            if (frame.status() != Status.OK) {
                throw Failures.of(frame, reader);
            }
            return reader.readHandle();
        } finally {
            // Whatever the answer, the slots that came with it are told of only once.
            releaseSlots(frame);
            Reference.reachabilityFence(this);
        }
    }

    static void releaseSlots(Frame frame) {
        int released = frame.released();
        for (int i = 0; i < released; i++) {
            HANDLES.release(frame.releasedSlot(i));
        }
    }

    // ---- values

    /** Converts a value to a type. */
    public Object convert(Object value, Type target) {
        try {
            return Converter.convert(value, target, conversion);
        } catch (ConversionException e) {
            Failures.refuse(forms, e);
            throw e;
        }
    }

    /** The interpreter that makes an up-call: by its number, or for threads that Python made by the object that is called. */
    static Session calling(long binding, long number, int slot) {
        Session session = number == 0 ? null : Sessions.find(binding, number);
        if (session == null && slot != 0) {
            ValueContext owner = HANDLES.owner(slot);
            session = owner instanceof Session ? (Session) owner : null;
        }
        return session != null ? session : Sessions.any(binding);
    }

    Classes classes() {
        return state.java.classes;
    }

    ClassFinder finder() {
        return state.java.finder;
    }

    int form() {
        return state.java.form;
    }

    boolean isPython(Object value) {
        return value != null && Api.get().sessionOf(value) != null;
    }

    boolean isCallable(Object pyObject) {
        return (Boolean) helper(0, "is_callable", pyObject);
    }

    /** What a Python object may be passed as: see {@link Fits#pythonKind}. */
    int argumentKind(Object pyObject) {
        return (int) (long) (Long) helper(0, "argument_kind", pyObject);
    }

    /** The class, if the filter allows it. */
    Class<?> allowed(Class<?> type) {
        if (!state.java.classes.allows(type)) {
            throw new PythonError("PermissionError", "the class filter denies " + type.getTypeName());
        }
        return type;
    }

    /** Converts what Python gives for a field or an element, functions too. */
    Object argument(Object value, Class<?> type) {
        try {
            return argument(value, type, type);
        } catch (ConversionException | NullPointerException e) {
            throw new PythonError("TypeError", e.getMessage());
        }
    }

    /** Converts what Python gives for a type of Java's, functions too. */
    Object argument(Object value, Class<?> type, Type generic) {
        if (type.isInterface() && isPython(value) && Callables.onlyAbstract(type) != null && isCallable(value)) {
            return PythonProxy.function(this, value, type, generic);
        }
        return convert(value, generic);
    }

    /** Refuses what would reach around the class filter. */
    void check(Members members, int index, Object[] args) {
        if (!state.java.classes.allowsAll()) {
            FilterChecks.check(state.java.classes, members, members.group(index).name(), args);
        }
    }

    @Override
    public WeakReference<ValueContext> reference() {
        return reference;
    }

    @Override
    public int classOf(Object object) {
        if (object instanceof Opaque) {
            return 0;
        }
        if (!state.java.classes.allowsAll()) {
            FilterChecks.check(state.java.classes, object);
        }
        // Krait's own callbacks are lambdas, whose classes may be unloaded: a close would look for classes to let go of.
        return state.java.classes.number(object instanceof Callables.Target ? Callables.Target.class : object.getClass());
    }

    @Override
    public Object proxy(long handle, int slot) {
        Object kind = objectAt(slot);
        return kind == PythonProxy.VIEW ? Api.get().view(wrap(handle))
                : PythonProxy.implement(this, wrap(handle), (PythonProxy.Kind) kind);
    }

    @Override
    public Object wrap(long handle) {
        return Api.get().wrap(plain, handle);
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
        if (!hasObjectsOf(owner)) {
            throw new IllegalStateException("the Python object belongs to another interpreter");
        }
        return Api.get().handleOf(object);
    }

    /** Whether Python objects of the other one can be used here. */
    public boolean hasObjectsOf(Session other) {
        return other.binding == binding;
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
        Frame frame = acquire();
        try {
            FrameWriter writer = frame.write(this);
            writer.writeString("as_callable");
            writeArguments(writer, new Object[] {callable}, null, null);
            perform(frame, writer, Op.HELPER | Op.RAW);
            return wrap.apply(this, handle(frame));
        } finally {
            FrameStack.release(frame);
            Reference.reachabilityFence(callable);
        }
    }

    /** An operation with strings as operands whose result is a Python object, wrapped by the caller. */
    public <T> T object(int op, java.util.function.BiFunction<Session, Long, T> wrap, String... operands) {
        Frame frame = acquire();
        try {
            FrameWriter writer = frame.write(this);
            for (String operand : operands) {
                writer.writeString(operand);
            }
            perform(frame, writer, op | Op.RAW);
            return wrap.apply(this, handle(frame));
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
