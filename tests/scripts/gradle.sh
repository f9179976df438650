#!/usr/bin/env bash
# gradle with a JVM that it runs on: Debian's 4.4.1 knows none newer than 21.
source "$(dirname "$0")/common.sh"

gradle=${GRADLE:-gradle}
if "$gradle" --version 2>/dev/null | grep -q '^Gradle 4\.'; then
    # The first with a compiler: the one asked for, the one on the PATH, any other.
    best=0
    for candidate in ${JAVA_HOME:-} "$(dirname "$(dirname "$(readlink -f "$(default_java)")")")" /usr/lib/jvm/*; do
        [ -x "$candidate/bin/javac" ] || continue
        feature=$(java_version "$candidate/bin/java")
        case $feature in '' | *[!0-9]*) continue ;; esac
        if [ "$feature" -ge 11 ] && [ "$feature" -le 21 ] && [ "$best" -eq 0 ]; then
            best=$feature
            export JAVA_HOME=$candidate
        fi
    done
    [ "$best" -gt 0 ] || die "Debian's Gradle 4.4.1 needs a JDK from 11 to 21: apt-get install openjdk-17-jdk-headless"
fi
cd "$root"
exec "$gradle" --console=plain "$@"
