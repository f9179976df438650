package dev.krait.internal;

import java.lang.ref.WeakReference;

/**
 * What the frame codec asks of an interpreter: the objects that cross as references, both ways.
 * Any thread may call it.
 */
public interface ValueContext {
    /**
     * Wraps a handle that was read from a frame.
     *
     * @param handle a handle, never 0; the wrapper owns it
     * @return a Python object
     */
    Object wrap(long handle);

    /**
     * Lets go of a handle that was read from a frame, and not wrapped; where it was released before, nothing happens.
     *
     * @param handle a handle, never 0
     */
    void release(long handle);

    /**
     * Finds the Java object that a slot names.
     *
     * @param slot a slot that was read from a frame; it stays Python's
     * @return the object
     */
    Object objectAt(int slot);

    /**
     * Finds the handle of a Python object.
     *
     * @param object any object, not null
     * @return its handle, or 0 when it is not a Python object
     * @throws IllegalStateException if it is one that is closed, or one of another Python
     */
    long handleOf(Object object);

    /**
     * Gives a Java object to Python.
     *
     * @param object any object, not null
     * @return a new slot; Python owns it as soon as the frame is handed over
     */
    int slotOf(Object object);

    /**
     * The number of an object's class, by which Python knows what it is.
     *
     * @param object the object, not null
     * @return the number, or 0 for an object that Python only holds
     */
    int classOf(Object object);

    /**
     * Makes a Java object of a Python object that implements interfaces.
     *
     * @param handle a handle, never 0; the object owns it
     * @param slot the slot of what it implements; it stays Python's
     * @return the Java object
     */
    Object proxy(long handle, int slot);

    /**
     * A reference to this context that does not keep it; always the same one.
     *
     * @return the reference
     */
    WeakReference<ValueContext> reference();

    /**
     * The forms in which values cross for this context.
     *
     * @return the forms, or null for Krait's own
     */
    default Forms forms() {
        return null;
    }

    /**
     * Takes back a slot that never reached Python.
     *
     * @param slot a slot that {@link #slotOf} returned
     */
    void releaseSlot(int slot);
}
