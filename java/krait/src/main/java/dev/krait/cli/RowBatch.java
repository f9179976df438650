package dev.krait.cli;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Consecutive rows: read by the coordinating thread, mapped by one worker, written by the coordinating thread. */
final class RowBatch {
    private final long firstRow;
    private final byte[] data;
    private final int[] bounds;
    private final ByteArrayOutputStream output;
    private final List<RowError> errors = new ArrayList<>();
    private long nanos;

    /**
     * Makes a batch.
     *
     * @param firstRow number of its first row; the first row of all is 1
     * @param data the rows' bytes
     * @param bounds start and end of each row in {@code data}, its line end left out
     */
    RowBatch(long firstRow, byte[] data, int[] bounds) {
        this.firstRow = firstRow;
        this.data = data;
        this.bounds = bounds;
        this.output = new ByteArrayOutputStream(data.length + 16);
    }

    /** Applies the function to every row; with {@link OnError#FAIL}, up to the first that fails. */
    RowBatch map(RowFunction function, OnError onError, Progress progress) {
        long began = System.nanoTime();
        for (int i = 0; i < rows() && !progress.isStopped(); i++) {
            RowError error = apply(function, i);
            progress.row(bounds[2 * i + 1] - bounds[2 * i] + 1L);
            if (error != null) {
                errors.add(error);
            }
            if (error != null && onError == OnError.FAIL) {
                break;
            }
            if (error != null && onError == OnError.NULL) {
                output.write('\n');
            }
        }
        nanos = System.nanoTime() - began;
        return this;
    }

    /** Applies the function to a row; what is wrong with it, or null. */
    private RowError apply(RowFunction function, int row) {
        String text;
        try {
            text = decode(bounds[2 * row], bounds[2 * row + 1]);
        } catch (CharacterCodingException e) {
            return RowError.malformed(firstRow + row, raw(row));
        }
        try {
            write(function.apply(text));
            return null;
        } catch (Throwable e) {
            // Whatever Java code that the function calls throws, also checked; and a row may be too large for the heap.
            return RowError.raised(firstRow + row, raw(row), e);
        }
    }

    private byte[] raw(int row) {
        return Arrays.copyOfRange(data, bounds[2 * row], bounds[2 * row + 1]);
    }

    private String decode(int start, int end) throws CharacterCodingException {
        int i = start;
        while (i < end && data[i] >= 0) {
            i++;
        }
        if (i == end) {
            return new String(data, start, end - start, StandardCharsets.ISO_8859_1);
        }
        // Not new String: that would put U+FFFD where the input is malformed, without a word.
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        return decoder.decode(ByteBuffer.wrap(data, start, end - start)).toString();
    }

    private void write(String result) {
        if (result != null) {
            byte[] encoded = encode(result);
            output.write(encoded, 0, encoded.length);
        }
        output.write('\n');
    }

    private static byte[] encode(String result) {
        for (int i = 0; i < result.length(); i++) {
            char unit = result.charAt(i);
            if (unit == '\n') {
                throw new IllegalArgumentException("the function returned a string with a line break in it (at index "
                        + i + "): one row is one line");
            }
            if (Character.isSurrogate(unit)) {
                boolean pair = Character.isHighSurrogate(unit) && i + 1 < result.length()
                        && Character.isLowSurrogate(result.charAt(i + 1));
                if (!pair) {
                    throw new IllegalArgumentException(String.format(
                            "the function returned a string with an unpaired surrogate (\\u%04x at index %d), "
                            + "which UTF-8 cannot hold", (int) unit, i));
                }
                i++;
            }
        }
        return result.getBytes(StandardCharsets.UTF_8);
    }

    int rows() {
        return bounds.length / 2;
    }

    /** How long {@link #map} took. */
    long nanos() {
        return nanos;
    }

    ByteArrayOutputStream output() {
        return output;
    }

    List<RowError> errors() {
        return errors;
    }
}
