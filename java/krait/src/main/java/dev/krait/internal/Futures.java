package dev.krait.internal;

import java.lang.ref.Reference;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/** Java's stages for coroutines that await them, and coroutines for Java's futures. */
public final class Futures {
    private Futures() {
    }

    /**
     * Lets coroutines of an interpreter await stages.
     *
     * @param session the interpreter
     */
    public static void attach(Session session) {
        Callables.Target bridge = args -> bridge(session, args);
        Requests.helper(session, 0, "attach_futures", session.number(), bridge);
    }

    /**
     * Runs a Python awaitable on the interpreter's event loop.
     *
     * @param session the interpreter
     * @param awaitable a PyObject
     * @param done called with Python's future, a PyObject, when it has ended; on any thread
     * @return Python's future, a PyObject
     */
    public static Object start(Session session, Object awaitable, Consumer<Object> done) {
        Callables.Target end = args -> {
            done.accept(args[0]);
            return null;
        };
        return Requests.helper(session, Op.RAW, "start_async", session.number(), awaitable, end);
    }

    /**
     * Goes through an asynchronous iterable, which runs on the event loop.
     *
     * @param session the interpreter
     * @param iterable a PyObject
     * @return a generator, a PyObject; null for what is no asynchronous iterable
     */
    public static Object iterate(Session session, Object iterable) {
        return Requests.helper(session, 0, "iterate_async", session.number(), iterable);
    }

    /** With a callback: calls it when the stage is complete. Without: cancels the stage. */
    private static Object bridge(Session session, Object[] args) {
        if (!(args[0] instanceof CompletionStage)) {
            throw new PythonError("TypeError", "a CompletionStage is wanted, not a " + args[0].getClass().getName());
        }
        CompletionStage<?> stage = (CompletionStage<?>) args[0];
        if (args.length == 1) {
            cancel(stage);
        } else {
            stage.whenComplete((value, thrown) -> deliver(session, args[1], value, thrown));
        }
        return null;
    }

    private static void cancel(CompletionStage<?> stage) {
        try {
            stage.toCompletableFuture().cancel(true);
        } catch (UnsupportedOperationException e) {
            // A stage that nobody can cancel: it runs on, and its result is not waited for.
            return;
        }
    }

    private static void deliver(Session session, Object callback, Object value, Throwable thrown) {
        try {
            if (thrown == null) {
                tell(session, callback, value, null);
            } else {
                tell(session, callback, null, cause(thrown));
            }
        } catch (Throwable e) {
            // The value cannot cross: then that is what the coroutine is told. Of an interpreter that was closed, nobody waits.
            if (!session.isClosed()) {
                tell(session, callback, null, e);
            }
        }
    }

    private static void tell(Session session, Object callback, Object value, Throwable thrown) {
        Object record = thrown == null ? null : Thrown.raised(thrown);
        Object[] args = {value, record, thrown instanceof CancellationException};
        try {
            FunctionCalls.call(session, Op.CALL, Api.get().handleOf(callback), args, null, null);
        } finally {
            Reference.reachabilityFence(callback);
        }
    }

    private static Throwable cause(Throwable thrown) {
        boolean wrapped = thrown instanceof CompletionException || thrown instanceof ExecutionException;
        return wrapped && thrown.getCause() != null ? thrown.getCause() : thrown;
    }
}
