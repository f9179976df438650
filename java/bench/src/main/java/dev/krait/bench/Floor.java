package dev.krait.bench;

import java.util.Map;
import java.util.function.LongUnaryOperator;

/**
 * The calls of {@code floor.c}: what a bridge costs that is written by hand over JNI. Each takes the calling thread's
 * state and the address of a Python function.
 */
final class Floor {
    /** Names the library; the build sets it. */
    static final String LIBRARY = "krait.bench.floor";

    private Floor() {
    }

    /** Loads the library. Krait must have started Python. */
    static void load() {
        String library = System.getProperty(LIBRARY);
        if (library == null) {
            throw new IllegalStateException("set -D" + LIBRARY + "=/path/to/libfloor.so, or run it by Gradle");
        }
        System.load(library);
    }

    static native long newThread();

    static native void empty(long thread, long function);

    static native long callLong(long thread, long function, long argument);

    /** The tuned way with text: in by its UTF-16 units, out by NewStringUTF where it is ASCII. Right for all text. */
    static native String callString(long thread, long function, String argument);

    /** The classic way with text: GetStringUTFChars and NewStringUTF, as most bridges have it. Wrong for some text. */
    static native String callUtf8(long thread, long function, String argument);

    static native long listIn(long thread, long function, Object[] values);

    static native Object[] listOut(long thread, long function);

    static native long mapIn(long thread, long function, Map<String, Long> values);

    static native Map<String, Long> mapOut(long thread, long function);

    static native long bytesIn(long thread, long function, byte[] content);

    static native byte[] bytesOut(long thread, long function);

    static native void callEach(long thread, long function, long times, LongUnaryOperator operator);
}
