#!/usr/bin/env bash
# venv.sh [PACKAGE…]: makes a virtual environment with PyFlink, which brings a Flink distribution, beam and PEMJA, and
# prints the path of its python. Made once for each version, below build/flink. The packages are added, if they are missing.
#
#   FLINK=2.3 (the default) | 1.20 | a version   the line to install: its newest patch that is tried here
source "$(dirname "$0")/../scripts/common.sh"

case ${FLINK:-2.3} in
    2.3) flink=2.3.0 ;;
    1.20) flink=1.20.5 ;;
    *) flink=$FLINK ;;
esac

# PyFlink has wheels of its C extensions for these CPythons alone.
fits() { "$1" -I -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 10), (3, 11)))'; }

python=$(default_python)
if ! fits "$python"; then
    [ -z "${KRAIT_PYTHON:-}" ] || die "apache-flink needs CPython 3.10 or 3.11, but KRAIT_PYTHON is $(version "$python")."
    for candidate in $(pythons); do
        if fits "$candidate"; then python=$candidate; fi
    done
    fits "$python" || die "apache-flink needs CPython 3.10 or 3.11 with a shared libpython; name one with KRAIT_PYTHON."
fi

folder=$build/flink/venv-$flink
stamp=$folder/.krait-packages
wanted="$("$python" -I -c 'import sys; print(sys.base_prefix)') apache-flink==$flink"
mkdir -p "$build/flink" "$build/logs"
# Two commands at once must not make it twice.
exec 9>"$build/flink/venv.lock"
flock 9
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    rm -rf "$folder"
    log=$build/logs/flink-venv-$flink.log
    say "Installing apache-flink $flink in $folder (some minutes, 500 MB) …"
    "$python" -m venv "$folder" >&2
    "$folder/bin/python" -m pip install --disable-pip-version-check --progress-bar off "apache-flink==$flink" >"$log" 2>&1 ||
        { tail -n 20 "$log" >&2; die "apache-flink $flink did not install; see $log"; }
    printf '%s' "$wanted" >"$stamp"
fi
for package in "$@"; do
    [ ! -f "$folder/.krait-with-$package" ] || continue
    log=$build/logs/flink-venv-$package.log
    say "Installing $package in $folder …"
    # With Flink named again, so that what it asks of numpy and others still holds.
    "$folder/bin/python" -m pip install --disable-pip-version-check --progress-bar off "apache-flink==$flink" "$package" >"$log" 2>&1 ||
        { tail -n 20 "$log" >&2; die "$package did not install; see $log"; }
    touch "$folder/.krait-with-$package"
done
printf '%s\n' "$folder/bin/python"
