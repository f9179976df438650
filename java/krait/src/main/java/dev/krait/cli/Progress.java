package dev.krait.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Counts rows as they are done, and keeps one line on the terminal up to date: rows, rows/s, time left. */
final class Progress implements AutoCloseable {
    private static final long REFRESH_MILLIS = 200;

    private final PrintStream terminal;
    private final long totalBytes;
    private final long began = System.nanoTime();
    private final LongAdder rows = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final Thread painter;
    private volatile boolean stopped;

    /**
     * Starts counting.
     *
     * @param terminal where the line is shown, or null to show none
     * @param totalBytes size of the input in bytes, or -1 when it is not known
     */
    Progress(PrintStream terminal, long totalBytes) {
        this.terminal = terminal;
        this.totalBytes = totalBytes;
        painter = terminal == null ? null : new Thread(this::paint, "krait-progress");
        if (painter != null) {
            painter.setDaemon(true);
            painter.start();
        }
    }

    /** A row is done, well or badly. Any thread. */
    void row(long inputBytes) {
        rows.increment();
        bytes.add(inputBytes);
    }

    long rows() {
        return rows.sum();
    }

    /** Tells the workers that no further row is wanted. Any thread. */
    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }

    /** "34,006 rows in 1.2 s (28,338 rows/s)". */
    String summary() {
        double seconds = seconds();
        return String.format(Locale.ROOT, "%,d rows in %.1f s (%,.0f rows/s)", rows(), seconds, rows() / seconds);
    }

    static String line(long rows, double seconds, long bytes, long totalBytes) {
        String text = String.format(Locale.ROOT, "%,d rows  %,.0f rows/s", rows, rows / seconds);
        if (totalBytes <= 0 || bytes == 0) {
            return text;
        }
        double done = Math.min(1, (double) bytes / totalBytes);
        long left = Math.round(seconds / done * (1 - done));
        return text + String.format(Locale.ROOT, "  %.0f %%  %s left", 100 * done, clock(left));
    }

    private static String clock(long seconds) {
        return seconds < 3600
                ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    private double seconds() {
        return Math.max(1e-9, (System.nanoTime() - began) / (double) TimeUnit.SECONDS.toNanos(1));
    }

    private void paint() {
        try {
            for (;;) {
                Thread.sleep(REFRESH_MILLIS);
                // \033[K clears what a longer line before has left.
                terminal.print("\r" + line(rows(), seconds(), bytes.sum(), totalBytes) + "\033[K");
                terminal.flush();
            }
        } catch (InterruptedException e) {
            terminal.print("\r\033[K");
            terminal.flush();
        }
    }

    /** Takes the line off the terminal. */
    @Override
    public void close() {
        if (painter != null) {
            painter.interrupt();
            try {
                painter.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
