"""What native code asks Python to do: names, source code, namespaces, the end."""

import builtins
import importlib
import io
import sys
import types
from types import FunctionType, MethodType

from krait import _async, _errors
from krait._async import is_awaitable  # noqa: F401
from krait._errors import CallInterrupted  # noqa: F401
from krait._views import *  # noqa: F401, F403

# inspect.CO_VARARGS
_VARIABLE_ARGUMENTS = 4
_SECONDS_FOR_EXECUTORS = 2


class Settled(BaseException):
    """Raised in `settle`, asynchronously."""


def settle():
    """Runs until `Settled` is raised here, which takes no more than a turn or two: see `Gil::take_back_raised`."""
    for _ in range(1000):
        pass


def new_namespace():
    """The globals of a new interpreter: a dict of its own that looks like a script's."""
    return {"__name__": "__main__", "__doc__": None, "__package__": None, "__builtins__": builtins}


def close_undisturbed(namespace, number, ends):
    """Lets go of everything an interpreter's globals hold, and of its streams. Who interrupted its calls meant no part of this.

    Where its modules end with it, its atexit functions run first: CPython would run them when their globals are gone.
    """
    if ends:
        _run_atexit()
    _async.detach(number)
    logs = sys.modules.get("krait._logging")
    if logs is not None:
        logs.detach(number)
    streams = sys.modules.get("krait._streams")
    if streams is not None:
        streams.detach(number)
    _forget_script(namespace)
    namespace.clear()
    classes = sys.modules.get("krait._java_classes")
    if classes is not None:
        classes.let_go()


def compile_source(source, filename, mode):
    """Code from a str. The file name need not exist: tracebacks find the lines all the same."""
    remember_source(filename, source)
    return compile(source, filename, mode, dont_inherit=True)


def remember_source(filename, source):
    """Gives tracebacks the lines of code that is in no file, for the newest few sources."""
    if not (filename.startswith("<") and filename.endswith(">")):
        return
    import linecache

    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)


class _Script(types.ModuleType):
    """What `sys.modules["__main__"]` is for code that was run from a file: its names are an interpreter's globals."""

    def __init__(self, namespace):
        super().__init__("__main__")
        # Not in the module's own dict, where the globals would have a name more.
        object.__setattr__(self, "_krait_namespace", namespace)

    def __getattr__(self, name):
        try:
            return object.__getattribute__(self, "_krait_namespace")[name]
        except KeyError:
            raise AttributeError(f"module '__main__' has no attribute {name!r}") from None


def run_path(namespace, path):
    """Runs a file as a script: in the interpreter's globals, with __file__ and the file's folder importable."""
    import os

    path = os.path.abspath(path)
    with io.open_code(path) as file:
        code = compile(file.read(), path, "exec", dont_inherit=True)
    folder = os.path.dirname(path)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    namespace["__file__"] = path
    # As for `python script.py`: pickle and multiprocessing look for the script's functions there.
    script = sys.modules["__main__"] = _Script(namespace)
    script.__file__ = path
    exec(code, namespace)


def _forget_script(namespace):
    script = sys.modules.get("__main__")
    if isinstance(script, _Script) and script._krait_namespace is namespace:
        sys.modules["__main__"] = types.ModuleType("__main__")


def import_module(name):
    """The module of this dotted name."""
    return importlib.import_module(name)


def resolve(namespace, name):
    """What a dotted name stands for: from the globals first, then in the longest importable module."""
    if not name.isascii():
        # As the compiler does with the names in code.
        import unicodedata

        name = unicodedata.normalize("NFKC", name)
    first, *rest = name.split(".")
    if not all(part.isidentifier() for part in (first, *rest)):
        raise NameError(f"{name!r} is not a name: dotted identifiers are wanted")
    if first in namespace:
        return _attributes(namespace[first], rest)
    if hasattr(builtins, first):
        return _attributes(getattr(builtins, first), rest)
    parts = [first, *rest]
    for length in range(len(parts), 0, -1):
        module_name = ".".join(parts[:length])
        if length == 1 and not rest:
            break
        try:
            module = importlib.import_module(module_name)
        except ModuleNotFoundError as error:
            # Only the module that was asked for may be missing: one that it imports in turn is the user's error.
            if error.name is None or not (module_name + ".").startswith(error.name + "."):
                raise
            continue
        return _attributes(module, parts[length:])
    if rest:
        raise NameError(f"name {name!r} is not defined: {first!r} is neither a global here nor a module on sys.path")
    raise NameError(f"name {name!r} is not defined")


def _attributes(value, names):
    for name in names:
        value = getattr(value, name)
    return value


def not_callable(name, value):
    raise TypeError(f"{name!r} is not callable: its type is {type_name(value)}")


def type_name(value):
    """The qualified name of a value's class."""
    return _errors.type_name(type(value))


def dir_of(value):
    return dir(value)


def configure(paths, argv, working_directory, environment):
    """Settings of an interpreter that Python keeps per process."""
    import os

    if environment:
        os.environ.update(environment)
    if working_directory is not None:
        try:
            os.chdir(working_directory)
        except OSError as error:
            raise OSError(error.errno, f"the working directory cannot be set: {error.strerror}", working_directory) from None
    if argv is not None:
        sys.argv[:] = argv
    for path in reversed(paths):
        if path not in sys.path:
            sys.path.insert(0, path)


