#!/usr/bin/env bash
# The bundled tests from one build on every CPython and every JDK of this machine; a table at the end.
source "$(dirname "$0")/common.sh"

scripts=$root/tests/scripts
mapfile -t javas < <(javas)
mapfile -t pythons < <(pythons)
first=$(wc -l <"$results" 2>/dev/null || echo 0)
for python in "${pythons[@]}"; do
    if ! venv=$("$scripts/venv.sh" "$python"); then
        record "junit CPython $(version "$python")" 0 1
        continue
    fi
    for java in "${javas[@]}"; do
        name="junit CPython $(version "$python"), JDK $(java_version "$java")"
        say "$name"
        "$scripts/junit.sh" "$name" "$venv" "$java"
    done
done
if [ -n "${KRAIT_SKIP_SID:-}" ]; then
    say "Left out on request: the Debian sid root."
elif [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ]; then
    "$scripts/sid.sh" || record "junit in the Debian sid root" 0 1
else
    say "Left out: the Debian sid root needs root on Debian or Ubuntu."
fi

# One row a Python, one column a JDK.
tail -n "+$((first + 1))" "$results" | awk -F '\t' '
    match($1, /^junit CPython /) {
        split(substr($1, 15), part, ", ")
        if (!(part[1] in rows)) { rows[part[1]]; order[++r] = part[1] }
        if (!(part[2] in columns)) { columns[part[2]]; heads[++c] = part[2] }
        cell[part[1], part[2]] = $3 == 0 && $2 > 0 ? $2 " passed" : $2 " passed, " $3 " failed"
    }
    END {
        printf "%-18s", "CPython"
        for (j = 1; j <= c; j++) printf "  %-24s", heads[j]
        print ""
        for (i = 1; i <= r; i++) {
            printf "%-18s", order[i]
            for (j = 1; j <= c; j++) printf "  %-24s", ((order[i], heads[j]) in cell) ? cell[order[i], heads[j]] : "-"
            print ""
        }
    }'
