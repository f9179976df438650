package dev.krait.cases;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    /** The class of this name from its source. */
    public static Class<?> compile(String name, String source) throws IOException, ClassNotFoundException {
        Path folder = Files.createTempDirectory("krait-sources");
        folder.toFile().deleteOnExit();
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
        URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()});
        return Class.forName(name, true, loader);
    }
}
