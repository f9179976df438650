package dev.krait.internal;

import java.io.File;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.WeakHashMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds classes and packages by the names that Python code gives, for an interpreter. Any thread may use it. */
final class ClassFinder {
    /** Every package of the modules that the JVM started with, and all prefixes of their names. */
    private static final Set<String> BOOT = bootPackages();
    /** What the jars of a loader hold, for jars without entries for their folders. */
    private static final Map<ClassLoader, SoftReference<Set<String>>> IN_JARS =
            Collections.synchronizedMap(new WeakHashMap<>());

    private final ClassLoader own;
    private final Classes classes;

    ClassFinder(ClassLoader own, Classes classes) {
        this.own = own;
        this.classes = classes;
    }

    /** The interpreter's loader, then the thread's. */
    private List<ClassLoader> loaders() {
        Set<ClassLoader> loaders = new LinkedHashSet<>();
        if (own != null) {
            loaders.add(own);
        }
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        if (context != null) {
            loaders.add(context);
        }
        if (loaders.isEmpty()) {
            loaders.add(ClassLoader.getSystemClassLoader());
        }
        return new ArrayList<>(loaders);
    }

    /** The class of this name, nested ones with a dot or a dollar sign, or null. */
    Class<?> find(String name) {
        if (name.isEmpty() || name.indexOf('/') >= 0) {
            return null;
        }
        for (ClassLoader loader : loaders()) {
            String binary = name;
            while (true) {
                Class<?> found = find(binary, loader);
                if (found != null) {
                    return found;
                }
                int dot = binary.lastIndexOf('.');
                // Only what starts with a capital can well be a class around another.
                int before = dot < 0 ? -1 : binary.lastIndexOf('.', dot - 1);
                if (dot < 0 || !Character.isUpperCase(binary.charAt(before + 1))) {
                    break;
                }
                binary = binary.substring(0, dot) + '$' + binary.substring(dot + 1);
            }
        }
        return null;
    }

    private Class<?> find(String binary, ClassLoader loader) {
        if (!classes.allows(binary)) {
            return null;
        }
        try {
            return Class.forName(binary, false, loader);
        } catch (ClassNotFoundException e) {
            return null;
        } catch (NoClassDefFoundError e) {
            // A file whose name differs in case only, on file systems that do not care; else a class that lacks another.
            if (e.getMessage() != null && e.getMessage().contains("wrong name")) {
                return null;
            }
            throw e;
        }
    }

    /** Why there is no class of this name. */
    String whyNot(String name) {
        if (!classes.allows(name)) {
            return "the class filter denies " + name;
        }
        List<String> asked = new ArrayList<>();
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        if (own != null) {
            asked.add("the interpreter's class loader " + own);
        }
        if (context != null && context != own) {
            asked.add("the thread's context class loader " + context);
        }
        if (asked.isEmpty()) {
            asked.add("the system class loader " + ClassLoader.getSystemClassLoader());
        }
        return "no Java class or package " + name + ": asked " + String.join(" and ", asked);
    }

