#!/usr/bin/env bash
# Checks that the tools are there. What is missing is installed where this is root on Debian or Ubuntu,
# and named in one line where not.
source "$(dirname "$0")/common.sh"

updated=
missing=()

# install WHAT PACKAGE...: installs the packages, or notes WHAT as missing.
install() {
    local what=$1
    shift
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        missing+=("$what (Debian: apt-get install $*)")
        return
    fi
    if [ -z "$updated" ]; then
        apt-get update -q >&2 || say "apt-get update failed; trying with the package lists at hand."
        updated=yes
    fi
    say "Installing $what: $*"
    if ! DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2; then
        missing+=("$what (apt-get install $* failed)")
    fi
}

# has PROGRAM
has() { command -v "$1" >/dev/null; }

python_packages() {
    local name
    name=$(/usr/bin/python3 -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    printf '%s\n' "lib$name" "$name-dev" "$name-venv"
}

# older VERSION THAN: whether a version is below another.
older() { [ "$1" != "$2" ] && [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

jdk="a JDK from 17 up (Debian: apt-get install default-jdk-headless)"
if ! has java || ! has javac; then
    missing+=("$jdk")
else
    feature=$(java_version "$(default_java)")
    case $feature in
        '' | *[!0-9]* | [0-9] | 1[0-6]) missing+=("$jdk: this one is ${feature:-unknown}") ;;
    esac
fi
rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml")
if ! has cargo; then
    missing+=("Rust from $rust up (https://rustup.rs)")
elif found=$(cd "$root" && cargo --version 2>/dev/null | cut -d ' ' -f 2) && older "${found:-0}" "$rust"; then
    missing+=("Rust from $rust up (https://rustup.rs): this cargo is ${found:-broken}")
else
    for tool in fmt clippy; do
        cargo "$tool" --version >/dev/null 2>&1 || missing+=("cargo $tool (rustup component add rustfmt clippy)")
    done
fi
has cc || has gcc || install "a C compiler" gcc libc6-dev
has "${GRADLE:-gradle}" || install Gradle gradle
has mvn || install Maven maven

if ! has python3 && [ -z "${KRAIT_PYTHON:-}" ]; then
    missing+=("CPython from 3.10 up (Debian: apt-get install python3 python3-dev python3-venv)")
else
    python=$(default_python 2>/dev/null) || python=
    if [ -z "$python" ] && [ -z "${KRAIT_PYTHON:-}" ] && [ -x /usr/bin/python3 ]; then
        mapfile -t packages < <(python_packages)
        install "a shared libpython" "${packages[@]}"
        python=$(default_python 2>/dev/null) || python=
    fi
    if [ -z "$python" ]; then
        if [ -n "${KRAIT_PYTHON:-}" ]; then
            missing+=("a usable KRAIT_PYTHON: $KRAIT_PYTHON is not a CPython from 3.10 up with a shared libpython")
        elif [ ${#missing[@]} = 0 ]; then
            missing+=("a CPython from 3.10 up with a shared libpython (or name one with KRAIT_PYTHON)")
        fi
    else
        header=$("$python" -I -c 'import sysconfig; print(sysconfig.get_path("include") + "/Python.h")')
        if [ ! -e "$header" ] || ! "$python" -I -c 'import ensurepip, venv' 2>/dev/null; then
            case $("$python" -I -c 'import sys; print(sys.base_prefix)') in
                /usr)
                    mapfile -t packages < <(python_packages)
                    install "Python's headers and venv" "${packages[@]}"
                    ;;
                *) missing+=("Python.h and the venv module of $python") ;;
            esac
        fi
    fi
fi

if [ ${#missing[@]} -gt 0 ]; then
    list=$(printf '; %s' "${missing[@]}")
    die "Missing: ${list:2}."
fi
