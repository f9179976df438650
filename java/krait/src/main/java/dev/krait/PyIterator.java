package dev.krait;

import dev.krait.internal.Items;
import dev.krait.internal.Requests;
import java.lang.ref.Reference;
import java.lang.reflect.Type;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A Python iterator in Java, as {@link PyObject#asIterator()} gives it.
 *
 * <p>It takes an item from Python when {@link #hasNext} or {@link #next} asks for one, and no other: a generator stands
 * still until then, row by row. Only iterators over what cannot change (ranges, tuples, bytes), where nobody can tell
 * the difference, are read ahead of time, and others where {@link #readAhead} asks for it.
 *
 * <p>What the iterator raises comes out of {@code next()}; it is at its end then. {@link #close} ends a generator as its
 * own {@code close()} does: its {@code finally} blocks run. One that is forgotten is closed by Python once the garbage
 * collector found it. Any thread may use an iterator, one at a time.
 *
 * @param <T> the items' type
 */
@SuppressWarnings("exports") // Nullable is for tools; a module without them need not read its module.
public final class PyIterator<T extends @Nullable Object> implements Iterator<T>, AutoCloseable {
    private final PyObject iterator;
    private final Type type;
    private final Items items;
    private boolean closed;

    /** Takes over the object, which must be an iterator; the type is what T stands for. */
    PyIterator(PyObject iterator, Type type) {
        this.iterator = iterator;
        this.type = type;
        this.items = new Items(iterator.session(), Calls.wantsObject(type));
    }

    /**
     * Takes items ahead of time, so that fewer calls cross to Python: when one is needed, up to this many are taken.
     * A generator then runs ahead of what Java has seen.
     *
     * @param most how many items to take at once, 1 to 65,535; 1 ends it
     * @return this iterator
     * @throws IllegalArgumentException if the number is out of range
     */
    public PyIterator<T> readAhead(int most) {
        items.readAhead(most);
        return this;
    }

    @Override
    public boolean hasNext() {
        if (items.isEmpty() && !closed) {
            fetch();
        }
        return !items.isEmpty();
    }

    private void fetch() {
        if (!items.atEnd()) {
            try {
                items.fetch(iterator.handle());
            } finally {
                Reference.reachabilityFence(iterator);
            }
        }
        if (items.atEnd()) {
            iterator.close();
        }
    }

    @Override
    @SuppressWarnings("unchecked")
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return (T) iterator.session().convert(items.take(), type);
    }

    /**
     * The items that are left, as a stream: lazily, in order. Closing the stream closes this iterator.
     *
     * @return a sequential stream
     */
    public Stream<T> stream() {
        Spliterator<T> items = Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED);
        return StreamSupport.stream(items, false).onClose(this::close);
    }

    /**
     * Ends it: a generator is closed, anything else only let go of. Harmless a second time and after the interpreter.
     *
     * @throws PythonException what a generator's {@code finally} raises, or ValueError where the generator runs, in
     *     another thread or further up in this one
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        items.clear();
        if (iterator.isClosed()) {
            return;
        }
        try {
            Requests.helper(iterator.session(), 0, "close_iterator", iterator);
        } catch (IllegalStateException e) {
            // The interpreter was closed meanwhile, by another thread.
            if (!iterator.isClosed()) {
                throw e;
            }
        } finally {
            iterator.close();
        }
    }
}
