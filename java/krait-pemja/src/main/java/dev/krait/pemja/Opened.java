package dev.krait.pemja;

import dev.krait.Isolation;
import dev.krait.PyObject;
import dev.krait.PythonInterpreter;
import dev.krait.PythonSetupException;
import dev.krait.internal.Identifiers;
import dev.krait.internal.MethodCalls;
import dev.krait.internal.Operations;
import dev.krait.internal.Session;
import java.nio.file.Path;
import java.util.Date;
import pemja.core.PythonInterpreterConfig;

/** An open interpreter: Krait's, and the view of it in which values cross as PEMJA has them. */
public final class Opened implements AutoCloseable {
    /** Whether PyFlink's wrapping of a function is left out where it does nothing; {@code false} for not. */
    private static final String SHORTCUTS = "krait.pemja.shortcuts";

    private final PythonInterpreter krait;
    private final Session session;
    private final PyObject globals;
    /** Whether the collector has been told that an operation of this interpreter runs. */
    private boolean operates;

    private Opened(PythonInterpreter krait) {
        this.krait = krait;
        this.globals = krait.eval(PyObject.class, "globals()");
        this.session = Session.inForms(krait, PemjaForms.FORMS);
    }

    /**
     * Opens an interpreter.
     *
     * @param config the settings
     * @return the interpreter
     */
    public static Opened open(PythonInterpreterConfig config) {
        Identity.check();
        PythonInterpreter.Builder builder = PythonInterpreter.builder();
        if (config.getExecType() == PythonInterpreterConfig.ExecType.SUB_INTERPRETER) {
            builder.isolation(Isolation.SUB_INTERPRETER);
        }
        if (config.getWorkingDirectory() != null) {
            builder.workingDirectory(Path.of(config.getWorkingDirectory()));
        }
        Environment environment;
        PythonInterpreter krait;
        try {
            environment = Environment.choose(config);
            environment.apply(builder);
            krait = builder.build();
        } catch (PythonSetupException e) {
            throw explained(config, e);
        }
        Identity.tell();
        try {
            PythonModules.install(krait, config.getPaths(), environment.sitePackages());
            return new Opened(krait);
        } catch (Throwable e) {
            krait.close();
            throw e;
        }
    }

    private static PythonSetupException explained(PythonInterpreterConfig config, PythonSetupException e) {
        if (config.getPythonExec() == null) {
            return e;
        }
        return new PythonSetupException("PEMJA's interface was asked for the Python " + config.getPythonExec()
                + " (setPythonExec; in Flink python.executable). " + e.getMessage(), e);
    }

    /** {@return the interpreter in PEMJA's forms} */
    public Session session() {
        return session;
    }

    /**
     * A global's value.
     *
     * @param <T> the type
     * @param name the global's name
     * @param type the type
     * @return the value; null where it is None or there is none
     */
    public <T> T get(String name, Class<T> type) {
        Object[] args = {Identifiers.normal(name)};
        return as(session, type, raw -> MethodCalls.invokeMethod(session, Operations.raw(Operations.INVOKE_METHOD, raw),
                session.handleOf(globals), "get", args, null, null));
    }

    /**
     * An operation of Flink's has opened in this interpreter; its rows come next.
     *
     * @param name the global that it is
     */
    public synchronized void operationOpened(String name) {
        if (!"false".equals(System.getProperty(SHORTCUTS))) {
            try (PyObject shortcut = krait.eval(PyObject.class, "__import__('_pemja_shortcut')")) {
                shortcut.invokeMethod(Boolean.class, "opened", globals, name);
            }
        }
        if (!operates) {
            operates = krait.eval(Boolean.class, "__import__('_pemja_collector').opened()");
        }
    }

    /** Gives a value, or the Python object itself. */
    public interface Source {
        /**
         * Asks Python.
         *
         * @param raw whether the Python object is wanted, whatever it is
         * @return the value or the object
         */
        Object get(boolean raw);
    }

    /**
     * A value as a type.
     *
     * @param <T> the type
     * @param session the interpreter
     * @param type the type; {@code PyObject} for the object itself, whatever it is, but None
     * @param source asks Python for the value
     * @return the value
     */
    @SuppressWarnings("unchecked")
    public static <T> T as(Session session, Class<T> type, Source source) {
        Object value = source.get(false);
        if (value == null && !type.isPrimitive() || type.isInstance(value)) {
            return (T) value;
        }
        if (type == pemja.core.object.PyObject.class) {
            return (T) source.get(true);
        }
        if (value instanceof Date || isOfTimes(type)) {
            // PEMJA's form of a time says nothing of its zone: what another type is made of is Krait's own.
            try (PyObject object = ((pemja.core.object.PyObject) source.get(true)).pythonObject()) {
                value = object.as(Object.class);
            }
        }
        // Not Class.cast: int.class is a Class<Integer> that no object is an instance of.
        return (T) session.convert(value, type);
    }

    private static boolean isOfTimes(Class<?> type) {
        Class<?> element = type;
        while (element.isArray()) {
            element = element.getComponentType();
        }
        return element.getName().startsWith("java.time.");
    }

    @Override
    public synchronized void close() {
        // The interrupt of a task that is being cancelled is not meant for this.
        boolean interrupted = operates && Thread.interrupted();
        try (PythonInterpreter closing = krait) {
            if (operates) {
                operates = false;
                closing.exec("__import__('_pemja_collector').closed()");
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
