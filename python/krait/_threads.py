"""Python's view of threads: their names, and the stacks that they run."""

import sys
import threading
import traceback

import _krait

# A recursion without end fills the dump of its thread alone.
MAX_FRAMES = 200


def name(text):
    """Names the calling thread as Java does, unless Python itself made it."""
    thread = threading.current_thread()
    if isinstance(thread, threading._DummyThread) and thread.name != text:
        thread.name = text


def forget():
    """The calling thread ends: `threading` made an object for it when somebody asked, and would keep it."""
    number = threading.get_ident()
    if isinstance(threading._active.get(number), threading._DummyThread):
        threading._active.pop(number, None)


def dump(java_threads):
    """The stacks of all threads of this interpreter: pairs of a heading and the frames, as text.

    `java_threads` has the names of Java's threads that call it by the frames of their calls.
    """
    rows = [row for row in _krait.threads() if row[0] != threading.get_ident()]
    calls = {number: (frames, in_java) for number, _, frames, in_java in rows if number is not None and frames}
    parts = []
    told = set()
    # Those without a frame last: they are told by their own thread state, or call C or Java code without any Python code.
    for number, frame, frames, in_java in sorted(rows, key=lambda row: row[1] is None):
        if number is None:
            number = _number(frame)
            frames, in_java = calls.get(number, (frames, in_java))
        names = {java_threads[address] for address in frames if address in java_threads}
        if frame is None and names <= told:
            continue
        told |= names
        state = ", in a call of Java" if in_java else "" if frame is not None else ", in C code"
        parts.append((_heading(number, frames, state, java_threads), _stack(frame)))
    waiting = sorted(set(java_threads.values()) - told)
    parts += [(f"Java thread {name}, on its way into Python or back:", "") for name in waiting]
    return parts


def _number(frame):
    """The number of a thread that `threading` made: its outermost frames know their thread."""
    while frame is not None:
        if frame.f_globals is threading.__dict__:
            thread = frame.f_locals.get("self")
            if isinstance(thread, threading.Thread):
                return thread.ident
        frame = frame.f_back
    return None


def _heading(number, frames, state, java_threads):
    thread = threading._active.get(number)
    java = next((java_threads[frame] for frame in reversed(frames) if frame in java_threads), None)
    names = []
    if thread is not None:
        names.append(f'Python thread "{thread.name}"' + (" daemon" if thread.daemon else ""))
    elif java is None:
        names.append("Thread")
    if java is not None:
        names.insert(0, f"Java thread {java}")
    identity = "" if number is None else f" 0x{number & 0xFFFF_FFFF_FFFF_FFFF:x}"
    return f"{', '.join(names)}{identity}{state}:"


def _stack(frame):
    """The frames of a stack, the innermost last, as in a traceback."""
    frames = []
    while frame is not None:
        frames.append((frame, frame.f_lineno))
        frame = frame.f_back
    frames.reverse()
    if len(frames) > MAX_FRAMES:
        half = MAX_FRAMES // 2
        left_out = f"  ... {len(frames) - MAX_FRAMES} frames left out\n"
        return _lines(frames[:half]) + left_out + _lines(frames[-half:])
    return _lines(frames)


def _lines(frames):
    walked = traceback.StackSummary.extract(iter(frames), lookup_lines=False)
    return "".join(walked.format())
