package dev.krait.javainpython;

import dev.krait.PythonInterpreter;
import java.util.concurrent.Callable;

/** Java layers between Python layers. */
public final class Layers {
    private Layers() {
    }

    public static Object call(Callable<?> body) throws Exception {
        return body.call();
    }

    public static void run(Runnable body) {
        body.run();
    }

    public static Object first(PythonInterpreter py) {
        return py.invoke("second");
    }

    public static Object second(Callable<?> body) throws Exception {
        return body.call();
    }

    public static Object third(Callable<?> body) throws Exception {
        return body.call();
    }

    public static Object fourth(Callable<?> body) throws Exception {
        return body.call();
    }

    public static Object thrower() {
        throw new IllegalStateException("thrown");
    }
}
