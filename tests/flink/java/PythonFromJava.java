import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/** A Java Table API job that registers Python functions by name: {@code PythonFromJava FOLDER_OF_FUNCTIONS}. */
public final class PythonFromJava {
    private PythonFromJava() {
    }

    public static void main(String[] args) throws Exception {
        TableEnvironment env = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
        env.getConfig().set("python.files", args[0]);
        env.getConfig().set("parallelism.default", "1");
        env.executeSql("CREATE TEMPORARY SYSTEM FUNCTION shout AS 'declared.shout' LANGUAGE PYTHON");
        env.executeSql("CREATE TEMPORARY SYSTEM FUNCTION words AS 'declared.words' LANGUAGE PYTHON");
        env.executeSql("CREATE TEMPORARY SYSTEM FUNCTION which AS 'declared.which' LANGUAGE PYTHON");
        env.executeSql("CREATE TEMPORARY VIEW texts AS SELECT * FROM (VALUES (1, 'one two'), (2, 'Straße')) AS t(id, text)");
        List<String> rows = new ArrayList<>();
        try (CloseableIterator<Row> found = env.executeSql("SELECT id, shout(text), word, size, which(id) FROM texts, "
                + "LATERAL TABLE(words(text)) AS w(word, size)").collect()) {
            found.forEachRemaining(row -> rows.add(row.toString()));
        }
        rows.stream().sorted().forEach(row -> System.out.println("ROW " + row));
    }
}
