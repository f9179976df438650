#!/usr/bin/env bash
# The Rust tests: the codec and the Python layer, without a JVM, linked to the test Python's libpython.
source "$(dirname "$0")/common.sh"

python=$(default_python)
log=$build/logs/rust.log
mkdir -p "$build/logs"
status=0
(cd "$root" && PYO3_PYTHON="$python" LD_LIBRARY_PATH="$(libdir "$python")${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" \
    cargo test --workspace) >"$log" 2>&1 || status=$?
read -r passed failed < <(awk '/^test result:/ { p += $4; f += $6 } END { print p + 0, f + 0 }' "$log")
if [ "$status" != 0 ]; then
    [ "$failed" -gt 0 ] || failed=1
    say "rust: failed (exit code $status); the end of $log:"
    tail -n 60 "$log" >&2
fi
record rust "$passed" "$failed"
