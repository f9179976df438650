package dev.krait.flink;

import dev.krait.Isolation;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.TreeMap;

/** All that a function was told before it runs: which code, which Python, which types. It travels with the job. */
final class PythonDefinition implements Serializable {
    private static final long serialVersionUID = 1L;

    FunctionSpec spec;
    /** Files that travel with the function: where Python's import finds them, and what is in them. */
    TreeMap<String, byte[]> files = new TreeMap<>();
    /** Names under which files are registered in Flink's distributed cache. */
    ArrayList<String> cachedFiles = new ArrayList<>();
    /** Folders and archives that are on every machine. */
    ArrayList<String> paths = new ArrayList<>();
    /** The Python to run, or null for the one that the job's parameters or the machine name. */
    String python;
    Isolation isolation = Isolation.SHARED;
    /** The type of the result: a DataType or a text, or null. */
    Serializable result;
    /** The types of the arguments: DataTypes or texts; null where they are not declared. */
    ArrayList<Serializable> arguments;
    boolean varargs;
    boolean deterministic = true;
    boolean nullOnNull;

    PythonDefinition copy() {
        PythonDefinition copy = new PythonDefinition();
        copy.spec = spec;
        copy.files = new TreeMap<>(files);
        copy.cachedFiles = new ArrayList<>(cachedFiles);
        copy.paths = new ArrayList<>(paths);
        copy.python = python;
        copy.isolation = isolation;
        copy.result = result;
        copy.arguments = arguments == null ? null : new ArrayList<>(arguments);
        copy.varargs = varargs;
        copy.deterministic = deterministic;
        copy.nullOnNull = nullOnNull;
        return copy;
    }

    /** This definition for the function that a text names: with its file, and the types that are written in it. */
    PythonDefinition with(FunctionSpec named, ClassLoader loader) {
        PythonDefinition copy = copy();
        copy.spec = named;
        // What source() gave is there already.
        if (named.isFile() && !copy.files.containsKey(module(named) + ".py")) {
            PythonFiles.add(copy.files, named.place, loader);
        }
        if (named.arguments != null) {
            copy.arguments = new ArrayList<>(named.arguments);
            copy.varargs = named.varargs;
        }
        if (named.result != null) {
            copy.result = named.result;
        }
        return copy;
    }

    private static String module(FunctionSpec spec) {
        return spec.isFile() ? PythonFiles.moduleName(spec.place) : spec.place;
    }

    /** The module that has the function. */
    String module() {
        return module(spec);
    }

    @Override
    public String toString() {
        return String.valueOf(spec);
    }
}