def flush():
    """Writes out what the standard streams hold back."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, ValueError, OSError):
            # Closed, replaced or gone: there is nothing to lose then.
            pass
    streams = sys.modules.get("krait._streams")
    if streams is not None:
        streams.flush_all()


def _run_atexit():
    """Runs the atexit functions. Before them, as in Python, executors are told to end, for whose processes some of them wait."""
    import atexit

    threading = sys.modules.get("threading")
    calls = list(getattr(threading, "_threading_atexits", ()))
    if calls:
        # They wait for tasks that run; the JVM, or who closes an interpreter, waits no longer than this.
        ending = threading.Thread(target=_call_last_first, args=(calls,), name="krait-executors")
        ending.start()
        ending.join(_SECONDS_FOR_EXECUTORS)
    atexit._run_exitfuncs()


def _call_last_first(calls):
    import contextlib

    with contextlib.ExitStack() as stack:
        for call in calls:
            stack.callback(call)


def shut_down():
    """The end of the JVM: atexit callbacks, then the streams."""
    # A callback may take all the time there is.
    flush()
    try:
        _run_atexit()
    finally:
        flush()
        # Other shutdown hooks may still call: nobody comes after them to write out what they print.
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(line_buffering=True)


def enum_name(value):
    """The name of an enum's member, for a Java enum."""
    import enum

    if not isinstance(value, enum.Enum):
        raise TypeError(f"{type_name(value)} is no enum")
    return value.name


def as_number(value):
    """An int, float or bool of what says that it is one; None of anything else."""
    if hasattr(value, "__index__"):
        try:
            return value.__index__()
        except TypeError:
            # numpy's arrays have it whatever they hold.
            if not hasattr(value, "__float__"):
                raise
    if hasattr(value, "__float__"):
        return value.__float__()
    return None


def as_list(value):
    """A list of an iterable's items; arrays give plain numbers, but times, whose numbers have lost their unit."""
    if hasattr(value, "tolist"):
        if getattr(getattr(value, "dtype", None), "kind", "") not in ("M", "m"):
            return value.tolist()
        if getattr(value, "ndim", 1) > 1:
            return [as_list(row) for row in value]
    return list(value) if hasattr(value, "__iter__") else None


def as_callable(value):
    """The value, if it can be called."""
    if not callable(value):
        raise TypeError(f"an object of type {type_name(value)} is not callable")
    return value


def is_none(value):
    return value is None


def is_callable(value):
    """Whether the value can be called."""
    return callable(value)


def argument_kind(value):
    """What a Python object may be for a Java method: 0 itself alone, 1 what can be iterated over, 2 a number, 3 what can be
    called, 4 + n a function of exactly n arguments.
    """
    if callable(value):
        cls = type(value)
        if cls is MethodType:
            value = value.__func__
        if type(value) is not FunctionType or value.__defaults__ or value.__code__.co_flags & _VARIABLE_ARGUMENTS:
            return 3
        return 4 + value.__code__.co_argcount - (cls is MethodType)
    # An array without a dimension is a number that looks like an array.
    if hasattr(type(value), "__iter__") and getattr(value, "ndim", 1) != 0:
        return 1
    return 2 if hasattr(type(value), "__index__") or hasattr(type(value), "__float__") else 0


def implement(target, name, *args):
    """Calls what implements a Java method: (True, result), or (False, name of the class) where nothing does."""
    method = getattr(target, name, None)
    if method is None:
        # Names that are keywords in Python end with an underscore.
        method = getattr(target, name + "_", None)
    # A method of Java's is what `krait.implements` put there for Python code: a default method.
    if method is None or type(getattr(method, "__func__", None)).__module__ == "krait":
        return False, type_name(target)
    return True, method(*args)


def implement_of_object(target, name, *args):
    """The same of a method of java.lang.Object, which only a class that has it itself means: Python's own do otherwise."""
    return implement(target, name, *args) if hasattr(type(target), name) else (False, None)


def name_thread(name):
    """Names the calling thread as Java does."""
    from krait import _threads

    _threads.name(name)


def format_exception(exception):
    """An exception's traceback as text."""
    return _errors.formatted(exception)


def before_sub_interpreters():
    """Imports here, in the main interpreter, what the standard library has of extension modules with one state for all.

    CPython before 3.13 gives such a module's objects to every interpreter that imports it, but they live only as long as
    the interpreter that did so first: it must be the one that never ends.
    """
    if sys.version_info >= (3, 13):
        return
    for module in ("_ctypes", "_datetime", "_socket", "_sqlite3"):
        try:
            importlib.import_module(module)
        except ImportError:
            # This Python was built without it.
            pass


def dump_stacks(java_threads):
    """What the threads of this interpreter run."""
    from krait import _threads

    return _threads.dump(java_threads)


def attach_streams(number, isolated, stdin, stdout, stderr):
    """Gives an interpreter standard streams of its own."""
    from krait import _streams

    _streams.attach_undisturbed(number, isolated, stdin, stdout, stderr)


def attach_futures(number, bridge):
    """Gives an interpreter its way to Java's stages."""
    _async.attach(number, bridge)


def start_async(number, awaitable, done):
    """Runs an awaitable on the interpreter's event loop."""
    return _async.start(number, awaitable, done)


def iterate_async(number, iterable):
    """Goes through an asynchronous iterable; None for what is none."""
    return _async.iterate(number, iterable)


def attach_logging(number, sink, level):
    """Sends what an interpreter logs to Java."""
    from krait import _logging

    _logging.attach_undisturbed(number, sink, level)
