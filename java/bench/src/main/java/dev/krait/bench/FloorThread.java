package dev.krait.bench;

import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A thread that calls the floor: its thread state, and where the functions are. */
@State(Scope.Thread)
public class FloorThread {
    long state;
    long nothing;
    long inc;
    long same;
    long jsonValueLower;
    long len;
    long sum;
    long numbers;
    long record;
    long content;
    long callEach;

    /** Joins Python. */
    @Setup
    public void join(Python python) {
        Floor.load();
        state = Floor.newThread();
        nothing = python.address("nothing");
        inc = python.address("inc");
        same = python.address("same");
        jsonValueLower = python.address("json_value_lower");
        len = python.address("len");
        sum = python.address("sum");
        numbers = python.address("numbers");
        record = python.address("record");
        content = python.address("content");
        callEach = python.address("call_each");
    }
}
