package pemja.core;

import dev.krait.internal.FunctionCalls;
import dev.krait.internal.MethodCalls;
import dev.krait.internal.Operations;
import dev.krait.internal.Requests;
import dev.krait.internal.Session;
import dev.krait.pemja.Keywords;
import dev.krait.pemja.Opened;
import java.util.Map;

/**
 * A Python interpreter as PEMJA 0.5.7 has it, run by Krait. Any thread may use it, several at once too. Python's exceptions
 * are thrown as {@link PythonException}, which is checked though no method declares it, as with PEMJA.
 */
public final class PythonInterpreter implements Interpreter {
    private static final long serialVersionUID = 1L;
    private static final String PROCESS_ELEMENT = "process_element";

    /** Null once closed, and in an instance that was deserialised. */
    private transient volatile Opened opened;

    /**
     * Opens an interpreter; the first one of a process starts Python.
     *
     * @param config the settings
     * @throws dev.krait.PythonSetupException if there is no Python that Krait can run, or another one runs
     */
    public PythonInterpreter(PythonInterpreterConfig config) {
        opened = Opened.open(config);
        try {
            exec("from pemja import logger");
        } catch (Throwable e) {
            close();
            throw e;
        }
    }

    private Opened opened() {
        Opened open = opened;
        if (open == null) {
            throw new IllegalStateException("the Python interpreter is closed, or was never opened");
        }
        return open;
    }

    private Session session() {
        return opened().session();
    }

    @Override
    public void set(String name, Object value) {
        Requests.set(session(), name, value);
    }

    @Override
    public Object get(String name) {
        return get(name, Object.class);
    }

    @Override
    public <T> T get(String name, Class<T> clazz) {
        return opened().get(name, clazz);
    }

    @Override
    public Object invoke(String name, Object... args) {
        return FunctionCalls.invoke(session(), Operations.INVOKE, name, args, null, null);
    }

    @Override
    public Object invoke(String name, Map<String, Object> kwargs) {
        return invoke(name, null, kwargs);
    }

    @Override
    public Object invoke(String name, Object[] args, Map<String, Object> kwargs) {
        Keywords keywords = Keywords.of(kwargs);
        return FunctionCalls.invoke(session(), Operations.INVOKE, name, args, keywords.names(), keywords.values());
    }

    @Override
    public Object invokeMethod(String obj, String name, Object... args) {
        if (givesItems(name)) {
            return MethodCalls.invokeItems(session(), obj, name, args);
        }
        Object result = MethodCalls.invokeOn(session(), obj, name, args);
        if (name.equals("open") && obj.endsWith("operation")) {
            opened().operationOpened(obj);
        }
        return result;
    }

    /** Whether it is one of Flink's operations, whose generators are read to their end at once; so is what they give then. */
    private static boolean givesItems(String method) {
        // First whether it is the same constant, as it is in Flink: comparing texts is a tenth of a short call.
        return method == PROCESS_ELEMENT || method.startsWith(PROCESS_ELEMENT) || method.equals("on_timer");
    }

    @Override
    public void exec(String str) {
        Requests.operation(session(), Operations.EXEC, str, "<string>");
    }

    @Override
    public void close() {
        Opened open = opened;
        opened = null;
        if (open != null) {
            open.close();
        }
    }
}
