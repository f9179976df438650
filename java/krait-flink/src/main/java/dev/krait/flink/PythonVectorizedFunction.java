package dev.krait.flink;

import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.conversion.DataStructureConverter;
import org.apache.flink.table.data.conversion.DataStructureConverters;
import org.apache.flink.table.functions.AsyncScalarFunction;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.TypeInference;

/**
 * A Python function as a scalar function of SQL and the Table API that Python is called for once for a batch of rows: the
 * function gets a column for each argument, as {@link Columns} says, and returns the column of its results.
 *
 * <p>It is one of Flink's asynchronous functions: rows that Flink lets be on their way at once are collected to batches. So a batch
 * has at most {@code table.exec.async-scalar.max-concurrent-operations} rows, which is 10 unless it is set: set it to a few
 * thousand. For a row with a NULL among its arguments, Flink makes the result NULL by itself. It keeps the order, and what is on its way is part of its checkpoints. When a batch fails, all of its rows fail with
 * that error; Flink tries rows again as {@code table.exec.async-scalar.retry-strategy} says.
 *
 * <p>See {@link PythonScalarFunction} for the ways to make and register one. For functions that are named in SQL alone, {@code
 * krait.batch.columns}, {@code krait.batch.rows}, {@code krait.batch.bytes} and {@code krait.batch.delay} in the configuration say what the
 * builder's methods of those names say.
 */
public class PythonVectorizedFunction extends AsyncScalarFunction implements SpecializedFunction {
    private static final long serialVersionUID = 1L;

    private final PlannedFunction planned;
    private final Batching batching;
    private transient BoundCall call;
    private transient VectorFunction function;
    private transient BatchWorker worker;

    /** For SQL: each call names its function, in its first argument. */
    public PythonVectorizedFunction() {
        this(new PlannedFunction(new PythonDefinition(), Kind.VECTORIZED), null);
    }

    /**
     * For subclasses, which have a name of their own for SQL.
     *
     * @param builder what the function is
     */
    protected PythonVectorizedFunction(Builder builder) {
        this(new PlannedFunction(builder.define(), Kind.VECTORIZED), new Batching(builder.columns, builder.names, builder.bounds()));
    }

    private PythonVectorizedFunction(PlannedFunction planned, Batching batching) {
        this.planned = planned;
        this.batching = batching;
    }

    /**
     * The function that a text names.
     *
     * @param function {@code PLACE:FUNCTION}, {@code PLACE:FUNCTION -> TYPE} or {@code PLACE:FUNCTION(TYPE, …) -> TYPE}; the place is a Python
     *     file, which travels with the job, or a module
     * @return the function
     */
    public static PythonVectorizedFunction of(String function) {
        return new PythonVectorizedFunction(PlannedFunction.of(function, Kind.VECTORIZED), null);
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
        Batching batches = batching != null ? batching : Batching.of(context.getConfiguration());
        return new PythonVectorizedFunction(planned.bind(context), batches.within(context.getConfiguration()));
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
        call = planned.call();
        FromPython value = FromPython.of(call.result);
        DataStructureConverter<Object, Object> converter = DataStructureConverters.getConverter(call.result);
        converter.open(context.getUserCodeClassLoader());
        function = VectorFunction.open(call.definition, Surroundings.of(context), batching.columns,
                call.arguments.stream().map(DataType::getLogicalType).collect(Collectors.toList()), batching.names,
                call.result.getLogicalType(), result -> converter.toInternalOrNull(value.convert(result)));
        worker = new BatchWorker(function, batching.bounds, batching.capacity, call.definition.toString(), context.getUserCodeClassLoader());
    }

    /**
     * Flink calls it for each row that has no NULL among its arguments.
     *
     * @param result takes the result, later
     * @param arguments the arguments
     */
    public void eval(CompletableFuture<Object> result, Object... arguments) {
        worker.add(call.own(arguments), result);
    }

    @Override
    public void close() throws Exception {
        if (worker != null) {
            worker.close();
            worker = null;
        }
        if (function != null) {
            function.close();
            function = null;
        }
    }

    /** Describes a Python function for batches. */
    public static final class Builder extends PythonBatchBuilder<Builder> {
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
        public PythonVectorizedFunction build() {
            return new PythonVectorizedFunction(this);
        }
    }
}
