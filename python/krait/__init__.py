"""Krait, as Python code in a JVM sees it.

This package lives in Krait's jar and is importable inside a JVM that runs Krait; nothing needs to be installed. Java
classes are imported by their names: ``from java.util import ArrayList``.
"""

from _krait import JavaObject

from krait._async import future
from krait._errors import CallInterrupted, CallTimeout, JavaException
from krait._java import array, copy, implements, java_class, overload, synchronized, view
from krait._log_context import log_context
from krait._values import Entry

__all__ = [
    "CallInterrupted", "CallTimeout", "Entry", "JavaException", "JavaObject", "array", "copy", "future", "implements",
    "java_class", "log_context", "overload", "synchronized", "view",
]
