package dev.krait.internal;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/** Krait's classes once more, in a class loader of their own, as a second web application would have them. */
final class OtherClassLoader implements Callable<Long> {
    private final Properties properties;
    private final Map<String, byte[]> jar;
    private final Path prefix;
    private final AtomicInteger coresOpened;

    OtherClassLoader(Properties properties, Map<String, byte[]> jar, Path prefix, AtomicInteger coresOpened) {
        this.properties = properties;
        this.jar = jar;
        this.prefix = prefix;
        this.coresOpened = coresOpened;
    }

    /** Loads Krait's native library in a new class loader; the result is the address its opener ended up with. */
    @SuppressWarnings("unchecked")
    static Callable<Long> task(Properties properties, Map<String, byte[]> jar, Path prefix, AtomicInteger opened) {
        try {
            Class<?> other = Class.forName(OtherClassLoader.class.getName(), true,
                    new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader()));
            if (other == OtherClassLoader.class) {
                throw new AssertionError("the class loader is not another one");
            }
            Constructor<?> constructor = other.getDeclaredConstructor(
                    Properties.class, Map.class, Path.class, AtomicInteger.class);
            constructor.setAccessible(true);
            return (Callable<Long>) constructor.newInstance(properties, jar, prefix, opened);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static URL[] classPath() {
        // The test launcher may have a class loader of its own: ask the classes where they came from.
        List<URL> urls = new ArrayList<>();
        urls.add(OtherClassLoader.class.getProtectionDomain().getCodeSource().getLocation());
        urls.add(NativeLibrary.class.getProtectionDomain().getCodeSource().getLocation());
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            try {
                urls.add(new File(entry).toURI().toURL());
            } catch (MalformedURLException e) {
                throw new AssertionError(e);
            }
        }
        return urls.toArray(new URL[0]);
    }

    @Override
    public Long call() {
        long[] address = new long[1];
        new NativeLibrary(properties, Platform.current(), this::open).load(
                TestPythons.installation(prefix), (loader, core, bind) -> {
                    if (bind == 0) {
                        coresOpened.incrementAndGet();
                        try {
                            // Long enough for the other class loader to come in between, were it let in.
                            Thread.sleep(100);
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    }
                    address[0] = bind == 0 ? 0x7FFF_1234_5678L : bind;
                    return address[0];
                });
        return address[0];
    }

    private InputStream open(String name) throws IOException {
        byte[] content = jar.get(name);
        return content == null ? null : new ByteArrayInputStream(content);
    }
}
