package dev.krait.cli;

import dev.krait.cli.picocli.CommandLine;
import dev.krait.cli.picocli.CommandLine.Command;
import dev.krait.cli.picocli.CommandLine.IVersionProvider;
import dev.krait.cli.picocli.CommandLine.ParameterException;
import dev.krait.cli.picocli.CommandLine.UnmatchedArgumentException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Properties;

/** The program of {@code java -jar krait.jar}. */
@Command(
        name = "krait",
        description = "Real CPython inside the JVM.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {MapCommand.class, DoctorCommand.class, StubsCommand.class})
public final class Main {
    private Main() {
    }

    /**
     * Runs the tool and ends the JVM with its exit code.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        CommandLine line = commandLine();
        int code;
        try {
            code = line.execute(arguments);
        } catch (Error e) {
            code = internal(e, line);
        }
        // Python code may have left threads behind; the work is done.
        System.exit(code);
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.registerConverter(Path.class, FunctionSpec::path);
        // Messages hold whatever text the rows hold, whatever the locale says.
        line.setOut(utf8(System.out));
        line.setErr(utf8(System.err));
        line.setParameterExceptionHandler((exception, given) -> refused(exception));
        line.setExecutionExceptionHandler((exception, command, parsed) -> failed(exception, command));
        return line;
    }

    private static PrintWriter utf8(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }

    /** Wrong usage: what is wrong must not scroll away above a page of help. */
    private static int refused(ParameterException exception) {
        CommandLine command = exception.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(exception.getMessage());
        UnmatchedArgumentException.printSuggestions(exception, err);
        CommandLine.Help help = command.getHelp();
        err.print(help.synopsisHeading() + help.synopsis(help.synopsisHeadingLength()) + help.commandListHeading() + help.commandList());
        err.println(command.getCommandSpec().qualifiedName() + " --help has the rest.");
        return ExitCodes.USAGE;
    }

    private static int failed(Exception exception, CommandLine command) {
        if (exception instanceof CliException) {
            command.getErr().println(exception.getMessage());
            return ((CliException) exception).exitCode();
        }
        return internal(exception, command);
    }

    private static int internal(Throwable thrown, CommandLine command) {
        command.getErr().println("Krait itself failed; please report this:");
        thrown.printStackTrace(command.getErr());
        return ExitCodes.INTERNAL;
    }

    /** Reads the version that the build wrote into the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            Properties properties = new Properties();
            try (InputStream in = Main.class.getResourceAsStream("/dev/krait/krait.properties")) {
                if (in == null) {
                    throw new IOException("dev/krait/krait.properties is not in the jar");
                }
                properties.load(in);
            }
            return new String[] {"krait " + properties.getProperty("version")};
        }
    }
}
