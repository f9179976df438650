package dev.krait.soak;

import dev.krait.PyObject;
import dev.krait.PythonInterpreter;
import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;

/**
 * Loads Krait anew in class loaders of their own, uses it there, and drops them. What they open they close: so they must be
 * unloaded in the end.
 */
final class Loaders {
    /** What each loader's own copy does. */
    public static final class Guest implements LongUnaryOperator {
        /** For the class loader. */
        public Guest() {
        }

        @Override
        public long applyAsLong(long number) {
            try (PythonInterpreter interpreter = PythonInterpreter.create()) {
                interpreter.exec(Target.functions());
                try (PyObject kept = interpreter.invoke(PyObject.class, "keep", number)) {
                    interpreter.set("held", (LongUnaryOperator) x -> x + kept.invokeMethod(Long.class, "add", 1));
                    return interpreter.eval(Long.class, "held(" + number + ")");
                }
            }
        }
    }

    private final List<WeakReference<ClassLoader>> dropped = new ArrayList<>();

    /** How many of the class loaders are still there. */
    long left() {
        return dropped.stream().filter(loader -> loader.get() != null).count();
    }

    /** One loader's life. */
    void visit(SplittableRandom random, Tally tally) {
        long number = random.nextLong(1 << 20);
        try {
            ClassLoader loader = loader();
            dropped.add(new WeakReference<>(loader));
            LongUnaryOperator guest = (LongUnaryOperator) loader.loadClass(Guest.class.getName()).getConstructor().newInstance();
            long result = guest.applyAsLong(number);
            if (result != 2 * number + 1) {
                throw new AssertionError("a guest gave " + result + " for " + number);
            }
            tally.injected("class loader dropped");
        } catch (ReflectiveOperationException | IOException | RuntimeException | Error e) {
            tally.lost("class loader", e);
        }
    }

    private static URLClassLoader loader() throws IOException {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
    }
}
