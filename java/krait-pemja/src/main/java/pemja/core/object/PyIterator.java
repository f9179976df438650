package pemja.core.object;

import dev.krait.internal.Items;
import dev.krait.internal.Session;
import java.lang.ref.Reference;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * A Python generator. It runs on only when an item is asked for. {@link #close} ends it: its {@code finally} blocks run. Any
 * thread may use it, one at a time.
 */
public class PyIterator extends PyObject implements Iterator<Object> {
    private final Items items;
    private boolean closed;

    PyIterator(Session session, dev.krait.PyObject object) {
        super(session, object);
        items = new Items(session, false);
    }

    @Override
    public boolean hasNext() {
        if (items.isEmpty() && !items.atEnd() && !closed) {
            try {
                items.fetch(session().handleOf(pythonObject()));
            } finally {
                Reference.reachabilityFence(this);
            }
        }
        return !items.isEmpty();
    }

    @Override
    public Object next() {
        if (!hasNext()) {
            throw new NoSuchElementException("StopIteration");
        }
        return items.take();
    }

    /** Ends it. Harmless a second time and after the interpreter. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        items.clear();
        try {
            if (!items.atEnd() && !session().isClosed()) {
                invokeMethod("close");
            }
        } finally {
            pythonObject().close();
        }
    }
}
