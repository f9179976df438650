package dev.krait.flink;

import dev.krait.PyFunction;
import dev.krait.PyObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.types.DataType;

/** An aggregate function's Python object while its task runs; accumulators call it, from whatever thread needs their bytes. */
final class OpenAggregate implements AutoCloseable {
    private final BoundCall bound;
    private final PythonRuntime runtime;
    private final FromPython result;
    private final ToPython[] converters;
    private final PyObject aggregate;
    private final PyFunction create;
    private final PyFunction accumulate;
    private final PyFunction retract;
    private final PyFunction merge;
    private final PyFunction value;
    private final PyFunction dump;
    private final PyFunction load;

    private OpenAggregate(BoundCall bound, PythonRuntime runtime, Columns columns, List<String> names) {
        this.bound = bound;
        this.runtime = runtime;
        this.result = FromPython.of(bound.result);
        this.converters = bound.arguments.stream().map(ToPython::of).toArray(ToPython[]::new);
        List<Object> plans = new ArrayList<>();
        for (ToPython converter : converters) {
            plans.add(converter.plan);
        }
        List<String> codes = bound.arguments.stream().map(DataType::getLogicalType).map(Column::code).collect(Collectors.toList());
        this.aggregate = columns == null ? runtime.object("aggregate", plans)
                : runtime.object("collected", plans, columns.form(), codes, names, Column.code(bound.result.getLogicalType()));
        this.create = method("create");
        this.accumulate = method("accumulate");
        this.retract = method("retract");
        this.merge = method("merge");
        this.value = method("value");
        this.dump = method("dump");
        this.load = method("load");
    }

    static OpenAggregate open(BoundCall bound, FunctionContext context, Columns columns, List<String> names) {
        PythonRuntime runtime = PythonRuntime.open(bound.definition, Surroundings.of(context));
        try {
            return new OpenAggregate(bound, runtime, columns, names);
        } catch (Throwable e) {
            runtime.close();
            throw e;
        }
    }

    private PyFunction method(String name) {
        return aggregate.getAttr(name, PyFunction.class);
    }

    /** A row's arguments as they cross. */
    Object[] row(Object[] passed) {
        Object[] own = bound.own(passed);
        Object[] row = new Object[own.length];
        for (int i = 0; i < row.length; i++) {
            row[i] = converters[i].convert.apply(own[i]);
        }
        return row;
    }

    boolean skips(Object[] row) {
        if (bound.definition.nullOnNull) {
            for (Object value : row) {
                if (value == null) {
                    return true;
                }
            }
        }
        return false;
    }

    PyObject create() {
        return call(PyObject.class, create);
    }

    PyObject load(byte[] pickled) {
        return call(PyObject.class, load, pickled);
    }

    byte[] dump(PyObject state) {
        return call(byte[].class, dump, state);
    }

    void rows(PyObject state, List<Object[]> rows, boolean retracted) {
        call(Object.class, retracted ? retract : accumulate, state, rows);
    }

    void merge(PyObject state, List<PyObject> others) {
        call(Object.class, merge, state, others);
    }

    Object value(PyObject state) {
        Object given = call(Object.class, value, state);
        try {
            return result.convert(given);
        } catch (Exception e) {
            throw failed(e);
        }
    }

    private <T> T call(Class<T> type, PyFunction function, Object... arguments) {
        try {
            return function.call(type, arguments);
        } catch (Exception e) {
            throw failed(e);
        }
    }

    private RuntimeException failed(Exception e) {
        return PythonFunctionException.of(bound.definition, "failed", e);
    }

    @Override
    public void close() {
        aggregate.close();
        runtime.close();
    }
}
