#!/usr/bin/env bash
# fuzz.sh [SECONDS]: fuzzes the frame's decoder; with AddressSanitizer where Rust's nightly is there.
source "$(dirname "$0")/common.sh"

command -v c++ >/dev/null || die "Fuzzing needs a C++ compiler (Debian: apt-get install g++)."
seconds=${1:-60}
python=$(default_python)
triple=$(rustc -vV | sed -n 's/^host: //p')
target=$build/fuzz
log=$build/logs/fuzz.log

# The coverage counters that libFuzzer steers by: what cargo-fuzz passes, which need not be installed for it.
flags="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
flags="$flags -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
flags="$flags -Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions -Ccodegen-units=1"
toolchain=
if cargo +nightly --version >/dev/null 2>&1; then
    toolchain=+nightly
    flags="$flags -Zsanitizer=address"
else
    say "No nightly Rust: fuzzing without AddressSanitizer."
fi

mkdir -p "$build/logs" "$target/corpus" "$target/artifacts"
export PYO3_PYTHON=$python
LD_LIBRARY_PATH=$(libdir "$python")${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
# shellcheck disable=SC2086 # toolchain is one word or none
RUSTFLAGS=$flags cargo $toolchain build --release --manifest-path "$root/fuzz/Cargo.toml" --target "$triple" \
    --target-dir "$target/target"

status=0
# CPython keeps what it has allocated until the end: leaks are not what is looked for.
ASAN_OPTIONS=detect_leaks=0 "$target/target/$triple/release/decode" -max_total_time="$seconds" -timeout=20 \
    -artifact_prefix="$target/artifacts/" "$target/corpus" >"$log" 2>&1 || status=$?
grep -E '^(Done|SUMMARY|==.*ERROR)|panicked' "$log" || true
if [ "$status" != 0 ]; then
    tail -n 40 "$log" >&2
    die "The fuzzer found a fault (exit code $status); see $log and $target/artifacts."
fi
