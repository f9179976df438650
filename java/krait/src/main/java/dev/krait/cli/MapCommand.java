package dev.krait.cli;

import dev.krait.cli.picocli.CommandLine.Command;
import dev.krait.cli.picocli.CommandLine.Model.CommandSpec;
import dev.krait.cli.picocli.CommandLine.Option;
import dev.krait.cli.picocli.CommandLine.ParameterException;
import dev.krait.cli.picocli.CommandLine.Parameters;
import dev.krait.cli.picocli.CommandLine.Spec;
import dev.krait.cli.picocli.CommandLine.TypeConversionException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.concurrent.Callable;

/** {@code krait map}: a Python function applied to every line of a file or a stream. */
@Command(
        name = "map",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Applies a Python function to every line of INPUT, in order.",
            "",
            "The function gets each line as a str without its line end (LF or CR LF) and returns the str of the "
                + "line to write; for None the line is empty. Input and output are UTF-8. What the function prints "
                + "goes to standard error when the rows go to standard output.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every row was mapped (or skipped or made empty, as --on-error says)",
            "1:a row failed; with -o there is no output",
            "2:wrong usage",
            "3:Python, the file or the function cannot be used",
            "4:the input cannot be read, or the output cannot be written",
            "70:Krait itself failed",
            "130:interrupted (143 by SIGTERM, 129 by SIGHUP); with -o there is no output",
            "141:the reader of standard output, such as head, ended first"
        })
