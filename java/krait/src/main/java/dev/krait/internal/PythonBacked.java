package dev.krait.internal;

/** What looks like Java and is a Python object behind: it crosses to Python as that object. */
public interface PythonBacked {
    /**
     * The object behind.
     *
     * @return a PyObject
     */
    Object pythonObject();
}
