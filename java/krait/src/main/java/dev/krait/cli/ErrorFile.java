package dev.krait.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file in which the errors of skipped rows are kept, one JSON object a line. */
final class ErrorFile {
    private final Path path;
    private final boolean named;
    private Sink sink;
    private boolean discarded;
    private long count;

    /**
     * Prepares the file; a file that the user named is made even when there is no error.
     *
     * @param path its path
     * @param named whether the user named it
     */
    ErrorFile(Path path, boolean named) throws IOException {
        this.path = path;
        this.named = named;
        if (named) {
            sink = Sink.file(path);
        }
    }

    synchronized void add(RowError error) throws IOException {
        if (discarded) {
            return;
        }
        if (sink == null) {
            sink = Sink.file(path);
        }
        sink.out().write((error.toJson() + "\n").getBytes(StandardCharsets.UTF_8));
        count++;
    }

    long count() {
        return count;
    }

    Path path() {
        return path;
    }

    synchronized void commit() throws IOException {
        if (sink != null) {
            sink.commit();
        } else if (!named && !discarded) {
            // An earlier run's errors would pass for this one's.
            Files.deleteIfExists(path);
        }
    }

    synchronized void discard() throws IOException {
        discarded = true;
        if (sink != null) {
            sink.discard();
        }
    }
}
