package dev.krait;

/** What an interpreter has for itself. */
public enum Isolation {
    /** Its globals. Modules, {@code sys} and the GIL are the process's. Opens in microseconds; every extension works. */
    SHARED,
    /**
     * Its globals and its modules, {@code sys} and builtins: a sub-interpreter. The GIL is the process's. An extension
     * module that keeps state of its own per process may be confused, or refuse. Before CPython 3.13 {@code decimal} is such a
     * module: Krait uses its half in Python instead, which is slower.
     */
    SUB_INTERPRETER,
    /**
     * Its globals, modules and a GIL of its own: runs Python code at the same time as others. CPython 3.12 or newer. An
     * extension module that does not support it raises ImportError.
     */
    OWN_GIL
}
