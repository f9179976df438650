package dev.krait.cases;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Throws, and runs what throws. */
public final class Throws {
    private Throws() {
    }

    /** An exception of the user's. */
    public static class Broken extends Exception {
        private static final long serialVersionUID = 1L;
        public final int code;

        public Broken(String message, int code) {
            super(message);
            this.code = code;
        }

        public int getCode() {
            return code;
        }
    }

    public static void broken() throws Broken {
        throw new Broken("torn", 7);
    }

    public static void withCause() {
        throw new IllegalStateException("outer", new RuntimeException("middle", new Broken("inner", 1)));
    }

    public static Exception circular() {
        Exception first = new Exception("first");
        first.initCause(new Exception("second", first));
        return first;
    }

    public static void raise(Throwable thrown) throws Throwable {
        throw thrown;
    }

    /** Throws what the compiler does not see. */
    @SuppressWarnings("unchecked")
    public static <E extends Throwable> E sneaky(Throwable thrown) throws E {
        throw (E) thrown;
    }

    public static Object call(Callable<?> body) throws Exception {
        return body.call();
    }

    public static Object wrap(Callable<?> body) {
        try {
            return body.call();
        } catch (Exception e) {
            throw new IllegalStateException("wrapped", e);
        }
    }

    public static boolean hasFinally(Callable<?> body, List<Object> log) throws Exception {
        try {
            return body.call() == null;
        } finally {
            log.add("finally");
        }
    }

    public static Object inAnotherThread(Callable<?> body) throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            return pool.submit(body).get();
        } finally {
            pool.shutdown();
        }
    }
}
