package dev.krait;

import dev.krait.internal.Futures;
import dev.krait.internal.Requests;
import dev.krait.internal.Session;
import java.lang.reflect.Type;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** A coroutine that runs on an interpreter's event loop, as the Java future that ends with it. */
final class PyFuture {
    private static final Object[] NO_ARGUMENTS = {};
    /** asyncio's, and what the future of a task that was cancelled raises. Libraries have errors of that name, too. */
    private static final Set<String> CANCELLED =
            Set.of("asyncio.exceptions.CancelledError", "concurrent.futures._base.CancelledError");

    private final CompletableFuture<Object> future = new CompletableFuture<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final Session session;
    private final Type type;

    private PyFuture(Session session, Type type) {
        this.session = session;
        this.type = type;
    }

    /** The future of what a call gives: of a coroutine its end; of anything else, that. */
    static CompletableFuture<Object> of(Supplier<Object> call, Session session, Type type) {
        try {
            return of(call.get(), session, type);
        } catch (Throwable e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static CompletableFuture<Object> of(Object result, Session session, Type type) {
        if (result instanceof PyObject && isAwaitable((PyObject) result)) {
            try (PyObject awaitable = (PyObject) result) {
                return start(awaitable, type);
            }
        }
        if (result instanceof CompletionStage && type != CompletableFuture.class && type != CompletionStage.class) {
            // A Java stage that Python code returned.
            CompletionStage<?> stage = (CompletionStage<?>) result;
            return stage.toCompletableFuture().thenApply(value -> session.convert(value, type));
        }
        return CompletableFuture.completedFuture(session.convert(result, type));
    }

    static boolean isAwaitable(PyObject object) {
        return (Boolean) Requests.helper(object.session(), 0, "is_awaitable", object);
    }

    /** Starts a coroutine, or waits for what else can be awaited. */
    static CompletableFuture<Object> start(PyObject awaitable, Type type) {
        return new PyFuture(awaitable.session(), type).start(awaitable);
    }

    private CompletableFuture<Object> start(PyObject awaitable) {
        PyObject running = (PyObject) Futures.start(session, awaitable, this::end);
        future.whenComplete((value, thrown) -> {
            try (PyObject task = running) {
                // Java ended it first, by cancel() or a timeout: then Python need not go on.
                if (!ended.get() && !task.isClosed()) {
                    task.invokeMethod("cancel");
                }
            }
        });
        return future;
    }

    /** Python's future has ended. */
    private void end(Object pythonFuture) {
        ended.set(true);
        if (future.isDone()) {
            return;
        }
        try (PyObject task = (PyObject) pythonFuture) {
            Object value = task.invokeMethod(Calls.wantsObject(type), "result", NO_ARGUMENTS);
            future.complete(task.session().convert(value, type));
        } catch (PythonException e) {
            if (CANCELLED.stream().anyMatch(e::isInstance)) {
                future.cancel(false);
            } else {
                future.completeExceptionally(e);
            }
        } catch (IllegalStateException e) {
            // The interpreter was closed, which cancels what runs in it.
            if (session.isClosed()) {
                future.cancel(false);
            } else {
                future.completeExceptionally(e);
            }
        } catch (Throwable e) {
            future.completeExceptionally(e);
        }
    }
}
