"""Event loops whose thread runs a call that is to be stopped."""

import gc
import sys

from krait._errors import CallInterrupted, JavaException

# How many causes back one is looked for.
_CAUSES = 16
# What runs a loop of asyncio's.
_RUNS = {"run_until_complete", "run_forever"}


def wake(frame):
    """Has a loop run Python code, where what is raised in its thread is seen: it may wait in C code. The frame is the thread's innermost one."""
    module, function = _place(frame)
    if (module, function) == ("gevent.hub", "run"):
        frame.f_locals["self"].loop.run_callback_threadsafe(_nothing)
        return
    if (module, function) == ("selectors", "select"):
        frame = frame.f_back
    if frame is not None:
        for loop in _loops_of(frame):
            try:
                if loop.is_running():
                    loop.call_soon_threadsafe(_nothing)
            except Exception:
                # It was closed just now, or never made to the end: others may wait.
                continue


def _place(frame):
    return frame.f_globals.get("__name__"), frame.f_code.co_name


def _loops_of(frame):
    """Those that a frame may run."""
    if _place(frame) == ("asyncio.base_events", "_run_once"):
        return [frame.f_locals["self"]]
    events = sys.modules.get("asyncio.events")
    if events is None or _RUNS.isdisjoint(frame.f_code.co_names):
        return []
    # One that is written in C, as uvloop's is, has no frame of its own, and may be nobody's but its thread's.
    return [value for value in gc.get_objects() if issubclass(type(value), events.AbstractEventLoop)]


def _nothing():
    pass


def end_greenlet(greenlet):
    """Raises GreenletExit in a greenlet that waits. What else comes of it is raised here.

    It may come as what Java code has made of it: a future, say, throws an exception of its own whose cause it is. Nor is anybody told of what
    stops a call around: gevent raises that in the main greenlet, whatever it waits for.
    """
    from greenlet import GreenletExit

    try:
        _raise_exit(greenlet)
    except BaseException as raised:
        cause = raised
        for _ in range(_CAUSES):
            if not isinstance(cause, JavaException):
                break
            cause = cause.__cause__
        if not isinstance(cause, (GreenletExit, CallInterrupted)):
            raise


def _raise_exit(greenlet):
    from greenlet import getcurrent

    here, hub = getcurrent(), greenlet.parent
    loop = getattr(hub, "loop", None)
    if hub is here or not hasattr(loop, "run_callback"):
        greenlet.throw()
        return
    # gevent's go on in the hub when they end, which would come back when it has nothing else to do.
    waiting = [here]
    ending = loop.run_callback(_end, greenlet, waiting)
    try:
        hub.switch()
    finally:
        # gevent may have raised something in here: nobody waits any more.
        waiting.clear()
        ending.stop()


def _end(greenlet, waiting):
    try:
        greenlet.throw()
    except BaseException as raised:
        if not waiting:
            raise
        waiting[0].throw(raised)
    else:
        if waiting:
            waiting[0].switch()


def stop_trio(frame, stop):
    """Raises an exception in the main task of the loop of trio's that this frame runs.

    So trio does with KeyboardInterrupt. What was raised in its own code would end the loop without a trace of its end, and the thread could
    run no other one.
    """
    runner = frame.f_locals.get("runner")
    if runner is not None:
        runner.entry_queue.run_sync_soon(_stop_main, runner, stop)


def _stop_main(runner, stop):
    def raise_stop():
        raise stop

    main = runner.main_task
    if main is None or runner.main_task_outcome is not None:
        return
    if main._abort_func is not None:
        main._attempt_abort(raise_stop)
    elif main._next_send_fn is not None:
        # It runs next, and need not have waited for anything.
        main._next_send_fn, main._next_send = main.coro.throw, stop()
    # Else it waits for what nobody can cut short, and is stopped again later.
