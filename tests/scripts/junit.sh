#!/usr/bin/env bash
# junit.sh NAME PYTHON JAVA [JVM OPTION...]: runs the bundled tests (of the folder KRAIT_BUNDLE, if that is set) on that Python and that JVM, and records the
# counts under NAME. With -Xcheck:jni among the options, a warning of the JVM is a failed test.
source "$(dirname "$0")/common.sh"

name=$1 python=$2 java=$3
shift 3
slug=${name//[^A-Za-z0-9.]/-}
log=$build/logs/$slug.log
reports=$build/reports/$slug
rm -rf "$reports"
mkdir -p "$build/logs" "$reports"

options=("$@")
checked=
for option in "$@"; do
    if [ "$option" = -Xcheck:jni ]; then
        checked=yes
        # From 24 on, the JVM warns of native access as such, which is not what this run looks for.
        if [ "$(java_version "$java")" -ge 24 ]; then options+=(--enable-native-access=ALL-UNNAMED); fi
    fi
done

# What takes minutes is left out unless KRAIT_SLOW is set.
tags=()
[ -n "${KRAIT_SLOW:-}" ] || tags=(--exclude-tag=slow)

status=0
(cd "${KRAIT_BUNDLE:-$build/junit}" && env -u VIRTUAL_ENV -u CONDA_PREFIX -u PYTHONHOME -u PYTHONPATH KRAIT_PYTHON="$python" \
    "$java" "${options[@]}" @junit.args "${tags[@]}" --reports-dir="$reports" </dev/null) >"$log" 2>&1 || status=$?

read -r passed failed python_passed python_failed < <("$python" -I "$root/tests/scripts/count_junit.py" "$reports")
if [ "$status" != 0 ]; then
    # A container that fails, or a JVM that dies, is in no report.
    [ "$((failed + python_failed))" -gt 0 ] || failed=1
    say "$name: failed (exit code $status); the end of $log:"
    grep -v '^$' "$log" | tail -n 60 >&2
fi
if [ -n "$checked" ]; then
    if warnings=$(grep -nE '^(WARNING|FATAL)' "$log"); then
        failed=$((failed + 1))
        say "$name: the JVM warns of JNI calls; see $log:"
        head -n 10 <<<"$warnings" >&2
    else
        passed=$((passed + 1))
    fi
fi
record "$name" "$passed" "$failed"
# Only Krait's own tests have cases in Python.
[ -n "${KRAIT_BUNDLE:-}" ] || record "cases in Python, ${name#junit }" "$python_passed" "$python_failed"
