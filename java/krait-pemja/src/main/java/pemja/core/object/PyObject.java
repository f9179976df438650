package pemja.core.object;

import dev.krait.internal.Items;
import dev.krait.internal.MethodCalls;
import dev.krait.internal.Operations;
import dev.krait.internal.PythonBacked;
import dev.krait.internal.Requests;
import dev.krait.internal.Session;
import dev.krait.pemja.Opened;
import java.lang.ref.Reference;

/**
 * A Python object that is no value. Any thread may use it. Closing twice is harmless; one that is forgotten is let go of once
 * the garbage collector has found it.
 */
@SuppressWarnings("try") // close() throws Exception, as PEMJA has it.
public class PyObject implements AutoCloseable, PythonBacked {
    /** What names the object, for the life of this one. PEMJA has its address here. */
    public final long pyobject;

    private final Session session;
    private final dev.krait.PyObject object;

    /**
     * For Krait.
     *
     * @param session the interpreter
     * @param object the object, which this one owns, or null for a generator that has ended
     */
    protected PyObject(Session session, dev.krait.PyObject object) {
        this.session = session;
        this.object = object;
        this.pyobject = object == null ? 0 : session.handleOf(object);
    }

    /**
     * For Krait.
     *
     * @param session the interpreter
     * @param object the object, which the result owns
     * @param generator whether it is a generator
     * @return what stands for it
     */
    public static PyObject of(Session session, dev.krait.PyObject object, boolean generator) {
        return generator ? new PyIterator(session, object) : new PyObject(session, object);
    }

    /**
     * For Krait.
     *
     * @param session the interpreter
     * @param generator the generator, which the result owns, or null if it has ended
     * @param items the items that came with it
     * @return what stands for it
     */
    public static PyIterator generator(Session session, dev.krait.PyObject generator, Items items) {
        return new PyIterator(session, generator, items);
    }

    /**
     * An attribute.
     *
     * @param attr its name
     * @return its value
     */
    public Object getAttr(String attr) {
        return getAttr(attr, Object.class);
    }

    /**
     * An attribute as a type.
     *
     * @param <T> the type
     * @param attr its name
     * @param clazz the type
     * @return its value
     */
    public <T> T getAttr(String attr, Class<T> clazz) {
        return Opened.as(session, clazz, raw -> on(Operations.raw(Operations.GET_ATTR, raw), attr));
    }

    /**
     * Sets an attribute.
     *
     * @param attr its name
     * @param value its value
     */
    public void setAttr(String attr, Object value) {
        on(Operations.SET_ATTR, attr, value);
    }

    private Object on(int operation, Object... operands) {
        try {
            return Requests.onObject(session, operation, handle(), operands);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Calls a method.
     *
     * @param name the method's name
     * @param args the arguments
     * @return the result
     */
    public Object invokeMethod(String name, Object... args) {
        try {
            return MethodCalls.invokeMethod(session, Operations.INVOKE_METHOD, handle(), name, args, null, null);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    final long handle() {
        return session.handleOf(held());
    }

    final Session session() {
        return session;
    }

    @Override
    public dev.krait.PyObject pythonObject() {
        return held();
    }

    private dev.krait.PyObject held() {
        if (object == null) {
            throw new IllegalStateException("the generator has ended");
        }
        return object;
    }

    final void release() {
        if (object != null) {
            object.close();
        }
    }

    @Override
    public void close() throws Exception {
        release();
    }
}
