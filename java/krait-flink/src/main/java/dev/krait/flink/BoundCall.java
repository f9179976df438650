package dev.krait.flink;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.CallContext;

/** One call in a query, as it was planned: the definition, and the types of its arguments and result. */
final class BoundCall implements Serializable {
    private static final long serialVersionUID = 1L;

    final PythonDefinition definition;
    final ArrayList<DataType> arguments;
    final DataType result;
    /** How many arguments come before the function's own. */
    private final int offset;
    /** Whether the one argument that there is makes an array for variable arguments by itself. */
    private final boolean loneArray;

    private BoundCall(PythonDefinition definition, List<DataType> arguments, DataType result, int offset) {
        this.definition = definition;
        this.arguments = new ArrayList<>(arguments);
        this.result = result;
        this.offset = offset;
        this.loneArray = offset == 0 && arguments.size() == 1
                && Object[].class.isAssignableFrom(arguments.get(0).getConversionClass());
    }

    static BoundCall of(Inference inference, SpecializedFunction.SpecializedContext context) {
        return of(inference, context.getCallContext(), python(context.getConfiguration()));
    }

    /** A call with the Python that the configuration names, or null. */
    static BoundCall of(Inference inference, CallContext call, String python) {
        PythonDefinition definition = inference.definition(call).copy();
        if (definition.python == null) {
            definition.python = python;
        }
        List<DataType> given = call.getArgumentDataTypes();
        Signature signature = inference.signature(call);
        List<DataType> types = new ArrayList<>();
        for (int i = inference.offset(); i < given.size(); i++) {
            DataType declared = signature.argument(i - inference.offset());
            types.add(declared == null ? given.get(i) : declared);
        }
        return new BoundCall(definition, types, signature.result, inference.offset());
    }

    private static String python(ReadableConfig configuration) {
        return configuration.get(ConfigOptions.key("krait.python").stringType().noDefaultValue());
    }

    /**
     * The function's arguments among those of {@code eval}. What generated code passes to variable arguments is the array
     * itself where a lone argument is an array of objects, whatever is in it.
     */
    Object[] own(Object[] passed) {
        if (offset == 0) {
            return loneArray ? new Object[] {passed} : passed;
        }
        Object[] own = new Object[arguments.size()];
        System.arraycopy(passed, offset, own, 0, own.length);
        return own;
    }
}
