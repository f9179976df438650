"""What PEMJA's native library has built in."""

import krait

__krait__ = True

JBOOLEAN_ID = 0
JBYTE_ID = 1
JSHORT_ID = 2
JINT_ID = 3
JLONG_ID = 4
JFLOAT_ID = 5
JDOUBLE_ID = 6
JCHAR_ID = 7
JSTRING_ID = 8


def findClass(name):
    """The Java class of this name, as the interpreter's class loader finds it, then the thread's."""
    return krait.java_class(name.replace("/", "."))
