"""Runs the tests beside it, or those named, and writes `passed failed` to the file that KRAIT_COUNTS names."""

import os
import signal
import sys
import unittest
from pathlib import Path

folder = Path(__file__).resolve().parent
sys.path.insert(0, str(folder))
sys.dont_write_bytecode = True

# Whoever ends this ends its clusters too.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

loader = unittest.defaultTestLoader
suite = loader.loadTestsFromNames(sys.argv[1:]) if sys.argv[1:] else loader.discover(str(folder))
result = unittest.TextTestRunner(verbosity=2).run(suite)
# A test fails once, however many of its sub-tests do.
failed = len({getattr(test, "test_case", test).id() for test, _ in result.failures + result.errors})
# What fails before its first test was never run.
passed = max(0, result.testsRun - failed - len(result.skipped))
if "KRAIT_COUNTS" in os.environ:
    Path(os.environ["KRAIT_COUNTS"]).write_text(f"{passed} {failed}\n")
print(f"{passed} passed, {failed} failed")
sys.exit(0 if result.wasSuccessful() else 1)
