package dev.krait.pemja;

import dev.krait.PythonInterpreter;
import dev.krait.PythonSetupException;
import dev.krait.internal.PythonBacked;
import dev.krait.internal.RunningPython;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import pemja.core.object.PyObject;

/** Says at the first interpreter of a class loader whose {@code pemja.core} runs, and refuses a mixture. */
final class Identity {
    private static final String LOGGER = "dev.krait.pemja";
    private static final String VERSION_FILE = "dev/krait/krait.properties";
    private static boolean told;

    private Identity() {
    }

    /** Refuses classes of two libraries, before anything is called. */
    static void check() {
        if (!PythonBacked.class.isAssignableFrom(PyObject.class)) {
            throw new PythonSetupException("two copies of pemja.core are mixed: pemja.core.PythonInterpreter is Krait's, from "
                    + place(Identity.class) + ", and pemja.core.object.PyObject is PEMJA's, from " + place(PyObject.class)
                    + ". Leave PEMJA's jar out, or put Krait's before it for all of the packages pemja.");
        }
        // Another jar with Krait inside, such as krait-flink, may come first on the class path: one version is as good as itself.
        if (!place(PythonInterpreter.class).equals(place(Identity.class))
                && !version(PythonInterpreter.class).equals(version(Identity.class))) {
            throw new PythonSetupException("two versions of Krait are mixed: the drop-in for PEMJA is " + version(Identity.class) + ", from "
                    + place(Identity.class) + ", and dev.krait is " + version(PythonInterpreter.class) + ", from "
                    + place(PythonInterpreter.class) + ". Take jars of one version.");
        }
    }

    /** The version of Krait in the jar or folder that a class is from. */
    private static String version(Class<?> type) {
        String file = type.getName().replace('.', '/') + ".class";
        String url = String.valueOf(type.getClassLoader().getResource(file));
        Properties properties = new Properties();
        try {
            URLConnection beside = new URL(url.substring(0, url.length() - file.length()) + VERSION_FILE).openConnection();
            // What is opened by the cache of jars stays open.
            beside.setUseCaches(false);
            try (InputStream in = beside.getInputStream()) {
                properties.load(in);
            }
        } catch (IOException e) {
            return "of an unknown version (" + e + ")";
        }
        return properties.getProperty("version", "of an unknown version");
    }

    /** Once; the line says where this library comes from, and a warning names every other copy. */
    static synchronized void tell() {
        if (told) {
            return;
        }
        told = true;
        RunningPython python = RunningPython.find();
        Logs.log(LOGGER, System.Logger.Level.INFO, "pemja.core is Krait's drop-in for PEMJA 0.5.7, from "
                + place(Identity.class) + ". " + (python == null ? "" : python.summary()));
        List<String> copies = copies();
        if (copies.size() > 1) {
            Logs.log(LOGGER, System.Logger.Level.WARNING, "There are " + copies.size()
                    + " copies of pemja.core, and the first one found runs, which is Krait's: " + String.join(", ", copies) + "."
                    + (Identity.class.getClassLoader() == ClassLoader.getSystemClassLoader() ? "" : " In this class loader, that is: "
                    + "what runs on PEMJA in another one of this process ends the process. In Flink, krait-pemja's jar in lib/ is for all jobs."));
        }
    }

    static String place(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        return source == null || source.getLocation() == null ? "an unknown place" : source.getLocation().getPath();
    }

    private static List<String> copies() {
        ClassLoader loader = Identity.class.getClassLoader();
        List<String> copies = new ArrayList<>();
        try {
            for (URL url : Collections.list(loader.getResources("pemja/core/PythonInterpreter.class"))) {
                copies.add(url.toString());
            }
        } catch (IOException e) {
            // It is only a hint.
            Logs.log(LOGGER, System.Logger.Level.DEBUG, "cannot look for copies of pemja.core: " + e);
        }
        return copies;
    }
}
