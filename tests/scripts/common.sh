# Shared by the scripts beside it; sourced, never run. Sets `root` and `build`.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$root/build
results=${KRAIT_RESULTS:-$build/results.txt}

say() { printf '%s\n' "$*" >&2; }

die() { say "$*"; exit 1; }

# record SUITE PASSED FAILED: one line in the results file, from which the closing line is summed.
record() {
    mkdir -p "$(dirname "$results")"
    printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$results"
}

# check WHAT COMMAND...: one check of a script that keeps `log` and counts in `passed` and `failed`.
check() {
    local what=$1 suite
    suite=$(basename "$0" .sh)
    shift
    if "$@" >"$log.part" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        say "$suite: $what failed:"
        tail -n 40 "$log.part" >&2
    fi
    { printf '== %s\n' "$what"; cat "$log.part"; } >>"$log"
    rm -f "$log.part"
}

# usable PYTHON: true for a CPython from 3.10 up with a shared libpython that is there and has a GIL.
usable() {
    "$1" -I -c '
import os, platform, sys, sysconfig
get = sysconfig.get_config_var
folders = [get("LIBDIR") or "", os.path.join(get("LIBDIR") or "", get("MULTIARCH") or "")]
names = {get("INSTSONAME"), get("LDLIBRARY")} - {None, ""}
there = any(os.path.exists(os.path.join(folder, name)) for folder in folders for name in names if ".so" in name)
sys.exit(not (platform.python_implementation() == "CPython" and sys.version_info >= (3, 10)
              and not get("Py_GIL_DISABLED") and get("Py_ENABLE_SHARED") and there))' 2>/dev/null
}

# version PYTHON: "3.11.7"
version() { "$1" -I -c 'import platform; print(platform.python_version())'; }

# libdir PYTHON: the folder of its shared library, for programs that are linked to it.
libdir() { "$1" -I -c 'import sysconfig; print(sysconfig.get_config_var("LIBDIR") or "")'; }

# executable PYTHON: the real program behind a shim or a link.
executable() { "$1" -I -c 'import sys; print(sys.executable)'; }

# pythons: every CPython that the matrix runs on, one a line, each version once.
pythons() {
    local candidate seen=' ' found
    for candidate in "$(pyenv_root)"/versions/*/bin/python3 /usr/bin/python3.[0-9]* /usr/local/bin/python3.[0-9]*; do
        case $candidate in *-config | *\**) continue ;; esac
        [ -x "$candidate" ] && usable "$candidate" || continue
        found=$("$candidate" -I -c 'import sys; print(sys.base_prefix)'):$(version "$candidate")
        case $seen in *" $found "*) continue ;; esac
        seen="$seen$found "
        printf '%s\n' "$candidate"
    done
}

pyenv_root() { printf '%s\n' "${PYENV_ROOT:-${HOME:-/nonexistent}/.pyenv}"; }

# default_python: KRAIT_PYTHON, pyenv's 3.11, python3; the first that can be embedded.
default_python() {
    local candidate
    if [ -n "${KRAIT_PYTHON:-}" ]; then
        usable "$KRAIT_PYTHON" || die "KRAIT_PYTHON=$KRAIT_PYTHON: not a CPython from 3.10 up with a shared libpython."
        printf '%s\n' "$KRAIT_PYTHON"
        return
    fi
    for candidate in "$(pyenv_root)"/versions/3.11.*/bin/python3 "$(command -v python3 || true)" /usr/bin/python3; do
        if [ -x "$candidate" ] && usable "$candidate"; then
            executable "$candidate"
            return
        fi
    done
    die "No CPython from 3.10 up with a shared libpython found; name one with KRAIT_PYTHON=/path/to/python3."
}

# java_version JAVA: "17"
java_version() {
    "$1" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.specification\.version = //p'
}

# default_java: JAVA_HOME's, else the one on the PATH.
default_java() {
    if [ -n "${JAVA_HOME:-}" ]; then
        printf '%s\n' "$JAVA_HOME/bin/java"
    else
        command -v java || die "No java on the PATH: install a JDK (apt-get install default-jdk-headless)."
    fi
}

# javas: every JDK from 17 up, one java program a line, each feature version once; KRAIT_JAVAS names others.
javas() {
    local candidate feature seen=' '
    for candidate in ${KRAIT_JAVAS:-} "$(default_java)" /usr/lib/jvm/*/bin/java; do
        [ -x "$candidate" ] || continue
        feature=$(java_version "$candidate")
        case $feature in '' | *[!0-9]*) continue ;; esac
        [ "$feature" -ge 17 ] || continue
        case $seen in *" $feature "*) continue ;; esac
        seen="$seen$feature "
        printf '%s\n' "$candidate"
    done
}

# The jar that everything runs against; `make` has built it.
jar_path() {
    local version
    version=$(sed -n 's/^version=//p' "$root/gradle.properties")
    printf '%s\n' "$root/java/krait/build/libs/krait-$version.jar"
}
