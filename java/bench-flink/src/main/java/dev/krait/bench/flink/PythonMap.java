package dev.krait.bench.flink;

import dev.krait.flink.PythonBatches;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;

/** The DataStream's map by krait-flink, vectorised. A class of its own: only jobs that have that jar load it. */
final class PythonMap {
    private PythonMap() {
    }

    static DataStream<Long> increment(DataStream<Long> numbers, String file) {
        return PythonBatches.builder().file(file).function("increment_batch").apply(numbers, Types.LONG);
    }
}
