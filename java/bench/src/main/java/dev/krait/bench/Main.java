package dev.krait.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the measurements and prints them as a table. Arguments: {@code quick} (minutes, the default) or {@code full} (for
 * figures to quote), then JMH's own options.
 */
public final class Main {
    private static final String RESULTS = "krait.bench.results";

    private Main() {
    }

    /**
     * Runs.
     *
     * @param arguments see above
     * @throws IOException if the results cannot be kept
     * @throws RunnerException if a measurement fails
     * @throws CommandLineOptionException if an option is wrong
     */
    public static void main(String[] arguments) throws IOException, RunnerException, CommandLineOptionException {
        List<String> rest = new ArrayList<>(Arrays.asList(arguments));
        boolean full = rest.remove("full");
        rest.remove("quick");
        CommandLineOptions given = new CommandLineOptions(rest.toArray(new String[0]));
        if (given.shouldHelp()) {
            given.showHelp();
            return;
        }
        Path results = Paths.get(System.getProperty(RESULTS, "bench.json"));
        if (results.getParent() != null) {
            Files.createDirectories(results.getParent());
        }
        Options options = options(given, full, results).build();
        boolean silent = options.verbosity().orElse(VerboseMode.SILENT) == VerboseMode.SILENT;
        (silent ? new Runner(options, Progress.lines()) : new Runner(options)).run();
        System.out.print(Report.of(Files.readAllBytes(results)));
    }

    private static OptionsBuilder options(CommandLineOptions given, boolean full, Path results) {
        OptionsBuilder options = new OptionsBuilder();
        options.parent(given);
        options.mode(Mode.AverageTime).timeUnit(TimeUnit.NANOSECONDS).shouldFailOnError(true);
        options.resultFormat(ResultFormatType.JSON).result(results.toString());
        // A heap of a fixed size, touched at the start, so that no measurement pays for its growth or the first use of a page.
        options.jvmArgsAppend("-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch");
        if (!given.getForkCount().hasValue()) {
            options.forks(full ? 3 : 1);
        }
        if (!given.getWarmupIterations().hasValue()) {
            options.warmupIterations(full ? 5 : 2);
        }
        if (!given.getWarmupTime().hasValue()) {
            options.warmupTime(TimeValue.seconds(1));
        }
        if (!given.getMeasurementIterations().hasValue()) {
            options.measurementIterations(full ? 7 : 5);
        }
        if (!given.getMeasurementTime().hasValue()) {
            options.measurementTime(TimeValue.milliseconds(full ? 1000 : 400));
        }
        if (full && !given.getParameter("bytes").hasValue()) {
            options.param("bytes", "100", "1000", "10000", "100000");
        }
        if (!given.verbosity().hasValue()) {
            options.verbosity(VerboseMode.SILENT);
        }
        return options;
    }
}
