package dev.krait.flink;

import dev.krait.PyFunction;
import dev.krait.PyObject;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.functions.FunctionContext;

/** One call of a query while its task runs: the Python function, and how values get there and back. */
final class OpenCall implements AutoCloseable {
    final BoundCall bound;
    private final PythonRuntime runtime;
    private final FromPython result;
    private final PyFunction function;
    private final PyFunction more;
    private final ToPython[] converters;
    private final boolean identity;

    private OpenCall(BoundCall bound, PythonRuntime runtime, String maker) {
        this.bound = bound;
        this.runtime = runtime;
        this.converters = bound.arguments.stream().map(ToPython::of).toArray(ToPython[]::new);
        List<Object> plans = new ArrayList<>();
        boolean same = true;
        for (ToPython converter : converters) {
            plans.add(converter.plan);
            same &= converter.isIdentity();
        }
        this.identity = same;
        this.result = FromPython.of(bound.result);
        this.function = runtime.function(maker, plans);
        this.more = runtime.own("more");
    }

    /** Opens the interpreter and imports the function; {@code maker} is what of {@code values.py} stands before it. */
    static OpenCall open(BoundCall bound, FunctionContext context, String maker) {
        PythonRuntime runtime = PythonRuntime.open(bound.definition, Surroundings.of(context));
        try {
            return new OpenCall(bound, runtime, maker);
        } catch (Throwable e) {
            runtime.close();
            throw e;
        }
    }

    /** The function's arguments among those of {@code eval}; null where the function is not to be called for them. */
    Object[] arguments(Object[] passed) {
        Object[] own = bound.own(passed);
        if (bound.definition.nullOnNull) {
            for (Object argument : own) {
                if (argument == null) {
                    return null;
                }
            }
        }
        if (identity) {
            return own;
        }
        Object[] converted = new Object[own.length];
        for (int i = 0; i < converted.length; i++) {
            converted[i] = converters[i].convert.apply(own[i]);
        }
        return converted;
    }

    /** What Python gives for arguments that {@link #arguments} gave. */
    Object call(Object[] arguments) {
        try {
            return function.call(arguments);
        } catch (Exception e) {
            throw failed(e);
        }
    }

    /** The next rows of an iterator, as many as {@code values.py} takes at once. */
    List<?> more(PyObject iterator) {
        try {
            return more.call(List.class, iterator);
        } catch (Exception e) {
            throw failed(e);
        }
    }

    /** What Python gave, as the declared type. */
    Object result(Object value) {
        try {
            return result.convert(value);
        } catch (Exception e) {
            throw failed(e);
        }
    }

    RuntimeException failed(Exception cause) {
        return PythonFunctionException.of(bound.definition, "failed", cause);
    }

    @Override
    public void close() {
        function.close();
        runtime.close();
    }
}
