package dev.krait.flink;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.ArgumentCount;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.inference.ConstantArgumentCount;
import org.apache.flink.table.types.inference.InputTypeStrategies;
import org.apache.flink.table.types.inference.InputTypeStrategy;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.utils.DataTypeUtils;

/**
 * What Flink's planner asks about the types of a call. A function with a definition has its types; one without takes the
 * definition from the call's first argument, which must be a literal: {@code py('udfs.py:score -> DOUBLE', text)}.
 */
final class Inference {
    private final PythonDefinition definition;
    private final Kind kind;
    /** Signatures are asked for several times for each call; what a text names is read once. */
    private final Map<String, PythonDefinition> named = new HashMap<>();
    private final Map<PythonDefinition, Signature> signatures = new HashMap<>();

    Inference(PythonDefinition definition, Kind kind) {
        this.definition = definition;
        this.kind = kind;
    }

    /** How many of a call's arguments are not the function's: the literal that names it. */
    int offset() {
        return definition.spec == null ? 1 : 0;
    }

    TypeInference.Builder types() {
        return TypeInference.newBuilder()
                .inputTypeStrategy(new Arguments())
                .outputTypeStrategy(call -> Optional.of(output(signature(call).result)));
    }

    /**
     * Flink's code for asynchronous functions converts NULL as if it were a value, and fails for most types. What has its internal form
     * already is not converted: that is what such functions give.
     */
    private DataType output(DataType result) {
        return kind == Kind.VECTORIZED ? DataTypeUtils.toInternalDataType(result) : result;
    }

    /** The class loader of the job's jars; Flink 1.20 tells it by the thread alone. */
    static ClassLoader loader(CallContext call) {
        try {
            return call.getDataTypeFactory().getClassLoader();
        } catch (NoSuchMethodError e) {
            return Thread.currentThread().getContextClassLoader();
        }
    }

    /** The definition of the function that a call is about. */
    PythonDefinition definition(CallContext call) {
        if (offset() == 0) {
            return definition;
        }
        Optional<String> text = call.getArgumentDataTypes().isEmpty() || !call.isArgumentLiteral(0)
                ? Optional.empty() : call.getArgumentValue(0, String.class);
        if (text.isEmpty()) {
            throw new ValidationException("The first argument of " + call.getName()
                    + " must be a literal that names a Python function, such as 'udfs.py:score' or 'udfs.py:score -> DOUBLE'.");
        }
        return named.computeIfAbsent(text.get(),
                key -> definition.with(FunctionSpec.parse(key), loader(call)));
    }

    Signature signature(CallContext call) {
        DataTypeFactory factory = call.getDataTypeFactory();
        return signatures.computeIfAbsent(definition(call), key -> Signature.of(key, kind, factory, loader(call)));
    }

    /** The arguments' types: those declared, into which others are cast where SQL casts by itself, or any. */
    private final class Arguments implements InputTypeStrategy {
        @Override
        public ArgumentCount getArgumentCount() {
            return ConstantArgumentCount.from(offset());
        }

        @Override
        public Optional<List<DataType>> inferInputTypes(CallContext call, boolean throwOnFailure) {
            Signature signature = signature(call);
            List<DataType> given = call.getArgumentDataTypes();
            int count = given.size() - offset();
            if (!signature.takes(count)) {
                return call.fail(throwOnFailure, "Python function %s takes %s, not %s arguments.",
                        definition(call), signature, count);
            }
            List<DataType> types = new ArrayList<>();
            if (offset() == 1) {
                types.add(DataTypes.STRING().notNull());
            }
            for (int i = offset(); i < given.size(); i++) {
                DataType declared = signature.argument(i - offset());
                if (declared == null) {
                    types.add(given.get(i));
                    continue;
                }
                Optional<DataType> type = InputTypeStrategies.explicit(declared).inferArgumentType(call, i, throwOnFailure);
                if (type.isEmpty()) {
                    return Optional.empty();
                }
                types.add(type.get());
            }
            return Optional.of(types);
        }

        @Override
        public List<org.apache.flink.table.types.inference.Signature> getExpectedSignatures(FunctionDefinition function) {
            return Collections.singletonList(org.apache.flink.table.types.inference.Signature.of(
                    org.apache.flink.table.types.inference.Signature.Argument.of(
                            offset() == 1 ? "'PLACE:FUNCTION', *" : "*")));
        }
    }
}
