package dev.krait.flink;

import dev.krait.Isolation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Objects;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.types.DataType;

/**
 * What all kinds of Python functions can be told: where the code is, which Python runs it, and the types. Each kind has a
 * builder that extends this one.
 *
 * <p>The code is one of: a Python file that travels with the job ({@link #file}: a path, a URI, or a file in the job's
 * jar), text ({@link #source}), or a module that Python finds by itself ({@link #module}). More files may travel
 * beside it ({@link #files}, {@link #cachedFile}).
 *
 * @param <B> the builder's own type
 */
public abstract class PythonFunctionBuilder<B extends PythonFunctionBuilder<B>> {
    final PythonDefinition definition = new PythonDefinition();
    private String place;
    private String function;
    private FunctionSpec named;
    private ClassLoader loader;

    PythonFunctionBuilder() {
    }

    abstract B self();

    /**
     * The function as one text, which replaces {@link #file} or {@link #module}, {@link #function} and what it says of types.
     *
     * @param text {@code PLACE:FUNCTION}, {@code PLACE:FUNCTION -> TYPE} or {@code PLACE:FUNCTION(TYPE, …) -> TYPE}
     * @return this builder
     */
    public B named(String text) {
        named = FunctionSpec.parse(Objects.requireNonNull(text, "text"));
        return self();
    }

    /**
     * A class in whose jar the Python files are. Without it, they are searched for by the thread's class loader.
     *
     * @param owner the class
     * @return this builder
     */
    public B jarOf(Class<?> owner) {
        loader = owner.getClassLoader();
        return self();
    }

    /**
     * The Python file that has the function. It is read where the function is made, and travels with the job.
     *
     * @param place a path, a URI of a file system that Flink knows, or the name of a file in the job's jar
     * @return this builder
     */
    public B file(String place) {
        this.place = Objects.requireNonNull(place, "place");
        if (!place.endsWith(".py")) {
            throw new ValidationException("A Python file is named *.py, not " + place + ".");
        }
        return self();
    }

    /**
     * The module that has the function: one that Python has installed, or one among the {@link #files}.
     *
     * @param name the module's name, dotted where it is in a package
     * @return this builder
     */
    public B module(String name) {
        this.place = Objects.requireNonNull(name, "name");
        return self();
    }

    /**
     * Python code that has the function.
     *
     * @param code the text of a Python file
     * @return this builder
     */
    public B source(String code) {
        this.place = "source.py";
        PythonFiles.put(definition.files, place, code.getBytes(StandardCharsets.UTF_8));
        return self();
    }

    /**
     * The function, or the class of an aggregate function.
     *
     * @param name its name, dotted where it is inside a class
     * @return this builder
     */
    public B function(String name) {
        this.function = Objects.requireNonNull(name, "name");
        return self();
    }

    /**
     * All files below a folder, read here and now, to travel with the job: modules and packages as import finds them from
     * that folder, and data that {@code importlib.resources} finds beside them.
     *
     * @param folder the folder
     * @return this builder
     */
    public B files(Path folder) {
        PythonFiles.addFolder(definition.files, folder);
        return self();
    }

    /**
     * A Python file, folder or zip archive in Flink's distributed cache, to import from. A file must be registered under its own
     * name, such as {@code udfs.py}.
     *
     * @param name the name under which it is registered
     * @return this builder
     */
    public B cachedFile(String name) {
        definition.cachedFiles.add(Objects.requireNonNull(name, "name"));
        return self();
    }

    /**
     * A folder or zip archive that is on every machine, to import from.
     *
     * @param folder its path
     * @return this builder
     */
    public B path(String folder) {
        definition.paths.add(Objects.requireNonNull(folder, "folder"));
        return self();
    }

    /**
     * The Python to run, on every machine. Without it, the one that {@code krait.python} among the job's configuration or
     * parameters names; else Krait looks for one.
     *
     * @param executable a Python executable, or the folder of a virtual environment
     * @return this builder
     */
    public B python(String executable) {
        definition.python = Objects.requireNonNull(executable, "executable");
        return self();
    }

    /**
     * What each parallel instance of the function has for itself. Without it, {@link Isolation#SHARED}.
     *
     * @param isolation the isolation
     * @return this builder
     */
    public B isolation(Isolation isolation) {
        definition.isolation = Objects.requireNonNull(isolation, "isolation");
        return self();
    }

    /**
     * The type of the result. Without it, it is derived from the function's annotation.
     *
     * @param type a type as SQL writes it, such as {@code ARRAY<INT>}
     * @return this builder
     */
    public B returns(String type) {
        definition.result = Objects.requireNonNull(type, "type");
        return self();
    }

    /**
     * The type of the result.
     *
     * @param type the type
     * @return this builder
     */
    public B returns(DataType type) {
        definition.result = Objects.requireNonNull(type, "type");
        return self();
    }

    /**
     * The types of the arguments: calls with others are cast or refused. Without them, they are derived from the function's
     * annotations where {@link #returns} is not given either, and else any are taken.
     *
     * @param types types as SQL writes them
     * @return this builder
     */
    public B arguments(String... types) {
        definition.arguments = new ArrayList<>(java.util.List.of(types));
        return self();
    }

    /**
     * The types of the arguments.
     *
     * @param types the types
     * @return this builder
     */
    public B arguments(DataType... types) {
        definition.arguments = new ArrayList<>(java.util.List.of(types));
        return self();
    }

    /**
     * Lets the last of the {@link #arguments} stand for any number of them.
     *
     * @return this builder
     */
    public B varargs() {
        definition.varargs = true;
        return self();
    }

    /**
     * Whether the function gives the same for the same arguments; it is taken to, without this.
     *
     * @param deterministic whether it does
     * @return this builder
     */
    public B deterministic(boolean deterministic) {
        definition.deterministic = deterministic;
        return self();
    }

    /**
     * Does not call the function where an argument is NULL: the result is NULL, or no row. Without it, Python gets None.
     *
     * @return this builder
     */
    public B nullOnNull() {
        definition.nullOnNull = true;
        return self();
    }

    /** What was said, for the function. */
    final PythonDefinition define() {
        FunctionSpec spec = named;
        if (spec == null) {
            if (place == null || function == null) {
                throw new ValidationException("A Python function needs its code (file, module or source) and its name (function).");
            }
            spec = FunctionSpec.parse(place + ":" + function);
        }
        PythonDefinition defined = definition.with(spec, loader);
        if (defined.varargs && (defined.arguments == null || defined.arguments.isEmpty())) {
            throw new ValidationException("varargs() needs arguments(), the last of which it repeats.");
        }
        return defined;
    }
}
