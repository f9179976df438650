package dev.krait.internal;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A fresh folder that only this user can enter, under a name nobody can guess, for files that are about to be loaded. */
final class PrivateFolder {
    private static final Set<OpenOption> NEW_FILE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.READ);

    private final Path path;
    private final boolean posix;
    private final List<Path> files = new ArrayList<>();

    private PrivateFolder(Path path, boolean posix) {
        this.path = path;
        this.posix = posix;
    }

    /** Makes a folder in another one, which must exist. Fails when the name is taken: it never enters a found one. */
    static PrivateFolder create(Path parent, String prefix) throws IOException {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        Path path = parent.resolve(prefix + "-" + Sha256.hex(random));
        boolean posix = parent.getFileSystem().supportedFileAttributeViews().contains("posix");
        Files.createDirectory(path, permissions(posix, "rwx------"));
        return new PrivateFolder(path, posix);
    }

    private static FileAttribute<?>[] permissions(boolean posix, String permissions) {
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    Path path() {
        return path;
    }

    /** Writes a new file and reads it back through the same open channel, to compare it with its SHA-256 checksum. */
    Path write(String name, InputStream content, String checksum) throws IOException {
        Path file = path.resolve(name);
        try (FileChannel channel = FileChannel.open(file, NEW_FILE, permissions(posix, "rw-------"))) {
            files.add(file);
            byte[] block = new byte[1 << 16];
            for (int n = content.read(block); n >= 0; n = content.read(block)) {
                ByteBuffer bytes = ByteBuffer.wrap(block, 0, n);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
            channel.position(0);
            MessageDigest digest = Sha256.digest();
            ByteBuffer bytes = ByteBuffer.wrap(block);
            while (channel.read(bytes) >= 0) {
                bytes.flip();
                digest.update(bytes);
                bytes.clear();
            }
            String actual = Sha256.hex(digest.digest());
            if (!actual.equals(checksum)) {
                throw new IOException(file + " does not have the content it should: its SHA-256 is " + actual
                        + ", expected " + checksum);
            }
        }
        return file;
    }

    /** Deletes the files and the folder; what cannot be deleted while it is in use goes at the end of the JVM. */
    void delete() throws IOException {
        List<Path> all = new ArrayList<>(files);
        all.add(path);
        IOException failure = null;
        for (Path each : all) {
            try {
                Files.deleteIfExists(each);
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            deleteAtExit(all);
            throw failure;
        }
    }

    private static void deleteAtExit(List<Path> all) {
        // The JVM deletes in the reverse order: the folder is to be the first named.
        for (int i = all.size() - 1; i >= 0; i--) {
            File file = all.get(i).toFile();
            file.deleteOnExit();
        }
    }
}
