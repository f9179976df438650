package dev.krait;

import dev.krait.internal.CommonSettings;
import dev.krait.internal.Futures;
import dev.krait.internal.JavaAccess;
import dev.krait.internal.KraitRuntime;
import dev.krait.internal.Lifecycle;
import dev.krait.internal.PythonLogs;
import dev.krait.internal.Requests;
import dev.krait.internal.Session;
import dev.krait.internal.Streams;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What a builder collects and checks, and opening an interpreter with it. */
final class InterpreterSettings {
    private final List<String> paths = new ArrayList<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private Path python;
    private List<String> argv;
    private long stackSize;
    Isolation isolation = Isolation.SHARED;
    Path home;
    String workingDirectory;
    ClassLoader classLoader;
    ClassFilter classFilter;
    boolean views;
    boolean nameThreads;
    InputStream stdin;
    OutputStream stdout;
    OutputStream stderr;
    boolean logging;
    System.Logger.Level loggingLevel;

    void python(Path executable) {
        if (Objects.requireNonNull(executable, "executable").toString().isEmpty()) {
            throw new IllegalArgumentException("executable: an empty path names no Python");
        }
        python = executable;
    }

    void paths(Path[] folders) {
        for (Path folder : Objects.requireNonNull(folders, "folders")) {
            paths.add(Objects.requireNonNull(folder, "folder").toAbsolutePath().toString());
        }
    }

    void argv(String[] arguments) {
        List<String> copied = new ArrayList<>();
        for (String argument : Objects.requireNonNull(arguments, "arguments")) {
            copied.add(Objects.requireNonNull(argument, "argument"));
        }
        argv = copied;
    }

    void environment(String name, String value) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(value, "value");
        if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("an environment variable must have a name without = and NUL, not \"" + name + '"');
        }
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the value of the environment variable " + name + " has a NUL in it");
        }
        environment.put(name, value);
    }

    void stackSize(long bytes) {
        String fault = KraitRuntime.stackSizeFault(bytes);
        if (fault != null) {
            throw new IllegalArgumentException("bytes: " + fault + ", not " + bytes + " bytes");
        }
        stackSize = bytes;
    }

    Session open() {
        ClassLoader loader = classLoader != null ? classLoader : Thread.currentThread().getContextClassLoader();
        Session session = KraitRuntime.open(python, home, isolation, new JavaAccess(loader, classFilter, views), stackSize);
        try {
            common().claim(session);
            Requests.helper(session, 0, "configure", paths, argv, workingDirectory, environment);
            if (nameThreads) {
                session.nameThreads();
            }
            Futures.attach(session);
            if (stdin != null || stdout != null || stderr != null) {
                Streams.attach(session, isolation != Isolation.SHARED, stdin, stdout, stderr);
            }
            if (logging) {
                PythonLogs.attach(session, loggingLevel);
            }
            return session;
        } catch (Throwable e) {
            Lifecycle.close(session);
            throw e;
        }
    }

    /** What this interpreter sets for others too. */
    private CommonSettings common() {
        CommonSettings common = new CommonSettings().want("the working directory", workingDirectory)
                .want("sys.argv", isolation == Isolation.SHARED ? argv : null);
        environment.forEach((name, value) -> common.want("the environment variable " + name, value));
        return common;
    }
}