final class MapCommand implements Callable<Integer> {
    private enum When { AUTO, ALWAYS, NEVER }

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FILE.py:FUNCTION", converter = FunctionSpec.Converter.class,
            description = "The function; its file is loaded as a module, with the file's folder on sys.path.")
    private FunctionSpec function;

    @Parameters(index = "1", arity = "0..1", paramLabel = "INPUT", defaultValue = "-",
            description = "The file to read; - or nothing is standard input.")
    private String input;

    @Option(names = {"-o", "--output"}, paramLabel = "OUTPUT", defaultValue = "-",
            description = "The file to write, which takes its name only when it is complete; "
                + "- or nothing is standard output.")
    private String output;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "1",
            description = "How many threads call the function (default: ${DEFAULT-VALUE}). The output keeps the order.")
    private int threads;

    @Option(names = "--on-error", paramLabel = "fail|skip|null", defaultValue = "fail",
            description = "What a row does whose function raises an exception: end everything, have no line in the "
                + "output, or have an empty one (default: ${DEFAULT-VALUE}).")
    private OnError onError;

    @Option(names = "--errors", paramLabel = "FILE",
            description = "Where the errors of skipped or empty rows are kept, as JSON lines "
                + "(default: OUTPUT.errors, or krait-map.errors).")
    private Path errors;

    @Option(names = "--python", paramLabel = "PATH",
            description = "The Python to use, for example one of a virtual environment.")
    private Path python;

    @Option(names = "--progress", paramLabel = "auto|always|never", defaultValue = "auto",
            description = "Whether to show a progress line on standard error: auto shows it on a terminal.")
    private When when;

    private volatile boolean interrupted;

    @Override
    public Integer call() {
        check();
        try (PythonRows rows = PythonRows.open(function, python, output.equals("-"))) {
            return map(rows);
        }
    }

    private void check() {
        if (threads < 1 || threads > 1024) {
            throw new ParameterException(spec.commandLine(), "--threads must be from 1 to 1024, not " + threads);
        }
        if (errors != null && onError == OnError.FAIL) {
            throw new ParameterException(spec.commandLine(), "--errors needs --on-error skip or --on-error null");
        }
        Path written = path(output);
        Path kept = onError == OnError.FAIL ? null : errorPath();
        Path read = path(input);
        refuse(written, "output", function.file(), "file of the function");
        refuse(kept, "errors", function.file(), "file of the function");
        refuse(kept, "errors", read, "input; name another file with --errors");
        refuse(kept, "errors", written, "output; name another file with --errors");
    }

    /** The path of an argument, or null for a standard stream. */
    private Path path(String argument) {
        try {
            return argument.equals("-") ? null : FunctionSpec.path(argument);
        } catch (TypeConversionException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    /** Files are replaced when they are complete: that must not lose another one's content. */
    private void refuse(Path file, String what, Path other, String of) {
        if (file != null && other != null && isSame(file, other)) {
            throw new ParameterException(spec.commandLine(), "the " + what + " would replace " + file + ", the " + of);
        }
    }

    private static boolean isSame(Path one, Path other) {
        try {
            // What is no regular file, /dev/null say, is not replaced.
            return Files.exists(one) && Files.exists(other)
                    ? Files.isRegularFile(one) && Files.isSameFile(one, other)
                    : one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize());
        } catch (IOException e) {
            throw new CliException(ExitCodes.IO, reason(e), e);
        }
    }

    private int map(PythonRows rows) {
        try (InputStream in = openInput()) {
            Sink sink = output.equals("-")
                    ? Sink.standardOutput()
                    : Sink.file(Paths.get(output));
            ErrorFile errorFile = onError == OnError.FAIL ? null : new ErrorFile(errorPath(), errors != null);
            Thread cleaner = new Thread(() -> interrupt(sink, errorFile), "krait-map-cleaner");
            Runtime.getRuntime().addShutdownHook(cleaner);
            try {
                return map(rows, in, sink, errorFile);
            } finally {
                discard(sink, errorFile);
                release(cleaner);
            }
        } catch (IOException e) {
            if (interrupted) {
                return ExitCodes.INTERRUPTED;
            }
            if (output.equals("-") && brokenPipe(e)) {
                return ExitCodes.BROKEN_PIPE;
            }
            throw new CliException(ExitCodes.IO, reason(e), e);
        }
    }

    /** Whether whoever reads what is written has had enough, as {@code head} has. */
    private static boolean brokenPipe(IOException e) {
        return e.getCause() instanceof IOException && "Broken pipe".equals(e.getCause().getMessage());
    }

    private int map(PythonRows rows, InputStream in, Sink sink, ErrorFile errorFile) throws IOException {
        boolean shown = when == When.ALWAYS || when == When.AUTO && rows.isTerminal(2);
        RowError[] failed = new RowError[1];
        RowMapper mapper = new RowMapper(rows, onError, threads);
        Progress counted;
        boolean complete;
        try (Progress progress = new Progress(shown ? System.err : null, inputSize())) {
            counted = progress;
            complete = mapper.run(new RowReader(in), sink.out(),
                    error -> {
                        if (errorFile == null) {
                            failed[0] = error;
                        } else {
                            errorFile.add(error);
                        }
                    }, progress);
        }
        if (!complete) {
            throw new CliException(ExitCodes.ROW_FAILED, failed[0].describe());
        }
        if (errorFile != null) {
            errorFile.commit();
        }
        sink.commit();
        PrintWriter err = spec.commandLine().getErr();
        if (errorFile != null && errorFile.count() > 0) {
            err.printf("%s; %,d %s (see %s)%n", counted.summary(), errorFile.count(),
                    onError == OnError.SKIP ? "skipped" : "empty for an error", errorFile.path());
        } else if (shown) {
            err.println(counted.summary());
        }
        return ExitCodes.OK;
    }

    private InputStream openInput() throws IOException {
        if (input.equals("-")) {
            return new FileInputStream(FileDescriptor.in);
        }
        Path path = Paths.get(input);
        if (Files.isDirectory(path)) {
            throw new FileSystemException(input, null, "is a folder");
        }
        return Files.newInputStream(path);
    }

    private long inputSize() throws IOException {
        Path path = Paths.get(input);
        return input.equals("-") || !Files.isRegularFile(path) ? -1 : Files.size(path);
    }

    private Path errorPath() {
        if (errors != null) {
            return errors;
        }
        return Paths.get(output.equals("-") ? "krait-map.errors" : output + ".errors");
    }

    /** Runs when the JVM is told to end: nothing half-done stays. */
    private void interrupt(Sink sink, ErrorFile errorFile) {
        interrupted = true;
        try {
            discard(sink, errorFile);
        } catch (IOException e) {
            System.err.println("Cannot remove the unfinished output: " + reason(e));
        }
    }

    private static void release(Thread cleaner) {
        try {
            Runtime.getRuntime().removeShutdownHook(cleaner);
        } catch (IllegalStateException e) {
            // The JVM is ending already: the cleaner runs, and finds nothing left to do.
            return;
        }
    }

    private static void discard(Sink sink, ErrorFile errorFile) throws IOException {
        sink.discard();
        if (errorFile != null) {
            errorFile.discard();
        }
    }

    private static String reason(IOException e) {
        return e instanceof NoSuchFileException ? "No such file or folder: " + e.getMessage() : "Error: " + e.getMessage();
    }
}
