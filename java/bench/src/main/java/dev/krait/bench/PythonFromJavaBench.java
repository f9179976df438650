package dev.krait.bench;

import dev.krait.PyFunction;
import dev.krait.PyIterator;
import dev.krait.PyObject;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Python objects used from Java: iteration, views, interfaces, futures. */
public class PythonFromJavaBench {
    private static final int ITEMS = 1000;

    /** An interface that Python implements. */
    public interface Inc {
        /** One more. */
        long inc(long number);
    }

    /** The objects. */
    @State(Scope.Benchmark)
    public static class Objects {
        private PyFunction rows;
        private PyFunction fetch;
        private Inc function;
        private Inc instance;
        private PyObject object;
        private PyObject range;
        private List<Long> list;
        private Map<String, Long> map;

        @Setup
        public void make(Python python) {
            python.interpreter.exec("def rows(count):\n    for i in range(count):\n        yield i\n"
                    + "async def fetch(value):\n    return value\n"
                    + "class Inc:\n    value = 41_000\n    def inc(self, number):\n        return number + 1\n");
            rows = python.function("rows");
            fetch = python.function("fetch");
            object = python.interpreter.invoke(PyObject.class, "Inc");
            function = python.inc.as(Inc.class);
            instance = object.as(Inc.class);
            range = python.interpreter.eval(PyObject.class, "range(" + ITEMS + ")");
            list = python.interpreter.eval(PyObject.class, "list(range(" + ITEMS + "))").asList(Long.class);
            map = python.interpreter.eval(PyObject.class, "{'a': 1, 'b': 2}").asMap(String.class, Long.class);
        }
    }

    /** Each item is one call into Python: a generator never runs ahead. */
    @Benchmark
    @Goal(atMost = 150_000)
    public long generator(Objects objects) {
        return sum(objects.rows.call(PyObject.class, ITEMS).asIterator(Long.class));
    }

    @Benchmark
    public long generatorReadAhead(Objects objects) {
        return sum(objects.rows.call(PyObject.class, ITEMS).asIterator(Long.class).readAhead(100));
    }

    @Benchmark
    public long range(Objects objects) {
        return sum(objects.range.asIterator(Long.class));
    }

    private static long sum(PyIterator<Long> items) {
        long sum = 0;
        try (PyIterator<Long> closed = items) {
            while (closed.hasNext()) {
                sum += closed.next();
            }
        }
        return sum;
    }

    @Benchmark
    public long iterateListView(Objects objects) {
        long sum = 0;
        for (long item : objects.list) {
            sum += item;
        }
        return sum;
    }

    @Benchmark
    public long getOfListView(Objects objects) {
        return objects.list.get(7);
    }

    @Benchmark
    public long getOfMapView(Objects objects) {
        return objects.map.get("b");
    }

    @Benchmark
    public Object attribute(Objects objects) {
        return objects.object.getAttr("value");
    }

    @Benchmark
    @Goal(of = "Call", atMost = 1.3)
    public long bound(Objects objects) {
        return objects.function.inc(41_000L);
    }

    @Benchmark
    public Object boundCall(Python python, Objects objects) {
        return python.inc.call(41_000L);
    }

    @Benchmark
    @Goal(of = "Call", atMost = 1.3)
    public long boundObject(Objects objects) {
        return objects.instance.inc(41_000L);
    }

    @Benchmark
    public Object boundObjectCall(Objects objects) {
        return objects.object.invokeMethod("inc", 41_000L);
    }

    @Benchmark
    public Object coroutine(Objects objects) {
        return objects.fetch.callAsync(1L).join();
    }
}
