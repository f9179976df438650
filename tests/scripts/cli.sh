#!/usr/bin/env bash
# The command line tool and the jar, as a user meets them.
source "$(dirname "$0")/common.sh"

python=$("$root/tests/scripts/venv.sh" "$(default_python)")
status=0
KRAIT_PYTHON=$python KRAIT_JAVA=$(default_java) KRAIT_JAR=$(jar_path) KRAIT_COUNTS=$build/cli-counts.txt \
    "$python" -I "$root/tests/cli/run.py" || status=$?
read -r passed failed <"$build/cli-counts.txt" || { passed=0 failed=1; }
[ "$status" = 0 ] || [ "$failed" -gt 0 ] || failed=1
record "command line" "$passed" "$failed"
