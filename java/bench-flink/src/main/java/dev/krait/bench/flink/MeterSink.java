package dev.krait.bench.flink;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Paths;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;

/** Counts what arrives; the first rows go to a file for the driver to check, and all others nowhere. */
public final class MeterSink<T> implements Sink<T> {
    private static final long serialVersionUID = 1;

    private final String meter;
    private final int fanOut;
    private final String file;
    private final int kept;
    private final RowData.FieldGetter field;

    private MeterSink(String meter, int fanOut, String file, int kept, RowData.FieldGetter field) {
        this.meter = meter;
        this.fanOut = fanOut;
        this.file = file;
        this.kept = kept;
        this.field = field;
    }

    static MeterSink<RowData> table(String meter, int fanOut, String file, int kept, LogicalType type) {
        return new MeterSink<>(meter, fanOut, file, kept, RowData.createFieldGetter(type, 0));
    }

    /** For a DataStream; called from Python too. */
    public static MeterSink<Long> numbers(String meter, String file, int kept) {
        return new MeterSink<>(meter, 1, file, kept, null);
    }

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) throws IOException {
        Meter shared = Meter.of(meter, fanOut);
        Writer out = Files.newBufferedWriter(Paths.get(file));
        return new SinkWriter<>() {
            private int left = kept;

            @Override
            public void write(T row, Context context) throws IOException {
                if (left > 0) {
                    keep(row);
                }
                shared.arrive();
            }

            private void keep(T row) throws IOException {
                Object value = field == null ? row : field.getFieldOrNull((RowData) row);
                out.write(value + "\n");
                if (--left == 0) {
                    out.close();
                }
            }

            @Override
            public void flush(boolean end) {
                // Nothing is held back.
            }

            @Override
            public void close() throws IOException {
                out.close();
            }
        };
    }
}
