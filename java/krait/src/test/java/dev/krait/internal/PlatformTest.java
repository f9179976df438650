package dev.krait.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The names under which the jar keeps the libraries of each system. */
final class PlatformTest {
    @ParameterizedTest
    @CsvSource({
        "Linux, amd64, linux-x86_64, libkrait_core.so",
        "Linux, aarch64, linux-aarch64, libkrait_core.so",
        "Mac OS X, aarch64, macos-aarch64, libkrait_core.dylib",
        "Mac OS X, x86_64, macos-x86_64, libkrait_core.dylib",
        "Windows 11, amd64, windows-x86_64, krait_core.dll",
        "Linux, i386, linux-x86, libkrait_core.so",
        "Linux, riscv64, linux-riscv64, libkrait_core.so",
        "FreeBSD, amd64, freebsd-x86_64, libkrait_core.so",
    })
    void eachSystemHasItsNames(String os, String arch, String id, String library) {
        Platform platform = Platform.of(os, arch);
        assertEquals(id, platform.id());
        assertEquals(library, platform.libraryFile("krait_core"));
    }

    @Test
    void theSystemThatRunsTheTestsIsOneThatKraitKnows() {
        assertTrue(Platform.KNOWN.contains(Platform.current().id()), Platform.current().id());
    }
}
