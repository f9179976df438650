#!/usr/bin/env bash
# The drop-in for PEMJA: its own tests, then the cases that run on it and on PEMJA itself, whose native module comes from the pip
# package in a virtual environment. Where pip has no pemja 0.5.7 for the Python, only the first part runs.
source "$(dirname "$0")/common.sh"

python=$(default_python)
java=$(default_java)
bundle=$build/junit-pemja

KRAIT_BUNDLE=$bundle "$root/tests/scripts/junit.sh" "pemja: tests of the drop-in" "$("$root/tests/scripts/venv.sh" "$python")" "$java"

folder=$build/venv-pemja-$(version "$python")
if [ ! -e "$folder/.ready" ]; then
    rm -rf "$folder"
    "$python" -m venv "$folder" >&2
    if ! "$folder/bin/python" -m pip install -q --disable-pip-version-check --only-binary pemja pemja==0.5.7 >&2; then
        say "pemja: pip has no pemja 0.5.7 for CPython $(version "$python"): not compared with PEMJA itself."
        exit 0
    fi
    touch "$folder/.ready"
fi

out=$build/pemja
log=$build/logs/pemja-cases.log
mkdir -p "$out" "$build/logs"
slf4j=$(printf '%s:' "$bundle"/libs/slf4j-api-*.jar "$bundle"/libs/logback-*.jar)
read -r passed failed < <("$python" -I "$root/tests/pemja/compat.py" "$java" "$folder/bin/python" "$bundle/cases" "${slf4j%:}" \
    "$bundle/pemja/pemja-0.5.7.jar" "$bundle/krait-pemja.jar" "$root/tests/pemja/differences.tsv" "$out" 2>"$log") || { passed=0 failed=1; }
if [ "$failed" != 0 ]; then
    say "pemja: cases that are neither alike nor listed as different; all of them are in $log:"
    tail -n 20 "$log" >&2
fi
record "pemja: cases on PEMJA and on Krait" "$passed" "$failed"
