"""Prints `passed failed` from the XML reports that JUnit's console wrote in a folder."""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

passed = failed = 0
for report in Path(sys.argv[1]).glob("TEST-*.xml"):
    suite = ElementTree.parse(report).getroot()
    bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    failed += bad
    passed += int(suite.get("tests", 0)) - bad - int(suite.get("skipped", 0))
print(passed, failed)
