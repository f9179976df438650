#!/usr/bin/env bash
# with-python.sh COMMAND...: runs the command with KRAIT_PYTHON set to the test Python.
source "$(dirname "$0")/common.sh"

KRAIT_PYTHON=$(default_python)
export KRAIT_PYTHON
exec "$@"
