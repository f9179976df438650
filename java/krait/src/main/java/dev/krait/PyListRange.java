package dev.krait;

import java.util.AbstractList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.ListIterator;
import java.util.RandomAccess;

/** A range of a {@link PyListView}: as Java makes one of any list, but elements are found as Python finds them. */
final class PyListRange<E> extends AbstractList<E> implements RandomAccess {
    private final PyListView<E> list;
    /** Java's own, which keeps its bounds. */
    private final List<E> range;
    private final int offset;

    PyListRange(PyListView<E> list, List<E> range, int offset) {
        this.list = list;
        this.range = range;
        this.offset = offset;
    }

    private int find(String helper, Object element) {
        int found = list.find(helper, element, offset, offset + size());
        return found < 0 ? found : found - offset;
    }

    @Override
    public int indexOf(Object element) {
        return find("list_index", element);
    }

    @Override
    public int lastIndexOf(Object element) {
        return find("list_last_index", element);
    }

    @Override
    public boolean contains(Object element) {
        return indexOf(element) >= 0;
    }

    @Override
    public boolean remove(Object element) {
        list.checkGrows();
        int index = indexOf(element);
        if (index >= 0) {
            removeRange(index, index + 1);
        }
        return index >= 0;
    }

    @Override
    public int size() {
        return range.size();
    }

    @Override
    public E get(int index) {
        return range.get(index);
    }

    @Override
    public E set(int index, E element) {
        return range.set(index, element);
    }

    @Override
    public void add(int index, E element) {
        range.add(index, element);
    }

    @Override
    public boolean addAll(Collection<? extends E> elements) {
        return range.addAll(elements);
    }

    @Override
    public boolean addAll(int index, Collection<? extends E> elements) {
        return range.addAll(index, elements);
    }

    @Override
    public E remove(int index) {
        return range.remove(index);
    }

    @Override
    protected void removeRange(int from, int to) {
        range.subList(from, to).clear();
    }

    @Override
    public Iterator<E> iterator() {
        return range.iterator();
    }

    @Override
    public ListIterator<E> listIterator(int index) {
        return range.listIterator(index);
    }

    @Override
    public List<E> subList(int from, int to) {
        return new PyListRange<>(list, range.subList(from, to), offset + from);
    }
}
