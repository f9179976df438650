package dev.krait.flink;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Accumulators in state and on the way: their pickle behind its length, -1 for one that was never used. */
public final class AccumulatorSerializer extends TypeSerializerSingleton<PythonAccumulator> {
    private static final long serialVersionUID = 1L;

    /** The only instance that is needed. */
    public static final AccumulatorSerializer INSTANCE = new AccumulatorSerializer();

    /** For Flink. */
    public AccumulatorSerializer() {
    }

    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public PythonAccumulator createInstance() {
        return new PythonAccumulator(null);
    }

    @Override
    public PythonAccumulator copy(PythonAccumulator from) {
        return new PythonAccumulator(from.pickle());
    }

    @Override
    public PythonAccumulator copy(PythonAccumulator from, PythonAccumulator reuse) {
        return copy(from);
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public void serialize(PythonAccumulator record, DataOutputView target) throws IOException {
        byte[] pickle = record.pickle();
        target.writeInt(pickle == null ? -1 : pickle.length);
        if (pickle != null) {
            target.write(pickle);
        }
    }

    @Override
    public PythonAccumulator deserialize(DataInputView source) throws IOException {
        int length = source.readInt();
        byte[] pickle = length < 0 ? null : new byte[length];
        if (pickle != null) {
            source.readFully(pickle);
        }
        return new PythonAccumulator(pickle);
    }

    @Override
    public PythonAccumulator deserialize(PythonAccumulator reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        int length = source.readInt();
        target.writeInt(length);
        if (length > 0) {
            target.write(source, length);
        }
    }

    @Override
    public TypeSerializerSnapshot<PythonAccumulator> snapshotConfiguration() {
        return new Snapshot();
    }

    /** What checkpoints keep of the serializer: its name. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<PythonAccumulator> {
        /** For Flink. */
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
