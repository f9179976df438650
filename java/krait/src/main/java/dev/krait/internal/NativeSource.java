package dev.krait.internal;

import dev.krait.NativeLibraryException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

/** Where the two native libraries come from: the folder that {@code krait.library.path} names, or the jar. */
final class NativeSource {
    /** The system property that names a folder with both libraries. */
    static final String PROPERTY = "krait.library.path";

    private static final String ROOT = "/dev/krait/native/";
    private static final String CHECKSUMS = "SHA256SUMS";
    private static final String VERSION_FILE = "/dev/krait/krait.properties";

    /** The resources of the jar, by absolute name; null for one that is not there. */
    interface Resources {
        InputStream open(String name) throws IOException;
    }

    private final Path folder;
    private final Resources resources;
    private final String root;
    private final Platform platform;
    private final Map<String, String> checksums = new LinkedHashMap<>();

    private NativeSource(Path folder, Resources resources, String root, Platform platform) {
        this.folder = folder;
        this.resources = resources;
        this.root = root;
        this.platform = platform;
    }

    /** The resources of Krait's own jar, and of a jar of natives for another platform beside it. */
    static InputStream jar(String name) {
        InputStream own = NativeSource.class.getResourceAsStream(name);
        if (own != null) {
            return own;
        }
        ClassLoader loader = NativeSource.class.getClassLoader();
        return loader == null ? null : loader.getResourceAsStream(name.substring(1));
    }

    /** Chooses the source and makes sure that it has both libraries. */
    static NativeSource choose(Properties properties, Platform platform, Resources resources) {
        String chosen = properties.getProperty(PROPERTY);
        try {
            if (chosen != null && !chosen.isEmpty()) {
                return ofFolder(chosen, platform);
            }
            NativeSource source = new NativeSource(null, resources, ROOT + platform.id() + "/", platform);
            source.readChecksums();
            return source;
        } catch (IOException | InvalidPathException e) {
            throw new NativeLibraryException("cannot read Krait's native libraries: " + e.getMessage(), e);
        }
    }

    private static NativeSource ofFolder(String chosen, Platform platform) throws IOException {
        NativeSource source = new NativeSource(Path.of(chosen).toAbsolutePath(), null, null, platform);
        for (String file : new String[] {source.loaderFile(), source.coreFile()}) {
            Path path = source.folder.resolve(file);
            if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
                throw new NativeLibraryException("system property " + PROPERTY + " names the folder " + source.folder
                        + ", where " + file + (Files.exists(path) ? " cannot be read" : " does not exist")
                        + ".\nTo do: name a folder that holds " + source.loaderFile() + " and " + source.coreFile()
                        + ", or leave the property out to use the libraries of the jar.");
            }
            try (InputStream in = Files.newInputStream(path)) {
                source.checksums.put(file, Sha256.of(in.readAllBytes()));
            }
        }
        return source;
    }

    private void readChecksums() throws IOException {
        try (InputStream in = resources.open(root + CHECKSUMS)) {
            if (in == null) {
                throw missingPlatform();
            }
            BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                String[] fields = line.trim().split("\\s+[*]?", 2);
                if (fields.length == 2) {
                    checksums.put(fields[1], fields[0]);
                }
            }
        }
        for (String file : new String[] {loaderFile(), coreFile()}) {
            if (!checksums.containsKey(file)) {
                throw new NativeLibraryException("the Krait jar is incomplete: " + root + CHECKSUMS + " lacks " + file);
            }
        }
    }

    private NativeLibraryException missingPlatform() throws IOException {
        StringBuilder there = new StringBuilder();
        for (String known : Platform.KNOWN) {
            try (InputStream in = resources.open(ROOT + known + "/" + CHECKSUMS)) {
                if (in != null) {
                    there.append(there.length() == 0 ? "" : ", ").append(known);
                }
            }
        }
        return new NativeLibraryException("Krait has no native library for " + platform.id() + " (os.name "
                + System.getProperty("os.name") + ", os.arch " + System.getProperty("os.arch") + "). The jar has: "
                + (there.length() == 0 ? "none" : there)
                + ".\nTo do: add the Krait jar with the classifier " + platform.id()
                + ", or name a folder that holds the libraries with -D" + PROPERTY + ".");
    }

    /** The version of this Krait. */
    static String version(Resources resources) {
        try (InputStream in = resources.open(VERSION_FILE)) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            String version = properties.getProperty("version");
            if (version == null) {
                throw new NativeLibraryException("the Krait jar is incomplete: no version in " + VERSION_FILE);
            }
            return version;
        } catch (IOException e) {
            throw new NativeLibraryException("cannot read " + VERSION_FILE + " from the Krait jar", e);
        }
    }

    /** The folder that was chosen explicitly, or null for the jar. */
    Path folder() {
        return folder;
    }

    String loaderFile() {
        return platform.libraryFile("krait_loader");
    }

    String coreFile() {
        return platform.libraryFile("krait_core");
    }

    /** The SHA-256 checksum that a file must have: the jar's word for it, or that of the folder's file. */
    String checksum(String file) {
        return Objects.requireNonNull(checksums.get(file), file);
    }

    /** The content of a library. */
    InputStream open(String file) throws IOException {
        if (folder != null) {
            return Files.newInputStream(folder.resolve(file));
        }
        InputStream in = resources.open(root + file);
        if (in == null) {
            throw new IOException("the Krait jar is incomplete: it lacks " + root + file);
        }
        return in;
    }

    @Override
    public String toString() {
        return folder == null ? "the jar, " + root : "system property " + PROPERTY + ", " + folder;
    }
}
