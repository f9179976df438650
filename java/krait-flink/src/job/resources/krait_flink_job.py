"""What the measured job calls, in each of the forms."""

import json


def plus_one(x: int) -> int:
    return x + 1


def plus_one_columns(x):
    """For lists; a numpy array or a Series is added to as a whole."""
    return [value + 1 for value in x] if isinstance(x, list) else x + 1


def json_value_lower(s: str) -> str:
    a = json.loads(s)
    a["a"] = a["a"].lower()
    return json.dumps(a)


def json_value_lower_columns(s: list[str]) -> list[str]:
    return [json_value_lower(text) for text in s]
