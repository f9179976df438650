"""PEMJA's package, where pip has not installed it."""

from _pemja import *  # noqa: F401, F403
