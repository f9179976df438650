#!/usr/bin/env bash
# Uses well-known Python libraries inside the JVM; installs them first, newest versions, some 2 GB.
source "$(dirname "$0")/common.sh"

folder=$root/tests/libraries
python=$(default_python)
venv=$build/venv-libraries-$(version "$python")
stamp=$venv/.krait-packages
if ! cmp -s "$folder/requirements.txt" "$stamp"; then
    say "Installing the libraries in $venv …"
    rm -rf "$venv"
    "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install -q --disable-pip-version-check -r "$folder/requirements.txt"
    cp "$folder/requirements.txt" "$stamp"
fi
"$venv/bin/python" -m pip --disable-pip-version-check list
KRAIT_PYTHON=$venv/bin/python exec "$(default_java)" -cp "$(jar_path)" "$folder/Libraries.java" "$folder"
