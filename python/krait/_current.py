"""Which interpreter the running code belongs to."""

import threading

from _krait import current_namespace

_adopted = threading.local()


def number():
    """The number of the interpreter that called this thread, or that the thread works for; 0 where there is none."""
    return current_namespace() or getattr(_adopted, "number", 0)


def adopt(number):
    """Says which interpreter this thread works for: a thread that Krait started in Python."""
    _adopted.number = number
