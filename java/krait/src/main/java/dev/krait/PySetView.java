package dev.krait;

import dev.krait.internal.PythonBacked;
import dev.krait.internal.Requests;
import dev.krait.internal.Session;
import java.util.Iterator;
import java.util.Set;

/**
 * A Python set as a Java set: a view. Elements are found as Python finds them ({@code 1} finds {@code 1.0}); the set as a
 * whole is equal to other sets as Java says. An iterator shows the set as it was when it began.
 */
final class PySetView<E> extends PyViews.SetView<E> implements PythonBacked {
    private final PyObject set;
    private final Class<E> type;
    private final boolean mutable;

    private PySetView(PyObject set, Class<E> type, boolean mutable) {
        this.set = set;
        this.type = type;
        this.mutable = mutable;
    }

    static <E> Set<E> of(PyObject set, Class<E> type) {
        boolean mutable = (Boolean) Requests.helper(set.session(), 0, "set_is_mutable", set);
        return new PySetView<>(set.another(), type, mutable);
    }

    private Session session() {
        return set.session();
    }

    private void checkMutable() {
        if (!mutable) {
            throw PyViews.readOnly(set);
        }
    }

    @Override
    public Object pythonObject() {
        return set;
    }

    @Override
    public int size() {
        return Math.toIntExact(set.length());
    }

    @Override
    public boolean contains(Object element) {
        return set.contains(PyKeys.in(session(), element));
    }

    @Override
    public boolean add(E element) {
        checkMutable();
        return (Boolean) Requests.helper(session(), 0, "set_add", set, PyKeys.in(session(), element));
    }

    @Override
    public boolean remove(Object element) {
        checkMutable();
        return (Boolean) Requests.helper(session(), 0, "set_discard", set, PyKeys.in(session(), element));
    }

    @Override
    public void clear() {
        checkMutable();
        set.invokeMethod("clear");
    }

    @Override
    public Iterator<E> iterator() {
        PyIterator<?> found = PyViews.snapshot(set, "snapshot", PyViews.Steps.raw(type));
        return new PyViews.Steps<E>(found, this::remove, "element") {
            @Override
            public E next() {
                return Calls.convert(session(), take(), type);
            }
        };
    }
}
