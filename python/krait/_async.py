"""asyncio and Java's futures: coroutines that Java waits for, Java's stages that coroutines wait for."""

import threading
from collections.abc import Awaitable
from types import GeneratorType

from _krait import JavaObject

from krait import _errors, _streams

# How long a closing interpreter waits for its tasks to take notice of being cancelled.
STOP_SECONDS = 2
# How long a thread that waits for an asynchronous iterator takes no notice of being stopped.
_NOTICE_SECONDS = 0.05

_lock = threading.Lock()
# Number of an interpreter -> its event loop, once there is one.
_loops = {}
# Number of an interpreter -> Java's `Futures.bridge`.
_bridges = {}


class _Loop:
    """An interpreter's event loop, on a thread of its own."""

    def __init__(self):
        import asyncio

        self._loop = asyncio.new_event_loop()
        self._futures = set()
        self._stopping = False
        name = "krait-asyncio"
        try:
            self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        except RuntimeError:
            # Some sub-interpreters allow no daemon threads; closing the interpreter ends this one.
            self._thread = threading.Thread(target=self._run, name=name, daemon=False)

    def start_undisturbed(self):
        """Native code stops no call in here: a thread that was started is known, one that is known was started."""
        if self._thread.ident is None:
            self._thread.start()

    def _run(self):
        import asyncio

        asyncio.set_event_loop(self._loop)
        while not self._stopping:
            try:
                self._loop.run_forever()
            except (SystemExit, KeyboardInterrupt):
                # A task raised it, and its future has it: the other tasks go on.
                continue
        cancelling = self._loop.create_task(self._cancel_all())
        try:
            while not cancelling.done():
                try:
                    self._loop.run_until_complete(cancelling)
                except (SystemExit, KeyboardInterrupt):
                    # One of the others raised it.
                    continue
        finally:
            self._loop.close()

    async def _cancel_all(self):
        import asyncio

        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_SECONDS)
        await self._loop.shutdown_asyncgens()

    def is_mine(self):
        """Whether the calling thread is the loop's."""
        return threading.current_thread() is self._thread

    def submit(self, awaitable):
        import asyncio

        future = asyncio.run_coroutine_threadsafe(_awaiting(awaitable), self._loop)
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        return future

    def stop(self):
        from concurrent.futures import CancelledError, InvalidStateError

        self._stopping = True
        if self._thread.ident is None:
            self._loop.close()
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        if not self.is_mine():
            # A little longer than the tasks get; in steps, so that a process that was stopped meanwhile goes on waiting.
            for _ in range(10 * (STOP_SECONDS + 1)):
                self._thread.join(0.1)
                if not self._thread.is_alive():
                    break
        for future in list(self._futures):
            # A task that takes no notice: nobody waits for it any more. A closed loop cannot be told.
            if not self._loop.is_closed():
                future.cancel()
                continue
            try:
                future.set_exception(CancelledError())
            except InvalidStateError:
                # It has ended, and was not taken out of the set yet.
                continue


async def _awaiting(awaitable):
    return await awaitable


def is_awaitable(value):
    # Generators are where types.coroutine made them so; the flag is inspect.CO_ITERABLE_COROUTINE.
    return isinstance(value, Awaitable) or isinstance(value, GeneratorType) and bool(value.gi_code.co_flags & 0x100)


def start(number, awaitable, done):
    """Runs an awaitable on the interpreter's event loop. Gives a concurrent future, and calls `done` with it at its end."""
    import asyncio  # noqa: F401 - not under the lock

    future = _submit_undisturbed(number, awaitable, False)
    future.add_done_callback(done)
    return future


def _submit_undisturbed(number, awaitable, elsewhere):
    """Native code stops no call in here: the lock could stay taken, and nothing be started any more.

    None where it is to run elsewhere than on the calling thread, and that is the loop's own."""
    with _lock:
        loop = _loop(number)
        return None if elsewhere and loop.is_mine() else loop.submit(awaitable)


def _loop(number):
    loop = _loops.get(number)
    if loop is None:
        loop = _loops[number] = _Loop()
    loop.start_undisturbed()
    return loop


def iterate(number, iterable):
    """A generator of what an asynchronous iterable gives on the interpreter's event loop; None for anything else."""
    return _items(number, iterable.__aiter__()) if hasattr(type(iterable), "__aiter__") else None


def _items(number, iterator):
    try:
        while True:
            try:
                item = _wait(number, iterator.__anext__())
            except StopAsyncIteration:
                return
            yield item
    finally:
        # Where the interpreter was closed, its loop has closed the generator.
        if number in _loops and hasattr(iterator, "aclose"):
            _wait(number, iterator.aclose())


def _wait(number, awaitable):
    import asyncio  # noqa: F401 - not under the lock
    from concurrent.futures import TimeoutError

    future = _submit_undisturbed(number, awaitable, True)
    if future is None:
        if hasattr(awaitable, "close"):
            # So that nobody warns that it was never awaited.
            awaitable.close()
        raise RuntimeError("the event loop's own thread cannot wait for what runs on it: use `async for`")
    try:
        while True:
            try:
                return future.result(_NOTICE_SECONDS)
            except TimeoutError:
                # Again and again, so that an interrupt or a deadline is noticed.
                if future.done():
                    return future.result()
    except BaseException:
        future.cancel()
        raise


def attach(number, bridge):
    """Gives the interpreter of this number its way to Java's stages."""
    _bridges[number] = bridge


def detach(number):
    """Stops the event loop of an interpreter that closes: its tasks are cancelled."""
    _bridges.pop(number, None)
    with _lock:
        loop = _loops.pop(number, None)
    if loop is not None:
        loop.stop()


def _bridge():
    bridge = _bridges.get(_streams.number())
    if bridge is not None:
        return bridge
    for bridge in list(_bridges.values()):
        # A thread of the user's own: stages know no interpreter, so that any will do.
        return bridge
    raise RuntimeError("no interpreter is open")


def future(stage):
    """An asyncio future for a Java ``CompletionStage``: ``value = await krait.future(stage)``.

    It ends as the stage does; a Java exception is raised, a stage that is cancelled cancels it. Cancelling it, or the task
    that awaits it, cancels the stage.
    """
    import asyncio

    if not isinstance(stage, JavaObject):
        raise TypeError(f"a Java CompletionStage is wanted, not a {_errors.type_name(type(stage))}")
    loop = asyncio.get_running_loop()
    waiting = loop.create_future()
    bridge = _bridge()

    def done(value, thrown, cancelled):
        try:
            loop.call_soon_threadsafe(_finish, waiting, value, thrown, cancelled)
        except RuntimeError:
            # The loop was closed: nobody waits any more.
            pass

    bridge(stage, done)
    waiting.add_done_callback(lambda waiting: bridge(stage) if waiting.cancelled() else None)
    return waiting


def _finish(waiting, value, thrown, cancelled):
    if waiting.done():
        return
    if cancelled:
        waiting.cancel()
    elif thrown is not None:
        exception = _errors.exception_of(thrown)
        if isinstance(exception, StopIteration):
            # As asyncio itself has it since Python 3.12. Before, it refuses the exception, and who awaits waits for ever.
            stop = exception
            exception = RuntimeError("StopIteration interacts badly with generators and cannot be raised into a Future")
            exception.__cause__ = stop
        waiting.set_exception(exception)
    else:
        waiting.set_result(value)


def awaitable(stage):
    """What ``__await__`` of a Java ``CompletionStage`` gives."""
    return future(stage).__await__()
