package dev.krait.internal;

/**
 * The one native method of the loader library ({@code libkrait_loader}), which brings libpython and the core in.
 *
 * <p>The JVM binds it by name once {@link NativeLibrary} has loaded that library for this class's class loader.
 */
final class NativeLoader {
    private NativeLoader() {}

    /**
     * Opens libpython with its symbols global and never to be closed, then the core, and binds the core's natives.
     *
     * @param libpython the path of libpython
     * @param core the path of the core library; not read when {@code bind} is not 0
     * @param bind the address of the bind function of a core that is loaded already, or 0 to open {@code core}
     * @param natives the class whose natives the core implements
     * @param upCalls the class whose static methods the core calls
     * @return the address of the core's bind function, to be handed to the loaders of other class loaders
     * @throws UnsatisfiedLinkError with the system's own text when a library does not open, or lacks a symbol
     */
    static native long open(String libpython, String core, long bind, Class<?> natives, Class<?> upCalls);
}
