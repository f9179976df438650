package compat;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import pemja.core.PythonInterpreter;
import pemja.core.PythonInterpreterConfig;

/**
 * Runs the cases on whichever {@code pemja.core} is on the class path: {@code Main PYTHON PACKAGES FOLDER [AFTER | =ONLY]}. For each, a line with its name
 * before it runs, and one with what came of it: who reads them knows at which case the JVM died, and goes on behind it.
 */
public final class Main {
    static String python;
    static String packages;
    static String folder;

    private Main() {
    }

    static PythonInterpreterConfig.PythonInterpreterConfigBuilder config() {
        // PEMJA does not find a virtual environment's packages by itself.
        return PythonInterpreterConfig.newBuilder().setPythonExec(python).addPythonPaths(packages);
    }

    public static void main(String[] args) {
        python = args[0];
        packages = args[1];
        folder = args[2];
        String from = args.length > 3 ? args[3] : null;
        // What Python prints is not for the reader.
        PrintStream out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true, StandardCharsets.UTF_8);
        boolean only = from != null && from.startsWith("=");
        boolean skip = from != null && !only;
        for (Map.Entry<String, Cases.Case> one : Cases.all().entrySet()) {
            if (skip) {
                skip = !one.getKey().equals(from);
                continue;
            }
            if (only && !one.getKey().equals(from.substring(1))) {
                continue;
            }
            out.println("@begin\t" + one.getKey());
            out.println("@end\t" + one.getKey() + "\t" + run(one.getValue()));
        }
        out.println("@done");
        // Not the end of the JVM as such, which has a case of its own.
        Runtime.getRuntime().halt(0);
    }

    private static String run(Cases.Case one) {
        try (PythonInterpreter interp = new PythonInterpreter(config().build())) {
            return Render.value(one.run(interp));
        } catch (Throwable e) {
            return Render.thrown(e);
        }
    }
}
