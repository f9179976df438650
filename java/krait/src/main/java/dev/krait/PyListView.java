package dev.krait;

import dev.krait.internal.Operations;
import dev.krait.internal.PythonBacked;
import dev.krait.internal.Requests;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.RandomAccess;
import java.util.Spliterator;
import java.util.Spliterators;

/**
 * A Python sequence as a Java list: a view. Elements are found as Python finds them ({@code 1} finds {@code 1.0}); the
 * list as a whole is equal to other lists as Java says. An iterator shows the list as it was when it began.
 */
final class PyListView<E> extends AbstractList<E> implements RandomAccess, PythonBacked {
    /** What can be done with a sequence, as {@code krait._views.sequence_kind} tells. */
    private static final long READ_ONLY = 0;
    private static final long GROWS = 2;

    private final PyObject sequence;
    private final Class<E> type;
    private final long kind;

    private PyListView(PyObject sequence, Class<E> type, long kind) {
        this.sequence = sequence;
        this.type = type;
        this.kind = kind;
    }

    static <E> List<E> of(PyObject sequence, Class<E> type) {
        long kind = (Long) Requests.helper(sequence.session(), 0, "sequence_kind", sequence);
        return new PyListView<>(sequence.another(), type, kind);
    }

    private Object helper(String name, Object... operands) {
        return helper(0, name, operands);
    }

    /** An element that a helper gives, not converted yet. */
    private Object element(String name, Object... operands) {
        return helper(Operations.raw(0, Calls.wantsObject(type)), name, operands);
    }

    private Object helper(int raw, String name, Object[] operands) {
        try {
            return PyViews.helper(sequence, raw, name, operands);
        } catch (PythonException e) {
            throw outOfBounds(e);
        }
    }

    private static RuntimeException outOfBounds(PythonException e) {
        if (!e.isInstance("IndexError")) {
            return e;
        }
        IndexOutOfBoundsException exception = new IndexOutOfBoundsException(e.pythonMessage());
        exception.initCause(e);
        return exception;
    }

    /** In Python, a negative index counts from the end. */
    private static void checkIndex(int index) {
        if (index < 0) {
            throw new IndexOutOfBoundsException("index " + index);
        }
    }

    private void checkKind(long least) {
        if (kind < least) {
            throw new UnsupportedOperationException("a Python " + sequence.typeName()
                    + (kind == READ_ONLY ? " cannot be modified" : " cannot change its length"));
        }
    }

    void checkGrows() {
        checkKind(GROWS);
    }

    @Override
    public Object pythonObject() {
        return sequence;
    }

    @Override
    public int size() {
        return Math.toIntExact(sequence.length());
    }

    @Override
    public E get(int index) {
        checkIndex(index);
        try {
            return sequence.getItem(index, type);
        } catch (PythonException e) {
            throw outOfBounds(e);
        }
    }

    @Override
    public E set(int index, E element) {
        checkKind(READ_ONLY + 1);
        checkIndex(index);
        return Calls.convert(sequence.session(), element("list_set", index, element), type);
    }

    @Override
    public boolean add(E element) {
        checkGrows();
        sequence.invokeMethod("append", element);
        modCount++;
        return true;
    }

    @Override
    public void add(int index, E element) {
        checkGrows();
        checkIndex(index);
        helper("list_insert", index, element);
        modCount++;
    }

    @Override
    public boolean addAll(Collection<? extends E> elements) {
        if (elements.isEmpty()) {
            return false;
        }
        checkGrows();
        sequence.invokeMethod("extend", new ArrayList<>(elements));
        modCount++;
        return true;
    }

    @Override
    public boolean addAll(int index, Collection<? extends E> elements) {
        checkIndex(index);
        if (elements.isEmpty()) {
            return false;
        }
        checkGrows();
        helper("list_insert_all", index, new ArrayList<>(elements));
        modCount++;
        return true;
    }

    @Override
    public E remove(int index) {
        checkGrows();
        checkIndex(index);
        Object removed = element("list_pop", index);
        modCount++;
        return Calls.convert(sequence.session(), removed, type);
    }

    @Override
    public boolean remove(Object element) {
        checkGrows();
        boolean removed = (Boolean) helper("list_discard", element);
        if (removed) {
            modCount++;
        }
        return removed;
    }

    @Override
    protected void removeRange(int from, int to) {
        if (from < to) {
            checkGrows();
            helper("list_remove_range", from, to);
            modCount++;
        }
    }

    @Override
    public boolean contains(Object element) {
        return sequence.contains(element);
    }

    @Override
    public int indexOf(Object element) {
        return find("list_index", element, 0, null);
    }

    @Override
    public int lastIndexOf(Object element) {
        return find("list_last_index", element, 0, null);
    }

    /** Where an element is between two indices, or -1. */
    int find(String helper, Object element, int from, Integer to) {
        return ((Long) helper(helper, element, from, to)).intValue();
    }

    @Override
    public List<E> subList(int from, int to) {
        return new PyListRange<>(this, super.subList(from, to), from);
    }

    @Override
    public Iterator<E> iterator() {
        return new Iterator<E>() {
            private final Iterator<E> items = snapshot();
            private int index;
            private boolean taken;

            @Override
            public boolean hasNext() {
                return items.hasNext();
            }

            @Override
            public E next() {
                if (!items.hasNext()) {
                    throw new NoSuchElementException();
                }
                E item = items.next();
                index++;
                taken = true;
                return item;
            }

            @Override
            public void remove() {
                if (!taken) {
                    throw new IllegalStateException("next() was not called, or its element was removed already");
                }
                PyListView.this.remove(--index);
                taken = false;
            }
        };
    }

    /** By the iterator: Java's own for lists takes elements by their indices, each by a call, and fails where the list changes. */
    @Override
    public Spliterator<E> spliterator() {
        return Spliterators.spliteratorUnknownSize(iterator(), Spliterator.ORDERED);
    }

    private PyIterator<E> snapshot() {
        return PyViews.snapshot(sequence, "snapshot", type);
    }

    @Override
    public Object[] toArray() {
        return copy().toArray();
    }

    @Override
    public <T> T[] toArray(T[] array) {
        return copy().toArray(array);
    }

    private List<E> copy() {
        List<E> copy = new ArrayList<>();
        snapshot().forEachRemaining(copy::add);
        return copy;
    }

    @Override
    public boolean equals(Object other) {
        return other == this || other instanceof List && copy().equals(other);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toArray());
    }
}
