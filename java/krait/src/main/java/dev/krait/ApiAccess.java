package dev.krait;

import dev.krait.internal.Api;
import dev.krait.internal.ErrorRecord;
import dev.krait.internal.Session;

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
        return object instanceof PyObject ? ((PyObject) object).session() : null;
    }

    @Override
    public long handleOf(Object object) {
        return ((PyObject) object).handle();
    }

    @Override
    public PythonException exception(ErrorRecord record) {
        return PythonException.of(record);
    }

    @Override
    public Object pythonExceptionOf(Throwable exception) {
        return exception instanceof PythonException ? ((PythonException) exception).exception() : null;
    }
}
