package dev.krait.flink;

import dev.krait.PyObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.inference.TypeInference;

/**
 * A Python class as an aggregate function of SQL and the Table API, or a Python function over whole columns.
 *
 * <p>The class has {@code create_accumulator(self)}, {@code accumulate(self, accumulator, *values)}, {@code get_value(self,
 * accumulator)} and, where the query needs them, {@code retract(self, accumulator, *values)} and {@code merge(self, accumulator,
 * accumulators)}. What changes an accumulator returns the new one, or None where it changed the one that it got. An accumulator is any
 * object that can be pickled: that is how it is in checkpoints and on its way between tasks. Rows cross to Python together, up to
 * 256 at once.
 *
 * <p>With {@link Builder#columns}, a function is called for the value of each group, with the columns of all its rows; those
 * are kept until then, so it is for groups of a size that fits in memory.
 *
 * <p>Make one with {@link #of} or {@link #builder()}, and register it; a subclass that passes a builder to {@link
 * #PythonAggregateFunction(Builder)} can be registered by its class's name, in SQL too. (Flink does not let an aggregate function see
 * the literals of its call, so there is none that is named in its first argument.)
 */
public class PythonAggregateFunction extends AggregateFunction<Object, PythonAccumulator> implements SpecializedFunction {
    private static final long serialVersionUID = 1L;

    private final PlannedFunction planned;
    private final Columns columns;
    private final ArrayList<String> names;
    transient OpenAggregate open;

    /**
     * For subclasses, which have a name of their own for SQL.
     *
     * @param builder what the function is
     */
    protected PythonAggregateFunction(Builder builder) {
        this(new PlannedFunction(builder.define(), builder.columns == null ? Kind.AGGREGATE : Kind.COLUMNS), builder.columns, builder.names);
    }

    private PythonAggregateFunction(PlannedFunction planned, Columns columns, ArrayList<String> names) {
        this.planned = planned;
        this.columns = columns;
        this.names = names;
    }

    private PythonAggregateFunction(PythonAggregateFunction function, BoundCall call) {
        this(function.planned.bind(call), function.columns, function.names);
    }

    /**
     * The function of a class that a text names.
     *
     * @param function {@code PLACE:CLASS}, {@code PLACE:CLASS -> TYPE} or {@code PLACE:CLASS(TYPE, …) -> TYPE}
     * @return the function
     */
    public static PythonAggregateFunction of(String function) {
        return new PythonAggregateFunction(PlannedFunction.of(function, Kind.AGGREGATE), null, null);
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
        return planned.inference().types().accumulatorTypeStrategy(
                context -> Optional.of(DataTypes.RAW(PythonAccumulator.class, AccumulatorSerializer.INSTANCE))).build();
    }

    /** Flink sees what a function can do by its methods, so there is a class for each set of them. */
    @Override
    public UserDefinedFunction specialize(SpecializedContext context) {
        // The configuration is hidden from aggregate functions.
        BoundCall bound = BoundCall.of(planned.inference(), context.getCallContext(), null);
        boolean[] can = columns != null ? new boolean[] {true, true} : methods(bound.definition, context);
        if (can[0]) {
            return can[1] ? new RetractingAndMerging(this, bound) : new Retracting(this, bound);
        }
        return can[1] ? new Merging(this, bound) : new PythonAggregateFunction(this, bound);
    }

    private static boolean[] methods(PythonDefinition definition, SpecializedContext context) {
        ClassLoader loader = Inference.loader(context.getCallContext());
        try (PythonRuntime runtime = PythonRuntime.open(definition, Surroundings.client(loader)); PyObject target = runtime.target()) {
            return runtime.invoke(boolean[].class, "methods", target);
        } catch (RuntimeException e) {
            throw new ValidationException("Python has to be asked here, where the job is made, whether " + definition
                    + " retracts and merges: " + e.getMessage(), e);
        }
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
            open = OpenAggregate.open(planned.call(), context, columns, names);
        }
    }

    @Override
    public PythonAccumulator createAccumulator() {
        return new PythonAccumulator(null);
    }

    /**
     * Flink calls it for each row.
     *
     * @param accumulator the group's accumulator
     * @param arguments the arguments
     */
    public void accumulate(PythonAccumulator accumulator, Object... arguments) {
        add(accumulator, arguments, false);
    }

    final void add(PythonAccumulator accumulator, Object[] arguments, boolean retract) {
        Object[] row = open.row(arguments);
        if (!open.skips(row)) {
            accumulator.add(open, row, retract);
        }
    }

    @Override
    public Object getValue(PythonAccumulator accumulator) {
        return accumulator.value(open);
    }

    @Override
    public void close() throws Exception {
        if (open != null) {
            open.close();
            open = null;
        }
    }

    /** One whose Python class can take rows back. */
    public static final class Retracting extends PythonAggregateFunction {
        private static final long serialVersionUID = 1L;

        private Retracting(PythonAggregateFunction function, BoundCall call) {
            super(function, call);
        }

        /**
         * Flink calls it for each row that is taken back.
         *
         * @param accumulator the group's accumulator
         * @param arguments the arguments
         */
        public void retract(PythonAccumulator accumulator, Object... arguments) {
            add(accumulator, arguments, true);
        }
    }

    /** One whose Python class can merge accumulators. */
    public static final class Merging extends PythonAggregateFunction {
        private static final long serialVersionUID = 1L;

        private Merging(PythonAggregateFunction function, BoundCall call) {
            super(function, call);
        }

        /**
         * Flink calls it where groups come together.
         *
         * @param accumulator the one that the others go to
         * @param others the others
         */
        public void merge(PythonAccumulator accumulator, Iterable<PythonAccumulator> others) {
            accumulator.merge(open, others);
        }
    }

    /** One whose Python class can do both. */
    public static final class RetractingAndMerging extends PythonAggregateFunction {
        private static final long serialVersionUID = 1L;

        private RetractingAndMerging(PythonAggregateFunction function, BoundCall call) {
            super(function, call);
        }

        /**
         * Flink calls it for each row that is taken back.
         *
         * @param accumulator the group's accumulator
         * @param arguments the arguments
         */
        public void retract(PythonAccumulator accumulator, Object... arguments) {
            add(accumulator, arguments, true);
        }

        /**
         * Flink calls it where groups come together.
         *
         * @param accumulator the one that the others go to
         * @param others the others
         */
        public void merge(PythonAccumulator accumulator, Iterable<PythonAccumulator> others) {
            accumulator.merge(open, others);
        }
    }

    /** Describes a Python aggregate function. */
    public static final class Builder extends PythonFunctionBuilder<Builder> {
        private Columns columns;
        private ArrayList<String> names;

        private Builder() {
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * Calls a function, for each value of a group, with the columns of all its rows; without it, the code is a class.
         *
         * @param columns what the function gets its columns as
         * @return this builder
         */
        public Builder columns(Columns columns) {
            this.columns = Objects.requireNonNull(columns, "columns");
            return this;
        }

        /**
         * The names of a DataFrame's columns. Without it, {@code f0}, {@code f1}, ….
         *
         * @param names a name for each argument
         * @return this builder
         */
        public Builder names(String... names) {
            this.names = new ArrayList<>(List.of(names));
            return this;
        }

        /**
         * The function.
         *
         * @return the function, to be registered or called
         */
        public PythonAggregateFunction build() {
            return new PythonAggregateFunction(this);
        }
    }
}
