# Tells Krait what Python runs it: key=value lines, the values percent-encoded UTF-8.
# Started as `python -I -c <this text>` by dev.krait.internal.PythonProbe with anything that is called python, so it
# keeps to what an old Python or a PyPy knows too. No double quotes: Windows' command lines mangle them.
import os
import sys

SAFE = frozenset(b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-')


def encoded(value):
    data = bytearray(value if isinstance(value, bytes) else str(value).encode('utf-8', 'surrogateescape'))
    return ''.join(chr(byte) if byte in SAFE else '%%%02X' % byte for byte in data)


def mapped_libpython():
    # Where the executable itself has libpython from: the surest answer, and only Linux gives it.
    name = ('libpython%d.%d' % sys.version_info[:2]).encode('ascii')
    try:
        with open('/proc/self/maps', 'rb') as maps:
            for line in maps:
                fields = line.rstrip(b'\n').split(None, 5)
                if len(fields) == 6 and os.path.basename(fields[5]).startswith(name):
                    return fields[5]
    except (IOError, OSError):
        pass
    return None


def facts():
    implementation = getattr(sys, 'implementation', None)
    yield 'version', sys.version.split()[0]
    yield 'hexversion', sys.hexversion
    yield 'implementation', getattr(implementation, 'name', 'unknown')
    yield 'pointer_bits', 64 if sys.maxsize > 2 ** 32 else 32
    yield 'platform', sys.platform
    yield 'executable', sys.executable
    yield 'prefix', sys.prefix
    yield 'exec_prefix', sys.exec_prefix
    yield 'base_prefix', getattr(sys, 'base_prefix', sys.prefix)
    yield 'abiflags', getattr(sys, 'abiflags', '')
    yield 'gil_enabled', int(getattr(sys, '_is_gil_enabled', lambda: True)())
    yield 'trace_refs', int(hasattr(sys, 'getobjects'))
    yield 'libpython', mapped_libpython()
    try:
        from sysconfig import get_config_var
    except Exception as error:
        # A cut-down installation; the rest is enough to look for libpython where it usually is.
        yield 'sysconfig_error', repr(error)
        return
    for name in ('Py_ENABLE_SHARED', 'Py_GIL_DISABLED', 'Py_DEBUG', 'LIBDIR', 'MULTIARCH', 'LIBPL', 'LDLIBRARY',
                 'INSTSONAME', 'PYTHONFRAMEWORKPREFIX'):
        yield name, get_config_var(name)


lines = ['krait-probe=1']
lines.extend('%s=%s' % (key, encoded(value)) for key, value in facts() if value is not None)
lines.append('krait-probe=end')
sys.stdout.write('\n'.join(lines) + '\n')
sys.stdout.flush()
