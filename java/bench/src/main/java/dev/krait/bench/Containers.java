package dev.krait.bench;

import dev.krait.PyFunction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** A list of 1,000 Longs, a map of 100, 1 MiB of bytes. What comes out is read, all of it. */
@State(Scope.Benchmark)
public class Containers {
    private final List<Long> numbers = new ArrayList<>();
    private final Map<String, Long> record = new LinkedHashMap<>();
    private final byte[] content = new byte[1 << 20];
    private PyFunction len;
    private PyFunction sum;
    private PyFunction numbersOut;
    private PyFunction recordOut;
    private PyFunction contentOut;

    @Setup
    public void make(Python python) {
        for (long i = 1000; i < 2000; i++) {
            numbers.add(i);
        }
        for (long i = 0; i < 100; i++) {
            record.put("key " + i, i * 1_000_000);
        }
        len = python.function("len");
        sum = python.function("sum");
        numbersOut = python.function("numbers");
        recordOut = python.function("record");
        contentOut = python.function("content");
    }

    @Benchmark
    @Goal(atMost = 35_000)
    public Object listIn(Python python) {
        return len.call(numbers);
    }

    @Benchmark
    public long listInFloor(Python python, FloorThread floor) {
        return Floor.listIn(floor.state, floor.len, numbers.toArray());
    }

    @Benchmark
    public Object listInSum(Python python) {
        return sum.call(numbers);
    }

    @Benchmark
    public long listInSumFloor(Python python, FloorThread floor) {
        return Floor.listIn(floor.state, floor.sum, numbers.toArray());
    }

    @Benchmark
    @Goal(atMost = 35_000)
    public void listOut(Python python, Blackhole hole) {
        for (Object number : (List<?>) numbersOut.call()) {
            hole.consume(number);
        }
    }

    @Benchmark
    public void listOutFloor(Python python, FloorThread floor, Blackhole hole) {
        for (Object number : Floor.listOut(floor.state, floor.numbers)) {
            hole.consume(number);
        }
    }

    @Benchmark
    public Object mapIn(Python python) {
        return len.call(record);
    }

    @Benchmark
    public long mapInFloor(Python python, FloorThread floor) {
        return Floor.mapIn(floor.state, floor.len, record);
    }

    @Benchmark
    public void mapOut(Python python, Blackhole hole) {
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) recordOut.call()).entrySet()) {
            hole.consume(entry.getKey());
            hole.consume(entry.getValue());
        }
    }

    @Benchmark
    public void mapOutFloor(Python python, FloorThread floor, Blackhole hole) {
        for (Map.Entry<String, Long> entry : Floor.mapOut(floor.state, floor.record).entrySet()) {
            hole.consume(entry.getKey());
            hole.consume(entry.getValue());
        }
    }

    @Benchmark
    public Object bytesIn(Python python) {
        return len.call((Object) content);
    }

    @Benchmark
    public long bytesInFloor(Python python, FloorThread floor) {
        return Floor.bytesIn(floor.state, floor.len, content);
    }

    @Benchmark
    public Object bytesOut(Python python) {
        return contentOut.call();
    }

    @Benchmark
    public byte[] bytesOutFloor(Python python, FloorThread floor) {
        return Floor.bytesOut(floor.state, floor.content);
    }
}
