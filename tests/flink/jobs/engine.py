"""Which engine runs this Python code: asked inside a user's function, it tells PEMJA from Krait from a process."""

import sys


def engine():
    if "krait" in sys.modules:
        return "krait"
    if "_pemja" in sys.modules:
        return "pemja"
    return "process"
