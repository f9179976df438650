"""Sends what Python code logs to Java's loggers, named by file and line, as PEMJA does."""

import logging
import traceback

from _pemja import findClass

_SEVERITIES = (
    (logging.CRITICAL, "CRITICAL"),
    (logging.ERROR, "ERROR"),
    (logging.WARNING, "WARN"),
    (logging.INFO, "INFO"),
)


class PythonLogHandler(logging.Handler):
    def emit(self, record):
        try:
            # Found each time: interpreters of several class loaders may share this module.
            writer = findClass("pemja.core.log.PythonLogWriter")()
            trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else None
            writer.log(_logger(record), _severity(record.levelno), record.getMessage(), trace)
        except Exception:
            self.handleError(record)


def _logger(record):
    return f"{record.pathname or record.module}:{record.lineno or record.funcName}"


def _severity(level):
    if level == logging.NOTSET:
        return "UNSPECIFIED"
    return next((name for least, name in _SEVERITIES if level >= least), "DEBUG")


logger = logging.getLogger()
logger.setLevel(logging.DEBUG)
python_log_handler = PythonLogHandler()
logger.addHandler(python_log_handler)
