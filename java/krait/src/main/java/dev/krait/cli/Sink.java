package dev.krait.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.security.SecureRandom;

/**
 * Where lines go. A file is written under a temporary name in its own folder and takes its name only when it is
 * complete and on the disk; until then, whatever had the name before stays. A stream, or a file that is not a regular
 * one ({@code /dev/null}, a named pipe), is written directly.
 */
final class Sink {
    private final Path target;
    private final Path temporary;
    private final FileChannel channel;
    private final OutputStream out;
    private boolean open = true;

    private Sink(Path target, Path temporary, FileChannel channel, OutputStream out) {
        this.target = target;
        this.temporary = temporary;
        this.channel = channel;
        this.out = out;
    }

    static Sink stream(OutputStream out) {
        return new Sink(null, null, null, buffered(out));
    }

    static Sink file(Path path) throws IOException {
        // A link keeps pointing where it does: the file behind it is replaced.
        Path target = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            return stream(Files.newOutputStream(target));
        }
        SecureRandom random = new SecureRandom();
        for (;;) {
            String name = "." + target.getFileName() + "." + Long.toHexString(random.nextLong()) + ".part";
            Path temporary = target.resolveSibling(name);
            try {
                FileChannel channel =
                        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                Sink sink = new Sink(target, temporary, channel, buffered(Channels.newOutputStream(channel)));
                sink.keepPermissions();
                return sink;
            } catch (FileAlreadyExistsException e) {
                continue;
            }
        }
    }

    private static OutputStream buffered(OutputStream out) {
        return new BufferedOutputStream(out, 64 * 1024);
    }

    private void keepPermissions() throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(temporary, PosixFileAttributeView.class);
        if (view != null && Files.exists(target)) {
            view.setPermissions(Files.getPosixFilePermissions(target));
        }
    }

    OutputStream out() {
        return out;
    }

    /** Puts the complete file in its place; after {@link #discard} of another thread, does nothing. */
    synchronized void commit() throws IOException {
        if (!open) {
            return;
        }
        out.flush();
        if (channel != null) {
            channel.force(true);
            channel.close();
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        open = false;
    }

    /** Leaves nothing behind; does nothing after {@link #commit}. Any thread. */
    synchronized void discard() throws IOException {
        if (open && channel != null) {
            channel.close();
            Files.deleteIfExists(temporary);
        }
        open = false;
    }
}
