package compat;

import java.io.IOException;
import java.io.InputStream;

/** A class of the same name from two class loaders. */
public final class TwoLoaders {
    private TwoLoaders() {
    }

    static Object make(int which) throws Exception {
        ClassLoader loader = new ClassLoader(TwoLoaders.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                if (!name.equals("compat.One")) {
                    return super.loadClass(name, resolve);
                }
                try (InputStream in = TwoLoaders.class.getResourceAsStream("One.class")) {
                    byte[] bytes = in.readAllBytes();
                    return defineClass(name, bytes, 0, bytes.length);
                } catch (IOException e) {
                    throw new ClassNotFoundException(name, e);
                }
            }
        };
        return loader.loadClass("compat.One").getConstructor(int.class).newInstance(which);
    }
}
