"""Leaves what was there before the rows out of Python's garbage collections, while Flink's operations run.

A full collection walks all that lives: PyFlink's modules alone are more than 100,000 objects, 50 ms, and rows that make containers
cause one after the other. What is frozen is not walked. It is let go of by its reference count as ever; what is in a cycle
waits until an operation closes.
"""

import gc
import threading

_lock = threading.RLock()
_running = 0
# CPython 3.12 has frozen some hundreds itself.
_frozen_before = gc.get_freeze_count()


def opened():
    """An operation has opened: what there is now will stay. False where a user has the collector in hand."""
    global _running
    with _lock:
        if not gc.isenabled() or _running == 0 and gc.get_freeze_count() > _frozen_before:
            return False
        _running += 1
        _freeze()
        return True


def closed():
    """An operation for which opened() was true has closed, and leaves garbage."""
    global _running
    with _lock:
        _running -= 1
        if _running:
            _freeze()
        else:
            gc.unfreeze()


def _freeze():
    gc.unfreeze()
    gc.collect()
    gc.freeze()
