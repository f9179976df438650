package dev.krait.bench;

import dev.krait.PyFunction;
import dev.krait.PythonException;
import dev.krait.PythonInterpreter;
import java.util.function.LongUnaryOperator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Errors, opening and closing, and Python that calls Java. */
public class Others {
    private static final int TIMES = 1000;

    /** A function that raises. */
    @State(Scope.Benchmark)
    public static class Failing {
        private PyFunction function;

        @Setup
        public void find(Python python) {
            function = python.function("fail");
        }
    }

    /** A Java function. */
    @State(Scope.Benchmark)
    public static class Operator {
        private final LongUnaryOperator operator = number -> number + 1;
        private PyFunction callEach;

        @Setup
        public void find(Python python) {
            callEach = python.function("call_each");
        }
    }

    @Benchmark
    public Object raise(Python python, Failing failing) {
        try {
            return failing.function.call();
        } catch (PythonException e) {
            return e;
        }
    }

    @Benchmark
    @Goal(atMost = 100_000)
    public void openClose(Python python) {
        PythonInterpreter.create().close();
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    @Goal(atMost = 250)
    public Object pythonCallsJava(Python python, Operator operator) {
        return operator.callEach.call(TIMES, operator.operator);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public void pythonCallsJavaFloor(Python python, FloorThread floor, Operator operator) {
        Floor.callEach(floor.state, floor.callEach, TIMES, operator.operator);
    }
}
