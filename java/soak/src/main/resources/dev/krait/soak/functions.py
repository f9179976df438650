"""What the soak's workers call."""

import threading


class Kept:
    """An object that has no value in Java."""

    def __init__(self, number):
        self.number = number

    def add(self, other):
        return self.number + other


class Mine(Exception):
    """An exception of the user's."""


def same(x):
    return x


def inc(x):
    return x + 1


def half(x):
    return x / 2


def describe(x, *, prefix="", times=1):
    return prefix + repr(x) * times


def keep(number):
    return Kept(number)


def numbers(count):
    for i in range(count):
        yield i


async def later(x):
    import asyncio

    await asyncio.sleep(0.001)
    return x * 2


def boom(text):
    raise Mine(text)


def picky(x):
    if x % 1000 == 777:
        raise Mine(str(x))
    return x * 2


def down(depth, java):
    return [depth] + (java(depth - 1) if depth else [])


def call(f, *args):
    return f(*args)


def guarded(f):
    """Whatever Java throws comes out again as it is, and leaves a mark."""
    try:
        return f()
    except BaseException as error:
        error.add_note("guarded") if hasattr(error, "add_note") else None
        raise


def tick():
    pass


def spin():
    while True:
        tick()


def call_and_spin(f):
    f()
    spin()


def work(rounds):
    total = 0
    for i in range(rounds):
        total = (total * 31 + i) % 1_000_003
        tick()
    return total


def endless(x):
    return endless(x) + 1


def deep(x):
    return sorted([1, 2], key=deep)


def too_large():
    return bytearray(1 << 60)


def too_large_for_java(size):
    return bytes(size)


def threads(count, java):
    """The results of so many threads of Python's own that call Java."""
    results = [None] * count

    def run(i):
        try:
            results[i] = java(i)
        except BaseException as error:
            results[i] = repr(error)

    own = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in own:
        thread.start()
    try:
        for thread in own:
            thread.join()
    finally:
        for thread in own:
            thread.join()
    return results
