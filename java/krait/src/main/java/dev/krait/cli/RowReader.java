package dev.krait.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Cuts an input into batches of rows.
 *
 * <p>A row ends with LF or CR LF; a CR elsewhere belongs to the row, and so does U+FEFF at the start. A last row
 * without a line end is a row; an empty input has none.
 */
final class RowReader {
    private static final int TARGET_BYTES = 256 * 1024;
    private static final int MAX_BYTES = Integer.MAX_VALUE - 64;

    private final InputStream in;
    private byte[] buffer = new byte[TARGET_BYTES];
    private int start;
    private int end;
    private boolean ended;
    private long nextRow = 1;

    RowReader(InputStream in) {
        this.in = in;
    }

    /** Whether {@link #next} has something to return without waiting for a slow producer. */
    boolean ready() throws IOException {
        return ended || in.available() > 0 || indexOfNewline(start) >= 0;
    }

    /**
     * The next rows, as many as are there and at least one; null at the end of the input.
     *
     * @param maxRows how many at most
     */
    RowBatch next(int maxRows) throws IOException {
        try {
            return read(maxRows);
        } catch (OutOfMemoryError e) {
            throw new IOException("the Java heap has no room for row " + nextRow + " (" + (end - start)
                    + " bytes of it have been read); give it more with java -Xmx… -jar", e);
        }
    }

    private RowBatch read(int maxRows) throws IOException {
        int[] bounds = new int[16];
        int rows = 0;
        int position = start;
        int scanned = start;
        while (rows < maxRows) {
            int newline = indexOfNewline(scanned);
            if (newline >= 0) {
                bounds = put(bounds, rows++, position, trimmed(position, newline));
                position = newline + 1;
                scanned = position;
            } else if (ended) {
                if (position < end) {
                    bounds = put(bounds, rows++, position, end);
                    position = end;
                }
                break;
            } else if (rows > 0 && (position - start >= TARGET_BYTES / 2 || in.available() == 0)) {
                // What is there is enough, or the producer is slow: don't keep finished rows waiting.
                break;
            } else {
                int kept = start;
                scanned = end;
                fill();
                int moved = kept - start;
                position -= moved;
                scanned -= moved;
                for (int i = 0; i < 2 * rows; i++) {
                    bounds[i] -= moved;
                }
            }
        }
        if (rows == 0) {
            return null;
        }
        int[] relative = Arrays.copyOf(bounds, 2 * rows);
        for (int i = 0; i < relative.length; i++) {
            relative[i] -= start;
        }
        RowBatch batch = new RowBatch(nextRow, Arrays.copyOfRange(buffer, start, position), relative);
        nextRow += rows;
        start = position;
        return batch;
    }

    private static int[] put(int[] bounds, int row, int from, int to) {
        int[] room = 2 * row == bounds.length ? Arrays.copyOf(bounds, 2 * bounds.length) : bounds;
        room[2 * row] = from;
        room[2 * row + 1] = to;
        return room;
    }

    private int trimmed(int from, int newline) {
        return newline > from && buffer[newline - 1] == '\r' ? newline - 1 : newline;
    }

    private int indexOfNewline(int from) {
        for (int i = from; i < end; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    /** Reads more behind {@code end}; moves what is kept to the front, and grows for a row that is longer than all. */
    private void fill() throws IOException {
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, end - start);
            end -= start;
            start = 0;
        }
        if (end == buffer.length) {
            if (end == MAX_BYTES) {
                throw new IOException("row " + nextRow + " is longer than " + MAX_BYTES + " bytes");
            }
            buffer = Arrays.copyOf(buffer, (int) Math.min(2L * buffer.length, MAX_BYTES));
        }
        int count = in.read(buffer, end, buffer.length - end);
        if (count < 0) {
            ended = true;
        } else {
            end += count;
        }
    }
}
