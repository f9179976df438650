"""Krait, as Python code in a JVM sees it.

This package lives in Krait's jar and is importable inside a JVM that runs Krait; nothing needs to be installed.
"""

from _krait import JavaObject

from krait._errors import JavaException
from krait._values import Entry

__all__ = ["Entry", "JavaException", "JavaObject"]
