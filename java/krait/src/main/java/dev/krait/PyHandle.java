package dev.krait;

import dev.krait.internal.Cleanup;
import dev.krait.internal.Leaks;
import dev.krait.internal.Operations;
import dev.krait.internal.Requests;
import dev.krait.internal.Session;
import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicLong;

/** What holds a Python object: the handle, its release, and operations on it. */
abstract class PyHandle implements AutoCloseable {
    private final Session session;
    private final Handle handle;
    private final Cleanup.Entry entry;

    /** The handle with its release; it must not refer to the PyHandle, which would then never be found unreachable. */
    private static final class Handle implements Cleanup.Action {
        private final AtomicLong value;
        private final Runnable release;
        private final String kind;
        /** Where it was made, for the leak report; null without one, and once somebody has closed it. */
        private volatile Leaks.Origin origin;

        Handle(Session session, long value, String kind) {
            this.value = new AtomicLong(value);
            this.release = Session.releaser(session, value);
            this.kind = kind;
            this.origin = Leaks.here();
        }

        @Override
        public void run(boolean forgotten) {
            if (value.getAndSet(0) != 0) {
                Leaks.Origin made = origin;
                if (forgotten && made != null) {
                    Leaks.found(kind, made);
                }
                release.run();
            }
        }
    }

    PyHandle(Session session, long handle) {
        this.session = session;
        this.handle = new Handle(session, handle, getClass().getSimpleName());
        this.entry = session.cleanup().register(this, this.handle);
    }

    /** The garbage collector may let go of it: nobody is expected to close it. */
    final void leave() {
        handle.origin = null;
    }

    /** Keeps the Python object when the interpreter is closed, and its Python, until {@link #close}. */
    final void outliveInterpreter() {
        session.pin();
        entry.outlive(session::unpin);
    }

    final Session session() {
        return session;
    }

    final long handle() {
        long value = handle.value.get();
        if (value == 0) {
            throw new IllegalStateException(
                    session.isClosed() ? "the interpreter was closed" : "the Python object was closed");
        }
        return value;
    }

    final boolean isClosed() {
        return handle.value.get() == 0 || session.isClosed();
    }

    /** An operation on the object. */
    final Object on(int operation, Object... operands) {
        try {
            return Requests.onObject(session, operation, handle(), operands);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** An operation on the object whose result stays a Python object, whatever it is. */
    final PyObject raw(int operation, Object... operands) {
        return (PyObject) on(Operations.raw(operation, true), operands);
    }

    final Object comparison(int operation, Object other) {
        try {
            return Requests.compare(session, handle(), operation, other);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Lets go of the Python object, which then lives as long as Python code holds it. Harmless a second time. */
    @Override
    public void close() {
        entry.clean();
    }
}
