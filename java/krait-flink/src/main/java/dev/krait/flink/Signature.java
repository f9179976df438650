package dev.krait.flink;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.TableException;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.utils.DataTypeUtils;

/** The types of a function's arguments and result, as declared or as Python's annotations say. */
final class Signature {
    /** The arguments' types; null for one that may be anything. All of it is null where any number of anything may come. */
    final List<DataType> arguments;
    /** How many arguments must be there at least. */
    final int required;
    final boolean varargs;
    final DataType result;

    private Signature(List<DataType> arguments, int required, boolean varargs, DataType result) {
        this.arguments = arguments;
        this.required = required;
        this.varargs = varargs;
        this.result = result;
    }

    /** What a definition says; Python is asked for what it does not say. */
    static Signature of(PythonDefinition definition, Kind kind, DataTypeFactory factory, ClassLoader loader) {
        if (definition.result != null) {
            DataType result = type(definition.result, factory, definition);
            if (definition.arguments == null) {
                return new Signature(null, 0, true, result);
            }
            int count = definition.arguments.size();
            return new Signature(types(definition.arguments, factory, definition),
                    definition.varargs ? count - 1 : count, definition.varargs, result);
        }
        Annotations annotations = Annotations.read(definition, kind, loader);
        DataType result = type(annotations.result, factory, definition);
        if (definition.arguments != null) {
            int count = definition.arguments.size();
            return new Signature(types(definition.arguments, factory, definition),
                    definition.varargs ? count - 1 : count, definition.varargs, result);
        }
        return new Signature(types(annotations.arguments, factory, definition), annotations.required,
                annotations.varargs, result);
    }

    /** Whether that many arguments may be given. */
    boolean takes(int count) {
        return arguments == null || count >= required && (varargs || count <= arguments.size());
    }

    /** The declared type of an argument, or null. */
    DataType argument(int index) {
        if (arguments == null) {
            return null;
        }
        return arguments.get(Math.min(index, arguments.size() - 1));
    }

    private static List<DataType> types(List<? extends Serializable> declared, DataTypeFactory factory, PythonDefinition definition) {
        List<DataType> types = new ArrayList<>();
        for (Serializable type : declared) {
            types.add(type == null ? null : type(type, factory, definition));
        }
        return types;
    }

    private static DataType type(Serializable declared, DataTypeFactory factory, PythonDefinition definition) {
        try {
            DataType type = declared instanceof DataType ? (DataType) declared : factory.createDataType((String) declared);
            return DataTypeUtils.transform(type, Signature::interval);
        } catch (TableException | ValidationException e) {
            throw new ValidationException("Python function " + definition + ": '" + declared + "' is no SQL type.", e);
        }
    }

    /** Flink's planner has one type for all intervals of months and one for all others, and code that it makes for any other fails. */
    private static DataType interval(DataType type) {
        LogicalType logical = type.getLogicalType();
        DataType planned;
        if (logical.is(LogicalTypeRoot.INTERVAL_YEAR_MONTH)) {
            planned = DataTypes.INTERVAL(DataTypes.MONTH());
        } else if (logical.is(LogicalTypeRoot.INTERVAL_DAY_TIME)) {
            planned = DataTypes.INTERVAL(DataTypes.SECOND(3));
        } else {
            return type;
        }
        return (logical.isNullable() ? planned : planned.notNull()).bridgedTo(type.getConversionClass());
    }

    @Override
    public String toString() {
        if (arguments == null) {
            return "(…)";
        }
        StringBuilder text = new StringBuilder("(");
        for (int i = 0; i < arguments.size(); i++) {
            text.append(i == 0 ? "" : ", ").append(arguments.get(i) == null ? "ANY" : arguments.get(i));
        }
        return text.append(varargs ? "…)" : ")").toString();
    }
}
