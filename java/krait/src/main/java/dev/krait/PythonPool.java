package dev.krait;

import dev.krait.internal.Lifecycle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Some interpreters of one kind, set up alike, each lent to one call at a time. With {@link Isolation#OWN_GIL} (CPython
 * 3.12 or newer) their Python code runs on as many cores.
 *
 * <pre>{@code
 * try (PythonPool pool = PythonPool.builder().size(4).isolation(Isolation.OWN_GIL)
 *         .setUp("def score(text): ...").build()) {
 *     List<Double> scores = pool.map(Double.class, texts.stream(), "score").collect(toList());
 * }
 * }</pre>
 *
 * <p>Any thread may use it; a call waits while all interpreters are lent. A call from inside a call, from Java code that
 * Python called, goes to the same interpreter. Results that are Python objects belong to the interpreter that made them.
 *
 * <p>An interpreter is broken, and replaced by a new one that is set up alike, when it was closed, when a call failed by a
 * fault of Krait itself (an {@link AssertionError} whose message begins with {@code Krait}), when a call went on a second
 * after the pool's deadline since it could not be stopped, and when the builder's {@code replaceAfter} says so.
 */
@SuppressWarnings("exports") // Nullable is for tools; a module without them need not read its module.
public final class PythonPool implements AutoCloseable {
    private static final AtomicInteger POOLS = new AtomicInteger();

    private final PoolMembers members;
    private final ThreadPoolExecutor workers;
    /** Set on the pool's own threads, where stages of its futures may run. */
    private final ThreadLocal<Boolean> isWorker = new ThreadLocal<>();
    private final int size;
    private volatile boolean closed;

