#!/usr/bin/env bash
# Uses well-known Python libraries inside the JVM; installs them first, newest versions, some 2 GB.
source "$(dirname "$0")/common.sh"

folder=$root/tests/libraries
KRAIT_PYTHON=$("$root/tests/scripts/venv.sh" "$(default_python)" -r "$folder/requirements.txt")
export KRAIT_PYTHON
"$KRAIT_PYTHON" -m pip --disable-pip-version-check list
exec "$(default_java)" -cp "$(jar_path)" "$folder/Libraries.java" "$folder"
