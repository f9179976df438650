"""Prints `passed failed` from the XML reports that JUnit's console wrote in a folder, then those of the cases in Python."""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

PYTHON = "dev.krait.javainpython.PythonCasesTest"

counts = {False: [0, 0], True: [0, 0]}
for report in Path(sys.argv[1]).glob("TEST-*.xml"):
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        outcomes = {child.tag for child in case}
        if "skipped" not in outcomes:
            bad = bool(outcomes & {"failure", "error"})
            counts[case.get("classname") == PYTHON][bad] += 1
print(*counts[False], *counts[True])
