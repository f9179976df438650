package dev.krait;

import dev.krait.internal.FunctionCalls;
import dev.krait.internal.Leaks;
import dev.krait.internal.Lifecycle;
import dev.krait.internal.Operations;
import dev.krait.internal.Requests;
import dev.krait.internal.Session;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A Python interpreter in this JVM, with globals of its own.
 *
 * <pre>{@code
 * try (PythonInterpreter interp = PythonInterpreter.create()) {
 *     interp.exec("def greet(name):\n    return f'Hello, {name}!'");
 *     String greeting = interp.invoke(String.class, "greet", "Ada");
 * }
 * }</pre>
 *
 * <p>The process has one CPython, which the first interpreter starts; interpreters share its modules. Any thread may use
 * any interpreter, also several at once, and also while Java code runs that Python called.
 *
 * <p>Values cross as the page {@code docs/values.md} says. What Python raises is a {@link PythonException}; a closed
 * interpreter is an {@link IllegalStateException}; null where none may be is a {@link NullPointerException} with the
 * parameter's name.
 */
@SuppressWarnings("exports") // Nullable is for tools; a module without them need not read its module.
public final class PythonInterpreter implements AutoCloseable {
    static {
        ApiAccess.install();
    }

    private final Session session;
    /** Held by all that can close the interpreter; for the leak report, else null. */
    private final Object token;

    PythonInterpreter(Session session, Object token) {
        this.session = session;
        this.token = token;
    }

    Session session() {
        return session;
    }

    /**
     * Opens an interpreter with the Python that Krait finds: system property {@code krait.python}, environment variables
     * {@code KRAIT_PYTHON}, {@code VIRTUAL_ENV}, {@code CONDA_PREFIX}, then {@code python3} on the PATH.
     *
     * @return an open interpreter
     * @throws PythonSetupException if there is no Python that Krait can run; the message says what was tried
     */
    public static PythonInterpreter create() {
        return builder().build();
    }

    /**
     * Opens an interpreter with settings.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Runs statements in the interpreter's globals.
     *
     * @param code Python source
     * @throws PythonException what it raises; for a SyntaxError with file, line and column
     */
    public void exec(String code) {
        Requests.operation(session, Operations.EXEC, Objects.requireNonNull(code, "code"), "<string>");
    }

    /**
     * Evaluates an expression in the interpreter's globals.
     *
     * @param expression a Python expression
     * @return its value
     * @throws PythonException what it raises
     */
    public @Nullable Object eval(String expression) {
        return Requests.operation(session, Operations.EVAL, source(expression), "<string>");
    }

    /**
     * Evaluates an expression, for a value of a type.
     *
     * @param <T> the type
     * @param type the type to convert to
     * @param expression a Python expression
     * @return its value
     * @throws PythonException what it raises
     * @throws ConversionException if the value is of no such type
     */
    public <T extends @Nullable Object> T eval(Class<T> type, String expression) {
        Objects.requireNonNull(type, "type");
        int operation = Operations.raw(Operations.EVAL, Calls.wantsObject(type));
        return Calls.convert(session, Requests.operation(session, operation, source(expression), "<string>"), type);
    }

    /**
     * Evaluates an expression, for a value of a generic type.
     *
     * @param <T> the type
     * @param type the type to convert to
     * @param expression a Python expression
     * @return its value
     * @throws PythonException what it raises
     * @throws ConversionException if the value is of no such type
     */
    public <T extends @Nullable Object> T eval(TypeRef<T> type, String expression) {
        Objects.requireNonNull(type, "type");
        int operation = Operations.raw(Operations.EVAL, Calls.wantsObject(type));
        return Calls.convert(session, Requests.operation(session, operation, source(expression), "<string>"), type);
    }

    /** Leading blanks are no indentation in an expression, as for Python's own {@code eval}. */
    private static String source(String expression) {
        return Objects.requireNonNull(expression, "expression").stripLeading();
    }

