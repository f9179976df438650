package dev.krait.flink;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;

/** Collects elements to batches, and calls Python before anything that must not overtake them. See {@link PythonBatches}. */
class PythonBatchOperator<T, R> extends AbstractStreamOperator<R> implements OneInputStreamOperator<T, R>, BoundedOneInput {
    private static final long serialVersionUID = 1L;

    private final PythonDefinition definition;
    private final Columns form;
    private final Bounds bounds;
    private final ArrayList<LogicalType> types;
    /** The fields of an element, or null for one that is a column itself. */
    private final ArrayList<String> fields;
    private final ArrayList<String> names;
    private final TypeInformation<R> result;

    private transient VectorFunction function;
    private transient ColumnBatch batch;
    private transient Object[] values;
    private transient long[] timestamps;
    /** What the rows of a changelog do, or null where the results are no rows. */
    private transient RowKind[] kinds;
    /** One for all results, as Flink's own operators have. */
    private transient StreamRecord<R> record;
    private transient long deadline;
    private transient ScheduledFuture<?> timer;

    PythonBatchOperator(PythonDefinition definition, Columns form, Bounds bounds, ArrayList<LogicalType> types,
            ArrayList<String> fields, ArrayList<String> names, TypeInformation<R> result) {
        this.definition = definition;
        this.form = form;
        this.bounds = bounds;
        this.types = types;
        this.fields = fields;
        this.names = names != null ? names : fields;
        this.result = result;
    }

    /** The operator for the Flink that is at hand. */
    static <T, R> PythonBatchOperator<T, R> create(PythonDefinition definition, Columns form, Bounds bounds,
            ArrayList<LogicalType> types, ArrayList<String> fields, ArrayList<String> names, TypeInformation<R> result) {
        try {
            Class.forName("org.apache.flink.runtime.event.WatermarkEvent", false, PythonBatchOperator.class.getClassLoader());
            return new PythonBatchEventOperator<>(definition, form, bounds, types, fields, names, result);
        } catch (ClassNotFoundException e) {
            return new PythonBatchOperator<>(definition, form, bounds, types, fields, names, result);
        }
    }

    @Override
    public void open() throws Exception {
        super.open();
        function = VectorFunction.open(definition, Surroundings.of(getRuntimeContext(), getUserCodeClassloader()), form, types, names,
                StreamTypes.dataType(result).getLogicalType(), StreamTypes.fromPython(result));
        batch = function.newBatch();
        values = new Object[types.size()];
        record = new StreamRecord<>(null);
        timestamps = new long[Math.min(bounds.rows, 1024)];
        kinds = result.getTypeClass() == Row.class ? new RowKind[timestamps.length] : null;
    }

    @Override
    public void processElement(StreamRecord<T> element) throws Exception {
        int row = batch.rows();
        if (row == timestamps.length) {
            timestamps = Arrays.copyOf(timestamps, 2 * row);
            kinds = kinds == null ? null : Arrays.copyOf(kinds, 2 * row);
        }
        timestamps[row] = element.hasTimestamp() ? element.getTimestamp() : Long.MIN_VALUE;
        if (kinds != null) {
            kinds[row] = element.getValue() instanceof Row ? ((Row) element.getValue()).getKind() : RowKind.INSERT;
        }
        StreamTypes.take(element.getValue(), fields, values);
        batch.add(values);
        if (batch.isFull(bounds)) {
            flush();
        } else if (row == 0) {
            deadline = getProcessingTimeService().getCurrentProcessingTime() + Math.max(1, bounds.delay.toMillis());
            if (timer == null) {
                timer = getProcessingTimeService().registerTimer(deadline, this::onTimer);
            }
        }
    }

    /** One timer at a time: when it finds a younger batch than it was set for, it is set again for that one. */
    private void onTimer(long now) throws Exception {
        timer = null;
        if (batch == null || batch.rows() == 0) {
            return;
        }
        if (now < deadline) {
            timer = getProcessingTimeService().registerTimer(deadline, this::onTimer);
        } else {
            flush();
        }
    }

    final void flush() {
        int rows = batch.rows();
        if (rows == 0) {
            return;
        }
        Object[] results;
        try {
            results = function.call(batch);
        } finally {
            batch.clear();
        }
        for (int i = 0; i < rows; i++) {
            @SuppressWarnings("unchecked") // Converted to what `result` says.
            R value = (R) results[i];
            if (kinds != null && value != null) {
                ((Row) value).setKind(kinds[i]);
            }
            if (timestamps[i] == Long.MIN_VALUE) {
                record.eraseTimestamp();
                output.collect(record.replace(value));
            } else {
                output.collect(record.replace(value, timestamps[i]));
            }
        }
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        flush();
        super.processWatermark(mark);
    }

    @Override
    public void processWatermarkStatus(WatermarkStatus status) throws Exception {
        flush();
        super.processWatermarkStatus(status);
    }

    @Override
    public void processRecordAttributes(RecordAttributes attributes) throws Exception {
        flush();
        super.processRecordAttributes(attributes);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        flush();
        super.prepareSnapshotPreBarrier(checkpointId);
    }

    @Override
    public void endInput() throws Exception {
        flush();
    }

    @Override
    public void finish() throws Exception {
        flush();
        super.finish();
    }

    @Override
    public void close() throws Exception {
        if (timer != null) {
            timer.cancel(false);
        }
        try {
            if (function != null) {
                function.close();
                function = null;
            }
        } finally {
            super.close();
        }
    }
}
