package dev.krait.bench;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.runner.format.OutputFormat;

/** A line on standard error for each measurement that begins: JMH itself prints everything or nothing. */
final class Progress {
    private static final String PACKAGE = Progress.class.getPackageName() + '.';

    private Progress() {
    }

    static OutputFormat lines() {
        InvocationHandler handler = (proxy, method, arguments) -> {
            if (method.getName().equals("startBenchmark")) {
                BenchmarkParams params = (BenchmarkParams) arguments[0];
                StringBuilder line = new StringBuilder(params.getBenchmark().replace(PACKAGE, ""));
                params.getParamsKeys().forEach(key -> line.append(' ').append(params.getParam(key)));
                System.err.println("measuring " + line);
            }
            return null;
        };
        return (OutputFormat) Proxy.newProxyInstance(OutputFormat.class.getClassLoader(), new Class<?>[] {OutputFormat.class},
                handler);
    }
}
