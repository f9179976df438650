#!/usr/bin/env bash
# What the sources must look like: rustfmt's form, and nothing that clippy warns of. (javac warns as it compiles.)
source "$(dirname "$0")/common.sh"

python=$(default_python)
log=$build/logs/lint.log
passed=0
failed=0
mkdir -p "$build/logs"
: >"$log"

cd "$root"
check "cargo fmt" cargo fmt --all --check
check "cargo fmt of the fuzz targets" cargo fmt --manifest-path fuzz/Cargo.toml --check
check "cargo clippy" env PYO3_PYTHON="$python" cargo clippy -q --workspace --all-targets -- -D warnings
record lint "$passed" "$failed"
