package pemja.core.object;

import dev.krait.internal.Items;
import dev.krait.internal.Session;
import java.lang.ref.Reference;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * A Python generator. It runs on only when an item is asked for, but for those of Flink's operations, whose first items come
 * with it. {@link #close} ends it: its {@code finally} blocks run. Any
 * thread may use it, one at a time.
 */
public class PyIterator extends PyObject implements Iterator<Object> {
    private final Items items;
    /** Whether items come before they are asked for. */
    private final boolean runsAhead;
    private boolean closed;

    PyIterator(Session session, dev.krait.PyObject object) {
        super(session, object);
        items = new Items(session, false);
        runsAhead = false;
    }

    PyIterator(Session session, dev.krait.PyObject object, Items items) {
        super(session, object);
        this.items = items;
        runsAhead = true;
    }

    @Override
    public boolean hasNext() {
        if (items.isEmpty() && !items.atEnd() && !closed) {
            try {
                items.fetch(handle());
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

    /** Not while items are here that Python, which would go on behind them, would miss. */
    @Override
    public dev.krait.PyObject pythonObject() {
        if (runsAhead && !items.isEmpty()) {
            throw new IllegalStateException("the generator has run ahead: take its items in Java, it cannot go back to Python");
        }
        return super.pythonObject();
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
            release();
        }
    }
}
