package dev.krait.bench.flink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

/** Submits the jobs that a JSON file describes, each with a function in Java or of krait-flink; job.py is its twin for PyFlink. */
public final class JavaJob {
    private JavaJob() {
    }

    public static void main(String[] arguments) throws Exception {
        for (JsonNode job : new ObjectMapper().readTree(new File(arguments[0]))) {
            submit(job);
        }
    }

    private static void submit(JsonNode job) throws Exception {
        Configuration conf = new Configuration();
        conf.setString("pipeline.name", job.get("name").asText());
        job.get("conf").properties().forEach(entry -> conf.setString(entry.getKey(), entry.getValue().asText()));
        if (job.get("function").asText().equals("map")) {
            map(job, conf);
        } else if (job.get("class").asText().equals("PythonStream")) {
            PythonStream.table(job, conf);
        } else {
            table(job, conf);
        }
    }

    private static void table(JsonNode job, Configuration conf) {
        TableEnvironment tables = TableEnvironment.create(
            EnvironmentSettings.newInstance().inStreamingMode().withConfiguration(conf).build());
        tables.executeSql("CREATE TEMPORARY SYSTEM FUNCTION f AS '" + job.get("class").asText() + "'");
        for (JsonNode statement : job.get("sql")) {
            tables.executeSql(statement.asText());
        }
    }

    private static void map(JsonNode job, Configuration conf) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(conf);
        String meter = job.get("meter").asText();
        DataStream<Long> numbers =
            env.fromSource(MeterSource.numbers(meter), WatermarkStrategy.noWatermarks(), "meter", Types.LONG);
        DataStream<Long> mapped = job.get("class").asText().isEmpty()
            ? numbers.map(x -> x + 1).returns(Types.LONG)
            : PythonStream.batches(numbers, job, Types.LONG);
        mapped.sinkTo(MeterSink.numbers(meter, job.get("out").asText(), job.get("kept").asInt()));
        env.executeAsync();
    }
}
