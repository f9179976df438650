"""The function of the demo: one JSON object a line, with the value of `a` made lower case."""

import json


def json_value_lower(line):
    a = json.loads(line)
    a["a"] = a["a"].lower()
    return json.dumps(a)
