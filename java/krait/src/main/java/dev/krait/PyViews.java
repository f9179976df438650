package dev.krait;

import dev.krait.internal.Lookup;
import dev.krait.internal.Operations;
import dev.krait.internal.Requests;
import java.util.AbstractSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.function.Consumer;

/** What the live views share. */
final class PyViews {
    private PyViews() {
    }

    /** Iterates over a copy that Python makes, so that the original may change meanwhile. */
    static <T> PyIterator<T> snapshot(PyObject container, String helper, Class<T> type) {
        Object iterator = Requests.helper(container.session(), Operations.raw(0, true), helper, container);
        return new PyIterator<>((PyObject) iterator, type);
    }

    /** Calls a helper of Python's with a container and what else it takes. */
    static Object helper(PyObject container, int raw, String name, Object... operands) {
        Object[] args = new Object[operands.length + 1];
        args[0] = container;
        System.arraycopy(operands, 0, args, 1, operands.length);
        return Requests.helper(container.session(), raw, name, args);
    }

    /** Steps over the elements or keys of a container as it was. */
    abstract static class Steps<E> implements Iterator<E> {
        private final PyIterator<?> found;
        private final Consumer<Object> discard;
        private final String what;
        /** As it came: what it is converted to need not find it. */
        private Object last;
        private boolean taken;

        /** The discard gets what was found; {@code what} it is called in a message. */
        Steps(PyIterator<?> found, Consumer<Object> discard, String what) {
            this.found = found;
            this.discard = discard;
            this.what = what;
        }

        /** As what elements of a type come, before they are converted. */
        static Class<?> raw(Class<?> type) {
            return Calls.wantsObject(type) ? type : Object.class;
        }

        Object take() {
            last = Lookup.withEquality(found.next());
            taken = true;
            return last;
        }

        @Override
        public boolean hasNext() {
            return found.hasNext();
        }

        @Override
        public void remove() {
            if (!taken) {
                throw new IllegalStateException("next() was not called, or its " + what + " was removed already");
            }
            discard.accept(last);
            taken = false;
        }
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
