package dev.krait.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Keeps what probes said in a folder of the user's, so that the next start need not run Python to ask.
 *
 * <p>One small file for each executable, valid as long as the executable, its {@code pyvenv.cfg} and libpython are the
 * same files. Nothing here is ever an error: without a cache the probe runs each time.
 */
final class ProbeCache {
    /** The system property that names another folder, or is {@code off}. */
    static final String PROPERTY = "krait.cache";

    private static final String FORMAT = "krait-probe-cache=1";
    private static final int SIZE_LIMIT = 1 << 16;

    private final UnaryOperator<String> environment;
    private final UnaryOperator<String> properties;
    private final Platform platform;
    private final Path folder;
    private String note;

    ProbeCache(UnaryOperator<String> environment, UnaryOperator<String> properties, Platform platform) {
        this.environment = environment;
        this.properties = properties;
        this.platform = platform;
        this.folder = chooseFolder();
    }

    /** An executable as it was before the probe ran: the file of its entry and the lines that must be equal there. */
    static final class Key {
        private final Path file;
        private final List<String> lines;

        private Key(Path file, List<String> lines) {
            this.file = file;
            this.lines = lines;
        }
    }

    /** A valid entry. */
    static final class Hit {
        private final PythonFacts facts;
        private final Path libpython;

        private Hit(PythonFacts facts, Path libpython) {
            this.facts = facts;
            this.libpython = libpython;
        }

        PythonFacts facts() {
            return facts;
        }

        Path libpython() {
            return libpython;
        }
    }

    /** The folder of the entries, or null where there is no cache. */
    Path folder() {
        return folder;
    }

    /** What the cache did last, for the doctor. */
    String note() {
        return note;
    }

    private Path chooseFolder() {
        String chosen = properties.apply(PROPERTY);
        try {
            if (chosen != null && !chosen.isEmpty()) {
                note = "off (system property " + PROPERTY + ")";
                return chosen.equals("off") ? null : Path.of(chosen).toAbsolutePath();
            }
            note = "off (no home folder)";
            if (platform.isWindows()) {
                Path local = absolute(environment.apply("LOCALAPPDATA"));
                return local == null ? null : local.resolve("krait").resolve("cache");
            }
            Path home = absolute(properties.apply("user.home"));
            if (platform.isMac()) {
                return home == null ? null : home.resolve("Library/Caches/krait");
            }
            Path xdg = absolute(environment.apply("XDG_CACHE_HOME"));
            if (xdg == null && home != null) {
                xdg = home.resolve(".cache");
            }
            return xdg == null ? null : xdg.resolve("krait");
        } catch (InvalidPathException e) {
            note = "off (" + e.getMessage() + ")";
            return null;
        }
    }

    private static Path absolute(String value) {
        if (value == null || value.isEmpty()) {
            return null;
        }
        Path path = Path.of(value);
        return path.isAbsolute() ? path : null;
    }

    /** The key of an executable, or null where its answer must not be kept. */
    Key key(Path executable) {
        if (folder == null) {
            return null;
        }
        try (InputStream in = Files.newInputStream(executable)) {
            byte[] head = in.readNBytes(2);
            if (head.length < 2 || head[0] == '#' && head[1] == '!') {
                note = "not kept: the executable is a script, whose answer may change";
                return null;
            }
            Path path = executable.toAbsolutePath();
            List<String> lines = new ArrayList<>();
            lines.add("script=" + Sha256.of(PythonProbe.script().getBytes(StandardCharsets.UTF_8)));
            lines.add("platform=" + platform.id());
            lines.add("library_path=" + PythonFacts.encode(orEmpty(environment.apply("LD_LIBRARY_PATH"))));
            lines.add("path=" + PythonFacts.encode(path.toString()));
            lines.add("target=" + identity(path.toRealPath()));
            lines.add("beside=" + identity(path.resolveSibling("pyvenv.cfg")));
            Path above = path.getParent().getParent();
            lines.add("above=" + (above == null ? "" : identity(above.resolve("pyvenv.cfg"))));
            String name = Sha256.of(path.toString().getBytes(StandardCharsets.UTF_8)).substring(0, 32);
            return new Key(folder.resolve(name + ".probe"), lines);
        } catch (IOException e) {
            note = "not kept: " + e;
            return null;
        }
    }

