package dev.krait.bench.flink;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource.NumberSequenceSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.table.data.RowData;

/** Emits rows without end whenever the gate of its meter is open. For a parallelism of 1: there are no splits. */
public final class MeterSource<T> implements Source<T, NumberSequenceSplit, Collection<NumberSequenceSplit>> {
    private static final long serialVersionUID = 1;

    // Its enumerator and serialisers serve where nothing is ever split.
    private final NumberSequenceSource unsplit = new NumberSequenceSource(0, 0);
    private final String meter;
    private final int fanOut;
    private final Rows<T> rows;

    private MeterSource(String meter, int fanOut, Rows<T> rows) {
        this.meter = meter;
        this.fanOut = fanOut;
        this.rows = rows;
    }

    /** The rows of a table; {@code file} has its strings, or is null for numbers. */
    static MeterSource<RowData> table(String meter, int fanOut, String file) {
        return new MeterSource<>(meter, fanOut, file == null ? Rows.numberRows() : Rows.lineRows(file));
    }

    /** 0, 1, 2, … for a DataStream; called from Python too. */
    public static MeterSource<Long> numbers(String meter) {
        return new MeterSource<>(meter, 1, Rows.numbers());
    }

    @Override
    public SourceReader<T, NumberSequenceSplit> createReader(SourceReaderContext context) throws Exception {
        return new Reader<>(Meter.of(meter, fanOut), rows.open());
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SplitEnumerator<NumberSequenceSplit, Collection<NumberSequenceSplit>> createEnumerator(
            SplitEnumeratorContext<NumberSequenceSplit> context) {
        return unsplit.createEnumerator(context);
    }

    @Override
    public SplitEnumerator<NumberSequenceSplit, Collection<NumberSequenceSplit>> restoreEnumerator(
            SplitEnumeratorContext<NumberSequenceSplit> context, Collection<NumberSequenceSplit> checkpoint) {
        return unsplit.restoreEnumerator(context, checkpoint);
    }

    @Override
    public SimpleVersionedSerializer<NumberSequenceSplit> getSplitSerializer() {
        return unsplit.getSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<Collection<NumberSequenceSplit>> getEnumeratorCheckpointSerializer() {
        return unsplit.getEnumeratorCheckpointSerializer();
    }

    private static final class Reader<T> implements SourceReader<T, NumberSequenceSplit> {
        private final Meter meter;
        private final Supplier<T> rows;
        private final List<NumberSequenceSplit> splits = new ArrayList<>();

        Reader(Meter meter, Supplier<T> rows) {
            this.meter = meter;
            this.rows = rows;
        }

        @Override
        public void start() {
            meter.start();
        }

        @Override
        public InputStatus pollNext(ReaderOutput<T> output) {
            if (!meter.admit()) {
                return InputStatus.NOTHING_AVAILABLE;
            }
            output.collect(rows.get());
            return InputStatus.MORE_AVAILABLE;
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            return meter.whenOpen();
        }

        @Override
        public List<NumberSequenceSplit> snapshotState(long checkpoint) {
            return splits;
        }

        @Override
        public void addSplits(List<NumberSequenceSplit> more) {
            splits.addAll(more);
        }

        @Override
        public void notifyNoMoreSplits() {
            // There never were any.
        }

        @Override
        public void close() {
            meter.stop();
        }
    }
}
