package dev.krait.flink;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/** Runs queries, each as a job on the cluster inside the JVM, with Krait's functions registered as a SQL user registers them. */
final class Sql {
    final TableEnvironment env;

    Sql(EnvironmentSettings settings) {
        env = TableEnvironment.create(EnvironmentSettings.newInstance().withConfiguration(settings.getConfiguration())
                .withConfiguration(Cluster.client()).build());
        env.executeSql("CREATE TEMPORARY SYSTEM FUNCTION py AS 'dev.krait.flink.PythonScalarFunction'");
        env.executeSql("CREATE TEMPORARY SYSTEM FUNCTION py_rows AS 'dev.krait.flink.PythonTableFunction'");
    }

    static Sql streaming() {
        return new Sql(EnvironmentSettings.inStreamingMode());
    }

    static Sql batch() {
        return new Sql(EnvironmentSettings.inBatchMode());
    }

    List<Row> rows(String query) {
        List<Row> rows = new ArrayList<>();
        CloseableIterator<Row> results = env.executeSql(query).collect();
        results.forEachRemaining(rows::add);
        return rows;
    }

    /** The first field of each row, as text. */
    List<String> texts(String query) {
        List<String> texts = new ArrayList<>();
        rows(query).forEach(row -> texts.add(String.valueOf(row.getField(0))));
        return texts;
    }

    /** The whole text of an exception, with all causes, as the job's page shows it. */
    static String text(Throwable thrown) {
        java.io.StringWriter text = new java.io.StringWriter();
        thrown.printStackTrace(new java.io.PrintWriter(text));
        return text.toString();
    }
}
