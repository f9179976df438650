"""Exceptions on their way between Python and Java."""

import builtins
import traceback

# More causes than a reader follows, and far below the frame's limit on nesting.
MAX_CAUSES = 100
# Of a traceback of a deep recursion, Java gets both ends.
MAX_FRAMES = 512
# Of a deeper traceback, the text has the innermost MAX_FRAMES.
MAX_FORMATTED = 5_000
# What CPython, numpy, PyO3 and Cython say for a module that is not made for several interpreters.
REFUSALS = ("does not support loading in subinterpreters", "cannot load module more than once per process",
            "do not yet support subinterpreters", "only be loaded into one interpreter per process")
_REFUSED_HINT = ("This extension module refuses isolated interpreters: use it in one that is opened with Isolation.SHARED, or, where it "
                 "only refuses a GIL of its own (Isolation.OWN_GIL), with Isolation.SUB_INTERPRETER.")
# What CPython says of built-in functions that look at the frame of the Python code that calls them.
_FRAMELESS = ("frame does not exist", "<built-in function globals> returned NULL without setting an exception")
_FRAMELESS_HINT = ("eval, exec, globals, locals, vars and dir ask for the Python code that calls them, and there is none where Java "
                   "does: use the interpreter's own exec and eval, say interp.eval(\"globals()\").")


class JavaException(Exception):
    """A Java throwable that passed into Python code. Uncaught, it returns to Java as the same throwable.

    Its class mirrors the throwable's, so that ``except java.io.IOException`` catches what Java's ``catch`` would. The Java
    methods are there (``e.getCause()``), and ``throwable`` is the Java object.
    """

    throwable = None
    class_name = ""
    _has_causes = False
    _stack = None
    _written_notes = None

    def own_notes(self):
        """The notes that are not Java's stack."""
        return [note for note in self._written_notes or () if note is not self._stack]

    def __str__(self):
        return str(self.args[0]) if self.args and self.args[0] is not None else ""

    def __eq__(self, other):
        if not isinstance(other, JavaException):
            return NotImplemented
        return self is other or self.throwable is not None and self.throwable == other.throwable

    def __hash__(self):
        return hash(self.throwable)

    @property
    def __cause__(self):
        """What `raise … from` named, else the cause that Java knows; looked up when it is asked for."""
        cause = _OWN_CAUSE.__get__(self)
        if cause is None and not self._has_causes and not self.__suppress_context__:
            effect = self
            for cause in _java("causes", self):
                _OWN_CAUSE.__set__(effect, cause)
                if not isinstance(cause, JavaException):
                    break
                effect._has_causes = True
                effect = cause
            effect._has_causes = True
            cause = _OWN_CAUSE.__get__(self)
        return cause

    @__cause__.setter
    def __cause__(self, cause):
        _OWN_CAUSE.__set__(self, cause)

    @property
    def __notes__(self):
        """The notes; the first is Java's stack, so that Python's tracebacks show both (from Python 3.11 on)."""
        if self._written_notes is None:
            self._stack = _java("java_stack", self)
            self._written_notes = [self._stack] if self._stack else []
        return self._written_notes

    @__notes__.setter
    def __notes__(self, notes):
        self._written_notes = notes


_OWN_CAUSE = BaseException.__cause__


def _java(service, exception):
    import _krait

    if exception.throwable is None:
        return ()
    try:
        return _krait.java(service, exception.throwable)
    except RuntimeError:
        # The JVM is ending: a traceback is printed without what Java knows.
        return ()


class CallInterrupted(KeyboardInterrupt):
    """Java interrupted the call: its thread or its interpreter.

    No Exception, so that `except Exception` lets it go by; and event loops let a KeyboardInterrupt end them, whichever task it hits, where
    they log others and go on.
    """

    # CPython makes the exception in the thread that it stops, from the class alone.
    _reason = "the call's thread or interpreter was interrupted"

    def __str__(self):
        return super().__str__() or self._reason


class CallTimeout(CallInterrupted):
    """The call ran longer than its deadline."""

    _reason = "the call ran longer than its deadline"


CallInterrupted.__module__ = CallTimeout.__module__ = JavaException.__module__ = "krait"


def java_exception(record):
    """The exception for what Java threw, where it is none yet: see `UpCalls.raise`."""
    if len(record) == 2:
        name, message = record
        return getattr(builtins, name)(message)
    throwable, class_name, message = record
    if isinstance(throwable, BaseException):
        return throwable
    exception = JavaException(f"{class_name}: {message}" if message else class_name)
    exception.throwable = throwable
    exception.class_name = class_name
    return exception


def exception_of(thrown):
    """The exception for a throwable as Java's `Thrown.record` gives it."""
    if isinstance(thrown, BaseException):
        return thrown
    # A throwable may arrive as the exception that mirrors it.
    return thrown[0] if isinstance(thrown[0], BaseException) else java_exception(thrown)


