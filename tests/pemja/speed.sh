#!/usr/bin/env bash
# speed.sh PYTHON JAVA: nanoseconds per call of what Flink's thread mode calls for each row, on PEMJA and on Krait, each case in JVMs of its own and
# in turns. PYTHON has the pip package pemja; `make bundle` has laid out the rest.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=$1 java=$2
bundle=$root/build/junit-pemja
packages=$("$python" -Ic 'import sysconfig; print(sysconfig.get_path("platlib"))')
libs=$(printf '%s:' "$bundle"/libs/slf4j-api-*.jar "$bundle"/libs/logback-*.jar)

run() { "$java" -cp "$1:$bundle/cases:$libs" compat.Speed "$python" "$packages" "$2" 2>/dev/null | grep "^$2" || printf '%s\t-\t-\n' "$2"; }

printf '%-12s %12s %12s %8s\n' case 'PEMJA, ns' 'Krait, ns' ratio
for case in ${CASES:-long string text bytes row object gauge generator}; do
    theirs=$(run "$bundle/pemja/pemja-0.5.7.jar" "$case" | cut -f3)
    ours=$(run "$bundle/krait-pemja.jar" "$case" | cut -f3)
    printf '%-12s %12s %12s %8s\n' "$case" "$theirs" "$ours" \
        "$(awk -v a="$theirs" -v b="$ours" 'BEGIN { if (a + 0 && b + 0) printf "%.1f", a / b; else print "-" }')"
done
