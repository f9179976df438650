#!/usr/bin/env bash
# Publishes Krait to a throw-away local repository and runs the samples against it, as a stranger would.
source "$(dirname "$0")/common.sh"

repository=$build/m2
work=$build/samples
log=$build/logs/samples.log
samples=$root/tests/samples
version=$(sed -n 's/^version=//p' "$root/gradle.properties")
java=$(default_java)
jar=$(jar_path)
export KRAIT_PYTHON
KRAIT_PYTHON=$(default_python)
passed=0
failed=0

# Krait anew; what Maven itself downloaded stays.
rm -rf "$work" "$repository/dev/krait"
mkdir -p "$repository" "$build/logs"
cp -r "$samples" "$work"
: >"$log"

published() {
    local folder=$repository/dev/krait/krait/$version
    ls -l "$folder"
    for file in krait-"$version"{.jar,.pom,-sources.jar,-javadoc.jar}; do
        [ -s "$folder/$file" ] || { echo "$file is missing"; return 1; }
    done
    cmp "$folder/krait-$version.jar" "$jar"
    for element in name description url licenses developers scm; do
        grep -q "<$element>" "$folder/krait-$version.pom" || { echo "the pom has no <$element>"; return 1; }
    done
    if grep -q '<dependency>' "$folder/krait-$version.pom"; then
        echo "the pom names dependencies, but the jar needs none"
        return 1
    fi
}

# The other platform's libraries, in a jar of their own, where this machine can build them.
other_platform() {
    local classifier=linux-aarch64 jar folder=$work/aarch64
    jar=$repository/dev/krait/krait/$version/krait-$version-$classifier.jar
    [ -s "$jar" ] || { echo "$jar is missing"; return 1; }
    mkdir -p "$folder"
    (cd "$folder" && "$(dirname "$(readlink -f "$java")")/jar" xf "$jar" && cd dev/krait/native/$classifier && sha256sum -c SHA256SUMS &&
        for library in *.so; do
            # The machine's number in an ELF header.
            [ "$(od -An -tu2 -j18 -N2 "$library" | tr -d ' ')" = 183 ] || { echo "$library is not for aarch64"; exit 1; }
        done)
}

only_the_public_api() {
    ! grep -rnE 'dev\.krait\.(internal|cli)' "$samples"
}

run_maven() {
    (cd "$work/maven" && mvn -q -B -Dmaven.repo.local="$repository" -Dkrait.version="$version" \
        -Dexec.executable="$java" package exec:exec) | tee "$work/maven.txt"
    # In a locale that is not UTF-8, Java prints ? for Greek; the program itself has checked the text.
    grep -q ', .*!' "$work/maven.txt"
}

run_gradle() {
    "$root/tests/scripts/gradle.sh" -p "$work/gradle" -Dmaven.repo.local="$repository" -PkraitVersion="$version" runSample |
        tee "$work/gradle.txt"
    grep -q 'median of \[5, 1, 4, 2, 3\] is 3' "$work/gradle.txt"
}

run_module() {
    local classes=$work/module/classes
    "$(dirname "$(readlink -f "$java")")/javac" --release 11 -p "$jar" -d "$classes" \
        $(find "$work/module/src" -name '*.java')
    "$java" -p "$jar:$classes" -m sample.squares/sample.squares.Squares | tee "$work/module.txt"
    grep -q 'sum of squares: 338350' "$work/module.txt"
}

check "publishing to the local repository" \
    "$root/tests/scripts/gradle.sh" -Dmaven.repo.local="$repository" :krait:publishToMavenLocal
check "what was published" published
if [ "$(uname -m)" = x86_64 ] && command -v aarch64-linux-gnu-gcc >/dev/null &&
    [ -d "$(cd "$root" && rustc --print target-libdir --target aarch64-unknown-linux-gnu)" ]; then
    check "the libraries for linux-aarch64" other_platform
else
    say "Left out: linux-aarch64, for which gcc-aarch64-linux-gnu or the Rust target is missing."
fi
check "samples use only the public API" only_the_public_api
check "the Maven sample" run_maven
check "the Gradle sample" run_gradle
check "the module path sample" run_module
record samples "$passed" "$failed"
