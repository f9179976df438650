package dev.krait.flink;

import java.util.Objects;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * A Python function that maps a DataStream, called once for a batch of elements: an element out for each in, in the same
 * order and with the same timestamp; a row for a row has its kind, as a changelog's rows need. It gets a column for each field of a row or tuple, or one for elements of another
 * type, as {@link Columns} says.
 *
 * <p>A batch goes to Python when it is full, when its first element has waited long enough, and before everything that must
 * not overtake it: a watermark, a checkpoint's barrier, the end. So no element waits across a checkpoint, and nothing is kept
 * in state.
 *
 * <pre>{@code
 * DataStream<Long> next = PythonBatches.builder().file("udfs.py").function("plus_one")
 *         .columns(Columns.NUMPY).apply(numbers, Types.LONG);
 * }</pre>
 */
public final class PythonBatches extends PythonBatchBuilder<PythonBatches> {
    private PythonBatches() {
    }

    /**
     * Starts the description of a function; {@link #apply} ends it.
     *
     * @return a builder
     */
    public static PythonBatches builder() {
        return new PythonBatches();
    }

    @Override
    PythonBatches self() {
        return this;
    }

    /**
     * The stream of the function's results.
     *
     * @param <T> the elements' type
     * @param <R> the results' type
     * @param stream the elements
     * @param result the results' type: a basic type, a row, a list, a map or an array of such
     * @return the results
     */
    public <T, R> SingleOutputStreamOperator<R> apply(DataStream<T> stream, TypeInformation<R> result) {
        TypeInformation<T> type = Objects.requireNonNull(stream, "stream").getType();
        return stream.transform("Python " + define(), Objects.requireNonNull(result, "result"), operator(type, result));
    }

    <T, R> PythonBatchOperator<T, R> operator(TypeInformation<T> type, TypeInformation<R> result) {
        // Fails here, where the job is made, for a type that no result can have.
        StreamTypes.fromPython(result);
        return PythonBatchOperator.create(define(), columns, bounds(), StreamTypes.columns(type), StreamTypes.names(type), names, result);
    }
}
