package dev.krait.bench.flink;

import com.fasterxml.jackson.databind.JsonNode;
import dev.krait.flink.Columns;
import dev.krait.flink.PythonBatches;
import java.util.Locale;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.types.DataType;

/** A job's function by krait-flink in the batches of a DataStream. A class of its own: only jobs that have that jar load it. */
final class PythonStream {
    private PythonStream() {
    }

    /** Of a DataStream. */
    static <T> DataStream<T> batches(DataStream<T> rows, JsonNode job, TypeInformation<T> type) {
        return PythonBatches.builder().file(job.get("module").asText()).function(job.get("call").asText())
            .columns(Columns.valueOf(job.get("columns").asText().toUpperCase(Locale.ROOT))).apply(rows, type);
    }

    /** Between the tables of the job in SQL, in place of its SELECT. */
    static void table(JsonNode job, Configuration conf) {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(conf);
        StreamTableEnvironment tables = StreamTableEnvironment.create(env);
        tables.executeSql(job.get("sql").get(0).asText());
        tables.executeSql(job.get("sql").get(1).asText());
        boolean numbers = job.get("function").asText().equals("increment");
        if (numbers) {
            table(tables, job, DataTypes.BIGINT(), Types.LONG);
        } else {
            table(tables, job, DataTypes.STRING(), Types.STRING);
        }
    }

    private static <T> void table(StreamTableEnvironment tables, JsonNode job, DataType type, TypeInformation<T> information) {
        DataStream<T> rows = tables.toDataStream(tables.from("input"), type);
        tables.fromDataStream(batches(rows, job, information), Schema.newBuilder().column("f0", type).build())
            .insertInto("output").execute();
    }
}
