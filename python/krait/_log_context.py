"""What `krait.log_context` adds to log records."""

import contextlib
import contextvars

items = contextvars.ContextVar("krait.log_context", default={})


@contextlib.contextmanager
def log_context(**more):
    """Adds entries to the MDC of what is logged inside, also by the coroutines that are started there."""
    token = items.set({**items.get(), **more})
    try:
        yield
    finally:
        items.reset(token)