    /**
     * Runs a file as a script, in the interpreter's globals. Its folder becomes importable.
     *
     * @param file a Python file
     * @throws PythonException what it raises; FileNotFoundError if there is no such file
     */
    public void run(Path file) {
        Requests.operation(session, Operations.RUN, Objects.requireNonNull(file, "file").toAbsolutePath().toString());
    }

    /**
     * Imports a module.
     *
     * @param name the module's dotted name
     * @return the module; for {@code a.b} the module {@code a.b}
     * @throws PythonException what importing raises, such as ModuleNotFoundError
     */
    public PyObject importModule(String name) {
        return Requests.object(session, Operations.IMPORT, PyObject::new, Objects.requireNonNull(name, "name"));
    }

    /**
     * Sets a global.
     *
     * @param name its name
     * @param value its value, or null for None
     * @throws ConversionException if the value cannot cross
     */
    public void set(String name, @Nullable Object value) {
        Requests.set(session, Objects.requireNonNull(name, "name"), value);
    }

    /**
     * Looks up a name as {@link #invoke(String, Object...)} does.
     *
     * @param name a name, maybe dotted
     * @return the value
     * @throws PythonException NameError if it is not defined
     */
    public @Nullable Object get(String name) {
        return Requests.operation(session, Operations.GET, Objects.requireNonNull(name, "name"));
    }

