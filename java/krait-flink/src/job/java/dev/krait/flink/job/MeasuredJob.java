package dev.krait.flink.job;

import dev.krait.flink.Columns;
import dev.krait.flink.PythonBatches;
import dev.krait.flink.PythonScalarFunction;
import dev.krait.flink.PythonVectorizedFunction;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.functions.UserDefinedFunction;

/**
 * A job for the command {@code flink run -c dev.krait.flink.job.MeasuredJob krait-flink-job.jar}: a Python function over made-up rows, in
 * one of the forms, with the rows per second after a fifth of them. Nothing but Java is needed to run it, and a Python on the
 * task managers.
 *
 * <pre>
 * --function plus_one | json_value_lower
 * --form     scalar (a SQL function, called for each row) | vectorized (a SQL function, called for batches)
 *            | batches (a DataStream, in batches) | java (plus_one alone: a Java function)
 * --columns  lists | numpy | pandas     what a batch is
 * --rows     how many; --size bytes of each JSON text; --batch rows of a batch
 * </pre>
 */
public final class MeasuredJob {
    private static final String FILE = "krait_flink_job.py";

    private MeasuredJob() {
    }

    /** The function in Java. */
    public static final class PlusOne extends ScalarFunction {
        private static final long serialVersionUID = 1L;

        /**
         * Adds one.
         *
         * @param x the number
         * @return the next
         */
        public Long eval(Long x) {
            return x + 1;
        }
    }

    /**
     * Runs the job.
     *
     * @param args as the class says
     * @throws Exception what Flink throws
     */
    public static void main(String[] args) throws Exception {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            options.put(args[i], args[i + 1]);
        }
        String function = options.getOrDefault("--function", "plus_one");
        String form = options.getOrDefault("--form", "scalar");
        long rows = Long.parseLong(options.getOrDefault("--rows", "1000000"));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setParallelism(1);
        int size = Integer.parseInt(options.getOrDefault("--size", "100"));
        boolean numbers = function.equals("plus_one");
        DataStream<?> results = numbers
                ? numbers(env, env.fromSequence(1, rows), form, options)
                : texts(env, env.fromSequence(1, rows).map(new Texts(size)).returns(Types.STRING), function, form, options);
        results.map(new Rate<>(rows)).returns(Types.LONG).sinkTo(new DiscardingSink<>());
        JobExecutionResult done = env.execute("krait-flink " + function + " " + form);
        long measured = done.<Long>getAccumulatorResult(Rate.ROWS);
        double nanos = done.<Long>getAccumulatorResult(Rate.NANOS);
        System.out.printf(Locale.ROOT, "krait-flink %s %s %s: %.0f rows/s, %.3f us per row, sum %d%n", function, form,
                options.getOrDefault("--columns", "-"), measured * 1e9 / nanos, nanos / 1000 / measured,
                done.<Long>getAccumulatorResult(Rate.SUM));
    }

    private static DataStream<?> numbers(StreamExecutionEnvironment env, DataStream<Long> source, String form, Map<String, String> options) {
        return form.equals("batches") ? batches(source, "plus_one_columns", Types.LONG, options)
                : sql(env, source, "plus_one", "BIGINT", form, options);
    }

    private static DataStream<?> texts(StreamExecutionEnvironment env, DataStream<String> source, String function, String form,
            Map<String, String> options) {
        return form.equals("batches") ? batches(source, function + "_columns", Types.STRING, options)
                : sql(env, source, function, "STRING", form, options);
    }

    private static <T> DataStream<T> batches(DataStream<T> source, String function, TypeInformation<T> type, Map<String, String> options) {
        return PythonBatches.builder().file(FILE).function(function).columns(columns(options)).rows(batch(options))
                .delay(Duration.ofMillis(100)).apply(source, type);
    }

    private static DataStream<?> sql(StreamExecutionEnvironment env, DataStream<?> source, String function, String type, String form,
            Map<String, String> options) {
        StreamTableEnvironment tables = StreamTableEnvironment.create(env);
        tables.createTemporaryView("source", source);
        tables.getConfig().set("table.exec.async-scalar.max-concurrent-operations", String.valueOf(4 * batch(options)));
        tables.createTemporarySystemFunction("f", function(function, type, form, options));
        return tables.toDataStream(tables.sqlQuery("SELECT f(f0) FROM source"));
    }

    private static UserDefinedFunction function(String function, String type, String form, Map<String, String> options) {
        switch (form) {
            case "scalar":
                return PythonScalarFunction.builder().file(FILE).function(function).arguments(type).returns(type).build();
            case "vectorized":
                return PythonVectorizedFunction.builder().file(FILE).function(function + "_columns").arguments(type).returns(type)
                        .columns(columns(options)).rows(batch(options)).build();
            case "java":
                return new PlusOne();
            default:
                throw new IllegalArgumentException("no form named " + form);
        }
    }

    private static Columns columns(Map<String, String> options) {
        return Columns.valueOf(options.getOrDefault("--columns", "lists").toUpperCase(Locale.ROOT));
    }

    private static int batch(Map<String, String> options) {
        return Integer.parseInt(options.getOrDefault("--batch", "1000"));
    }
}
