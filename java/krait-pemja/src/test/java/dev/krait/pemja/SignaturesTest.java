package dev.krait.pemja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every public class, constructor, method and field of PEMJA's own jar is there, with the same signature. */
class SignaturesTest {
    private static final Path PEMJA = Path.of(System.getProperty("krait.test.pemja"));

    private static List<Class<?>> publicClasses(ClassLoader loader) throws Exception {
        try (JarFile jar = new JarFile(PEMJA.toFile())) {
            List<String> names = Collections.list(jar.entries()).stream().map(entry -> entry.getName())
                    .filter(name -> name.endsWith(".class")).map(name -> name.substring(0, name.length() - 6).replace('/', '.'))
                    .collect(Collectors.toList());
            List<Class<?>> classes = new java.util.ArrayList<>();
            for (String name : names) {
                Class<?> type = Class.forName(name, false, loader);
                if (Modifier.isPublic(type.getModifiers())) {
                    classes.add(type);
                }
            }
            return classes;
        }
    }

    private static String types(Executable executable) {
        return Arrays.stream(executable.getGenericParameterTypes()).map(type -> type.getTypeName()).collect(Collectors.joining(", "))
                + (executable.isVarArgs() ? "..." : "");
    }

    /** What a caller's class file or source code may refer to. */
    private static Set<String> signatures(Class<?> type) {
        Set<String> all = new TreeSet<>();
        all.add("class " + type.getName() + " " + Modifier.toString(type.getModifiers()));
        for (Class<?> up : supertypes(type)) {
            all.add("is a " + up.getName());
        }
        for (Constructor<?> constructor : type.getConstructors()) {
            all.add("new(" + types(constructor) + ")");
        }
        for (Method method : type.getMethods()) {
            if (!method.isBridge() && method.getDeclaringClass() != Object.class) {
                all.add((Modifier.isStatic(method.getModifiers()) ? "static " : "") + method.getGenericReturnType().getTypeName() + " " + method.getName()
                        + "(" + types(method) + ")");
            }
        }
        for (Field field : type.getFields()) {
            all.add(Modifier.toString(field.getModifiers()) + " " + field.getType().getName() + " " + field.getName());
        }
        if (type.isEnum()) {
            all.add(Arrays.toString(type.getEnumConstants()));
        }
        return all;
    }

    private static Set<Class<?>> supertypes(Class<?> type) {
        Set<Class<?>> all = new java.util.LinkedHashSet<>();
        if (type.getSuperclass() != null) {
            all.add(type.getSuperclass());
            all.addAll(supertypes(type.getSuperclass()));
        }
        for (Class<?> up : type.getInterfaces()) {
            all.add(up);
            all.addAll(supertypes(up));
        }
        return all;
    }

    @Test
    void nothingPublicOfPemjaIsMissing() throws Exception {
        try (URLClassLoader pemja = new URLClassLoader(new URL[] {PEMJA.toUri().toURL()}, new WithoutPemja())) {
            List<Class<?>> classes = publicClasses(pemja);
            assertEquals(10, classes.size(), "public classes of PEMJA 0.5.7: " + classes);
            for (Class<?> theirs : classes) {
                Class<?> ours = Class.forName(theirs.getName());
                Set<String> missing = signatures(theirs);
                missing.removeAll(signatures(ours));
                assertTrue(missing.isEmpty(), () -> theirs.getName() + " lacks " + missing);
            }
        }
    }

    @Test
    void theLoaderUnderTestIsOurs() {
        assertTrue(dev.krait.internal.PythonBacked.class.isAssignableFrom(pemja.core.object.PyObject.class));
    }

    /** The tests' own loader but for the packages of PEMJA. */
    private static final class WithoutPemja extends ClassLoader {
        WithoutPemja() {
            super(SignaturesTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("pemja.")) {
                throw new ClassNotFoundException(name);
            }
            return super.loadClass(name, resolve);
        }
    }
}