    /**
     * Looks up a name, for a value of a type.
     *
     * @param <T> the type
     * @param name a name, maybe dotted
     * @param type the type to convert to; {@code PyObject.class} for the object itself, whatever it is
     * @return the value
     * @throws PythonException NameError if it is not defined
     * @throws ConversionException if the value is of no such type
     */
    public <T extends @Nullable Object> T get(String name, Class<T> type) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
        int operation = Operations.raw(Operations.GET, Calls.wantsObject(type));
        return Calls.convert(session, Requests.operation(session, operation, name), type);
    }

    /**
     * Looks up a name, for a value of a generic type.
     *
     * @param <T> the type
     * @param name a name, maybe dotted
     * @param type the type to convert to
     * @return the value
     * @throws PythonException NameError if it is not defined
     * @throws ConversionException if the value is of no such type
     */
    public <T extends @Nullable Object> T get(String name, TypeRef<T> type) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
        int operation = Operations.raw(Operations.GET, Calls.wantsObject(type));
        return Calls.convert(session, Requests.operation(session, operation, name), type);
    }

    /**
     * Calls a function by its name. The name is looked up at every call: first in the globals, then among the built-in
     * functions; a dotted name ({@code pkg.mod.f}) from the globals, else in the longest importable module.
     *
     * @param name a name, maybe dotted
     * @param args the arguments; the last may be {@link Kwargs}
     * @return the result
     * @throws PythonException what it raises; NameError if the name is not defined
     * @throws ConversionException if an argument cannot cross; the message says which
     */
    public @Nullable Object invoke(String name, @Nullable Object... args) {
        return invoke(false, name, args);
    }

    /**
     * Calls a function by its name, for a result of a type.
     *
     * @param <T> the type
     * @param type the type to convert the result to; {@code PyObject.class} for the object itself, whatever it is
     * @param name a name, maybe dotted
     * @param args the arguments; the last may be {@link Kwargs}
     * @return the result
     * @throws PythonException what it raises; NameError if the name is not defined
     * @throws ConversionException if an argument cannot cross, or the result is of no such type
     */
    public <T extends @Nullable Object> T invoke(Class<T> type, String name, @Nullable Object... args) {
        Objects.requireNonNull(type, "type");
        return Calls.convert(session, invoke(Calls.wantsObject(type), name, args), type);
    }

    /**
     * Calls a function by its name, for a result of a generic type.
     *
     * @param <T> the type
     * @param type the type to convert the result to
     * @param name a name, maybe dotted
     * @param args the arguments; the last may be {@link Kwargs}
     * @return the result
     * @throws PythonException what it raises; NameError if the name is not defined
     * @throws ConversionException if an argument cannot cross, or the result is of no such type
     */
    public <T extends @Nullable Object> T invoke(TypeRef<T> type, String name, @Nullable Object... args) {
        Objects.requireNonNull(type, "type");
        return Calls.convert(session, invoke(Calls.wantsObject(type), name, args), type);
    }

    private @Nullable Object invoke(boolean asObject, String name, @Nullable Object[] args) {
        Objects.requireNonNull(name, "name");
        int operation = Operations.raw(Operations.INVOKE, asObject);
        if (!Calls.haveKeywords(args)) {
            return FunctionCalls.invoke(session, operation, name, args, null, null);
        }
        return Calls.call(args, (positional, names, values) ->
                FunctionCalls.invoke(session, operation, name, positional, names, values));
    }

    /**
     * Calls a function by its name, and gives a future of its result. A coroutine runs on the interpreter's event loop, a daemon
     * thread that is started when it is first needed and ends with the interpreter; anything else has run when this
     * returns. Exceptions are in the future, also those of the call itself.
     *
     * <p>Cancelling the future, or completing it otherwise, {@code orTimeout} say, cancels the Python task; a task that
     * is cancelled in Python cancels the future. Stages that depend on it run on the event loop's thread unless their
     * {@code …Async} variants are used; a stage that waits there for another coroutine waits for ever. Deadlines of
     * {@link PythonInterpreter#withDeadline} count for the call, not for the coroutine: use {@code orTimeout}.
     *
     * @param name a name, maybe dotted
     * @param args the arguments; the last may be {@link Kwargs}
     * @return the future
     */
    public CompletableFuture<@Nullable Object> invokeAsync(String name, @Nullable Object... args) {
        return invokeAsync(Object.class, name, args);
    }

    /**
     * As {@link #invokeAsync(String, Object...)}, for a result of a type.
     *
     * @param <T> the type
     * @param type the type to convert the result to; {@code PyObject.class} for the object itself, whatever it is
     * @param name a name, maybe dotted
     * @param args the arguments; the last may be {@link Kwargs}
     * @return the future
     */
    @SuppressWarnings("unchecked")
    public <T extends @Nullable Object> CompletableFuture<T> invokeAsync(Class<T> type, String name, @Nullable Object... args) {
        Objects.requireNonNull(type, "type");
        return (CompletableFuture<T>) PyFuture.of(() -> invoke(Calls.wantsObject(type), name, args), session, type);
    }

    /**
     * As {@link #invokeAsync(String, Object...)}, for a result of a generic type.
     *
     * @param <T> the type
     * @param type the type to convert the result to
     * @param name a name, maybe dotted
     * @param args the arguments; the last may be {@link Kwargs}
     * @return the future
     */
    @SuppressWarnings("unchecked")
    public <T extends @Nullable Object> CompletableFuture<T> invokeAsync(TypeRef<T> type, String name, @Nullable Object... args) {
        Objects.requireNonNull(type, "type");
        return (CompletableFuture<T>) PyFuture.of(() -> invoke(Calls.wantsObject(type), name, args), session, type.type());
    }

    /**
     * Holds a callable, so that calls need no look-up.
     *
     * @param name a name, maybe dotted
     * @return the callable that the name stands for now
     * @throws PythonException NameError if it is not defined, TypeError if it cannot be called
     */
    public PyFunction function(String name) {
        return Requests.object(session, Operations.FUNCTION, PyFunction::new, Objects.requireNonNull(name, "name"));
    }

    /**
     * Imports a module, to bind it to an interface: {@code interp.module("udfs").as(Udfs.class)}.
     *
     * @param name the module's dotted name
     * @return what {@link #importModule} gives
     * @throws PythonException what importing raises, such as ModuleNotFoundError
     */
    public PyObject module(String name) {
        return importModule(name);
    }

    /**
     * Binds a Java interface to a Python object: each method calls the object's method of that name, with the arguments
     * given, and converts the result to the method's generic return type. A callable may stand for an interface whose
     * abstract methods all have one name. A default method runs in Java unless Python defines one of its name; {@code
     * equals}, {@code hashCode} and {@code toString} are Python's. A last parameter of type {@link Kwargs} passes
     * keyword arguments, variable arguments are passed one by one. Any thread may call the methods.
     *
     * <p>Names are checked now and looked up at each call. What Python raises is a {@link PythonException}; a Java
     * exception that comes through Python is itself where the method declares it or it is unchecked, and else in a {@link
     * java.lang.reflect.UndeclaredThrowableException}, as for every proxy.
     *
     * @param <T> the interface
     * @param object the Python object: an instance, a module, a function, a class
     * @param type the interface
     * @return an instance, which holds the Python object by itself; passed to Python it is that object
     * @throws ConversionException if methods are missing or cannot be called; the message lists them all
     * @throws IllegalArgumentException if the type is no interface
     * @throws IllegalStateException if the object belongs to an interpreter with modules of its own
     */
    public <T extends @Nullable Object> T proxy(PyObject object, Class<T> type) {
        Objects.requireNonNull(object, "object");
        if (!Objects.requireNonNull(type, "type").isInterface()) {
            throw new IllegalArgumentException(type.getTypeName() + " is no interface");
        }
        long handle = session.handleOf(object);
        PyObject own = (PyObject) Requests.onObject(session, Operations.raw(Operations.VALUE, true), handle);
        Reference.reachabilityFence(object);
        return type.cast(PyProxy.bind(own, type, type));
    }

    /**
     * Calls a function by its name, with a deadline; see {@link #withDeadline}.
     *
     * @param deadline how long the call may take
     * @param name a name, maybe dotted
     * @param args the arguments; the last may be {@link Kwargs}
     * @return the result
     * @throws PythonTimeoutException if Python code still ran when the deadline passed
     * @throws PythonException what it raises; NameError if the name is not defined
     */
    public @Nullable Object invoke(Duration deadline, String name, @Nullable Object... args) {
        return withDeadline(deadline).invoke(name, args);
    }

    /**
     * This interpreter with a deadline for every call. Python code that runs on is stopped within a tenth of a second, at its
     * next bytecode, by an exception that {@code except Exception} does not catch; a call that blocks in C code (say
     * {@code time.sleep}) is stopped when that returns, and a record of logger {@code dev.krait} says so meanwhile.
     *
     * @param deadline how long each call may take; more than nothing
     * @return a view: the same globals, closed with this interpreter
     * @throws IllegalArgumentException if the deadline is not more than nothing
     */
    public PythonInterpreter withDeadline(Duration deadline) {
        return new PythonInterpreter(session.withTimeout(Objects.requireNonNull(deadline, "deadline")), token);
    }

    /**
     * Has the calls stopped that run in this interpreter now, or wait for its GIL, in any thread: they end with a {@link
     * PythonInterruptedException}. Does not wait for them.
     */
    public void interrupt() {
        session.interrupt();
    }

    /**
     * What all threads run in Python now, in every interpreter that is open, as text like a traceback's: for each thread its
     * names in Java and in Python and its frames, the innermost last. Works while other threads run Python code, and
     * from inside a callback; an interpreter whose GIL is not to be had for two seconds is left out, and named.
     *
     * @return the stacks
     * @throws IllegalStateException if the interpreter is closed
     */
    public String dumpStacks() {
        return session.dumpStacks();
    }

    /**
     * Whether {@link #close} was called.
     *
     * @return whether it is closed
     */
    public boolean isClosed() {
        return session.isClosed();
    }

    /**
     * Refuses new calls, waits for those that run in other threads, and lets go of everything. Called from inside a call of
     * this interpreter, the rest is done when that call ends. Closing twice is harmless.
     */
    @Override
    public void close() {
        Lifecycle.close(session);
    }

    /** How collections that Java methods return cross to Python. */
    public enum Collections {
        /** As lists, sets, dicts and arrays of Python. */
        COPY,
        /** As the Java objects, with Python's manners. */
        VIEW
    }

    /** The settings of an interpreter. For one thread; build more than one with it if you like. */
    public static final class Builder {
        private final InterpreterSettings settings = new InterpreterSettings();

        private Builder() {
        }

        /**
         * The Python to use. Without it, Krait looks for one as {@link PythonInterpreter#create} says. A process has one
         * Python: a second and different one is refused.
         *
         * @param executable a Python executable, say a virtual environment's {@code bin/python}, or the environment's folder
         * @return this builder
         * @throws IllegalArgumentException if the path is empty
         */
        public Builder python(Path executable) {
            settings.python(executable);
            return this;
        }

        /**
         * What {@code PYTHONHOME} would say: where the standard library is. Seldom needed: the executable knows.
         *
         * @param folder the prefix that has {@code lib/pythonX.Y}
         * @return this builder
         */
        public Builder home(Path folder) {
            settings.home = Objects.requireNonNull(folder, "folder");
            return this;
        }

        /**
         * What the interpreter has for itself. Without it, its globals: {@link Isolation#SHARED}.
         *
         * @param kind the isolation
         * @return this builder
         */
        public Builder isolation(Isolation kind) {
            settings.isolation = Objects.requireNonNull(kind, "kind");
            return this;
        }

        /**
         * Adds folders or zip files to the begin of {@code sys.path}, which all {@link Isolation#SHARED} interpreters have
         * in common.
         *
         * @param folders the folders, the first one searched first
         * @return this builder
         */
        public Builder paths(Path... folders) {
            settings.paths(folders);
            return this;
        }

        /**
         * Changes the process's working directory, as {@code os.chdir} does, when the interpreter is built. It is one
         * for the whole process: Java's own relative paths may or may not follow, so give absolute ones there. Building
         * throws an {@link IllegalStateException} where an open interpreter has set another one.
         *
         * @param folder the folder
         * @return this builder
         */
        public Builder workingDirectory(Path folder) {
            settings.workingDirectory = Objects.requireNonNull(folder, "folder").toAbsolutePath().toString();
            return this;
        }

        /**
         * Sets {@code sys.argv}, which all {@link Isolation#SHARED} interpreters have in common: building throws an
         * {@link IllegalStateException} where an open one has set it otherwise.
         *
         * @param arguments the arguments; the first is the script's name
         * @return this builder
         */
        public Builder argv(String... arguments) {
            settings.argv(arguments);
            return this;
        }

        /**
         * The class loader that Python code finds Java classes with. Without it, the calling thread's context class loader.
         *
         * @param loader the class loader
         * @return this builder
         */
        public Builder classLoader(ClassLoader loader) {
            settings.classLoader = Objects.requireNonNull(loader, "loader");
            return this;
        }

        /**
         * Which Java classes Python code can reach. Without it, all.
         *
         * @param filter the filter
         * @return this builder
         */
        public Builder classFilter(ClassFilter filter) {
            settings.classFilter = Objects.requireNonNull(filter, "filter");
            return this;
        }

        /**
         * How lists, sets, maps and arrays that Java methods return cross to Python: as copies, which are Python's own
         * types, or as the Java objects themselves. Without it, as copies; {@code krait.view} and {@code krait.copy} say it for
         * one call.
         *
         * @param collections copies or views
         * @return this builder
         */
        public Builder collections(Collections collections) {
            settings.views = Objects.requireNonNull(collections, "collections") == Collections.VIEW;
            return this;
        }

        /**
         * Sets a variable in {@code os.environ}, and so in the environment of processes that Python starts. Java's
         * {@code System.getenv} does not see it. All interpreters share it: building throws an {@link
         * IllegalStateException} where an open one has set it otherwise.
         *
         * @param name the variable's name
         * @param value its value
         * @return this builder
         * @throws IllegalArgumentException if no variable can have this name or value
         */
        public Builder environment(String name, String value) {
            settings.environment(name, value);
            return this;
        }

        /**
         * Where {@code sys.stdin} reads from while this interpreter's code runs. Without it, the process's own.
         *
         * @param in the bytes, UTF-8 for text
         * @return this builder
         */
        public Builder stdin(InputStream in) {
            settings.stdin = Objects.requireNonNull(in, "in");
            return this;
        }

        /**
         * Where {@code sys.stdout} writes to while this interpreter's code runs, line by line. Without it, the process's own.
         *
         * @param out takes the bytes, UTF-8 for text
         * @return this builder
         */
        public Builder stdout(OutputStream out) {
            settings.stdout = Objects.requireNonNull(out, "out");
            return this;
        }

        /**
         * Sends {@code sys.stdout} to a logger, a record for each line.
         *
         * @param logger the logger
         * @param level the records' level
         * @return this builder
         */
        public Builder stdout(System.Logger logger, System.Logger.Level level) {
            return stdout(new LoggerStream(Objects.requireNonNull(logger, "logger"), Objects.requireNonNull(level, "level")));
        }

        /**
         * Where {@code sys.stderr} writes to while this interpreter's code runs, line by line. Without it, the process's own.
         *
         * @param out takes the bytes, UTF-8 for text
         * @return this builder
         */
        public Builder stderr(OutputStream out) {
            settings.stderr = Objects.requireNonNull(out, "out");
            return this;
        }

        /**
         * Sends {@code sys.stderr} to a logger, a record for each line.
         *
         * @param logger the logger
         * @param level the records' level
         * @return this builder
         */
        public Builder stderr(System.Logger logger, System.Logger.Level level) {
            return stderr(new LoggerStream(Objects.requireNonNull(logger, "logger"), Objects.requireNonNull(level, "level")));
        }

        /**
         * Sends what this interpreter's code logs with Python's {@code logging} to SLF4J, where the interpreter's class
         * loader, the thread's or Krait's own finds it, and to {@link System.Logger} where none does: a logger of the same
         * name, the level next to Python's, the message, the exception as a {@link PythonException} (or the Java
         * exception that came through Python), and as MDC what {@code extra=} and {@code krait.log_context} give. A
         * System.Logger, which has no MDC, gets it behind the message.
         *
         * <p>The levels of Python's loggers stay as they are: the root logger lets WARNING and more pass unless Python
         * code, or {@link #logging(System.Logger.Level)}, says otherwise.
         *
         * @return this builder
         */
        public Builder logging() {
            settings.logging = true;
            return this;
        }

        /**
         * As {@link #logging()}, and sets the level of Python's root logger, which interpreters share, until this one
         * closes.
         *
         * @param rootLevel what the root logger lets pass: TRACE and ALL stand for everything, OFF for nothing
         * @return this builder
         */
        public Builder logging(System.Logger.Level rootLevel) {
            settings.loggingLevel = Objects.requireNonNull(rootLevel, "rootLevel");
            return logging();
        }

        /**
         * Whether Python sees Java's threads by their names: {@code threading.current_thread().name} is then the name of the
         * Java thread that makes the call, also in log records. Without it, Python makes up names such as {@code Dummy-1}.
         * Interpreters that share Python's modules share the names. A thread that Python made keeps its own.
         *
         * @param named whether to name them; a call by a virtual thread takes a microsecond or two more then
         * @return this builder
         */
        public Builder nameThreads(boolean named) {
            settings.nameThreads = named;
            return this;
        }

        /**
         * How much stack Python code has on a thread, for those who raise {@code sys.setrecursionlimit}: as with plain
         * CPython, a deeper limit needs more stack, about half a kibibyte for each call of Python code and a few for each that
         * goes through C. Memory is taken as it is used. It holds for the process: for threads that call Python for the
         * first time after this interpreter is built, and the largest size asked for counts. Without it, 16 MiB, which CPython's
         * default limit cannot use up; the system property {@code krait.stack.size} sets another default.
         *
         * @param bytes the size
         * @return this builder
         * @throws IllegalArgumentException if it is less than 1 MiB or more than 64 GiB
         */
        public Builder stackSize(long bytes) {
            settings.stackSize(bytes);
            return this;
        }

        /**
         * Opens the interpreter; the first one of a process starts Python.
         *
         * @return an open interpreter
         * @throws PythonSetupException if there is no Python that Krait can run, or another one runs; the message says
         *     what was found, what was tried and what to do
         * @throws PythonException if a setting is refused, say a working directory that is not there
         */
        public PythonInterpreter build() {
            Session session = settings.open();
            return new PythonInterpreter(session, Leaks.watch(session));
        }
    }
}
