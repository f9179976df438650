#!/usr/bin/env bash
# flink.sh [TEST...]: PyFlink's jobs on Krait, on clusters of real processes; all tests, or those named (test_table).
#
#   FLINK=2.3 (the default) | 1.20                              the line of Flink
#   KRAIT_FLINK_ENGINE=thread-krait | thread-pemja | process    what runs Python; the others show what the tests ask of Flink
source "$(dirname "$0")/common.sh"

python=$("$root/tests/flink/venv.sh")
name="flink $("$python" -c 'import pyflink.version; print(pyflink.version.__version__)'), CPython $(version "$python")"
log=$build/logs/${name//[^A-Za-z0-9.]/-}.log
mkdir -p "$build/logs"

# For the test of a second version in one process.
others=
for candidate in $(pythons); do
    if [ "$(version "$candidate")" != "$(version "$python")" ]; then others="$others:$candidate"; fi
done

status=0
KRAIT_OTHER_PYTHONS=${others#:} KRAIT_COUNTS=$build/flink-counts.txt \
    "$python" -I "$root/tests/flink/run.py" "$@" >"$log" 2>&1 || status=$?
read -r passed failed <"$build/flink-counts.txt" || { passed=0 failed=1; }
if [ "$status" != 0 ]; then
    [ "$failed" -gt 0 ] || failed=1
    say "$name: failed; the end of $log:"
    tail -n 80 "$log" >&2
fi
record "$name" "$passed" "$failed"
