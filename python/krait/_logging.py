"""Python's log records on their way to Java's loggers."""

import logging
import threading

from krait import _errors, _log_context, _streams

_lock = threading.Lock()
# Number of an interpreter -> Java's `PythonLogs.log`.
_sinks = {}
# Number of an interpreter -> the root logger's level before it set another.
_levels = {}
# What every record has; other attributes came by `extra`.
_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class _JavaHandler(logging.Handler):
    """Gives records to the Java logger of the interpreter whose code logs."""

    def handle(self, record):
        # Not under the handler's lock: Java's loggers have locks of their own, and a thread that holds one of those may
        # wait here.
        passed = self.filter(record)
        if passed:
            self.emit(passed if isinstance(passed, logging.LogRecord) else record)
        return passed

    def emit(self, record):
        sink = _sinks.get(_streams.number()) or _any_sink()
        if sink is None:
            _last_resort(record)
            return
        try:
            exception = record.exc_info[1] if record.exc_info else None
            described = None if exception is None else _errors.describe(exception, False)
            sink(record.name, record.levelno, _text(record), _context(record), described)
        except Exception:
            self.handleError(record)


_handler = _JavaHandler()


def _any_sink():
    """For a thread that belongs to no interpreter: the sink of one, where there is only one."""
    sinks = list(_sinks.values())
    return sinks[0] if len(sinks) == 1 and _streams.number() == 0 else None


def _last_resort(record):
    """As if the handler was not there: another interpreter asked for it."""
    last = logging.lastResort
    if last is not None and logging.getLogger().handlers == [_handler] and record.levelno >= last.level:
        last.handle(record)


def _text(record):
    text = record.getMessage()
    if record.exc_text and not record.exc_info:
        text = f"{text}\n{record.exc_text}"
    return f"{text}\n{record.stack_info}" if record.stack_info else text


def _context(record):
    context = dict(_log_context.items.get())
    for name, value in record.__dict__.items():
        if name not in _OWN:
            context[name] = value
    return {str(name): str(value) for name, value in context.items()} or None


def attach_undisturbed(number, sink, level):
    """Sends the records of an interpreter to Java; sets the root logger's level where one is given."""
    root = logging.getLogger()
    with _lock:
        _sinks[number] = sink
        if _handler not in root.handlers:
            root.addHandler(_handler)
        if level is not None:
            _levels[number] = (root.level, level)
            root.setLevel(level)


def detach(number):
    """Forgets the sink of an interpreter that closes, and takes back what was set for it."""
    root = logging.getLogger()
    with _lock:
        _sinks.pop(number, None)
        before, own = _levels.pop(number, (None, None))
        if before is not None and root.level == own:
            root.setLevel(before)
        if not _sinks:
            root.removeHandler(_handler)
