package dev.krait.flink;

import java.io.Serializable;
import java.time.Duration;
import org.apache.flink.table.api.ValidationException;

/** When a batch is full. */
final class Bounds implements Serializable {
    private static final long serialVersionUID = 1L;

    final int rows;
    final long bytes;
    final Duration delay;

    Bounds(int rows, long bytes, Duration delay) {
        if (rows < 1 || bytes < 1 || delay.isNegative() || delay.isZero()) {
            throw new ValidationException("A batch has at least one row and one byte, and waits longer than nothing.");
        }
        this.rows = rows;
        this.bytes = bytes;
        this.delay = delay;
    }
}
