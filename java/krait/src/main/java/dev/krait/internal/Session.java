package dev.krait.internal;

import dev.krait.ConversionException;
import java.lang.ref.WeakReference;
import java.lang.reflect.Type;
import java.time.Duration;

/**
 * One interpreter as the rest of Krait has it: a view with a deadline and with forms of its own, and what crosses to and
 * from it by reference. Any thread may use it. What is asked of it has other places: {@link Lifecycle}, {@link FunctionCalls},
 * {@link MethodCalls}, {@link Requests}.
 */
public final class Session implements ValueContext {
    private static final JavaHandles HANDLES = new JavaHandles();

    private final long binding;
    private final boolean isMain;
    private final long timeout;
    private final InterpreterState state;
    private final Names names;
    private final Forms forms;
    /** The view in Krait's own forms, which Krait's own objects belong to. */
    private final Session plain;
    private final WeakReference<ValueContext> reference = new WeakReference<>(this);
    private final ObjectConversion conversion = new PythonConversion(this);
    /** The stack of a thread that calls often, which need not look for it. */
    private FrameStack recent;

    Session(InterpreterState state, long timeout) {
        this(state, timeout, null, null);
    }

    private Session(InterpreterState state, long timeout, Forms forms, Session plain) {
        binding = state.binding;
        isMain = state.isMain;
        this.forms = forms;
        this.plain = plain == null ? this : plain;
        this.timeout = timeout;
        this.state = state;
        names = state.names;
    }

    // ---- views

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

    // ---- the interpreter

    /** What all views of one interpreter have in common. */
    InterpreterState state() {
        return state;
    }

    long binding() {
        return binding;
    }

    long namespace() {
        long open = state.namespace;
        if (open == 0) {
            throw closed();
        }
        return open;
    }

    static IllegalStateException closed() {
        return new IllegalStateException("the interpreter was closed");
    }

    /** {@return what native code calls the interpreter that runs} */
    long number() {
        return namespace();
    }

    /** {@return whether {@link Lifecycle#close} was called} */
    public boolean isClosed() {
        return state.namespace == 0;
    }

    /** The names that it is called by. */
    Names names() {
        return names;
    }

    /** {@return the class loader that Python code of this interpreter finds classes with, or null} */
    public ClassLoader classLoader() {
        return state.java.loader;
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

    /** Has all calls stopped that run in the interpreter, in any thread. */
    public void interrupt() {
        CallWatch.interrupt(binding, namespace());
    }

    /** {@return what all threads run in Python} */
    public String dumpStacks() {
        namespace();
        return Interpreters.dump();
    }

    /** Lets Python see Java's threads by their names. */
    public void nameThreads() {
        state.namesThreads = true;
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

    // ---- who calls, with which frame, until when

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

    // ---- Java objects that Python has

    static JavaHandles handles() {
        return HANDLES;
    }

    /** {@return the number of Java objects that Python holds, of this class loader's Krait} */
    public static int liveJavaObjects() {
        return HANDLES.live();
    }

    @Override
    public Object objectAt(int slot) {
        return HANDLES.get(slot);
    }

    @Override
    public int slotOf(Object object) {
        return HANDLES.allocate(object, this);
    }

    @Override
    public void releaseSlot(int slot) {
        HANDLES.release(slot);
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

    // ---- Python objects that Java has

    @Override
    public WeakReference<ValueContext> reference() {
        return reference;
    }

    @Override
    public Object wrap(long handle) {
        return Api.get().wrap(plain, handle);
    }

    @Override
    public void release(long handle) {
        Native.release(binding, handle);
    }

    @Override
    public Object proxy(long handle, int slot) {
        Object kind = objectAt(slot);
        return kind == PythonProxy.VIEW ? Api.get().view(wrap(handle))
                : PythonProxy.implement(this, wrap(handle), (PythonProxy.Kind) kind);
    }

    @Override
    public long handleOf(Object object) {
        Session owner = Api.get().sessionOf(object);
        if (owner == null) {
            return 0;
        }
        if (!hasObjectsOf(owner)) {
            throw new IllegalStateException("the Python object belongs to another interpreter, isolated from this one: only values go from one to the other");
        }
        return Api.get().handleOf(object);
    }

    /** Whether Python objects of the other one can be used here. */
    public boolean hasObjectsOf(Session other) {
        return other.binding == binding;
    }

    /** What releases a handle: it holds no reference to the session. */
    public static Runnable releaser(Session session, long handle) {
        long binding = session.binding;
        return () -> Native.release(binding, handle);
    }

    /** Converts a value to a type. */
    public Object convert(Object value, Type target) {
        try {
            return Converter.convert(value, target, conversion);
        } catch (ConversionException e) {
            Failures.refuse(forms, e);
            throw e;
        }
    }
}
