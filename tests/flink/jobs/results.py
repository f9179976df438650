"""How a driver hands its results to the test: one JSON file, in which a value of Python stands as its repr."""

import json
import traceback


class Results:
    def __init__(self, path):
        self.path = path
        self.found = {}

    def add(self, name, compute):
        """Keeps the repr of what compute() returns, or its traceback: one failure leaves the others."""
        try:
            self.found[name] = {"value": repr(compute())}
        except Exception:
            self.found[name] = {"error": traceback.format_exc()}

    def write(self):
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump(self.found, file, indent=1)