def describe(exception, inside):
    """An exception as Java reads it; the record's fields are listed in native/ARCHITECTURE.md.

    `inside` says that Python code called the Java code that is told: the exception mostly goes on from there, and what
    each layer would format again is only formatted when somebody asks.
    """
    if isinstance(exception, ImportError):
        _add_hint(exception)
    elif isinstance(exception, SystemError) and not inside and _message(exception) in _FRAMELESS:
        exception.__notes__ = [_FRAMELESS_HINT]
    return _describe(exception, set(), True, inside)


def _add_hint(exception):
    """Says what to do where an extension module refuses the interpreter: a package may have wrapped the module's own error."""
    notes = list(getattr(exception, "__notes__", ()))
    if _REFUSED_HINT in notes:
        return
    error = exception
    for _ in range(MAX_CAUSES):
        if error is None:
            return
        if isinstance(error, ImportError) and any(words in _message(error) for words in REFUSALS):
            exception.__notes__ = [*notes, _REFUSED_HINT]
            return
        error = error.__cause__ or error.__context__


def _describe(exception, seen, top, inside=False):
    seen.add(id(exception))
    # Java knows its own causes, and its stack.
    java = isinstance(exception, JavaException)
    cause = _OWN_CAUSE.__get__(exception)
    context = None if exception.__suppress_context__ else exception.__context__
    # Before the causes: a group may be raised where one of its members is handled.
    members = [_nested(member, seen) for member in _members(exception)]
    if java:
        throwable = exception.throwable
    else:
        # The Java frames that it passed through on its way here, if it did.
        throwable = getattr(exception, "__krait_frames__", None)
    return (
        type_name(type(exception)),
        _message(exception),
        _notes(exception.own_notes() if java else getattr(exception, "__notes__", None)),
        _frames(exception.__traceback__),
        _nested(cause, seen),
        _nested(context, seen),
        members,
        None if inside else formatted(exception) if top else "",
        exception if top else None,
        throwable,
        _extra(exception),
        [type_name(cls) for cls in type(exception).__mro__ if cls is not object],
    )


def _nested(exception, seen):
    if exception is None or id(exception) in seen or len(seen) >= MAX_CAUSES:
        return None
    return _describe(exception, seen, False)


def type_name(cls):
    """The class's qualified name, as tracebacks print it."""
    try:
        module = cls.__module__
    except Exception:
        # A metaclass may make a property of it.
        module = None
    if module in ("builtins", "__main__") or not isinstance(module, str):
        return cls.__qualname__
    return f"{module}.{cls.__qualname__}"


def _message(exception):
    try:
        return str.__str__(str(exception))
    except Exception as error:
        return f"<str() of the exception raised {type(error).__name__}>"


def _notes(notes):
    return [note if isinstance(note, str) else repr(note) for note in notes] if isinstance(notes, (list, tuple)) else []


def _members(exception):
    members = getattr(exception, "exceptions", None)
    if not isinstance(members, tuple):
        return ()
    return [member for member in members if isinstance(member, BaseException)]


def _users(trace):
    """A traceback from where the user's code begins: what Krait runs before it is nobody's business."""
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith("<krait>/"):
        trace = trace.tb_next
    return trace


def _frames(trace):
    frames = []
    trace = _users(trace)
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append((code.co_filename, trace.tb_lineno or -1, getattr(code, "co_qualname", code.co_name)))
        trace = trace.tb_next
    if len(frames) > MAX_FRAMES:
        half = MAX_FRAMES // 2
        left_out = (f"{len(frames) - MAX_FRAMES} frames left out", -1, "...")
        frames = [*frames[:half], left_out, *frames[-half:]]
    return frames


def _deeper_than(most, trace):
    while trace is not None and most > 0:
        trace = trace.tb_next
        most -= 1
    return trace is not None


def formatted(exception):
    """The traceback as text."""
    # Some versions let Python code recurse much deeper than their limit says, and a frame takes 70 µs to format.
    trace = _users(exception.__traceback__)
    limit = -MAX_FRAMES if _deeper_than(MAX_FORMATTED, trace) else None
    try:
        return "".join(traceback.format_exception(type(exception), exception, trace, limit))
    except Exception as error:
        return f"{type_name(type(exception))}: {_message(exception)}\n<the traceback could not be formatted: {error!r}>\n"


def _extra(exception):
    if isinstance(exception, SystemExit):
        code = exception.code
        return code if code is None or isinstance(code, (int, str)) else str(code)
    if isinstance(exception, SyntaxError):
        return (exception.filename, exception.lineno, exception.offset, exception.text)
    return None
