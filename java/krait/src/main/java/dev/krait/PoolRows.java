package dev.krait;

import dev.krait.internal.OwnStream;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The results of a function for many rows, called by all members of a pool at once and given in the rows' order. A bounded
 * number of chunks is under way: whoever takes the results drives the source.
 */
final class PoolRows<T> implements Spliterator<T>, AutoCloseable {
    private static final int MOST = 1024;
    /** A chunk that takes longer than this is large enough. */
    private static final long ENOUGH = 5_000_000;

    /** Rows that one member calls, and what became of them. */
    private static final class Chunk<T> {
        final List<Object> rows;
        final long first;
        final List<T> results;
        Throwable failure;
        long nanos;

        Chunk(List<Object> rows, long first) {
            this.rows = rows;
            this.first = first;
            this.results = new ArrayList<>(rows.size());
        }
    }

    private final Iterator<?> source;
    private final int window;
    private final BiConsumer<List<Object>, Consumer<T>> call;
    private final Function<Supplier<Chunk<T>>, CompletableFuture<Chunk<T>>> submit;
    /** The chunk that is waited for stays in it: any thread may close the stream. */
    private final Deque<CompletableFuture<Chunk<T>>> running = new ConcurrentLinkedDeque<>();
    private Chunk<T> current;
    private int next;
    private long taken;
    private int size = 1;
    /** The source's, or the pool's when it takes no more rows. */
    private Throwable sourceFailure;
    /** Rows are taken, and called where that is done here. */
    private final OwnStream own = new OwnStream();
    private volatile boolean ended;

    /**
     * Begins; nothing is called yet.
     *
     * @param window how many chunks may be under way
     * @param call calls a member with rows, and gives it the results
     * @param submit runs it, mostly on another thread
     */
    PoolRows(Iterator<?> source, int window, BiConsumer<List<Object>, Consumer<T>> call,
            Function<Supplier<Chunk<T>>, CompletableFuture<Chunk<T>>> submit) {
        this.source = source;
        this.window = window;
        this.call = call;
        this.submit = submit;
    }

    static <T> PoolRows<T> of(Iterator<?> source, int window, BiConsumer<List<Object>, Consumer<T>> call,
            PythonPool pool) {
        return new PoolRows<>(source, window, call, pool::runHereOrElsewhere);
    }

    @Override
    public boolean tryAdvance(Consumer<? super T> action) {
        while (!ended) {
            if (current != null && next < current.results.size()) {
                T result = current.results.set(next, null);
                next++;
                action.accept(result);
                return true;
            }
            if (current != null && current.failure != null) {
                throw end(current.failure);
            }
            own.take(this::submitChunks);
            CompletableFuture<Chunk<T>> first = running.peekFirst();
            if (first == null) {
                if (sourceFailure != null) {
                    throw end(sourceFailure);
                }
                ended = true;
                break;
            }
            current = await(first);
            running.remove(first);
            next = 0;
            if (current.nanos < ENOUGH && current.rows.size() == size) {
                size = Math.min(MOST, 2 * size);
            } else if (current.nanos > 4 * ENOUGH) {
                size = Math.max(1, size / 2);
            }
            current.rows.clear();
        }
        return false;
    }

    private Chunk<T> await(CompletableFuture<Chunk<T>> first) {
        try {
            return first.get();
        } catch (InterruptedException e) {
            throw end(new PythonInterruptedException("the thread was interrupted while it waited for a pool"));
        } catch (ExecutionException | CompletionException e) {
            throw end(e.getCause());
        } catch (CancellationException e) {
            throw end(e);
        }
    }

    private void submitChunks() {
        while (running.size() < window && sourceFailure == null) {
            List<Object> rows = new ArrayList<>();
            try {
                while (rows.size() < size && source.hasNext()) {
                    rows.add(source.next());
                }
            } catch (Throwable e) {
                sourceFailure = e;
            }
            if (rows.isEmpty()) {
                return;
            }
            Chunk<T> chunk = new Chunk<>(rows, taken);
            taken += rows.size();
            try {
                running.addLast(submit.apply(() -> run(chunk)));
            } catch (IllegalStateException e) {
                // The pool was closed: what was called before comes first.
                sourceFailure = e;
            }
            if (ended) {
                // Closed by another thread, which may have missed the last one.
                close();
                return;
            }
        }
    }

    private Chunk<T> run(Chunk<T> chunk) {
        long begin = System.nanoTime();
        try {
            call.accept(chunk.rows, chunk.results::add);
        } catch (PythonException e) {
            e.atRow(chunk.first + Math.max(0, e.row()));
            chunk.failure = e;
        } catch (Throwable e) {
            for (Throwable suppressed : e.getSuppressed()) {
                if (suppressed instanceof PythonException && ((PythonException) suppressed).row() == chunk.results.size()) {
                    ((PythonException) suppressed).atRow(chunk.first + chunk.results.size());
                }
            }
            chunk.failure = e;
        }
        chunk.nanos = System.nanoTime() - begin;
        return chunk;
    }

    private RuntimeException end(Throwable failure) {
        close();
        throw PoolRows.<RuntimeException>sneaky(failure);
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E sneaky(Throwable failure) throws E {
        throw (E) failure;
    }

    /** Stops what is under way. */
    @Override
    public void close() {
        ended = true;
        running.forEach(future -> future.cancel(true));
        running.clear();
    }

    @Override
    public Spliterator<T> trySplit() {
        return null;
    }

    @Override
    public long estimateSize() {
        return Long.MAX_VALUE;
    }

    @Override
    public int characteristics() {
        return ORDERED;
    }
}
