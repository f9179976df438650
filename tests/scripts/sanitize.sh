#!/usr/bin/env bash
# sanitize.sh: the Rust tests (codec, Python layer, runtime) under AddressSanitizer, ThreadSanitizer and valgrind, without a
# JVM. Says what could not be run, and fails where a tool found something or none ran.
source "$(dirname "$0")/common.sh"

python=$(default_python)
triple=$(rustc -vV | sed -n 's/^host: //p')
export PYO3_PYTHON=$python
LD_LIBRARY_PATH=$(libdir "$python")${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
mkdir -p "$build/logs"
ran=0
bad=0

# outcome NAME STATUS LOG PATTERN: tells how a run ended; a line of the tool's that matches is a fault.
outcome() {
    local counts
    counts=$(awk '/^test result:/ { p += $4; f += $6 } END { print p + 0 " passed, " f + 0 " failed" }' "$3")
    if [ "$2" != 0 ] || grep -qE "$4" "$3"; then
        bad=$((bad + 1))
        say "$1: $counts, exit code $2; see $3:"
        grep -nE "$4|panicked" "$3" | head -n 10 >&2 || true
    else
        ran=$((ran + 1))
        say "$1: $counts, nothing found"
    fi
}

# sanitized NAME FLAGS: the sanitizers are part of every toolchain, and switched on by flags that only nightly has, or who asks
# for it by name.
sanitized() {
    local name=$1 flags=$2 log=$build/logs/sanitize-$1.log status=0
    (cd "$root" && RUSTC_BOOTSTRAP=1 RUSTFLAGS="$flags" cargo test --lib --target "$triple" --target-dir "$build/sanitize/$name" \
        -- --test-threads=2) >"$log" 2>&1 || status=$?
    if grep -qE 'error: .*sanitizer|sanitizer is not supported|cannot find .*rt\.' "$log"; then
        say "$name: could not be run with this toolchain; see $log"
        return
    fi
    outcome "$name" "$status" "$log" 'ERROR: AddressSanitizer|WARNING: ThreadSanitizer'
}

# CPython keeps what it has allocated until the end; its objects come from its own pools unless it is told otherwise.
export PYTHONMALLOC=malloc
ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0:allocator_may_return_null=1 sanitized address -Zsanitizer=address
# The standard library is not instrumented, for which its sources would have to be there: what it synchronises is not seen
# where its code was not compiled here.
TSAN_OPTIONS="allocator_may_return_null=1:suppressions=$root/tests/scripts/tsan.supp" sanitized thread \
    "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer"

if command -v valgrind >/dev/null; then
    log=$build/logs/sanitize-valgrind.log
    status=0
    (cd "$root" && CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER="valgrind -q --error-exitcode=99 --max-stackframe=33554432 \
        --suppressions=$root/tests/scripts/valgrind.supp" cargo test --lib --target "$triple" --target-dir "$build/sanitize/valgrind" \
        -- --test-threads=1) >"$log" 2>&1 || status=$?
    outcome valgrind "$status" "$log" '^==[0-9]+== (Invalid|Conditional|Use of|Mismatched|Source and)'
else
    say "valgrind: not installed (Debian: apt-get install valgrind)"
fi
say "Not run: the Java tests in a JVM under any of them. HotSpot generates code, which valgrind and ThreadSanitizer do not know;"
say "with the core built for AddressSanitizer a first call works, and the whole of the tests takes more memory than there is."
verdict="sanitize: $ran of 3 clean, $bad with faults, $((3 - ran - bad)) not run"
[ "$bad" = 0 ] && [ "$ran" -gt 0 ] || die "$verdict"
say "$verdict"
