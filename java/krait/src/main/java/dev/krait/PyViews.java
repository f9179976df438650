package dev.krait;

import dev.krait.internal.Operations;
import dev.krait.internal.Requests;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** What the live views share. */
final class PyViews {
    private PyViews() {
    }

    /** Iterates over a copy that Python makes, so that the original may change meanwhile. */
    static <T> PyIterator<T> snapshot(PyObject container, String helper, Class<T> type) {
        Object iterator = Requests.helper(container.session(), Operations.raw(0, true), helper, container);
        return new PyIterator<>((PyObject) iterator, type);
    }

    /** A set whose members are found as Python finds them, and which is equal to other sets as Java says. */
    abstract static class SetView<E> extends AbstractSet<E> {
        @Override
        public abstract boolean contains(Object element);

        @Override
        public abstract boolean remove(Object element);

        @Override
        public boolean removeAll(Collection<?> elements) {
            // Java's own would ask the collection what it contains where that has more elements.
            boolean removed = false;
            for (Object element : elements) {
                removed |= remove(element);
            }
            return removed;
        }

        @Override
        public boolean equals(Object other) {
            return other == this || other instanceof Set && new HashSet<>(this).equals(other);
        }

        @Override
        public int hashCode() {
            return super.hashCode();
        }
    }

    static UnsupportedOperationException readOnly(PyObject container) {
        return new UnsupportedOperationException("a Python " + container.typeName() + " cannot be modified");
    }
}
