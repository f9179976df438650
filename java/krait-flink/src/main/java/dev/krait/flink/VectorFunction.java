package dev.krait.flink;

import dev.krait.PyFunction;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/** An open Python function that is called once for a batch of rows. */
final class VectorFunction implements AutoCloseable {
    private final PythonDefinition definition;
    final PythonRuntime runtime;
    private final PyFunction function;
    private final List<LogicalType> types;
    private final boolean arrays;
    private final FromPython result;

    private VectorFunction(PythonDefinition definition, PythonRuntime runtime, PyFunction function, List<LogicalType> types,
            boolean arrays, FromPython result) {
        this.definition = definition;
        this.runtime = runtime;
        this.function = function;
        this.types = types;
        this.arrays = arrays;
        this.result = result;
    }

    /**
     * Opens the interpreter and imports the function.
     *
     * @param names the arguments' names, or null
     * @param type the type of the results
     * @param result how results become values of that type
     */
    static VectorFunction open(PythonDefinition definition, Surroundings surroundings, Columns columns, List<LogicalType> types,
            List<String> names, LogicalType type, FromPython result) {
        PythonRuntime runtime = PythonRuntime.open(definition, surroundings);
        try {
            List<Object> plans = types.stream().map(each -> ToPython.of(each).plan).collect(Collectors.toCollection(ArrayList::new));
            PyFunction function = runtime.function("vectorized", plans, columns.form(),
                    types.stream().map(Column::code).collect(Collectors.toList()), names, Column.code(type), fields(type));
            return new VectorFunction(definition, runtime, function, types, columns != Columns.LISTS, result);
        } catch (Throwable e) {
            runtime.close();
            throw e;
        }
    }

    /** The names and the kinds of a row's fields. */
    private static List<Object[]> fields(LogicalType type) {
        List<Object[]> fields = new ArrayList<>();
        if (type instanceof RowType) {
            ((RowType) type).getFields().forEach(field -> fields.add(new Object[] {field.getName(), Column.code(field.getType())}));
        }
        return fields;
    }

    ColumnBatch newBatch() {
        return new ColumnBatch(types, arrays);
    }

    /** The results for a batch's rows, in their order. */
    Object[] call(ColumnBatch batch) {
        int rows = batch.rows();
        try {
            return results(function.call(rows, batch.values(), batch.nulls()), rows);
        } catch (Exception e) {
            throw PythonFunctionException.of(definition, "failed on a batch of " + rows + (rows == 1 ? " row" : " rows"), e);
        }
    }

    private Object[] results(Object answer, int rows) {
        IntFunction<Object> values = answer instanceof List ? row((List<?>) answer) : column((Object[]) answer);
        Object[] results = new Object[rows];
        for (int i = 0; i < rows; i++) {
            Object value = values.apply(i);
            try {
                results[i] = result.convert(value);
            } catch (FromPython.Misfit e) {
                throw new FromPython.Misfit("row " + i + ": " + e.getMessage());
            }
        }
        return results;
    }

    /** The rows whose fields' columns are these. */
    private static IntFunction<Object> row(List<?> columns) {
        List<IntFunction<Object>> fields = columns.stream().map(column -> column((Object[]) column)).collect(Collectors.toList());
        return i -> {
            Object[] row = new Object[fields.size()];
            for (int field = 0; field < row.length; field++) {
                row[field] = fields.get(field).apply(i);
            }
            return row;
        };
    }

    /** The values of what {@code columns.py} has for a column. */
    private static IntFunction<Object> column(Object[] column) {
        byte[] nulls = (byte[]) column[1];
        IntFunction<Object> values = values(column[0], (String) column[2]);
        return nulls == null ? values : i -> nulls[i] != 0 ? null : values.apply(i);
    }

    private static IntFunction<Object> values(Object values, String unit) {
        if (values instanceof long[]) {
            long[] numbers = (long[]) values;
            if (unit == null) {
                return i -> numbers[i];
            }
            LongFunction<Object> time = time(unit);
            return i -> time.apply(numbers[i]);
        }
        if (values instanceof double[]) {
            double[] numbers = (double[]) values;
            return i -> numbers[i];
        }
        return ((List<?>) values)::get;
    }

    /** The time that a number since 1970 stands for. */
    private static LongFunction<Object> time(String unit) {
        if (unit.equals("D")) {
            return LocalDate::ofEpochDay;
        }
        long second = unit.startsWith("us") ? 1_000_000 : 1_000_000_000;
        long nanos = 1_000_000_000 / second;
        if (unit.endsWith("UTC")) {
            return number -> Instant.ofEpochSecond(Math.floorDiv(number, second), Math.floorMod(number, second) * nanos);
        }
        return number -> LocalDateTime.ofEpochSecond(Math.floorDiv(number, second), (int) (Math.floorMod(number, second) * nanos), ZoneOffset.UTC);
    }

    @Override
    public void close() {
        function.close();
        runtime.close();
    }
}
