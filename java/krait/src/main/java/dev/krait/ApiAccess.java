package dev.krait;

import dev.krait.internal.Api;
import dev.krait.internal.ErrorRecord;
import dev.krait.internal.PythonBacked;
import dev.krait.internal.Session;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;

/** Lets the internal package make this package's objects. */
final class ApiAccess extends Api {
    private ApiAccess() {
    }

    /** Before any interpreter is opened. */
    static void install() {
        set(new ApiAccess());
    }

    @Override
    public Object wrap(Session session, long handle) {
        return new PyObject(session, handle);
    }

    @Override
    public Session sessionOf(Object object) {
        PyObject python = pythonObject(object);
        return python == null ? null : python.session();
    }

    @Override
    public Session interpreterSession(Object interpreter) {
        return ((PythonInterpreter) interpreter).session();
    }

    @Override
    public long handleOf(Object object) {
        return pythonObject(object).handle();
    }

    /** The Python object that an object is, or that is behind it; else null. */
    private static PyObject pythonObject(Object object) {
        if (object instanceof PyObject) {
            return (PyObject) object;
        }
        if (object instanceof PythonBacked) {
            return (PyObject) ((PythonBacked) object).pythonObject();
        }
        if (object instanceof Proxy) {
            InvocationHandler handler = Proxy.getInvocationHandler(object);
            return handler instanceof PythonBacked ? (PyObject) ((PythonBacked) handler).pythonObject() : null;
        }
        return null;
    }

    @Override
    public Object bind(Object object, Type type, Class<?> raw) {
        return PyProxy.bind(pythonObject(object), type, raw);
    }

    @Override
    public Object function(Object object) {
        return PyFunction.of(pythonObject(object));
    }

    @Override
    public CompletableFuture<Object> future(Object object, Type type) {
        PyObject awaitable = pythonObject(object);
        return PyFuture.isAwaitable(awaitable) ? PyFuture.start(awaitable, type) : null;
    }

    @Override
    public Object view(Object object) {
        try (PyObject view = pythonObject(object)) {
            PyObject value = view.getAttr("value", PyObject.class);
            switch (view.getAttr("kind", String.class)) {
                case "map":
                    return value.asMap();
                case "set":
                    return value.asSet();
                default:
                    return value.asList();
            }
        }
    }

    @Override
    public Iterator<?> iterate(Object object, Type type) {
        return pythonObject(object).iterate(type);
    }

    @Override
    public PythonException exception(ErrorRecord record) {
        return PythonException.of(record);
    }

    @Override
    public void atRow(PythonException exception, long row) {
        exception.atRow(row);
    }

    @Override
    public PythonException stopped(boolean timedOut) {
        return timedOut ? new PythonTimeoutException("the deadline of the batch has passed")
                : new PythonInterruptedException("the thread of the batch was interrupted");
    }

    @Override
    public Object pythonExceptionOf(Throwable exception) {
        return exception instanceof PythonException ? ((PythonException) exception).exception() : null;
    }
}
