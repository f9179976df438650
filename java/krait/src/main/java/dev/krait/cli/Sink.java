package dev.krait.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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

    static Sink standardOutput() {
        return stream("standard output", new FileOutputStream(FileDescriptor.out));
    }

    private static Sink stream(String name, OutputStream out) {
        return new Sink(null, null, null, buffered(name, out));
    }

    static Sink file(Path path) throws IOException {
        // A link keeps pointing where it does: the file behind it is replaced.
        Path target = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            return stream(path.toString(), Files.newOutputStream(target));
        }
        if (!Files.isDirectory(target.getParent())) {
            throw new NoSuchFileException(target.getParent().toString());
        }
        SecureRandom random = new SecureRandom();
        for (;;) {
            String name = "." + target.getFileName() + "." + Long.toHexString(random.nextLong()) + ".part";
            Path temporary = target.resolveSibling(name);
            try {
                FileChannel channel =
                        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                Sink sink = new Sink(target, temporary, channel, buffered(path.toString(), Channels.newOutputStream(channel)));
                sink.keepPermissions();
                return sink;
            } catch (FileAlreadyExistsException e) {
                continue;
            }
        }
    }

    private static OutputStream buffered(String name, OutputStream out) {
        return new BufferedOutputStream(new Named(name, out), 64 * 1024);
    }

    /** Says in its errors what could not be written: the system's words do not. */
    private static final class Named extends FilterOutputStream {
        private final String name;

        Named(String name, OutputStream out) {
            super(out);
            this.name = name;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            try {
                out.write(bytes, from, length);
            } catch (ClosedChannelException e) {
                throw e;
            } catch (IOException e) {
                FileSystemException named = new FileSystemException(name, null, e.getMessage());
                named.initCause(e);
                throw named;
            }
        }
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
