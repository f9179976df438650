package dev.krait.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** SLF4J where the program has it: found at run time, so that Krait needs none. */
final class Slf4j implements PythonLogs.Target {
    private final Map<String, Object> loggers = new ConcurrentHashMap<>();
    private final Map<System.Logger.Level, MethodHandle> levels = new EnumMap<>(System.Logger.Level.class);
    private final MethodHandle getLogger;
    private final MethodHandle get;
    private final MethodHandle put;
    private final MethodHandle remove;

    private Slf4j(ClassLoader loader) throws ReflectiveOperationException {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        Class<?> logger = Class.forName("org.slf4j.Logger", true, loader);
        Class<?> factory = Class.forName("org.slf4j.LoggerFactory", true, loader);
        Class<?> mdc = Class.forName("org.slf4j.MDC", true, loader);
        getLogger = lookup.findStatic(factory, "getLogger", MethodType.methodType(logger, String.class))
                .asType(MethodType.methodType(Object.class, String.class));
        get = lookup.findStatic(mdc, "get", MethodType.methodType(String.class, String.class));
        put = lookup.findStatic(mdc, "put", MethodType.methodType(void.class, String.class, String.class));
        remove = lookup.findStatic(mdc, "remove", MethodType.methodType(void.class, String.class));
        MethodType log = MethodType.methodType(void.class, String.class, Throwable.class);
        Map<System.Logger.Level, String> names = Map.of(System.Logger.Level.TRACE, "trace",
                System.Logger.Level.DEBUG, "debug", System.Logger.Level.INFO, "info",
                System.Logger.Level.WARNING, "warn", System.Logger.Level.ERROR, "error");
        for (Map.Entry<System.Logger.Level, String> name : names.entrySet()) {
            levels.put(name.getKey(), lookup.findVirtual(logger, name.getValue(), log)
                    .asType(MethodType.methodType(void.class, Object.class, String.class, Throwable.class)));
        }
    }

    /** SLF4J as the first of these loaders finds it: the interpreter's, the thread's, Krait's; null where none does. */
    static PythonLogs.Target find(ClassLoader interpreters) {
        ClassLoader[] loaders =
                {interpreters, Thread.currentThread().getContextClassLoader(), Slf4j.class.getClassLoader()};
        for (ClassLoader loader : loaders) {
            if (loader == null) {
                continue;
            }
            try {
                return new Slf4j(loader);
            } catch (ReflectiveOperationException | LinkageError e) {
                // Not there, or not whole: the next one may have it.
                continue;
            }
        }
        return null;
    }

    @Override
    public void log(String logger, System.Logger.Level level, String message, Map<String, String> context,
            Throwable thrown) {
        Map<String, String> before = new HashMap<>();
        try {
            if (context != null) {
                for (Map.Entry<String, String> entry : context.entrySet()) {
                    before.put(entry.getKey(), (String) get.invokeExact(entry.getKey()));
                    put.invokeExact(entry.getKey(), entry.getValue());
                }
            }
            try {
                levels.get(level).invokeExact(logger(logger), message, thrown);
            } finally {
                for (Map.Entry<String, String> entry : before.entrySet()) {
                    restore(entry.getKey(), entry.getValue());
                }
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("Krait: SLF4J throws nothing checked", e);
        }
    }

    private void restore(String key, String value) throws Throwable {
        if (value == null) {
            remove.invokeExact(key);
        } else {
            put.invokeExact(key, value);
        }
    }

    private Object logger(String name) throws Throwable {
        Object known = loggers.get(name);
        if (known == null) {
            known = (Object) getLogger.invokeExact(name);
            loggers.put(name, known);
        }
        return known;
    }
}
