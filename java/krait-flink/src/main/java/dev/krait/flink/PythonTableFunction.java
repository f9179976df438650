package dev.krait.flink;

import dev.krait.PyObject;
import java.util.List;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.TableFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.inference.TypeInference;

/**
 * A Python function as a table function of SQL and the Table API: any number of rows out for each row in. The function is a
 * generator, or returns an iterable, or None for no row; a row is a tuple, a named tuple, a dict, a dataclass or, where there is but
 * one column, the value itself. A generator runs at most 256 rows ahead.
 *
 * <p>See {@link PythonScalarFunction} for the ways to make and register one. In SQL alone: {@code SELECT word FROM t, LATERAL
 * TABLE(py('udfs.py:words -> STRING', text)) AS w(word)}.
 */
public class PythonTableFunction extends TableFunction<Object> implements SpecializedFunction {
    private static final long serialVersionUID = 1L;
    private static final int AHEAD = 256;

    private final PlannedFunction planned;
    private transient OpenCall open;

    /** For SQL: each call names its function, in its first argument. */
    public PythonTableFunction() {
        this(new PlannedFunction(new PythonDefinition(), Kind.TABLE));
    }

    /**
     * For subclasses, which have a name of their own for SQL.
     *
     * @param builder what the function is
     */
    protected PythonTableFunction(Builder builder) {
        this(new PlannedFunction(builder.define(), Kind.TABLE));
    }

    private PythonTableFunction(PlannedFunction planned) {
        this.planned = planned;
    }

    /**
     * The function that a text names.
     *
     * @param function {@code PLACE:FUNCTION}, {@code PLACE:FUNCTION -> TYPE} or {@code PLACE:FUNCTION(TYPE, …) -> TYPE}; the place is a Python
     *     file, which travels with the job, or a module
     * @return the function
     */
    public static PythonTableFunction of(String function) {
        return new PythonTableFunction(PlannedFunction.of(function, Kind.TABLE));
    }

    /**
     * Starts the description of a function.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory typeFactory) {
        return planned.types();
    }

    @Override
    public UserDefinedFunction specialize(SpecializedContext context) {
        return new PythonTableFunction(planned.bind(context));
    }

    @Override
    public boolean isDeterministic() {
        return planned.definition.deterministic;
    }

    /** Where a job is made there need be no Python. */
    @Override
    public boolean supportsConstantFolding() {
        return false;
    }

    @Override
    public void open(FunctionContext context) throws Exception {
        open = OpenCall.open(planned.call(), context, "table");
    }

    /**
     * Flink calls it for each row.
     *
     * @param arguments the arguments
     */
    public void eval(Object... arguments) {
        Object[] own = open.arguments(arguments);
        Object[] rows = own == null ? null : (Object[]) open.call(own);
        if (rows == null) {
            return;
        }
        emit((List<?>) rows[0]);
        try (PyObject iterator = (PyObject) rows[1]) {
            while (iterator != null && emit(open.more(iterator)) == AHEAD) {
                continue;
            }
        }
    }

    private int emit(List<?> rows) {
        for (Object row : rows) {
            collect(open.result(row));
        }
        return rows.size();
    }

    @Override
    public void close() throws Exception {
        if (open != null) {
            open.close();
            open = null;
        }
    }

    /** Describes a Python table function. */
    public static final class Builder extends PythonFunctionBuilder<Builder> {
        private Builder() {
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * The function.
         *
         * @return the function, to be registered or called
         */
        public PythonTableFunction build() {
            return new PythonTableFunction(this);
        }
    }
}
