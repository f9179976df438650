package dev.krait;

import dev.krait.internal.Streams;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Text that Python writes, as records of a logger: one for each line. */
final class LoggerStream extends OutputStream implements Streams.Ending {
    private final System.Logger logger;
    private final System.Logger.Level level;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    LoggerStream(System.Logger logger, System.Logger.Level level) {
        this.logger = logger;
        this.level = level;
    }

    @Override
    public synchronized void write(int value) {
        if (value == '\n') {
            String text = line.toString(StandardCharsets.UTF_8);
            line.reset();
            // Not as a pattern: braces in the text are text.
            logger.log(level, () -> text);
        } else {
            line.write(value);
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            write(bytes[i]);
        }
    }

    /** The last line may lack its end. */
    @Override
    public synchronized void end() {
        if (line.size() > 0) {
            write('\n');
        }
    }
}
