package dev.krait.internal;

import dev.krait.PythonException;

/**
 * How values cross for an API on top of Krait whose forms are not those of {@code docs/values.md}: asked while a value is
 * read or written, so that no value is walked over twice. Instances hold nothing and are used by any thread.
 *
 * <p>In other forms, primitive arrays but {@code byte[]} are tuples, and a tuple is an array also as a key.
 */
public abstract class Forms {
    /** Integers, because a value of a class of ours would tie our class loader to every class it is kept for. */
    private final ClassValue<Integer> kinds = new ClassValue<>() {
        @Override
        protected Integer computeValue(Class<?> type) {
            return crosses(type) ? ValueKind.of(type) : ValueKind.OBJECT;
        }
    };

    /** For the drop-ins. */
    protected Forms() {
    }

    final int kind(Class<?> type) {
        return kinds.get(type);
    }

    /**
     * Whether objects of a class cross to Python as values, where Krait has a value for them.
     *
     * @param type the class
     * @return false for those that Python gets as Java objects
     */
    protected abstract boolean crosses(Class<?> type);

    /**
     * What stands for a Python object.
     *
     * @param session the interpreter, in these forms
     * @param object a {@code dev.krait.PyObject}
     * @param generator whether it is a generator
     * @return the object that Java code gets
     */
    protected abstract Object object(Session session, Object object, boolean generator);

    /**
     * What stands for a generator whose first items came with it.
     *
     * @param session the interpreter, in these forms
     * @param generator a {@code dev.krait.PyObject}, or null if it has ended
     * @param items its items
     * @return the object that Java code gets
     */
    protected abstract Object generator(Session session, Object generator, Items items);

    /**
     * What stands for a date, a time or a duration of Python.
     *
     * @param time an object of java.time
     * @return the object that Java code gets
     */
    protected abstract Object time(Object time);

    /**
     * The object of java.time that stands for a date or time of Java on its way to Python.
     *
     * @param time an object that crosses as a date, a time or a duration
     * @return the object to write, maybe the same one
     */
    protected abstract Object javaTime(Object time);

    /**
     * What a call throws.
     *
     * @param exception what Python raised
     * @param throwable the Java throwable that came through Python, or null
     * @return the throwable that Java code gets
     */
    protected abstract Throwable failure(PythonException exception, Throwable throwable);
}
