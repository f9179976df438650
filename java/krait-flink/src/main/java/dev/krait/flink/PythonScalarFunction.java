package dev.krait.flink;

import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.inference.TypeInference;

/**
 * A Python function as a scalar function of SQL and the Table API: a value out for each row in.
 *
 * <p>In Java, {@code PythonScalarFunction.of("udfs.py:score")} or {@link #builder()} make one, to be registered or called
 * inline; a subclass that passes a builder to {@link #PythonScalarFunction(Builder)} can be registered by its class's name. In SQL
 * alone, {@code CREATE TEMPORARY SYSTEM FUNCTION py AS 'dev.krait.flink.PythonScalarFunction'} registers a function
 * whose first argument, a literal, names the Python function: {@code py('udfs.py:score -> DOUBLE', text)}.
 */
public class PythonScalarFunction extends ScalarFunction implements SpecializedFunction {
    private static final long serialVersionUID = 1L;

    private final PlannedFunction planned;
    private transient OpenCall open;

    /** For SQL: each call names its function, in its first argument. */
    public PythonScalarFunction() {
        this(new PlannedFunction(new PythonDefinition(), Kind.SCALAR));
    }

    /**
     * For subclasses, which have a name of their own for SQL.
     *
     * @param builder what the function is
     */
    protected PythonScalarFunction(Builder builder) {
        this(new PlannedFunction(builder.define(), Kind.SCALAR));
    }

    private PythonScalarFunction(PlannedFunction planned) {
        this.planned = planned;
    }

    /**
     * The function that a text names.
     *
     * @param function {@code PLACE:FUNCTION}, {@code PLACE:FUNCTION -> TYPE} or {@code PLACE:FUNCTION(TYPE, …) -> TYPE}; the place is a Python
     *     file, which travels with the job, or a module
     * @return the function
     */
    public static PythonScalarFunction of(String function) {
        return new PythonScalarFunction(PlannedFunction.of(function, Kind.SCALAR));
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
        return new PythonScalarFunction(planned.bind(context));
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

    /** Flink opens one object several times for windows and patterns, and closes it as often. */
    @Override
    public void open(FunctionContext context) throws Exception {
        if (open == null) {
            open = OpenCall.open(planned.call(), context, "adapt");
        }
    }

    /**
     * Flink calls it for each row.
     *
     * @param arguments the arguments
     * @return the result
     */
    public Object eval(Object... arguments) {
        Object[] own = open.arguments(arguments);
        return own == null ? null : open.result(open.call(own));
    }

    @Override
    public void close() throws Exception {
        if (open != null) {
            open.close();
            open = null;
        }
    }

    /** Describes a Python scalar function. */
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
        public PythonScalarFunction build() {
            return new PythonScalarFunction(this);
        }
    }
}
