package dev.krait.bench.flink;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The gate of a job's source, and its stopwatch. Source and sink of a job share one, in one task manager.
 *
 * <p>The driver listens; the meter connects, says {@code hello NAME PID} and obeys {@code run MILLIS} with one line of
 * JSON. Between runs the source gives nothing, so that jobs can be measured in turns. A run begins with nothing in
 * flight and ends at the first moment after its time when again nothing is: what a bundle or a batch still holds is
 * never counted, and never left out. Only a job that is never empty is cut, after {@link #PATIENCE} more.
 */
final class Meter {
    private static final Map<String, Meter> METERS = new ConcurrentHashMap<>();
    private static final long PATIENCE = 3_000;
    /** Room for the stamps of a million rows in flight. */
    private static final int STAMPS = 1 << 16;

    private enum State { PAUSED, RUNNING, ENDING, CUT }

    private final String address;
    private final int fanOut;
    private volatile State state = State.PAUSED;
    private volatile CompletableFuture<Void> open = new CompletableFuture<>();
    private volatile CompletableFuture<String> result = new CompletableFuture<>();
    private volatile Window window;
    private volatile Socket socket;

    // Written by the task's thread alone.
    private long emitted;
    private long emittedBefore;
    private final AtomicLong arrived = new AtomicLong();
    private final long[] stamps = new long[STAMPS];

    private Meter(String address, int fanOut) {
        this.address = address;
        this.fanOut = fanOut;
    }

    /** The meter of an address HOST:PORT/NAME; each row that is emitted arrives {@code fanOut} times. */
    static Meter of(String address, int fanOut) {
        return METERS.computeIfAbsent(address, key -> new Meter(key, fanOut));
    }

    void start() {
        Thread thread = new Thread(this::serve, "meter");
        thread.setDaemon(true);
        thread.start();
    }

    void stop() {
        METERS.remove(address);
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // The task's thread

    CompletableFuture<Void> whenOpen() {
        return open;
    }

    /** Asked before each row: whether it may be emitted, and if so, it is counted. */
    boolean admit() {
        State now = state;
        if (now != State.RUNNING) {
            if (now == State.PAUSED) {
                return false;
            }
            boolean drained = arrived.get() == emitted * fanOut;
            if (drained || now == State.CUT) {
                close(drained);
                return false;
            }
        }
        if (emitted % Window.SAMPLED == 0) {
            stamps[stamp(emitted)] = System.nanoTime();
        }
        emitted++;
        return true;
    }

    void arrive() {
        long count = arrived.get() + 1;
        if (count % fanOut == 0) {
            long row = count / fanOut - 1;
            Window open = window;
            if (row % Window.SAMPLED == 0 && open != null) {
                open.latency(System.nanoTime() - stamps[stamp(row)]);
            }
        }
        arrived.lazySet(count);
    }

    private static int stamp(long row) {
        return (int) (row / Window.SAMPLED) & STAMPS - 1;
    }

    private void close(boolean drained) {
        long rows = arrived.get() / fanOut - emittedBefore;
        String text = window.close(rows, drained);
        window = null;
        open = new CompletableFuture<>();
        state = State.PAUSED;
        result.complete(text);
    }

    // The meter's thread

    private void serve() {
        String host = address.substring(0, address.indexOf(':'));
        int port = Integer.parseInt(address.substring(host.length() + 1, address.indexOf('/')));
        String name = address.substring(address.indexOf('/') + 1);
        try (Socket driver = new Socket(host, port)) {
            socket = driver;
            PrintStream out = new PrintStream(driver.getOutputStream(), true, StandardCharsets.UTF_8);
            BufferedReader in = new BufferedReader(new InputStreamReader(driver.getInputStream(), StandardCharsets.UTF_8));
            out.println("hello " + name + " " + ProcessHandle.current().pid());
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                out.println(run(Long.parseLong(line.substring("run ".length()))));
            }
        } catch (IOException e) {
            // Closed by stop(), or the driver has gone, and the cluster with it.
            System.out.println("meter " + name + " ends: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String run(long millis) throws InterruptedException {
        while (arrived.get() != emitted * fanOut) {
            Thread.sleep(10);
        }
        result = new CompletableFuture<>();
        emittedBefore = emitted;
        window = new Window(new CpuClock());
        state = State.RUNNING;
        open.complete(null);
        Thread.sleep(millis);
        state = State.ENDING;
        try {
            return result.get(PATIENCE, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            state = State.CUT;
            return result.join();
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
