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

/** What a builder collects, and opening an interpreter with it. */
final class InterpreterSettings {
    final List<String> paths = new ArrayList<>();
    final Map<String, String> environment = new LinkedHashMap<>();
    Isolation isolation = Isolation.SHARED;
    Path python;
    Path home;
    String workingDirectory;
    List<String> argv;
    ClassLoader classLoader;
    ClassFilter classFilter;
    boolean views;
    boolean nameThreads;
    long stackSize;
    InputStream stdin;
    OutputStream stdout;
    OutputStream stderr;
    boolean logging;
    System.Logger.Level loggingLevel;

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
                Streams.attach(session, stdin, stdout, stderr);
            }
            if (logging) {
                PythonLogs.attach(session, loggingLevel);
            }
            return session;
        } catch (RuntimeException | Error e) {
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
