package dev.krait.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A JVM of its own with the tests' class path, for what a process can do only once, or must survive. */
public final class ChildJvm {
    private static final long MOST_SECONDS = 120;

    private long seconds = MOST_SECONDS;

    private final Class<?> main;
    private final List<String> options = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();
    private final Map<String, String> environment = new TreeMap<>();
    private final List<String> missing = new ArrayList<>();
    private Path input;
    private boolean nativeAccess = true;

    private ChildJvm(Class<?> main) {
        this.main = main;
    }

    /** A JVM that runs the class's main method. */
    public static ChildJvm of(Class<?> main) {
        return new ChildJvm(main);
    }

    /** Adds options of the JVM. */
    public ChildJvm options(String... more) {
        options.addAll(Arrays.asList(more));
        return this;
    }

    /** Adds arguments of the main method. */
    public ChildJvm arguments(Object... more) {
        Arrays.stream(more).map(String::valueOf).forEach(arguments::add);
        return this;
    }

    /** Sets a variable of the environment; null removes it. */
    public ChildJvm environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Leaves jars out of the class path: those whose names start so. */
    public ChildJvm without(String... jars) {
        missing.addAll(Arrays.asList(jars));
        return this;
    }

    /** Leaves out the option that allows native access, where the JVM has one. */
    public ChildJvm withoutNativeAccess() {
        nativeAccess = false;
        return this;
    }

    /** How many seconds it may take, if not two minutes. */
    public ChildJvm within(long most) {
        seconds = most;
        return this;
    }

    /** What the process reads from its standard input; else it is empty. */
    public ChildJvm input(Path file) {
        input = file;
        return this;
    }

    /** Runs it to its end. */
    public Ended run() {
        try {
            Path folder = Files.createTempDirectory("krait-child");
            try {
                return run(folder);
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private Ended run(Path folder) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-ea", "-Xmx512m", "-XX:-CreateCoredumpOnCrash", "-Dfile.encoding=UTF-8",
                "-XX:ErrorFile=" + folder.resolve("hs_err.log")));
        if (nativeAccess && Runtime.version().feature() >= 24) {
            // The warning of native access would stand in the output.
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(options);
        command.addAll(List.of("-cp", classPath(), main.getName()));
        command.addAll(arguments);

        Path output = folder.resolve("output.txt");
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(input == null ? new File("/dev/null") : input.toFile());
        environment.forEach((name, value) -> {
            if (value == null) {
                builder.environment().remove(name);
            } else {
                builder.environment().put(name, value);
            }
        });
        long start = System.nanoTime();
        Process process = builder.start();
        boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        Path crash = folder.resolve("hs_err.log");
        return new Ended(ended ? process.exitValue() : -1, read(output), Files.exists(crash) ? read(crash) : null, millis);
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    /** The tests' own class path, for a process in another folder. */
    private String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> missing.stream().noneMatch(Path.of(entry).getFileName().toString()::startsWith))
                .map(entry -> Path.of(entry).toAbsolutePath().toString()).collect(Collectors.joining(File.pathSeparator));
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).collect(Collectors.toList())) {
                Files.delete(file);
            }
        }
    }

    /** How a JVM ended. */
    public static final class Ended {
        /** The exit code; -1 if it had to be killed. */
        public final int exitCode;
        /** Standard output and standard error, as they came. */
        public final String output;
        /** The JVM's own report of a crash, or null. */
        public final String crash;
        /** From start to end. */
        public final long millis;

        Ended(int exitCode, String output, String crash, long millis) {
            this.exitCode = exitCode;
            this.output = output;
            this.crash = crash;
            this.millis = millis;
        }

        /** The output, after it is clear that the JVM ended well. */
        public String fine() {
            return withCode(0);
        }

        /** The output, after it is clear that the JVM did not crash and ended with this code. */
        public String withCode(int expected) {
            if (crash != null || exitCode != expected) {
                throw new AssertionError("the JVM ended with " + exitCode + ", not " + expected + ", after " + millis
                        + " ms\n" + output + (crash == null ? "" : "\n" + crash.substring(0, Math.min(4_000, crash.length()))));
            }
            return output;
        }
    }
}
