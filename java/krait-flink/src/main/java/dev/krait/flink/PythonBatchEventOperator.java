package dev.krait.flink;

import java.util.ArrayList;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.table.types.logical.LogicalType;

/** The operator of batches where Flink has watermarks of other kinds, too: from 2.0 on. They overtake nothing either. */
final class PythonBatchEventOperator<T, R> extends PythonBatchOperator<T, R> {
    private static final long serialVersionUID = 1L;

    PythonBatchEventOperator(PythonDefinition definition, Columns form, Bounds bounds, ArrayList<LogicalType> types,
            ArrayList<String> fields, ArrayList<String> names, TypeInformation<R> result) {
        super(definition, form, bounds, types, fields, names, result);
    }

    @Override
    public void processWatermark(WatermarkEvent watermark) throws Exception {
        flush();
        super.processWatermark(watermark);
    }
}
