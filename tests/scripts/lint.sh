#!/usr/bin/env bash
# What the sources must look like: rustfmt's form, and nothing that clippy warns of. (javac warns as it compiles.)
source "$(dirname "$0")/common.sh"

python=$(default_python)
log=$build/logs/lint.log
passed=0
failed=0
mkdir -p "$build/logs"
: >"$log"

# check WHAT COMMAND...: one check.
check() {
    local what=$1
    shift
    if (cd "$root" && "$@") >"$log.part" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        say "lint: $what failed:"
        tail -n 40 "$log.part" >&2
    fi
    { printf '== %s\n' "$what"; cat "$log.part"; } >>"$log"
    rm -f "$log.part"
}

check "cargo fmt" cargo fmt --all --check
check "cargo fmt of the fuzz targets" cargo fmt --manifest-path fuzz/Cargo.toml --check
check "cargo clippy" env PYO3_PYTHON="$python" cargo clippy -q --workspace --all-targets -- -D warnings
record lint "$passed" "$failed"
