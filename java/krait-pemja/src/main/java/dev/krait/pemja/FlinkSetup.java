package dev.krait.pemja;

import dev.krait.PythonSetupException;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;
import org.apache.flink.core.fs.UnsupportedFileSystemSchemeException;

/**
 * Looks, as each of Flink's processes starts, whether this jar lies where jobs will use it: in a set-up that is nearly right,
 * Python functions would run on the PEMJA that flink-python bundles, and nobody would notice. Flink has no hook of its own for
 * that; file systems are the services that it looks up on its class path first, and hands its configuration.
 */
public final class FlinkSetup implements FileSystemFactory {
    private static final String LOGGER = "dev.krait.pemja";
    private static final String USED = "pemja.core.PythonInterpreter";
    private static final String ORDER = "classloader.resolve-order";
    private static final String PATTERNS = "classloader.parent-first-patterns.";

    /** For Flink's service loader. */
    public FlinkSetup() {
        // Nothing to set up: configure() does the work.
    }

    @Override
    public void configure(Configuration configuration) {
        check(configuration.toMap(), getClass().getClassLoader(), startsTaskManager());
        Logs.log(LOGGER, System.Logger.Level.INFO, "Krait runs the Python functions of this process in thread mode "
                + "(python.execution-mode: thread), in place of PEMJA.");
    }

    private static void check(Map<String, String> configuration, ClassLoader loader, boolean taskManager) {
        if (loader != ClassLoader.getSystemClassLoader()) {
            throw wrong("it belongs in Flink's lib/, but was loaded by " + loader + ". Move it to lib/.");
        }
        List<URL> copies = places(loader, FlinkSetup.class.getName());
        if (copies.size() > 1) {
            throw wrong("its jar is more than once on the class path: " + copies + ". Leave one of them.");
        }
        List<URL> providers = places(loader, USED);
        String own = FlinkSetup.class.getResource("FlinkSetup.class").toString();
        if (!own.startsWith(jarOf(providers.get(0), USED))) {
            throw wrong("another PEMJA comes before it on the class path: " + providers.get(0) + ". Move the jar that this is in "
                    + "out of lib/ (flink-python belongs in opt/), or give krait-pemja's a name that sorts before it.");
        }
        try {
            Identity.check();
        } catch (PythonSetupException e) {
            throw wrong(e.getMessage());
        }
        if (taskManager && !isParentFirst(configuration)) {
            throw wrong("jobs would run on the PEMJA that flink-python bundles, since a job's classes come first. Add "
                    + "`classloader.parent-first-patterns.additional: pemja.` to Flink's configuration (conf/config.yaml) "
                    + "on every TaskManager, or take krait-pemja's jar out of lib/.");
        }
    }

    private static IllegalStateException wrong(String what) {
        return new IllegalStateException("krait-pemja is not set up as it must be: " + what);
    }

    private static String file(String className) {
        return className.replace('.', '/') + ".class";
    }

    private static List<URL> places(ClassLoader loader, String className) {
        List<URL> places = new ArrayList<>();
        try {
            loader.getResources(file(className)).asIterator().forEachRemaining(places::add);
        } catch (IOException e) {
            throw new IllegalStateException("the class path cannot be read", e);
        }
        return places;
    }

    private static String jarOf(URL place, String className) {
        String url = place.toString();
        return url.substring(0, url.length() - file(className).length());
    }

    /** Whether a job's class loader asks Flink's for PEMJA's classes first. */
    private static boolean isParentFirst(Map<String, String> configuration) {
        if (configuration.getOrDefault(ORDER, "child-first").equalsIgnoreCase("parent-first")) {
            return true;
        }
        String patterns = configuration.getOrDefault(PATTERNS + "default", "") + ";"
                + configuration.getOrDefault(PATTERNS + "additional", "");
        // Lists are written with semicolons, or as YAML writes them.
        for (String pattern : patterns.split("[;,\\[\\]'\"\\s]+")) {
            if (!pattern.isEmpty() && USED.startsWith(pattern)) {
                return true;
            }
        }
        return false;
    }

    /** The others load no job's functions, and the JVM of a local run has flink-python on its own class path. */
    private static boolean startsTaskManager() {
        return StackWalker.getInstance().walk(frames -> frames.map(StackWalker.StackFrame::getClassName)
                .anyMatch(name -> name.endsWith("TaskManagerRunner") || name.endsWith("TaskExecutorRunner")));
    }

    @Override
    public String getScheme() {
        return "krait-pemja";
    }

    @Override
    public FileSystem create(URI uri) throws IOException {
        throw new UnsupportedFileSystemSchemeException("krait-pemja is no file system: " + uri);
    }
}
