package dev.krait.flink;

import java.io.Serializable;
import java.util.Objects;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.types.inference.TypeInference;

/** What all functions for SQL have in common: their definition, and, once the planner has bound them to a call, that call. */
final class PlannedFunction implements Serializable {
    private static final long serialVersionUID = 1L;

    final PythonDefinition definition;
    private final Kind kind;
    private final BoundCall call;
    private transient Inference inference;

    PlannedFunction(PythonDefinition definition, Kind kind) {
        this(definition, kind, null);
    }

    private PlannedFunction(PythonDefinition definition, Kind kind, BoundCall call) {
        this.definition = definition;
        this.kind = kind;
        this.call = call;
    }

    /** The function that a text names. */
    static PlannedFunction of(String function, Kind kind) {
        FunctionSpec spec = FunctionSpec.parse(Objects.requireNonNull(function, "function"));
        return new PlannedFunction(new PythonDefinition().with(spec, null), kind);
    }

    Inference inference() {
        if (inference == null) {
            inference = new Inference(definition, kind);
        }
        return inference;
    }

    TypeInference types() {
        return inference().types().build();
    }

    /** The function of one call in a query. */
    PlannedFunction bind(SpecializedFunction.SpecializedContext context) {
        return bind(BoundCall.of(inference(), context));
    }

    PlannedFunction bind(BoundCall bound) {
        return new PlannedFunction(definition, kind, bound);
    }

    /** The call that the function runs for. */
    BoundCall call() {
        if (call == null) {
            throw new IllegalStateException("Flink's planner did not bind the Python function " + definition + " to a call.");
        }
        return call;
    }
}
