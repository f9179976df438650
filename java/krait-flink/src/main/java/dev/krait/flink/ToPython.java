package dev.krait.flink;

import java.time.Period;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.Row;

/**
 * How Flink's values become what Krait crosses to Python. Most are that already; what is not, becomes lists, dicts and
 * tuples, and a <em>plan</em> tells {@code values.py} which of the tuples are rows, and of which fields.
 */
final class ToPython {
    private static final UnaryOperator<Object> SAME = value -> value;

    final UnaryOperator<Object> convert;
    /** What {@code values.py} has left to do, or null. */
    final Object[] plan;

    private ToPython(UnaryOperator<Object> convert, Object[] plan) {
        this.convert = convert;
        this.plan = plan;
    }

    boolean isIdentity() {
        return convert == SAME;
    }

    static ToPython of(DataType type) {
        return of(type.getLogicalType());
    }

    static ToPython of(LogicalType type) {
        switch (type.getTypeRoot()) {
            case ARRAY:
                return array(of(type.getChildren().get(0)));
            case MAP:
                return map(of(type.getChildren().get(0)), of(type.getChildren().get(1)));
            case MULTISET:
                return map(of(type.getChildren().get(0)), new ToPython(SAME, null));
            case ROW:
                return row((RowType) type);
            case INTERVAL_YEAR_MONTH:
                return new ToPython(value -> value == null ? null : ((Period) value).toTotalMonths(), null);
            case DISTINCT_TYPE:
                return of(type.getChildren().get(0));
            default:
                return new ToPython(SAME, null);
        }
    }

    private static ToPython array(ToPython item) {
        UnaryOperator<Object> convert = value -> {
            // A List is what a stream's LIST has.
            List<?> items = value instanceof Object[] ? Arrays.asList((Object[]) value) : value instanceof List ? (List<?>) value : null;
            return items == null ? value : item.isIdentity() ? items : converted(items, item.convert);
        };
        return new ToPython(convert, item.plan == null ? null : new Object[] {"list", item.plan});
    }

    private static List<Object> converted(List<?> items, UnaryOperator<Object> convert) {
        List<Object> all = new ArrayList<>(items.size());
        items.forEach(item -> all.add(convert.apply(item)));
        return all;
    }

    private static ToPython map(ToPython key, ToPython item) {
        Object[] plan = key.plan == null && item.plan == null ? null : new Object[] {"map", key.plan, item.plan};
        if (key.isIdentity() && item.isIdentity()) {
            return new ToPython(SAME, plan);
        }
        UnaryOperator<Object> convert = value -> {
            if (value == null) {
                return null;
            }
            Map<Object, Object> all = new LinkedHashMap<>();
            ((Map<?, ?>) value).forEach((k, v) -> all.put(key.convert.apply(k), item.convert.apply(v)));
            return all;
        };
        return new ToPython(convert, plan);
    }

    /** A field of a row, also of one that was made with names alone. */
    static Object field(Row row, int index, List<String> names) {
        return row.getFieldNames(false) == null ? row.getField(index) : row.getField(names.get(index));
    }

    private static ToPython row(RowType type) {
        List<String> names = type.getFieldNames();
        List<ToPython> fields = new ArrayList<>();
        type.getChildren().forEach(child -> fields.add(of(child)));
        UnaryOperator<Object> convert = value -> {
            if (value == null) {
                return null;
            }
            Row row = (Row) value;
            Object[] values = new Object[fields.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = fields.get(i).convert.apply(field(row, i, names));
            }
            return values;
        };
        List<Object> plans = new ArrayList<>();
        fields.forEach(field -> plans.add(field.plan));
        return new ToPython(convert, new Object[] {"row", names, plans});
    }
}
