package dev.krait.internal;

import dev.krait.PythonException;
import java.lang.reflect.Type;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;

/** What this package makes of the public types whose constructors are not public. Set once by {@code dev.krait}. */
public abstract class Api {
    private static volatile Api instance;

    /** For {@code dev.krait}. */
    protected Api() {
    }

    /**
     * Sets the one instance.
     *
     * @param api the instance
     */
    public static void set(Api api) {
        instance = api;
    }

    static Api get() {
        return instance;
    }

    /**
     * Wraps a handle.
     *
     * @param session the interpreter that the object came through
     * @param handle the handle, which the wrapper owns
     * @return a PyObject
     */
    public abstract Object wrap(Session session, long handle);

    /**
     * The session of a Python object.
     *
     * @param object any object
     * @return the session, or null where it is no Python object
     */
    public abstract Session sessionOf(Object object);

    /**
     * The session of an interpreter.
     *
     * @param interpreter a {@code dev.krait.PythonInterpreter}
     * @return its session
     */
    public abstract Session interpreterSession(Object interpreter);

    /**
     * The handle of a Python object.
     *
     * @param object a Python object
     * @return the handle
     * @throws IllegalStateException if it is closed
     */
    public abstract long handleOf(Object object);

    /**
     * Binds an interface to a Python object.
     *
     * @param object a PyObject, which the proxy owns
     * @param type the interface, maybe generic
     * @param raw the interface's class
     * @return the proxy
     * @throws dev.krait.ConversionException if methods are missing
     */
    public abstract Object bind(Object object, Type type, Class<?> raw);

    /**
     * Holds a callable as what is called.
     *
     * @param object a PyObject
     * @return a PyFunction, or null where it cannot be called
     */
    public abstract Object function(Object object);

    /**
     * Runs a coroutine.
     *
     * @param object a PyObject
     * @param type the result's type
     * @return its future, or null where it cannot be awaited
     */
    public abstract CompletableFuture<Object> future(Object object, Type type);

    /**
     * A live view of what a {@code krait.view} in Python was made of.
     *
     * @param object the PyObject of the {@code krait.view}
     * @return a List, Map or Set
     */
    public abstract Object view(Object object);

    /**
     * Iterates over a Python object.
     *
     * @param object a PyObject
     * @param type the items' type
     * @return a PyIterator
     */
    public abstract Iterator<?> iterate(Object object, Type type);

    /**
     * Makes an exception from what Python told of it.
     *
     * @param record the record
     * @return the exception
     */
    public abstract PythonException exception(ErrorRecord record);

    /**
     * Tells an exception which row of a batch it is about.
     *
     * @param exception the exception
     * @param row the row, from 0
     */
    public abstract void atRow(PythonException exception, long row);

    /**
     * An exception for a batch that is stopped between two crossings.
     *
     * @param timedOut whether its deadline has passed; else its thread was interrupted
     * @return the exception
     */
    public abstract PythonException stopped(boolean timedOut);

    /**
     * The Python exception that an exception stands for.
     *
     * @param exception any throwable
     * @return its PyObject if it is a PythonException that still has it, else null
     */
    public abstract Object pythonExceptionOf(Throwable exception);
}
