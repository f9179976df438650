package dev.krait.internal;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** The operating system and processor of this JVM, under the names that the native folders of the jar have. */
final class Platform {
    /** Every platform that a Krait jar may hold libraries for. */
    static final List<String> KNOWN = Collections.unmodifiableList(Arrays.asList(
            "linux-x86_64", "linux-aarch64", "macos-x86_64", "macos-aarch64", "windows-x86_64", "windows-aarch64"));

    private final String os;
    private final String arch;

    private Platform(String os, String arch) {
        this.os = os;
        this.arch = arch;
    }

    /** The platform of this JVM. */
    static Platform current() {
        return of(System.getProperty("os.name", "unknown"), System.getProperty("os.arch", "unknown"));
    }

    /** The platform that the values of the system properties {@code os.name} and {@code os.arch} stand for. */
    static Platform of(String osName, String osArch) {
        String name = osName.toLowerCase(Locale.ROOT);
        String os;
        if (name.startsWith("linux")) {
            os = "linux";
        } else if (name.startsWith("mac") || name.startsWith("darwin")) {
            os = "macos";
        } else if (name.startsWith("windows")) {
            os = "windows";
        } else {
            os = name.replaceAll("[^a-z0-9]+", "");
        }
        String arch = osArch.toLowerCase(Locale.ROOT);
        switch (arch) {
            case "amd64":
            case "x86-64":
            case "x64":
                arch = "x86_64";
                break;
            case "arm64":
                arch = "aarch64";
                break;
            case "i386":
            case "i486":
            case "i586":
            case "i686":
                arch = "x86";
                break;
            default:
                arch = arch.replaceAll("[^a-z0-9_]+", "");
        }
        return new Platform(os, arch);
    }

    /** The name of this platform, such as {@code linux-x86_64}. */
    String id() {
        return os + "-" + arch;
    }

    String arch() {
        return arch;
    }

    boolean isLinux() {
        return os.equals("linux");
    }

    boolean isMac() {
        return os.equals("macos");
    }

    boolean isWindows() {
        return os.equals("windows");
    }

    /** The file name of a native library: {@code libname.so}, {@code libname.dylib} or {@code name.dll}. */
    String libraryFile(String name) {
        Objects.requireNonNull(name, "name");
        if (isWindows()) {
            return name + ".dll";
        }
        return "lib" + name + (isMac() ? ".dylib" : ".so");
    }

    @Override
    public String toString() {
        return id();
    }
}
