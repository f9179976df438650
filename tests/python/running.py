"""Runs the unittest cases of a file one by one, for JUnit: `PythonCasesTest`."""

import importlib.util
import os
import unittest

_cases = {}


def cases(path):
    """The names of the cases in a file."""
    name = os.path.basename(path).removesuffix(".py")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    _collect(unittest.defaultTestLoader.loadTestsFromModule(module))
    return list(_cases)


def _collect(suite):
    for member in suite:
        if isinstance(member, unittest.TestSuite):
            _collect(member)
        else:
            _cases[f"{type(member).__name__}.{member._testMethodName}"] = member


def run(name):
    """(passed, ""), (skipped, why) or (failed, traceback)."""
    result = unittest.TestResult()
    unittest.TestSuite([_cases[name]]).run(result)
    for case, text in result.errors + result.failures:
        return "failed", text
    for case, why in result.skipped:
        return "skipped", why
    return ("passed", "") if result.testsRun == 1 else ("failed", "the case did not run")
