package dev.krait.bench;

import dev.krait.PyFunction;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** Rows in batches, each figure for one row; beside {@code [f(x) for x in xs]} in CPython, with the rows there already. */
@State(Scope.Benchmark)
public class Batches {
    static final int ROWS = 1000;

    private final long[] numbers = new long[ROWS];
    private final double[] doubles = new double[ROWS];
    private final List<Long> boxed = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private final List<Object[]> pairs = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<Object[]> namesAndNumbers = new ArrayList<>();
    private PyFunction comprehension;
    private PyFunction comprehensionOfPairs;
    private PyFunction add;
    private PyFunction comprehensionOfFloats;
    private PyFunction comprehensionOfLines;
    private PyFunction lower;
    private PyFunction comprehensionOfNames;
    private PyFunction label;
    private PyFunction comprehensionOfNamesAndNumbers;

    @Setup
    public void make(Python python) {
        for (int i = 0; i < ROWS; i++) {
            numbers[i] = 41_000 + i;
            doubles[i] = i + 0.5;
            boxed.add(numbers[i]);
            pairs.add(new Object[] {numbers[i], numbers[i] - 38_000});
            names.add("Some Name " + i);
            namesAndNumbers.add(new Object[] {names.get(i), numbers[i]});
            lines.add("{\"a\": \"Some Name In Mixed Case\", \"field0\": \"value\", \"field1\": 12.5, \"row\": " + i + "}");
        }
        python.interpreter.set("numbers_in", boxed);
        python.interpreter.set("doubles_in", doubles);
        python.interpreter.set("lines_in", lines);
        python.interpreter.set("names_in", names);
        python.interpreter.exec("def comprehension(f=inc, xs=numbers_in):\n    return len([f(x) for x in xs])\n"
                + "def add(a, b):\n    return a + b\n"
                + "def comprehension_of_pairs(f=add, xs=[(x, x - 38_000) for x in numbers_in]):\n    return len([f(a, b) for a, b in xs])\n"
                + "def comprehension_of_floats(f=inc, xs=list(doubles_in)):\n    return len([f(x) for x in xs])\n"
                + "def lower(s):\n    return s.lower()\n"
                + "def comprehension_of_names(f=lower, xs=names_in):\n    return len([f(x) for x in xs])\n"
                + "def label(s, x):\n    return f'{s}: {x}'\n"
                + "def comprehension_of_names_and_numbers(f=label, xs=list(zip(names_in, numbers_in))):\n    return len([f(s, x) for s, x in xs])\n"
                + "def comprehension_of_lines(f=json_value_lower, xs=lines_in):\n    return len([f(x) for x in xs])\n");
        comprehension = python.function("comprehension");
        add = python.function("add");
        comprehensionOfPairs = python.function("comprehension_of_pairs");
        comprehensionOfFloats = python.function("comprehension_of_floats");
        comprehensionOfLines = python.function("comprehension_of_lines");
        lower = python.function("lower");
        comprehensionOfNames = python.function("comprehension_of_names");
        label = python.function("label");
        comprehensionOfNamesAndNumbers = python.function("comprehension_of_names_and_numbers");
    }

    @Benchmark
    @OperationsPerInvocation(ROWS)
    @Goal(of = "Plain", atMost = 1.3)
    public long[] mapLongs(Python python) {
        return python.inc.mapLongs(numbers);
    }

    @Benchmark
    @OperationsPerInvocation(ROWS)
    public Object mapLongsPlain(Python python) {
        return comprehension.call();
    }

    @Benchmark
    @OperationsPerInvocation(ROWS)
    @Goal(of = "Plain", atMost = 1.3)
    public double[] mapDoubles(Python python) {
        return python.inc.mapDoubles(doubles);
    }

    @Benchmark
    @OperationsPerInvocation(ROWS)
    public Object mapDoublesPlain(Python python) {
        return comprehensionOfFloats.call();
    }

    /** Objects in and out: Longs are taken out of their boxes, and come in new ones. */
    @Benchmark
    @OperationsPerInvocation(ROWS)
    @Goal(of = "Plain", atMost = 1.3)
    public void map(Python python, Blackhole hole) {
        python.inc.map(boxed).forEach(hole::consume);
    }

    @Benchmark
    @OperationsPerInvocation(ROWS)
    public Object mapPlain(Python python) {
        return comprehension.call();
    }

    @Benchmark
    @OperationsPerInvocation(ROWS)
    @Goal(of = "Plain", atMost = 1.3)
    public void mapJsonValueLower(Python python, Blackhole hole) {
        python.jsonValueLower.map(lines).forEach(hole::consume);
    }

    @Benchmark
    @OperationsPerInvocation(ROWS)
    public Object mapJsonValueLowerPlain(Python python) {
        return comprehensionOfLines.call();
    }

    /** Two arguments for each row, in arrays. */
    @Benchmark
    @OperationsPerInvocation(ROWS)
    @Goal(of = "Plain", atMost = 1.3)
    public void callBatch(Python python, Blackhole hole) {
        add.callBatch(pairs).forEach(hole::consume);
    }

    @Benchmark
    @OperationsPerInvocation(ROWS)
    public Object callBatchPlain(Python python) {
        return comprehensionOfPairs.call();
    }

    /** Short texts in and out, of a function that does next to nothing: most of it is what text costs to cross. */
    @Benchmark
    @OperationsPerInvocation(ROWS)
    public void mapNames(Python python, Blackhole hole) {
        lower.map(names).forEach(hole::consume);
    }

    @Benchmark
    @OperationsPerInvocation(ROWS)
    public Object mapNamesPlain(Python python) {
        return comprehensionOfNames.call();
    }

    /** A text and a number for each row, in arrays; texts out. */
    @Benchmark
    @OperationsPerInvocation(ROWS)
    public void callBatchNames(Python python, Blackhole hole) {
        label.callBatch(namesAndNumbers).forEach(hole::consume);
    }

    @Benchmark
    @OperationsPerInvocation(ROWS)
    public Object callBatchNamesPlain(Python python) {
        return comprehensionOfNamesAndNumbers.call();
    }

    /** As many calls one by one, to compare with. */
    @Benchmark
    @OperationsPerInvocation(ROWS)
    public long oneByOne(Python python) {
        long sum = 0;
        for (long number : numbers) {
            sum += python.inc.callLong(number);
        }
        return sum;
    }
}
