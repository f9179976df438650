package dev.krait.bench.flink;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;

/** What a source emits, without end. */
interface Rows<T> extends Serializable {
    Supplier<T> open() throws IOException;

    static Rows<Long> numbers() {
        return () -> counting(number -> number);
    }

    static Rows<RowData> numberRows() {
        return () -> counting(GenericRowData::of);
    }

    /** The lines of a file over and over: a new row and a new StringData each time, as a connector makes them. */
    static Rows<RowData> lineRows(String file) {
        return () -> {
            List<String> lines = Files.readAllLines(Paths.get(file));
            return new Supplier<>() {
                private int next;

                @Override
                public RowData get() {
                    String line = lines.get(next);
                    next = next + 1 == lines.size() ? 0 : next + 1;
                    return GenericRowData.of(StringData.fromString(line));
                }
            };
        };
    }

    private static <T> Supplier<T> counting(Function<Long, T> make) {
        return new Supplier<>() {
            private long next;

            @Override
            public T get() {
                return make.apply(next++);
            }
        };
    }
}
