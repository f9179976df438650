#!/usr/bin/env bash
# suites.sh SUITE...: runs the suites one after another, whatever becomes of each, and ends with one line
# over all of them: `N passed, N failed`. Fails when a suite failed or ran no test.
source "$(dirname "$0")/common.sh"

scripts=$root/tests/scripts
rm -f "$results" "$build/summary.txt"
mkdir -p "$build"
: >"$results"

run() {
    case $1 in
        lint | rust | samples | cli | flink | pemja | sid) "$scripts/$1.sh" ;;
        # The slow tests run once, in the suite junit; not for every pair.
        matrix) KRAIT_SLOW= "$scripts/matrix.sh" ;;
        junit) "$scripts/junit.sh" "$(junit_name)" "$("$scripts/venv.sh" "$(default_python)")" "$(default_java)" ;;
        jni) "$scripts/junit.sh" "junit -Xcheck:jni" "$("$scripts/venv.sh" "$(default_python)")" "$(default_java)" -Xcheck:jni ;;
        flink-jar)
            # pandas has no wheel for every CPython that Krait runs on, but for those that Flink's users have.
            KRAIT_BUNDLE=$build/junit-flink "$scripts/junit.sh" "krait-flink $(junit_name | cut -d ' ' -f 2-)" \
                "$("$scripts/venv.sh" "$(default_python)" numpy pandas)" "$(default_java)"
            ;;
        *) die "no suite named $1" ;;
    esac
}

junit_name() { printf 'junit CPython %s, JDK %s\n' "$(version "$(default_python)")" "$(java_version "$(default_java)")"; }

for suite in "$@"; do
    before=$(wc -l <"$results")
    say "== $suite"
    (run "$suite") || say "$suite: its script failed"
    [ "$(wc -l <"$results")" -gt "$before" ] || record "$suite" 0 1
done

awk -F '\t' -v summary="$build/summary.txt" '
    BEGIN { format = "%-48s %8s %8s\n"; printf format, "suite", "passed", "failed" }
    {
        printf format, $1, $2, $3
        passed += $2; failed += $3
        if ($2 + $3 == 0) { printf "%s: no test ran\n", $1; failed++ }
    }
    END {
        if (NR == 0) failed++
        line = sprintf("%d passed, %d failed", passed, failed)
        print line
        print line >summary
        exit failed > 0
    }' "$results"
