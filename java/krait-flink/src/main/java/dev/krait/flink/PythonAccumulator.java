package dev.krait.flink;

import dev.krait.PyObject;
import java.util.ArrayList;
import java.util.List;

/**
 * The accumulator of a Python aggregate function: a Python object while its function is open, its pickle in state and on the
 * way. Users see it only as the type of a parameter.
 *
 * <p>Rows are collected and cross together. Nobody can tell, since they are in the Python object before it is looked at:
 * for its value, its pickle, or to be merged. State backends write accumulators from a thread of their own, so all that
 * touches one is synchronized on it.
 */
public final class PythonAccumulator {
    private static final int TOGETHER = 256;

    private OpenAggregate owner;
    private PyObject state;
    /** The pickle, if it is up to date; null for what was never used, with no state either. */
    private byte[] pickled;
    private List<Object[]> rows = new ArrayList<>();
    private boolean retracted;
    /** What went wrong while rows were handed over: the Python object has some of them, and nobody knows which. */
    private RuntimeException failed;

    PythonAccumulator(byte[] pickled) {
        this.pickled = pickled;
    }

    synchronized void add(OpenAggregate function, Object[] row, boolean retract) {
        own(function);
        if (rows.size() >= TOGETHER || !rows.isEmpty() && retracted != retract) {
            flush();
        }
        retracted = retract;
        rows.add(row);
        pickled = null;
    }

    synchronized Object value(OpenAggregate function) {
        own(function);
        flush();
        return function.value(state);
    }

    synchronized void merge(OpenAggregate function, Iterable<PythonAccumulator> others) {
        List<PyObject> states = new ArrayList<>();
        for (PythonAccumulator other : others) {
            synchronized (other) {
                other.own(function);
                other.flush();
                states.add(other.state);
            }
        }
        own(function);
        flush();
        function.merge(state, states);
        pickled = null;
    }

    /** The pickle; null for an accumulator that was never used. */
    synchronized byte[] pickle() {
        if (pickled == null && state != null) {
            flush();
            pickled = owner.dump(state);
        }
        return pickled;
    }

    /** Makes the Python object the function's: new, from its pickle, or, where another function has it, by way of that. */
    private void own(OpenAggregate function) {
        if (state != null && owner != function) {
            pickle();
            state = null;
        }
        if (state == null) {
            state = pickled == null ? function.create() : function.load(pickled);
            owner = function;
        }
    }

    /** Fails for good where it failed: a checkpoint's thread may be interrupted, or its failure be tolerated, and the job goes on. */
    private void flush() {
        if (failed != null) {
            throw new IllegalStateException("Rows were not added to an accumulator before, while a checkpoint was taken: " + failed.getMessage(), failed);
        }
        if (!rows.isEmpty()) {
            List<Object[]> all = rows;
            rows = new ArrayList<>();
            try {
                owner.rows(state, all, retracted);
            } catch (RuntimeException e) {
                failed = e;
                throw e;
            }
        }
    }
}
