#!/usr/bin/env bash
# Runs the bundled tests in the Debian sid root, on each of its CPythons with its JRE.
source "$(dirname "$0")/common.sh"

sid=$build/sid
"$root/tests/scripts/sid-root.sh"

# A mount namespace of our own: whatever is mounted below the root goes with this process.
if [ -z "${KRAIT_SID_NAMESPACE:-}" ]; then
    KRAIT_SID_NAMESPACE=1 exec unshare --mount --propagation private "$0" "$@"
fi

mount -t proc proc "$sid/proc"
mount -t tmpfs tmpfs "$sid/dev/shm" 2>/dev/null || mkdir -p "$sid/dev/shm"
cp -L /etc/resolv.conf "$sid/etc/resolv.conf"
cp -L /etc/ssl/certs/ca-certificates.crt "$sid/etc/ssl/certs/ca-certificates.crt"
mkdir -p "$sid/krait/junit"
mount --bind "$build/junit" "$sid/krait/junit"

inside() {
    chroot "$sid" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@" </dev/null
}

jre=$(cd "$sid/usr/lib/jvm" && ls -d java-26-openjdk-* 2>/dev/null | head -n 1 || true)
if [ -z "$jre" ]; then
    jre=$(cd "$sid/usr/lib/jvm" && ls -d java-[0-9]*-openjdk-* | grep -v java-1 | sort -V | tail -n 1)
fi
java=/usr/lib/jvm/$jre/bin/java
feature=$(inside "$java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.specification\.version = //p')
counter=$(default_python)

while read -r python; do
    number=$(inside "$python" -I -c 'import platform; print(platform.python_version())')
    name="junit CPython $number (sid), JDK $feature"
    slug=${name//[^A-Za-z0-9.]/-}
    venv=/krait/venv-$number
    if [ ! -e "$sid$venv/.krait" ]; then
        inside rm -rf "$venv"
        inside "$python" -m venv "$venv"
        # A pre-release CPython may not have them yet; the tests that need them then say so.
        for package in numpy greenlet gevent uvloop trio; do
            inside "$venv/bin/python" -m pip install -q --only-binary=:all: "$package" ||
                say "No $package for CPython $number."
        done
        touch "$sid$venv/.krait"
    fi
    log=$build/logs/$slug.log
    reports=$build/reports/$slug
    rm -rf "$reports" "$sid/krait/reports"
    mkdir -p "$build/logs" "$reports"
    status=0
    inside KRAIT_PYTHON="$venv/bin/python" sh -c \
        "cd /krait/junit && exec $java @junit.args --exclude-tag=slow --reports-dir=/krait/reports" </dev/null >"$log" 2>&1 || status=$?
    if [ -d "$sid/krait/reports" ]; then cp -r "$sid/krait/reports/." "$reports"; fi
    read -r passed failed python_passed python_failed < <("$counter" -I "$root/tests/scripts/count_junit.py" "$reports")
    if [ "$status" != 0 ]; then
        [ "$((failed + python_failed))" -gt 0 ] || failed=1
        say "$name: failed (exit code $status); the end of $log:"
        grep -v '^$' "$log" | tail -n 60 >&2
    fi
    record "$name" "$passed" "$failed"
    record "cases in Python, ${name#junit }" "$python_passed" "$python_failed"
done <"$sid/.krait-packages"
