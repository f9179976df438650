package dev.krait.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/** Finds the shared library of a Python that the probe described. */
final class LibPython {
    private static final int ELF_HEADER = 64;

    private final PythonFacts facts;
    private final Platform platform;

    LibPython(PythonFacts facts, Platform platform) {
        this.facts = facts;
        this.platform = platform;
    }

    /** The real path of the first candidate that is a shared library for this platform. */
    Path find() throws Rejection {
        StringBuilder tried = new StringBuilder();
        for (String candidate : candidates()) {
            String fault;
            try {
                Path file = Path.of(candidate);
                fault = fault(file);
                if (fault == null) {
                    return file.toRealPath();
                }
            } catch (InvalidPathException e) {
                fault = "a name outside the JVM's file name encoding, " + System.getProperty("sun.jnu.encoding")
                        + "; start the JVM with LC_ALL=C.UTF-8";
            } catch (IOException e) {
                fault = e.toString();
            }
            tried.append("\n    ").append(candidate).append(": ").append(fault);
        }
        throw new Rejection(Rejection.Kind.NO_LIBPYTHON,
                "is Python " + facts.text("version") + ", but has no shared libpython", "; tried" + tried, advice(),
                null);
    }

    /** The files to try: what the running executable had mapped, then where its build says it installed it. */
    Set<String> candidates() {
        Set<String> candidates = new LinkedHashSet<>();
        add(candidates, facts.text("libpython"));
        for (String folder : folders()) {
            for (String name : names()) {
                add(candidates, folder + "/" + name);
            }
        }
        return candidates;
    }

    private Set<String> folders() {
        String libdir = facts.text("LIBDIR");
        String base = facts.text("base_prefix");
        String multiarch = facts.text("MULTIARCH");
        Set<String> folders = new LinkedHashSet<>();
        add(folders, facts.text("PYTHONFRAMEWORKPREFIX"));
        add(folders, libdir);
        if (!libdir.isEmpty() && !multiarch.isEmpty()) {
            add(folders, libdir + "/" + multiarch);
        }
        if (platform.isWindows()) {
            add(folders, base);
        }
        add(folders, base + "/lib");
        if (!multiarch.isEmpty()) {
            // Debian's own: /usr/lib/x86_64-linux-gnu.
            add(folders, base + "/lib/" + multiarch);
        }
        add(folders, facts.text("LIBPL"));
        return folders;
    }

    private Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        // A static build names libpython3.11.a here; a shared library may lie beside it all the same (conda, Debian).
        for (String key : new String[] {"INSTSONAME", "LDLIBRARY"}) {
            if (!facts.text(key).endsWith(".a")) {
                add(names, facts.text(key));
            }
        }
        String version = facts.major() + "." + facts.minor() + facts.text("abiflags");
        if (platform.isWindows()) {
            names.add("python" + facts.major() + facts.minor() + ".dll");
        } else if (platform.isMac()) {
            names.add("libpython" + version + ".dylib");
        } else {
            names.add("libpython" + version + ".so.1.0");
            names.add("libpython" + version + ".so");
        }
        return names;
    }

    private static void add(Set<String> set, String value) {
        if (!value.isEmpty()) {
            set.add(value);
        }
    }

    /** What keeps a file from being this platform's shared library, or null. */
    private String fault(Path file) throws IOException {
        if (!Files.exists(file)) {
            return PythonFinder.absence(file);
        }
        if (!Files.isRegularFile(file)) {
            return "is not a file";
        }
        if (!Files.isReadable(file)) {
            return "cannot be read by this user";
        }
        byte[] head;
        try (InputStream in = Files.newInputStream(file)) {
            head = in.readNBytes(ELF_HEADER);
        }
        if (!platform.isLinux()) {
            // Mach-O and PE say no more in their first bytes than that they are binaries; the loader checks the rest.
            return head.length < 20 ? "is not a shared library" : null;
        }
        boolean shared = head.length == ELF_HEADER && head[0] == 0x7F && head[1] == 'E' && head[2] == 'L' && head[3] == 'F'
                && head[16] == 3;
        if (!shared) {
            return "is not a shared library";
        }
        ByteBuffer header = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
        int machine = header.getShort(18);
        int expected = platform.arch().equals("x86_64") ? 62 : platform.arch().equals("aarch64") ? 183 : machine;
        boolean is64Bit = head[4] == 2;
        if (machine != expected || !is64Bit) {
            return "is for another processor than this JVM (" + platform.id() + ")";
        }
        // The table of sections stands at the end of a file. Where it is missing, the system's loader maps what is not there, and dies.
        long end = header.getLong(40) + (header.getShort(58) & 0xFFFF) * (header.getShort(60) & 0xFFFF);
        long size = Files.size(file);
        return size >= end ? null : "is cut short: it has " + size + " bytes of " + end;
    }

    private String advice() {
        String version = facts.major() + "." + facts.minor();
        String base = facts.text("base_prefix").replace('\\', '/');
        if (base.equals("/usr") && !facts.text("MULTIARCH").isEmpty()) {
            return "apt-get install libpython" + version;
        }
        if (base.equals("/usr")) {
            return "install it with the system's package manager (python3-libs, libpython" + version + " or the like)";
        }
        if (base.contains("/versions/") && base.contains("pyenv")) {
            return "build this Python again with a shared library: PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install "
                    + "--force " + base.substring(base.lastIndexOf('/') + 1);
        }
        return "choose a Python built with --enable-shared (pyenv: PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install "
                + facts.text("version") + "; Debian and Ubuntu: apt-get install python3 libpython3.x for its version)";
    }
}
