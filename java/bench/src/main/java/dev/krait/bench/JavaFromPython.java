package dev.krait.bench;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Python code that uses Java objects. */
public class JavaFromPython {
    private static final int TIMES = 1000;

    /** Functions that use a Java list. */
    @State(Scope.Benchmark)
    public static class Functions {
        dev.krait.PyFunction add;
        dev.krait.PyFunction size;
        dev.krait.PyFunction iterate;

        @Setup(Level.Trial)
        public void define(Python python) {
            python.interpreter.exec("from java.util import ArrayList\n"
                    + "def java_add(n):\n    obj = ArrayList()\n    for i in range(n): obj.add(i)\n"
                    + "view = ArrayList(range(1000))\n"
                    + "def java_size(n):\n    for i in range(n): view.size()\n"
                    + "def java_iterate():\n    for x in view: pass\n");
            add = python.interpreter.function("java_add");
            size = python.interpreter.function("java_size");
            iterate = python.interpreter.function("java_iterate");
        }
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    @Goal(atMost = 250)
    public Object callWithAnArgument(Functions functions) {
        return functions.add.call(TIMES);
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public Object callWithout(Functions functions) {
        return functions.size.call(TIMES);
    }

    @Benchmark
    @Goal(atMost = 100_000)
    public Object iterateOverAView(Functions functions) {
        return functions.iterate.call();
    }
}
