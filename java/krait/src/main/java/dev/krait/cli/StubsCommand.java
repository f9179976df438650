package dev.krait.cli;

import dev.krait.cli.picocli.CommandLine.Command;
import dev.krait.cli.picocli.CommandLine.Option;
import dev.krait.cli.picocli.CommandLine.Parameters;
import dev.krait.internal.Packages;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.jar.JarFile;
import java.util.zip.ZipException;

/** {@code krait stubs}: stub files of Java packages, for editors and type checkers of Python code. */
@Command(
        name = "stubs",
        mixinStandardHelpOptions = true,
        description = {"Writes stub files (.pyi) of Java packages, so that editors complete and type checkers check Python code that uses "
            + "them. Classes of packages that are not named are Any."},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:all packages were written", "1:a package has no classes here", "2:wrong usage",
            "4:a jar cannot be read, or a file cannot be written"})
final class StubsCommand implements Callable<Integer> {
    private static final String OWN = "/dev/krait/python/krait/__init__.pyi";

    @Parameters(paramLabel = "PACKAGE", arity = "1..*", description = "Packages such as java.util.")
    private List<String> names;

    @Option(names = {"-o", "--output"}, paramLabel = "FOLDER", defaultValue = "typings",
            description = "Where to write; default: ${DEFAULT-VALUE}, where pyright looks. For mypy, name it in MYPYPATH.")
    private Path output;

    @Option(names = {"-p", "--class-path"}, paramLabel = "JAR", split = ":", description = "Jars and folders with more classes.")
    private List<Path> classPath = List.of();

    @Override
    public Integer call() {
        try {
            writeAll();
            return ExitCodes.OK;
        } catch (IOException e) {
            String why = e instanceof NoSuchFileException ? "No such file or folder: " : "Error: ";
            throw new CliException(ExitCodes.IO, why + e.getMessage(), e);
        }
    }

    private void writeAll() throws IOException {
        try (URLClassLoader loader = loader()) {
            Map<String, List<Class<?>>> packages = new LinkedHashMap<>();
            for (String name : names) {
                packages.put(name, classes(name, loader));
            }
            Predicate<Class<?>> known = type -> isPublic(type) && packages.containsKey(type.getPackageName());
            for (Map.Entry<String, List<Class<?>>> entry : packages.entrySet()) {
                if (entry.getValue().isEmpty()) {
                    throw new CliException(1, "no public classes were found in the package " + entry.getKey());
                }
                write(entry.getKey(), new StubFile(entry.getKey(), known).write(entry.getValue()));
            }
        }
        try (InputStream own = StubsCommand.class.getResourceAsStream(OWN)) {
            write("krait", new String(Objects.requireNonNull(own, OWN).readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private URLClassLoader loader() throws IOException {
        List<URL> urls = new ArrayList<>();
        for (Path entry : classPath) {
            // Class loaders pass over what is not there, or is no jar.
            if (!Files.isDirectory(entry)) {
                requireJar(entry);
            }
            urls.add(entry.toUri().toURL());
        }
        return new URLClassLoader(urls.toArray(new URL[0]), StubsCommand.class.getClassLoader());
    }

    private static void requireJar(Path file) throws IOException {
        try (JarFile jar = new JarFile(file.toFile())) {
            jar.size();
        } catch (ZipException e) {
            throw new FileSystemException(file.toString(), null, "is no jar: " + e.getMessage());
        }
    }

    private static List<Class<?>> classes(String name, ClassLoader loader) {
        List<Class<?>> classes = new ArrayList<>();
        for (String simple : Packages.list(name, loader)) {
            try {
                classes.add(Class.forName(name + "." + simple, false, loader));
            } catch (ClassNotFoundException e) {
                throw new AssertionError("Krait: a class that was listed is not there: " + simple, e);
            }
        }
        return classes;
    }

    private static boolean isPublic(Class<?> type) {
        Class<?> outer = type.getDeclaringClass();
        return Modifier.isPublic(type.getModifiers()) && (outer == null || isPublic(outer));
    }

    private void write(String name, String text) throws IOException {
        Path folder = output.resolve(name.replace('.', '/'));
        Files.createDirectories(folder);
        for (Path above = folder; !above.equals(output); above = above.getParent()) {
            Path file = above.resolve("__init__.pyi");
            if (!Files.exists(file)) {
                Files.createFile(file);
            }
        }
        Files.write(folder.resolve("__init__.pyi"), text.getBytes(StandardCharsets.UTF_8));
    }
}
