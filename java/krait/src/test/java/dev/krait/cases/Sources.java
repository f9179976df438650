package dev.krait.cases;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles Java of today, which these tests themselves are not written in. */
public final class Sources {
    private Sources() {
    }

    /** Whether this is a JDK: a JRE has no compiler. */
    public static boolean canCompile() {
        try {
            return ToolProvider.getSystemJavaCompiler() != null;
        } catch (NoClassDefFoundError e) {
            // Not even the module that asks for one.
            return false;
        }
    }

    /** The class of this name from its source. Nothing of it is left on the disk. */
    public static Class<?> compile(String name, String source) throws IOException, ClassNotFoundException {
        Path folder = Files.createTempDirectory("krait-sources");
        try {
            JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
            SimpleJavaFileObject file = new SimpleJavaFileObject(
                    URI.create("string:///" + name + ".java"), javax.tools.JavaFileObject.Kind.SOURCE) {
                @Override
                public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                    return source;
                }
            };
            if (!compiler.getTask(null, null, null, List.of("-d", folder.toString()), null, List.of(file)).call()) {
                throw new IllegalArgumentException("the source does not compile");
            }
            return Class.forName(name, true, new Compiled(folder));
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> paths = Files.walk(folder)) {
            all = paths.collect(Collectors.toList());
        }
        // What is in a folder comes after it.
        Collections.reverse(all);
        for (Path path : all) {
            Files.delete(path);
        }
    }

    /** Classes that were read from a folder, which may be gone when they are asked for. */
    private static final class Compiled extends ClassLoader {
        private final Map<String, byte[]> classes = new HashMap<>();

        Compiled(Path folder) throws IOException {
            super(Sources.class.getClassLoader());
            try (Stream<Path> paths = Files.walk(folder)) {
                for (Path path : (Iterable<Path>) paths.filter(Files::isRegularFile)::iterator) {
                    String name = folder.relativize(path).toString();
                    classes.put(name.substring(0, name.length() - ".class".length()).replace(File.separatorChar, '.'),
                            Files.readAllBytes(path));
                }
            }
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            byte[] bytes = classes.get(name);
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }
    }
}
