package dev.krait.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Linux's table of mounts, asked whether a folder's file system refuses to execute what lies there. */
final class MountTable {
    private static final Path FILE = Path.of("/proc/self/mounts");

    private final List<String> lines;

    MountTable(List<String> lines) {
        this.lines = lines;
    }

    /** The table of this process; an empty one where the system has none to read. */
    static MountTable current() {
        try {
            // The bytes of names stay as they are: they are only compared.
            return new MountTable(Files.readAllLines(FILE, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return new MountTable(Collections.emptyList());
        }
    }

    boolean isKnown() {
        return !lines.isEmpty();
    }

    /** The mount point of a folder's file system when that is mounted {@code noexec}, else null. */
    String noexec(Path folder) {
        String path = new String(realName(folder).getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        String longest = null;
        boolean noexec = false;
        for (String line : lines) {
            String[] fields = line.split(" ");
            if (fields.length < 4) {
                continue;
            }
            String point = unescape(fields[1]);
            boolean holds = point.equals("/") || path.equals(point) || path.startsWith(point + "/");
            // Of two mounts on one point the later one lies on top.
            if (holds && (longest == null || point.length() >= longest.length())) {
                longest = point;
                noexec = Arrays.asList(fields[3].split(",")).contains("noexec");
            }
        }
        return noexec ? new String(longest.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8) : null;
    }

    private static String realName(Path folder) {
        try {
            return folder.toRealPath().toString();
        } catch (IOException e) {
            return folder.toAbsolutePath().normalize().toString();
        }
    }

    /** The kernel writes space, tab, newline and backslash as three octal digits. */
    private static String unescape(String field) {
        return field.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\");
    }
}
