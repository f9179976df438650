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
            columns[i].add(values[i]);
            bytes += size(values[i]);
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

    /** Roughly what a value takes on its way; exact where it may be large. */
    private static long size(Object value) {
        if (value instanceof String) {
            return 16 + ((String) value).length();
        }
        if (value instanceof byte[]) {
            return 16 + ((byte[]) value).length;
        }
        if (value instanceof Object[]) {
            long size = 16;
            for (Object item : (Object[]) value) {
                size += size(item);
            }
            return size;
        }
        if (value instanceof org.apache.flink.types.Row) {
            org.apache.flink.types.Row row = (org.apache.flink.types.Row) value;
            long size = 16;
            for (int i = 0; i < row.getArity(); i++) {
                size += size(row.getField(i));
            }
            return size;
        }
        if (value instanceof java.util.Map) {
            long size = 16;
            for (java.util.Map.Entry<?, ?> entry : ((java.util.Map<?, ?>) value).entrySet()) {
                size += size(entry.getKey()) + size(entry.getValue());
            }
            return size;
        }
        return 16;
    }
}
