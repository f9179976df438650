package dev.krait.flink;

import java.util.List;
import org.apache.flink.table.types.logical.LogicalType;

/** Rows that wait to cross to Python together, column by column. */
final class ColumnBatch {
    private final Column[] columns;
    private int rows;
    private long bytes;

    ColumnBatch(List<LogicalType> types, boolean arrays) {
        columns = types.stream().map(type -> Column.of(type, arrays)).toArray(Column[]::new);
    }

    void add(Object[] values) {
        for (int i = 0; i < columns.length; i++) {
            bytes += columns[i].add(values[i]);
        }
        rows++;
    }

    int rows() {
        return rows;
    }

    boolean isFull(Bounds bounds) {
        return rows >= bounds.rows || bytes >= bounds.bytes;
    }

    void clear() {
        rows = 0;
        bytes = 0;
        for (Column column : columns) {
            column.clear();
        }
    }

    /** Columns of values, for {@code columns.py}. */
    Object[] values() {
        Object[] values = new Object[columns.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = columns[i].values(rows);
        }
        return values;
    }

    /** Where the columns' values are NULL. */
    Object[] nulls() {
        Object[] nulls = new Object[columns.length];
        for (int i = 0; i < nulls.length; i++) {
            nulls[i] = columns[i].nulls(rows);
        }
        return nulls;
    }
}