    private static String orEmpty(String value) {
        return value == null ? "" : value;
    }

    /** What tells a file from another, or from itself once it was changed; "" where there is none. */
    private static String identity(Path file) throws IOException {
        if (!Files.exists(file)) {
            return "";
        }
        BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
        return PythonFacts.encode(file + "|" + is.size() + "|" + is.lastModifiedTime().toInstant() + "|"
                + is.fileKey());
    }

    /** The entry of an executable, or null where there is none that is valid. */
    Hit read(Key key) {
        if (key == null) {
            return null;
        }
        try {
            if (!Files.exists(key.file)) {
                note = key.file + " (no entry yet)";
                return null;
            }
            if (!isPrivate(folder) || !isPrivate(key.file, LinkOption.NOFOLLOW_LINKS)
                    || Files.size(key.file) > SIZE_LIMIT) {
                note = key.file + " (ignored: others may write it)";
                return null;
            }
            note = key.file + " (no longer valid)";
            return parse(key, Files.readAllLines(key.file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            note = key.file + " (unreadable: " + e + ")";
            return null;
        }
    }

    private Hit parse(Key key, List<String> lines) throws IOException {
        int head = key.lines.size() + 1;
        if (lines.size() < head + 2 || !lines.get(0).equals(FORMAT) || !lines.subList(1, head).equals(key.lines)
                || !lines.get(head).startsWith("libpython=")) {
            return null;
        }
        String identity = lines.get(head).substring("libpython=".length());
        String decoded = PythonFacts.decode(identity);
        PythonFacts facts = PythonFacts.parse(lines.subList(head + 1, lines.size()));
        if (facts == null || decoded == null || decoded.indexOf('|') < 0) {
            return null;
        }
        try {
            // The path may hold a bar itself: it ends before the last three parts.
            String[] parts = decoded.split("\\|");
            String path = String.join("|", Arrays.copyOf(parts, Math.max(1, parts.length - 3)));
            Path libpython = Path.of(path);
            if (!identity(libpython).equals(identity)) {
                return null;
            }
            note = key.file + " (used)";
            return new Hit(facts, libpython);
        } catch (InvalidPathException e) {
            return null;
        }
    }

    /** Keeps an answer, where it can be kept. */
    void write(Key key, Path executable, PythonFacts facts, Path libpython) {
        if (key == null) {
            return;
        }
        Path temporary = null;
        try {
            // A launcher that goes by another file's contents (a version manager's) would be kept beyond its truth.
            Path own = Path.of(facts.text("executable"));
            if (!Files.isSameFile(own, executable)) {
                note = "not kept: the executable is a launcher of " + own;
                return;
            }
            Files.createDirectories(folder, privately("rwx------"));
            if (!isPrivate(folder)) {
                note = "not kept: others may write to " + folder;
                return;
            }
            List<String> lines = new ArrayList<>();
            lines.add(FORMAT);
            lines.addAll(key.lines);
            lines.add("libpython=" + identity(libpython));
            lines.addAll(facts.lines());
            temporary = Files.createTempFile(folder, "probe", ".tmp", privately("rw-------"));
            Files.write(temporary, lines, StandardCharsets.UTF_8);
            Files.move(temporary, key.file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            note = key.file + " (written)";
        } catch (IOException | InvalidPathException e) {
            note = "not kept: " + e;
            discard(temporary);
        }
    }

    private void discard(Path temporary) {
        try {
            if (temporary != null) {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            note += "; " + e;
        }
    }

    private FileAttribute<?>[] privately(String permissions) {
        if (platform.isWindows()) {
            return new FileAttribute<?>[0];
        }
        return new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        };
    }

    /** Whether only this user can have written a file: an entry names a library that is going to be loaded. */
    private boolean isPrivate(Path path, LinkOption... options) throws IOException {
        if (platform.isWindows()) {
            return true;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path, options);
        return !permissions.contains(PosixFilePermission.GROUP_WRITE)
                && !permissions.contains(PosixFilePermission.OTHERS_WRITE)
                && Files.getOwner(path, options).equals(user());
    }

    /** Who runs this JVM: on Linux also one who has a number and no name, as in many a container. */
    private UserPrincipal user() throws IOException {
        Path self = Path.of("/proc/self");
        return Files.exists(self)
                ? Files.getOwner(self)
                : folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(System.getProperty("user.name"));
    }
}