    /** Whether there is a package of this name, or one below it. */
    boolean isPackage(String name) {
        if (BOOT.contains(name)) {
            return true;
        }
        String path = name.replace('.', '/') + "/";
        for (ClassLoader loader : loaders()) {
            if (loader.getResource(path) != null) {
                return true;
            }
            for (ClassLoader at = loader; at != null; at = at.getParent()) {
                for (Package known : at.getDefinedPackages()) {
                    if (known.getName().equals(name) || known.getName().startsWith(name + ".")) {
                        return true;
                    }
                }
                if (inJars(at).contains(name)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The simple names of the public classes of a package that can be listed. */
    Set<String> list(String name) {
        Set<String> names = new TreeSet<>();
        String path = name.replace('.', '/');
        for (Path folder : bootFolders(name)) {
            addFiles(folder, names);
        }
        for (ClassLoader loader : loaders()) {
            try {
                Enumeration<URL> folders = loader.getResources(path + "/");
                while (folders.hasMoreElements()) {
                    addFolder(folders.nextElement(), path, names);
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            for (ClassLoader at = loader; at != null; at = at.getParent()) {
                for (File jar : jars(at)) {
                    addJar(jar, path, names);
                }
            }
        }
        names.removeIf(simple -> {
            Class<?> type = find(name + "." + simple);
            return type == null || !java.lang.reflect.Modifier.isPublic(type.getModifiers());
        });
        return names;
    }

    private static Set<String> bootPackages() {
        Set<String> names = new HashSet<>();
        for (Module module : ModuleLayer.boot().modules()) {
            module.getPackages().forEach(name -> addWithPrefixes(name, names));
        }
        return names;
    }

    private static void addWithPrefixes(String name, Set<String> names) {
        for (int end = name.length(); end > 0; end = name.lastIndexOf('.', end - 1)) {
            if (!names.add(name.substring(0, end))) {
                return;
            }
        }
    }

    private static List<Path> bootFolders(String name) {
        List<Path> folders = new ArrayList<>();
        if (BOOT.contains(name)) {
            Path modules = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("modules");
            for (Module module : ModuleLayer.boot().modules()) {
                if (module.isExported(name)) {
                    folders.add(modules.resolve(module.getName()).resolve(name.replace('.', '/')));
                }
            }
        }
        return folders;
    }

    private static void addFiles(Path folder, Set<String> names) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            names.addAll(files.map(file -> file.getFileName().toString()).filter(ClassFinder::isTopLevel)
                    .map(file -> file.substring(0, file.length() - ".class".length())).collect(Collectors.toList()));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean isTopLevel(String file) {
        return file.endsWith(".class") && file.indexOf('$') < 0 && file.indexOf('-') < 0;
    }

    private static void addFolder(URL url, String path, Set<String> names) throws IOException {
        if (url.getProtocol().equals("file")) {
            addFiles(file(url).toPath(), names);
        } else if (url.getProtocol().equals("jar")) {
            addJar(file(((JarURLConnection) url.openConnection()).getJarFileURL()), path, names);
        }
    }

    private static File file(URL url) {
        try {
            return new File(url.toURI());
        } catch (URISyntaxException | IllegalArgumentException e) {
            // Not escaped, as File.toURL() leaves it.
            return new File(url.getPath());
        }
    }

    private static void addJar(File file, String path, Set<String> names) {
        try (JarFile jar = new JarFile(file)) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                String name = entry.getName();
                if (name.startsWith(path + "/") && name.indexOf('/', path.length() + 1) < 0
                        && isTopLevel(name.substring(path.length() + 1))) {
                    names.add(name.substring(path.length() + 1, name.length() - ".class".length()));
                }
            }
        } catch (IOException e) {
            // Not a jar, or gone: the loader finds nothing there either.
            return;
        }
    }

    /** The jars of a loader that says which they are. */
    private static List<File> jars(ClassLoader loader) {
        List<File> jars = new ArrayList<>();
        if (loader instanceof URLClassLoader) {
            for (URL url : ((URLClassLoader) loader).getURLs()) {
                if (url.getProtocol().equals("file") && file(url).isFile()) {
                    jars.add(file(url));
                }
            }
        }
        return jars;
    }

    private static Set<String> inJars(ClassLoader loader) {
        if (!(loader instanceof URLClassLoader)) {
            return Collections.emptySet();
        }
        SoftReference<Set<String>> held = IN_JARS.get(loader);
        Set<String> names = held == null ? null : held.get();
        if (names == null) {
            names = new HashSet<>();
            for (File file : jars(loader)) {
                try (JarFile jar = new JarFile(file)) {
                    for (JarEntry entry : Collections.list(jar.entries())) {
                        int slash = entry.getName().lastIndexOf('/');
                        if (slash > 0 && entry.getName().endsWith(".class")) {
                            addWithPrefixes(entry.getName().substring(0, slash).replace('/', '.'), names);
                        }
                    }
                } catch (IOException e) {
                    // Not a jar, or gone: the loader finds nothing there either.
                    continue;
                }
            }
            IN_JARS.put(loader, new SoftReference<>(names));
        }
        return names;
    }
}