    private PythonPool(Builder builder) {
        size = builder.size;
        PythonInterpreter.Builder interpreters = builder.interpreters;
        if (builder.isolation != null) {
            interpreters.isolation(builder.isolation);
        }
        Duration deadline = builder.deadline;
        Consumer<PythonInterpreter> setUp = builder.setUp;
        long limit = deadline == null ? 0 : nanos(deadline);
        members = new PoolMembers(size, () -> open(interpreters, setUp, deadline), limit, builder.replaceAfter,
                this::haveWorkers);
        String name = "krait-pool-" + POOLS.incrementAndGet() + "-";
        AtomicInteger threads = new AtomicInteger();
        workers = new ThreadPoolExecutor(size, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(null, () -> {
                isWorker.set(true);
                task.run();
            }, name + threads.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        workers.allowCoreThreadTimeOut(true);
        if (limit != 0) {
            haveWorkers(0);
        }
    }

    /** So many calls are stuck, maybe on workers. One more worker waits as callers do: who waits sees that a call is stuck. */
    private void haveWorkers(int stuck) {
        workers.setCorePoolSize(size + stuck + 1);
    }

    private static long nanos(Duration deadline) {
        try {
            return deadline.toNanos();
        } catch (ArithmeticException e) {
            // Some centuries: no deadline at all.
            return 0;
        }
    }

    private static PythonInterpreter open(PythonInterpreter.Builder builder, Consumer<PythonInterpreter> setUp,
            Duration deadline) {
        PythonInterpreter opened;
        synchronized (builder) {
            opened = builder.build();
        }
        try {
            setUp.accept(opened);
        } catch (Throwable e) {
            opened.close();
            throw e;
        }
        return deadline == null ? opened : opened.withDeadline(deadline);
    }

    /**
     * Makes a pool with settings.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    static IllegalStateException closed() {
        return new IllegalStateException("the pool was closed");
    }

    private void checkOpen() {
        if (closed && !members.isInside()) {
            throw closed();
        }
    }

    /**
     * Calls a function in one of the interpreters, in the calling thread.
     *
     * @param name the function's name, maybe dotted
     * @param args the arguments; the last may be {@link Kwargs}
     * @return the result
     * @throws PythonException what it raises; {@link PythonTimeoutException} if the pool's deadline passed
     * @throws IllegalStateException if the pool was closed
     */
    public @Nullable Object invoke(String name, @Nullable Object... args) {
        checkOpen();
        return members.with(true, interpreter -> interpreter.invoke(name, args));
    }

    /**
     * Calls a function in one of the interpreters, in the calling thread, for a result of a type.
     *
     * @param <T> the type
     * @param type the type to convert the result to
     * @param name the function's name, maybe dotted
     * @param args the arguments; the last may be {@link Kwargs}
     * @return the result
     * @throws PythonException what it raises; {@link PythonTimeoutException} if the pool's deadline passed
     * @throws ConversionException if an argument cannot cross, or the result is of no such type
     * @throws IllegalStateException if the pool was closed
     */
    public <T extends @Nullable Object> T invoke(Class<T> type, String name, @Nullable Object... args) {
        checkOpen();
        return members.with(true, interpreter -> interpreter.invoke(type, name, args));
    }

    /**
     * Runs a task that has one of the interpreters for itself, in the calling thread.
     *
     * @param <T> the type of its result
     * @param task what to do with the interpreter, which it must not keep or close
     * @return its result
     * @throws IllegalStateException if the pool was closed
     */
    public <T extends @Nullable Object> T call(Function<PythonInterpreter, T> task) {
        Objects.requireNonNull(task, "task");
        checkOpen();
        return members.with(false, task);
    }

    /**
     * Calls a function in one of the interpreters, on a thread of the pool. Cancelling the future, or completing it from
     * outside, stops the call.
     *
     * @param name the function's name, maybe dotted
     * @param args the arguments; the last may be {@link Kwargs}
     * @return its result to come
     * @throws IllegalStateException if the pool was closed
     */
    public CompletableFuture<@Nullable Object> submit(String name, @Nullable Object... args) {
        return run(() -> members.with(true, interpreter -> interpreter.invoke(name, args)));
    }

    /**
     * Calls a function in one of the interpreters, on a thread of the pool, for a result of a type.
     *
     * @param <T> the type
     * @param type the type to convert the result to
     * @param name the function's name, maybe dotted
     * @param args the arguments; the last may be {@link Kwargs}
     * @return its result to come
     * @throws IllegalStateException if the pool was closed
     */
    public <T extends @Nullable Object> CompletableFuture<T> submit(Class<T> type, String name, @Nullable Object... args) {
        Objects.requireNonNull(type, "type");
        return run(() -> members.with(true, interpreter -> interpreter.invoke(type, name, args)));
    }

    /**
     * Runs a task that has one of the interpreters for itself, on a thread of the pool.
     *
     * @param <T> the type of its result
     * @param task what to do with the interpreter, which it must not keep or close
     * @return its result to come
     * @throws IllegalStateException if the pool was closed
     */
    public <T extends @Nullable Object> CompletableFuture<T> submit(Function<PythonInterpreter, T> task) {
        Objects.requireNonNull(task, "task");
        return run(() -> members.with(false, task));
    }

    /** Inside a call, the interpreter that is lent does it: others might all be lent to calls that wait like this one. */
    <T> CompletableFuture<T> runHereOrElsewhere(Supplier<T> task) {
        return members.isInside() ? CompletableFuture.completedFuture(task.get()) : run(task);
    }

    private <T> CompletableFuture<T> run(Supplier<T> task) {
        checkOpen();
        PoolTask<T> run = new PoolTask<>(task);
        try {
            workers.execute(run);
        } catch (RejectedExecutionException e) {
            throw closed();
        }
        return run.future;
    }

    /**
     * Calls a function once for each row, in all interpreters at once. The results come in the rows' order; whoever takes
     * them drives the source, of which at most two chunks for each interpreter are under way: as many rows as take some
     * milliseconds, at most 1,024.
     *
     * <p>Where a row fails, the results before it come first; then the stream throws what a call would, and {@link
     * PythonException#row} tells the row. Rows after it may have been called. Closing the stream stops what is under way. The
     * pool's deadline is for each crossing of rows, as {@link PyFunction#map(Iterable)} says.
     *
     * @param rows the arguments, one for each call
     * @param function the function's name, maybe dotted
     * @return the results; for one thread at a time
     * @throws IllegalStateException if the pool was closed
     */
    public Stream<@Nullable Object> map(Stream<?> rows, String function) {
        return map(Object.class, rows, function);
    }

    /**
     * As {@link #map(Stream, String)}, for results of a type.
     *
     * @param <T> the type
     * @param type the type to convert the results to
     * @param rows the arguments, one for each call
     * @param function the function's name, maybe dotted
     * @return the results; for one thread at a time
     * @throws IllegalStateException if the pool was closed
     */
    public <T extends @Nullable Object> Stream<T> map(Class<T> type, Stream<?> rows, String function) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(rows, "rows");
        Objects.requireNonNull(function, "function");
        checkOpen();
        PoolRows<T> results = PoolRows.of(rows.iterator(), 2 * size, (chunk, sink) -> members.with(false, interpreter -> {
            try (PyFunction callable = interpreter.function(function)) {
                (type == Object.class ? callable.map(chunk).map(type::cast) : callable.map(type, chunk)).forEach(sink);
            }
            return null;
        }), this);
        return StreamSupport.stream(results, false).onClose(() -> {
            results.close();
            rows.close();
        });
    }

    /**
     * How many interpreters there are.
     *
     * @return the number
     */
    public int size() {
        return size;
    }

    /**
     * How many interpreters were broken, and replaced.
     *
     * @return the number
     */
    public long replaced() {
        return members.replaced();
    }

    /**
     * Whether {@link #close} was called.
     *
     * @return whether it is closed
     */
    public boolean isClosed() {
        return closed;
    }

    /**
     * Refuses new calls, waits for those that run or were submitted, and closes the interpreters. Called from inside a call
     * of this pool, or on a thread of the pool's, by a stage of a future say, it waits for none: the interpreters are closed
     * when their calls end, and calls that have not begun fail. Closing twice is harmless.
     */
    @Override
    public void close() {
        closed = true;
        workers.shutdown();
        boolean waits = !members.isInside() && isWorker.get() == null;
        if (waits) {
            boolean interrupted = false;
            while (!workers.isTerminated() && !Lifecycle.isJvmOver()) {
                try {
                    workers.awaitTermination(100, TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        members.close(waits);
    }

    /** The settings of a pool. For one thread. */
    public static final class Builder {
        private int size = Runtime.getRuntime().availableProcessors();
        private Isolation isolation;
        private PythonInterpreter.Builder interpreters = PythonInterpreter.builder();
        private Consumer<PythonInterpreter> setUp = interpreter -> { };
        private Duration deadline;
        private Predicate<? super Throwable> replaceAfter = failure -> false;

        private Builder() {
        }

        /**
         * How many interpreters. Without it, as many as there are processors.
         *
         * @param count the number, 1 or more
         * @return this builder
         */
        public Builder size(int count) {
            if (count < 1) {
                throw new IllegalArgumentException("a pool has one interpreter or more, not " + count);
            }
            size = count;
            return this;
        }

        /**
         * What each interpreter has for itself. Without it, what the builder of the interpreters says.
         *
         * @param kind the isolation
         * @return this builder
         */
        public Builder isolation(Isolation kind) {
            isolation = Objects.requireNonNull(kind, "kind");
            return this;
        }

        /**
         * The settings of the interpreters, which the pool's threads use as long as it is open.
         *
         * @param settings a builder that nobody else uses any more
         * @return this builder
         */
        public Builder interpreters(PythonInterpreter.Builder settings) {
            interpreters = Objects.requireNonNull(settings, "settings");
            return this;
        }

        /**
         * Python code that is run in each interpreter before it is used.
         *
         * @param code Python source
         * @return this builder
         */
        public Builder setUp(String code) {
            Objects.requireNonNull(code, "code");
            return setUp(interpreter -> interpreter.exec(code));
        }

        /**
         * What is done with each interpreter before it is used, after what was said before.
         *
         * @param task the set-up; any thread may run it, and at any time, when an interpreter is replaced
         * @return this builder
         */
        public Builder setUp(Consumer<PythonInterpreter> task) {
            setUp = setUp.andThen(Objects.requireNonNull(task, "task"));
            return this;
        }

        /**
         * A deadline for every call, as {@link PythonInterpreter#withDeadline} has it. The set-up has none.
         *
         * @param limit how long each call may take; more than nothing
         * @return this builder
         */
        public Builder deadline(Duration limit) {
            if (Objects.requireNonNull(limit, "limit").isNegative() || limit.isZero()) {
                throw new IllegalArgumentException("a deadline must be more than nothing: " + limit);
            }
            deadline = limit;
            return this;
        }

        /**
         * Failures after which an interpreter is replaced, besides those that the class's description names.
         *
         * @param failures says of what a call threw whether its interpreter is broken
         * @return this builder
         */
        public Builder replaceAfter(Predicate<? super Throwable> failures) {
            replaceAfter = Objects.requireNonNull(failures, "failures");
            return this;
        }

        /**
         * Opens the interpreters and sets them up.
         *
         * @return an open pool
         * @throws PythonSetupException if there is no Python that Krait can run, or it cannot isolate so
         * @throws PythonException what the set-up raises
         */
        public PythonPool build() {
            return new PythonPool(this);
        }
    }
}
