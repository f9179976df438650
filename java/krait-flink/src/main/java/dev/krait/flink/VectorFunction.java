package dev.krait.flink;

import dev.krait.PyFunction;
import java.util.ArrayList;
import java.util.List;
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
            Object[] answer = (Object[]) function.call(rows, batch.values(), batch.nulls());
            return results(answer[0], (byte[]) answer[1], rows);
        } catch (Exception e) {
            throw PythonFunctionException.of(definition, "failed on a batch of " + rows + (rows == 1 ? " row" : " rows"), e);
        }
    }

    private Object[] results(Object values, byte[] nulls, int rows) {
        Object[] results = new Object[rows];
        for (int i = 0; i < rows; i++) {
            Object value;
            if (nulls != null && nulls[i] != 0) {
                value = null;
            } else if (values instanceof long[]) {
                value = ((long[]) values)[i];
            } else if (values instanceof double[]) {
                value = ((double[]) values)[i];
            } else {
                value = ((List<?>) values).get(i);
            }
            try {
                results[i] = result.convert(value);
            } catch (FromPython.Misfit e) {
                throw new FromPython.Misfit("row " + i + ": " + e.getMessage());
            }
        }
        return results;
    }

    @Override
    public void close() {
        function.close();
        runtime.close();
    }
}
