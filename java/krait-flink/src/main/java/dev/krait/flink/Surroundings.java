package dev.krait.flink;

import java.io.File;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.table.functions.FunctionContext;

/** Where a function runs: its job, its class loader, its files. */
final class Surroundings {
    /** Names the job among those that a task manager runs; "" where the job is made. */
    final String job;
    final ClassLoader loader;
    final Function<String, File> cachedFile;
    final BiFunction<String, String, String> parameter;

    private Surroundings(String job, ClassLoader loader, Function<String, File> cachedFile,
            BiFunction<String, String, String> parameter) {
        this.job = job;
        this.loader = loader;
        this.cachedFile = cachedFile;
        this.parameter = parameter;
    }

    static Surroundings client(ClassLoader loader) {
        return new Surroundings("", loader, name -> null, (name, otherwise) -> otherwise);
    }

    static Surroundings of(FunctionContext context) {
        return new Surroundings(job(context), context.getUserCodeClassLoader(), context::getCachedFile, context::getJobParameter);
    }

    static Surroundings of(RuntimeContext context, ClassLoader loader) {
        return new Surroundings(context.getJobInfo().getJobId().toString(), loader, context.getDistributedCache()::getFile,
                (name, otherwise) -> context.getGlobalJobParameters().getOrDefault(name, otherwise));
    }

    /** The one public way from a function's context to its job. Where constants are folded, there is no job. */
    private static String job(FunctionContext context) {
        MetricGroup metrics = context.getMetricGroup();
        return metrics == null ? "" : metrics.getAllVariables().getOrDefault("<job_id>", "");
    }
}
