package dev.krait.bench;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A string in and the same one out. */
@State(Scope.Benchmark)
public class Text {
    @Param({"ascii100", "cyrillic100", "ascii10000"})
    private String text;

    private String value;

    @Setup
    public void make() {
        String piece = text.startsWith("ascii") ? "the quick brown fox " : "съешь этих булок же ";
        value = piece.repeat(Integer.parseInt(text.replaceAll("[a-z]", "")) / piece.length());
    }

    @Benchmark
    @Goal(of = "Floor", atMost = 0.5)
    public Object same(Python python) {
        return python.same.call(value);
    }

    @Benchmark
    public String sameFloor(Python python, FloorThread floor) {
        return Floor.callUtf8(floor.state, floor.same, value);
    }

    @Benchmark
    public String sameTuned(Python python, FloorThread floor) {
        return Floor.callString(floor.state, floor.same, value);
    }
}
