"""Which built-in exceptions Java's exceptions are, too, and how they are made."""

import _krait

# Py_TPFLAGS_HEAPTYPE: made by a class statement.
_HEAP_TYPE = 1 << 9

_BUILT_IN = {
    "java.lang.ArithmeticException": ArithmeticError,
    "java.lang.ArrayStoreException": TypeError,
    "java.lang.ClassCastException": TypeError,
    "java.lang.IllegalArgumentException": ValueError,
    "java.lang.IndexOutOfBoundsException": IndexError,
    "java.lang.NegativeArraySizeException": ValueError,
    "java.lang.OutOfMemoryError": MemoryError,
    "java.lang.SecurityException": PermissionError,
    "java.lang.StackOverflowError": RecursionError,
    "java.lang.UnsupportedOperationException": NotImplementedError,
    "java.lang.AssertionError": AssertionError,
    "java.time.DateTimeException": ValueError,
    "java.util.ConcurrentModificationException": RuntimeError,
    "java.util.NoSuchElementException": LookupError,
    "java.util.concurrent.TimeoutException": TimeoutError,
    "java.io.IOException": OSError,
    "java.io.EOFException": EOFError,
    "java.io.FileNotFoundException": FileNotFoundError,
    "java.io.UncheckedIOException": OSError,
    "java.io.InterruptedIOException": InterruptedError,
    "java.net.SocketTimeoutException": TimeoutError,
    "java.net.ConnectException": ConnectionRefusedError,
    "java.nio.file.NoSuchFileException": FileNotFoundError,
    "java.nio.file.FileAlreadyExistsException": FileExistsError,
    "java.nio.file.NotDirectoryException": NotADirectoryError,
    "java.nio.file.AccessDeniedException": PermissionError,
}


def bases(parent, name):
    """The bases of the class that mirrors the throwable of this name."""
    built_in = _BUILT_IN.get(name)
    if built_in is None or issubclass(parent, built_in):
        return (parent,)
    return parent, built_in


def _static_base(cls):
    """The innermost class in C that lays out the class's instances."""
    while cls.__flags__ & _HEAP_TYPE:
        cls = cls.__base__
    return cls


def from_java(cls, throwable):
    """The exception for a Java object."""
    message = _krait.java("message", throwable)
    # A class that is MemoryError, too, finds its __new__, which refuses: CPython made the class like its static base.
    exception = _static_base(cls).__new__(cls, message)
    exception.args = (message,)
    exception.throwable = throwable
    exception.class_name = f"{cls.__module__}.{cls.__qualname__}"
    return exception
