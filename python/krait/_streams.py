"""Standard streams that differ by interpreter: `sys.stdout` and its kin go to the interpreter whose code runs."""

import functools
import io
import sys
import threading
import time

from _krait import current_namespace

_NAMES = ("stdin", "stdout", "stderr")
# The attribute of a thread that holds the number of the interpreter that started it.
_STARTER = "_krait_starter"
# At the end of the JVM, whoever writes now may never come back.
_SECONDS_FOR_WRITERS = 1
_lock = threading.Lock()
# Name of a stream -> number of an interpreter -> its stream.
_streams = {name: {} for name in _NAMES}
# The number of an interpreter that shares its modules with no other one: all code here is its own, also what nobody calls from
# Java, as atexit functions at the end of the JVM.
_alone = 0


class _Source(io.RawIOBase):
    """Bytes that a Java InputStream gives."""

    name = "<stdin>"
    mode = "r"

    def __init__(self, read):
        self._read = read

    def readable(self):
        return True

    def readinto(self, buffer):
        data = self._read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Sink(io.RawIOBase):
    """Bytes that a Java OutputStream takes."""

    mode = "w"

    def __init__(self, write, name):
        self._write = write
        self.name = name

    def writable(self):
        return True

    def write(self, data):
        self._write(bytes(data))
        return len(data)

    def end(self):
        """Nothing comes any more; Java's stream stays open."""
        self._write(False)


class _FlushingSink(io.BufferedWriter):
    """Flushes Java's stream, too."""

    def flush(self):
        super().flush()
        if not self.raw.closed:
            self.raw._write(None)


class _Router(io.TextIOBase):
    """A standard stream that is another one for each interpreter; the process's own where none was given."""

    def __init__(self, name, own):
        self._name = name
        # To Python, no sys.stdout at all means that what is printed goes nowhere.
        self._own = _writer(lambda data: None, name) if own is None and name != "stdin" else own

    def _stream(self):
        stream = _streams[self._name].get(number(), self._own)
        if stream is None:
            raise ValueError(f"there is no sys.{self._name}")
        return stream

    def __getattr__(self, name):
        return getattr(self._stream(), name)

    def __iter__(self):
        return iter(self._stream())

    def __next__(self):
        return next(self._stream())

    def __repr__(self):
        return f"<krait {self._name} of {self._own!r}>"

    def close(self):
        """Interpreters share the stream: closing it is none of their business."""


def _forward(name):
    def method(self, *args, **keywords):
        return getattr(self._stream(), name)(*args, **keywords)

    method.__name__ = name
    return method


for _name in ("read", "readline", "readlines", "write", "writelines", "flush", "fileno", "isatty", "readable",
              "writable", "seekable", "seek", "tell", "truncate", "detach"):
    setattr(_Router, _name, _forward(_name))
for _name in ("encoding", "errors", "newlines", "buffer", "line_buffering"):
    setattr(_Router, _name, property(lambda self, name=_name: getattr(self._stream(), name)))


def number():
    """The interpreter whose code runs; on a thread that Python made, the one that started it."""
    return current_namespace() or getattr(threading.current_thread(), _STARTER, 0) or _alone


def _marking(start):
    @functools.wraps(start)
    def marked(self):
        setattr(self, _STARTER, number())
        start(self)

    setattr(marked, _STARTER, None)
    return marked


def mark_threads():
    """Has every thread that Python makes remember who started it."""
    if not hasattr(threading.Thread.start, _STARTER):
        threading.Thread.start = _marking(threading.Thread.start)


def attach_undisturbed(number, isolated, stdin, stdout, stderr):
    """Gives the interpreter of this number its streams; None leaves the process's own."""
    global _alone
    with _lock:
        _alone = number if isolated else 0
        mark_threads()
        for name, target in zip(_NAMES, (stdin, stdout, stderr)):
            if target is None:
                continue
            if not isinstance(getattr(sys, name), _Router):
                setattr(sys, name, _Router(name, getattr(sys, name)))
            _streams[name][number] = _reader(target) if name == "stdin" else _writer(target, name)


def _reader(target):
    return io.TextIOWrapper(io.BufferedReader(_Source(target)), encoding="utf-8", errors="surrogateescape")


class _Text(io.TextIOWrapper):
    """Text for several threads: TextIOWrapper loses some where the GIL changes hands inside a write, as it does here."""

    def __init__(self, *args, **keywords):
        super().__init__(*args, **keywords)
        # Java's stream may print in turn, on the same thread.
        self._lock = threading.RLock()

    def write(self, text):
        with self._lock:
            return super().write(text)

    def flush(self):
        with self._lock:
            super().flush()

    def flush_within(self, seconds):
        """Flushes, unless another thread writes for so long."""
        if self._lock.acquire(timeout=seconds):
            try:
                super().flush()
            finally:
                self._lock.release()


def _writer(target, name):
    buffer = _FlushingSink(_Sink(target, f"<{name}>"))
    return _Text(buffer, encoding="utf-8", errors="backslashreplace", line_buffering=True)


def detach(number):
    """Flushes and forgets the streams of an interpreter that closes."""
    for name in _NAMES:
        stream = _streams[name].pop(number, None)
        if stream is not None and name != "stdin":
            try:
                stream.flush()
                stream.buffer.raw.end()
            except Exception as error:
                _not_flushed(name, error)


def flush_all():
    """Flushes the streams of all interpreters, at the end of the JVM."""
    until = time.monotonic() + _SECONDS_FOR_WRITERS
    for name in ("stdout", "stderr"):
        for stream in list(_streams[name].values()):
            try:
                stream.flush_within(max(0, until - time.monotonic()))
            except ValueError:
                # Closed: there is nothing to lose then.
                pass
            except Exception as error:
                _not_flushed(name, error)


def _not_flushed(name, error):
    sys.__stderr__.write(f"Krait: sys.{name} could not be flushed: {error!r}\n")
