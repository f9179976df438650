package dev.krait.bench;

import dev.krait.PyFunction;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Short calls while other threads' calls block with the GIL released, as they do when they wait for a file or a socket. */
public class Blocked {
    /** Threads whose calls sleep for two milliseconds, again and again, until the measurement is over. */
    @State(Scope.Benchmark)
    public static class Sleepers {
        private final Thread[] threads = new Thread[4];
        private volatile boolean over;

        @Setup
        public void start(Python python) {
            python.interpreter.exec("import time\ndef block():\n    time.sleep(0.002)\n");
            PyFunction block = python.function("block");
            for (int i = 0; i < threads.length; i++) {
                threads[i] = new Thread(() -> {
                    while (!over) {
                        block.call();
                    }
                });
                threads[i].start();
            }
        }

        @TearDown
        public void stop() throws InterruptedException {
            over = true;
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    @Benchmark
    @Goal(of = "Alone", atMost = 1.25)
    public long inc(Python python, Sleepers sleepers) {
        return python.inc.callLong(41_000);
    }

    @Benchmark
    public long incAlone(Python python) {
        return python.inc.callLong(41_000);
    }
}
