package dev.krait.cli;

import dev.krait.cli.picocli.CommandLine.Command;
import dev.krait.cli.picocli.CommandLine.Option;
import dev.krait.internal.Doctor;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;

/** {@code krait doctor}: which Python Krait finds and why, which libraries, and whether they work together. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "Tells which Python Krait finds here and why, which libraries it loads, and whether Krait can run.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:Krait runs here", "1:it cannot; the report says why", "2:wrong usage"})
final class DoctorCommand implements Callable<Integer> {
    @Option(names = "--python", paramLabel = "PATH", description = "The Python to look at, instead of the one found.")
    private String python;

    @Override
    public Integer call() {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        return Doctor.run(out, python);
    }
}
