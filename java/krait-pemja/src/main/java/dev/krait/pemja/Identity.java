package dev.krait.pemja;

import dev.krait.PythonInterpreter;
import dev.krait.PythonSetupException;
import dev.krait.internal.PythonBacked;
import dev.krait.internal.RunningPython;
import java.io.IOException;
import java.net.URL;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import pemja.core.object.PyObject;

/** Says at the first interpreter of a class loader whose {@code pemja.core} runs, and refuses a mixture. */
final class Identity {
    private static final String LOGGER = "dev.krait.pemja";
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
        Object krait = PythonInterpreter.class.getProtectionDomain().getCodeSource();
        Object own = Identity.class.getProtectionDomain().getCodeSource();
        if (krait != null && own != null && !place(PythonInterpreter.class).equals(place(Identity.class))) {
            throw new PythonSetupException("two copies of Krait are mixed: the drop-in is from " + place(Identity.class)
                    + ", and dev.krait from " + place(PythonInterpreter.class) + ". krait-pemja has all of Krait inside: leave the other jar out.");
        }
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
                    + " copies of pemja.core, and the first one found runs, which is Krait's: " + String.join(", ", copies) + ".");
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
