package pemja.utils;

import dev.krait.PythonSetupException;
import dev.krait.internal.KraitRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What PEMJA 0.5.7 has public here besides its interpreter. */
public class CommonUtils {
    /** The one instance. */
    public static final CommonUtils INSTANCE = new CommonUtils();

    private CommonUtils() {
    }

    /**
     * Starts Python, or joins the one that runs.
     *
     * @param pythonExec the executable, or null for the one that Krait finds
     */
    public void loadPython(String pythonExec) {
        KraitRuntime.binding(pythonExec == null ? null : Path.of(pythonExec), null, 0);
    }

    /**
     * Starts Python, or joins the one that runs.
     *
     * @param pythonExec the executable, or null for the one that Krait finds
     * @param paths not used: Krait needs nothing that is installed
     */
    public void loadPython(String pythonExec, String[] paths) {
        loadPython(pythonExec);
    }

    /**
     * The folder of the package that pip installed.
     *
     * @param pythonExec the executable
     * @return the folder
     */
    public String getPemJaModulePath(String pythonExec) {
        return getPemJaModulePath(pythonExec, null);
    }

    /**
     * The folder of the package that pip installed.
     *
     * @param pythonExec the executable
     * @param paths what to put on PYTHONPATH, or null
     * @return the folder
     * @throws RuntimeException if it is not installed
     */
    public String getPemJaModulePath(String pythonExec, String[] paths) {
        ProcessBuilder builder = new ProcessBuilder(pythonExec, "-c",
                "import os, pemja; print(os.path.dirname(pemja.__file__))");
        if (paths != null) {
            builder.environment().put("PYTHONPATH", String.join(java.io.File.pathSeparator, paths));
        }
        try {
            Process process = builder.redirectErrorStream(true).start();
            process.getOutputStream().close();
            String text;
            try (InputStream in = process.getInputStream()) {
                text = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
            }
            if (process.waitFor() == 0) {
                return text;
            }
            throw new PythonSetupException("the Python package pemja is not installed for " + pythonExec + ":\n" + text);
        } catch (IOException e) {
            throw new PythonSetupException("cannot run " + pythonExec + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PythonSetupException("interrupted while " + pythonExec + " ran", e);
        }
    }
}
