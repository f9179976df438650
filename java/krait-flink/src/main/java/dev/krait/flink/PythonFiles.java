package dev.krait.flink;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.table.api.ValidationException;

/** Reads the files that travel with a function, where the job is made. */
final class PythonFiles {
    /** What a job's description should not be burdened with; Flink's distributed cache is for more. */
    static final int MOST = 32 << 20;
    /** Java writes file:/udfs.py, too; one letter is a drive of Windows. */
    private static final Pattern URI = Pattern.compile("\\p{Alpha}[\\p{Alnum}+.-]+:/");

    private PythonFiles() {
    }

    /** The module that a file becomes: {@code udfs} for {@code s3://bucket/udfs.py}. */
    static String moduleName(String place) {
        String name = place.substring(place.lastIndexOf('/') + 1);
        return name.endsWith(".py") ? name.substring(0, name.length() - ".py".length()) : name;
    }

    /** Adds the Python file at a path, a URI or, where there is none, in the job's jar. */
    static void add(Map<String, byte[]> files, String place, ClassLoader loader) {
        String module = moduleName(place);
        if (!module.codePoints().allMatch(Character::isJavaIdentifierPart) || module.isEmpty()) {
            throw new ValidationException("The Python file " + place + " cannot be imported: '" + module + "' is no module name.");
        }
        put(files, module + ".py", read(place, loader));
    }

    static void put(Map<String, byte[]> files, String name, byte[] content) {
        byte[] other = files.putIfAbsent(name, content);
        if (other != null && !java.util.Arrays.equals(other, content)) {
            throw new ValidationException("Two different Python files of one function are named " + name + ".");
        }
        long size = files.values().stream().mapToLong(bytes -> bytes.length).sum();
        if (size > MOST) {
            throw new ValidationException("The Python files of one function hold " + size + " bytes, more than " + MOST
                    + ": register them in Flink's distributed cache, and name them with cachedFile().");
        }
    }

    private static byte[] read(String place, ClassLoader loader) {
        try {
            if (URI.matcher(place).lookingAt()) {
                return remote(new org.apache.flink.core.fs.Path(place));
            }
            if (isLocal(place)) {
                return Files.readAllBytes(Path.of(place));
            }
            byte[] resource = resource(place, loader);
            if (resource != null) {
                return resource;
            }
        } catch (IOException e) {
            throw new ValidationException("Cannot read the Python file " + place + ": " + e.getMessage(), e);
        }
        throw new ValidationException("There is no Python file " + place + ": neither "
                + Path.of(place).toAbsolutePath() + " nor on the class path of the job.");
    }

    private static boolean isLocal(String place) {
        try {
            return Files.isRegularFile(Path.of(place));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** A file on the class path, or null. */
    static byte[] resource(String name, ClassLoader loader) throws IOException {
        for (ClassLoader from : new ClassLoader[] {
            loader, Thread.currentThread().getContextClassLoader(), PythonFiles.class.getClassLoader()}) {
            try (InputStream in = from == null ? null : from.getResourceAsStream(name)) {
                if (in != null) {
                    return in.readAllBytes();
                }
            }
        }
        return null;
    }

    private static byte[] remote(org.apache.flink.core.fs.Path path) throws IOException {
        FileSystem system = path.getFileSystem();
        try (FSDataInputStream in = system.open(path)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            in.transferTo(out);
            return out.toByteArray();
        }
    }

    /** Adds all files below a folder, as import finds them from there. */
    static void addFolder(Map<String, byte[]> files, Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            List<Path> found = all.filter(Files::isRegularFile).sorted().collect(Collectors.toList());
            for (Path file : found) {
                String name = folder.relativize(file).toString().replace('\\', '/');
                if (!name.contains("__pycache__/") && !name.endsWith(".pyc")) {
                    put(files, name, Files.readAllBytes(file));
                }
            }
        } catch (IOException e) {
            throw new ValidationException("Cannot read the folder of Python files " + folder + ": " + e.getMessage(), e);
        }
    }

    /** One of the Python files in Krait's own jar. */
    static String own(String name) {
        String path = "python/" + name;
        try (InputStream in = PythonFiles.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("The jar lacks dev/krait/flink/" + path + ": it was not packed as Krait packs it.");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
