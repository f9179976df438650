#!/usr/bin/env bash
# Makes or completes a Debian sid root in build/sid with its CPythons and its newest JRE. Needs root.
source "$(dirname "$0")/common.sh"

sid=$build/sid
mirror=${KRAIT_DEBIAN_MIRROR:-http://deb.debian.org/debian}

[ "$(id -u)" = 0 ] || die "make test-sid needs root: debootstrap and chroot do."
[ -f /etc/debian_version ] || die "make test-sid needs Debian or Ubuntu, for debootstrap."

# A mount namespace of our own: whatever is mounted below the root goes with this process.
if [ -z "${KRAIT_SID_NAMESPACE:-}" ]; then
    KRAIT_SID_NAMESPACE=1 exec unshare --mount --propagation private "$0" "$@"
fi

if ! command -v debootstrap >/dev/null; then
    apt-get update -q && apt-get install -y -q --no-install-recommends debootstrap || die "Cannot install debootstrap."
fi

mkdir -p "$build"
if [ ! -e "$sid/.krait-bootstrapped" ]; then
    rm -rf "$sid"
    say "Making a Debian sid root in $sid …"
    debootstrap --variant=minbase --include=ca-certificates sid "$sid" "$mirror" >"$build/sid-debootstrap.log" 2>&1 ||
        { tail -n 20 "$build/sid-debootstrap.log" >&2; die "debootstrap failed; see build/sid-debootstrap.log."; }
    touch "$sid/.krait-bootstrapped"
fi

if [ ! -e "$sid/.krait-packages" ]; then
    mount -t proc proc "$sid/proc"
    cp -L /etc/resolv.conf "$sid/etc/resolv.conf"
    inside() { chroot "$sid" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }
    # Services must not start, and manual pages are not needed.
    printf '#!/bin/sh\nexit 101\n' >"$sid/usr/sbin/policy-rc.d"
    chmod +x "$sid/usr/sbin/policy-rc.d"
    # A mirror that is frozen in time offers a signed list whose date has passed: only on request.
    freshness=()
    if [ -n "${KRAIT_SID_STALE:-}" ]; then freshness=(-o Acquire::Check-Valid-Until=false); fi
    if ! inside apt-get "${freshness[@]}" update -q >"$build/sid-apt.log" 2>&1; then
        if grep -q 'is expired' "$build/sid-apt.log"; then
            die "The package list of $mirror has expired; KRAIT_SID_STALE=1 accepts it (its signature is checked all the same)."
        fi
        die "apt-get update failed in the sid root; see build/sid-apt.log."
    fi
    names=$(inside apt-cache pkgnames)
    # Krait is checked with OpenJDK 26; once sid no longer has it, with the newest.
    jre=openjdk-26-jre-headless
    grep -qx "$jre" <<<"$names" || jre=$(grep -E '^openjdk-[0-9]+-jre-headless$' <<<"$names" | sort -V | tail -n 1)
    pythons=$(grep -E '^python3\.(1[4-9]|[2-9][0-9])$' <<<"$names" | sort -V)
    [ -n "$jre" ] && [ -n "$pythons" ] || die "The sid root offers no OpenJDK or no CPython from 3.14 up."
    packages=$jre
    for python in $pythons; do
        for package in "$python" "lib$python" "$python-venv"; do
            if grep -qx "$package" <<<"$names"; then packages="$packages $package"; fi
        done
    done
    say "Installing in the sid root: $packages"
    # shellcheck disable=SC2086 # a list of packages
    inside apt-get install -y -q --no-install-recommends $packages >>"$build/sid-apt.log" 2>&1 ||
        { tail -n 20 "$build/sid-apt.log" >&2; die "apt-get install failed in the sid root; see build/sid-apt.log."; }
    printf '%s\n' $pythons >"$sid/.krait-packages"
fi
